import { describe, expect, it } from 'vitest';
import { OrderType, Side } from '../../../src/model/command.js';
import { CancelReason } from '../../../src/model/event.js';
import { venues } from '../venue.js';
import { told } from './telling.js';

const { Stop } = OrderType;

describe.each(venues)('$name: links, brackets, changes', ({ make }) => {
  it('one cancels the other: as soon as one trades, in part too', () => {
    const venue = make();
    const first = venue.sell(5, 110);
    venue.sell(5, 0, { type: Stop, stopPrice: 90, linkedTo: venue.target(first) });
    expect(told(venue.buy(2, 110))).toEqual(['accepted buy 2@110', '2@110', 'cancelled sell 5: linked']);
    expect(venue.book()).toBe(' | 3@110');
  });

  it('one cancels the other: as soon as one is triggered', () => {
    const venue = make();
    const first = venue.sell(5, 110);
    venue.sell(5, 0, { type: Stop, stopPrice: 90, linkedTo: venue.target(first) });
    venue.buy(1, 90);
    expect(told(venue.sell(1, 90))).toEqual([
      'accepted sell 1@90',
      '1@90',
      'triggered sell 5@0',
      'cancelled sell 5: linked',
      'cancelled sell 5: market rest',
    ]);
  });

  it('one that is cancelled leaves the other alone', () => {
    const venue = make();
    const first = venue.sell(5, 110);
    const second = venue.sell(4, 111, { linkedTo: venue.target(first) });
    expect(told(venue.cancel(second))).toEqual(['cancelled sell 4: asked']);
    expect(told(venue.buy(5, 110))).toEqual(['accepted buy 5@110', '5@110']);
  });

  it('an order has at most one link, in its own instrument', () => {
    const venue = make();
    const first = venue.sell(5, 110);
    venue.sell(4, 111, { linkedTo: venue.target(first) });
    expect(told(venue.sell(3, 112, { linkedTo: venue.target(first) }))).toEqual(['rejected: not-linkable']);
    expect(told(venue.sell(3, 112, { linkedTo: { clientId: 1 } }))).toEqual(['rejected: unknown-order']);
  });

  it('a bracket: the exits enter when the entry has left, for what it has traded', () => {
    const venue = make();
    venue.sell(6, 100);
    const entry = venue.buy(10, 100, { bracket: { takeProfit: 120, stopLoss: 90 }, immediate: true });
    expect(told(entry)).toEqual([
      'accepted buy 10@100',
      '6@100',
      'cancelled buy 4: immediate or cancel rest',
      'accepted sell 6@120',
      'accepted sell 6@0',
    ]);
    expect(venue.book()).toBe(' | 6@120');
    expect(told(venue.buy(1, 120)).slice(1)).toEqual(['1@120', 'cancelled sell 6: linked']);
  });

  it('exits have the ids after their entry', () => {
    const venue = make();
    venue.sell(1, 100);
    const entry = venue.buy(1, 100, { bracket: { takeProfit: 120, stopLoss: 90 } });
    const id = entry[0]!.order;
    expect(entry.slice(-2).map((event) => event.order)).toEqual([id + 1, id + 2]);
  });

  it('an entry that traded nothing leaves no exits', () => {
    const venue = make();
    const entry = venue.buy(1, 100, { bracket: { takeProfit: 120, stopLoss: 90 } });
    expect(told(venue.cancel(entry))).toEqual(['cancelled buy 1: asked']);
    expect(venue.liveOrders).toBe(0);
  });

  it('less size at the same price keeps the place; more goes to the back', () => {
    const venue = make();
    const first = venue.sell(5, 100, { account: 1 });
    const second = venue.sell(5, 100, { account: 2 });
    venue.amend(first, { size: 3 }, { account: 1 });
    expect(venue.buy(1, 100)[2]).toMatchObject({ account: 1 });
    venue.amend(first, { size: 9 }, { account: 1 });
    expect(venue.buy(1, 100)[2]).toMatchObject({ account: 2, order: second[0]!.order });
  });

  it('another price goes to the back and may trade', () => {
    const venue = make();
    venue.buy(5, 100);
    const sell = venue.sell(8, 105);
    expect(told(venue.amend(sell, { price: 100 }))).toEqual(['amended 8@100', '5@100']);
    expect(venue.book()).toBe(' | 3@100');
  });

  it('a total at or under what has traded cancels the rest', () => {
    const venue = make();
    const sell = venue.sell(8, 100);
    venue.buy(5, 100);
    expect(told(venue.amend(sell, { size: 5 }))).toEqual(['cancelled sell 3: amended to nothing']);
  });

  it('an iceberg gives from its reserve first', () => {
    const venue = make();
    const sell = venue.sell(10, 100, { displaySize: 4 });
    venue.amend(sell, { size: 5 });
    expect(venue.book()).toBe(' | 4@100');
    venue.amend(sell, { size: 3 });
    expect(venue.book()).toBe(' | 3@100');
  });

  it('an amend needs a price or a size, and a live order', () => {
    const venue = make();
    const sell = venue.sell(10, 100);
    expect(told(venue.amend(sell, {}))).toEqual(['rejected: nothing-to-amend']);
    venue.cancel(sell);
    expect(told(venue.amend(sell, { size: 1 }))).toEqual(['rejected: unknown-order']);
    expect(told(venue.cancel(sell))).toEqual(['rejected: unknown-order']);
  });

  it('a waiting stop changes and goes on waiting', () => {
    const venue = make();
    const stop = venue.sell(3, 0, { type: Stop, stopPrice: 90 });
    expect(told(venue.amend(stop, { price: 80, size: 7 }))).toEqual(['amended 7@80']);
    venue.buy(9, 90);
    expect(told(venue.sell(1, 90)).slice(2)).toEqual(['triggered sell 7@80', '7@90']);
  });

  it('cancel all: of the account, in one command, by order id', () => {
    const venue = make();
    venue.buy(1, 100);
    venue.sell(2, 0, { type: Stop, stopPrice: 50 });
    venue.buy(3, 100, { account: 8 });
    expect(told(venue.cancelAll())).toEqual([
      'all cancelled: 2',
      'cancelled buy 1: asked',
      'cancelled sell 2: asked',
    ]);
    expect(venue.book()).toBe('3@100 | ');
  });

  it('cancel all: of a side, of an instrument, of a session', () => {
    const venue = make();
    venue.list(2);
    venue.buy(1, 100, { session: 1 });
    venue.sell(2, 110, { session: 1 });
    venue.buy(3, 100, { session: 2 });
    venue.buy(4, 100, { instrument: 2, session: 2 });
    expect(told(venue.cancelAll({ side: Side.Sell }))[0]).toBe('all cancelled: 1');
    expect(told(venue.cancelAll({}, { instrument: 2 }))[0]).toBe('all cancelled: 1');
    expect(told(venue.cancelAll({ onlySession: true }, { session: 2 }))[0]).toBe('all cancelled: 1');
    expect(venue.book()).toBe('1@100 | ');
    expect(told(venue.cancelAll({}, { instrument: 9 }))).toEqual(['rejected: instrument-not-listed']);
  });

  it('cancel all for account 0 is for all accounts; a gateway tells its reason', () => {
    const venue = make();
    venue.buy(1, 100, { account: 1 });
    venue.buy(2, 100, { account: 2 });
    const disconnected = venue.cancelAll({ reason: CancelReason.Disconnected }, { account: 1 });
    expect(told(disconnected)).toEqual(['all cancelled: 1', 'cancelled buy 1: disconnected']);
    expect(told(venue.cancelAll({}, { account: 0 }))[0]).toBe('all cancelled: 1');
  });

  it('a mass quote replaces both sides of each quote', () => {
    const venue = make();
    venue.list(2);
    const both = { bidPrice: 99, bidSize: 5, askPrice: 101, askSize: 5 };
    expect(told(venue.massQuote([both, { ...both, instrument: 2 }]))).toEqual([
      'quoted 2',
      'accepted buy 5@99',
      'accepted sell 5@101',
      'accepted buy 5@99',
      'accepted sell 5@101',
    ]);
    expect(told(venue.massQuote([{ bidPrice: 98, bidSize: 7 }]))).toEqual([
      'quoted 1',
      'cancelled buy 5: replaced',
      'cancelled sell 5: replaced',
      'accepted buy 7@98',
    ]);
    expect(venue.book()).toBe('7@98 | ');
  });

  it('one bad quote rejects all of a mass quote', () => {
    const venue = make();
    const good = { bidPrice: 99, bidSize: 5 };
    const crossed = { bidPrice: 101, bidSize: 5, askPrice: 101, askSize: 5 };
    expect(told(venue.massQuote([crossed]))).toEqual(['rejected: bad-quote']);
    expect(told(venue.massQuote([good, good]))).toEqual(['rejected: bad-quote']);
    expect(told(venue.massQuote([good, { ...good, instrument: 9 }]))).toEqual([
      'rejected: instrument-not-listed',
    ]);
    expect(venue.liveOrders).toBe(0);
  });
});
