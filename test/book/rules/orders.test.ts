import { describe, expect, it } from 'vitest';
import { OrderType, PegReference, TimeInForce, TrailUnit } from '../../../src/model/command.js';
import { venues } from '../venue.js';
import { told } from './telling.js';

const { Stop, StopLimit, TrailingStop, Pegged, Market } = OrderType;
const { FillOrKill, GoodTillDate, Day } = TimeInForce;

describe.each(venues)('$name: types and times in force', ({ make }) => {
  it('a limit order trades at the price of the resting order, best price first', () => {
    const venue = make();
    venue.sell(5, 102);
    venue.sell(5, 101);
    expect(told(venue.buy(8, 105))).toEqual(['accepted buy 8@105', '5@101', '3@102']);
    expect(venue.book()).toBe(' | 2@102');
  });

  it('what is left of an IOC order is cancelled', () => {
    const venue = make();
    venue.sell(5, 100);
    expect(told(venue.buy(8, 100, { immediate: true })).slice(1)).toEqual([
      '5@100',
      'cancelled buy 3: immediate or cancel rest',
    ]);
  });

  it('a market order trades at any price, and never rests', () => {
    const venue = make();
    venue.sell(5, 900_000);
    expect(told(venue.buyMarket(8))).toEqual([
      'accepted buy 8@0',
      '5@900000',
      'cancelled buy 3: market rest',
    ]);
  });

  it('a market order goes no further than its protection', () => {
    const venue = make();
    venue.sell(5, 100);
    venue.sell(5, 103);
    expect(told(venue.buy(8, 102, { type: Market })).slice(1)).toEqual([
      '5@100',
      'cancelled buy 3: market rest',
    ]);
  });

  it('a FOK order trades whole or not at all, and counts hidden sizes and reserves', () => {
    const venue = make();
    venue.sell(5, 100, { hidden: true });
    venue.sell(10, 100, { displaySize: 2 });
    expect(told(venue.buy(16, 100, { timeInForce: FillOrKill })).slice(1)).toEqual([
      'cancelled buy 16: fill or kill',
    ]);
    expect(told(venue.buy(15, 100, { timeInForce: FillOrKill })).at(-1)).toBe('5@100');
  });

  it('all or none with IOC is the same as FOK', () => {
    const venue = make();
    venue.sell(5, 100);
    expect(told(venue.buy(6, 100, { immediate: true, allOrNone: true })).slice(1)).toEqual([
      'cancelled buy 6: fill or kill',
    ]);
  });

  it('a minimum size must trade at once; with less nothing trades', () => {
    const venue = make();
    venue.sell(5, 100);
    expect(told(venue.buy(9, 100, { immediate: true, minimumSize: 6 })).slice(1)).toEqual([
      'cancelled buy 9: minimum size',
    ]);
    expect(told(venue.buy(9, 100, { immediate: true, minimumSize: 5 })).slice(1)).toEqual([
      '5@100',
      'cancelled buy 4: immediate or cancel rest',
    ]);
  });

  it('a GTD order is cancelled when its expiry comes, before the command that brings the time', () => {
    const venue = make();
    venue.buy(5, 100, { timeInForce: GoodTillDate, expiry: venue.nextTime + 10 });
    venue.advance(8);
    expect(told(venue.sell(1, 200))).toEqual(['accepted sell 1@200']);
    expect(told(venue.sell(1, 100))).toEqual(['cancelled buy 5: expired', 'accepted sell 1@100']);
  });

  it('what is due happens by expiry, then by order id', () => {
    const venue = make();
    const soon = venue.nextTime + 50;
    venue.buy(1, 100, { timeInForce: GoodTillDate, expiry: soon });
    venue.buy(2, 100, { timeInForce: GoodTillDate, expiry: soon - 1 });
    venue.buy(3, 100, { timeInForce: GoodTillDate, expiry: soon });
    venue.advance(100);
    expect(told(venue.time())).toEqual([
      'cancelled buy 2: expired',
      'cancelled buy 1: expired',
      'cancelled buy 3: expired',
      'time passed',
    ]);
  });

  it('a DAY order rests until its instrument closes', () => {
    const venue = make();
    venue.buy(5, 100, { timeInForce: Day });
    venue.buy(6, 100);
    expect(told(venue.state(5))).toEqual(['now closed', 'cancelled buy 5: closed']);
    expect(venue.book()).toBe('6@100 | ');
  });

  it('an iceberg shows a slice, and the next slice goes to the back of the queue', () => {
    const venue = make();
    venue.sell(10, 100, { displaySize: 4 });
    venue.sell(3, 100);
    expect(venue.book()).toBe(' | 7@100×2');
    expect(told(venue.buy(5, 100))).toEqual(['accepted buy 5@100', '4@100', 'refreshed 4 of 6', '1@100']);
    expect(told(venue.buy(3, 100)).slice(1)).toEqual(['2@100', '1@100']);
  });

  it('an iceberg trades with its whole size as it comes', () => {
    const venue = make();
    venue.sell(10, 100);
    expect(told(venue.buy(12, 100, { displaySize: 2 }))).toEqual(['accepted buy 12@100', '10@100']);
    expect(venue.book()).toBe('2@100 | ');
  });

  it('a hidden order is not shown and stands behind all that is displayed at its price', () => {
    const venue = make();
    venue.sell(5, 100, { hidden: true });
    venue.sell(6, 100, { displaySize: 2 });
    expect(venue.book()).toBe(' | 2@100');
    expect(
      told(venue.buy(11, 100))
        .filter((text) => !text.startsWith('refreshed'))
        .slice(1),
    ).toEqual(['2@100', '2@100', '2@100', '5@100']);
  });

  it('a better hidden price goes before a worse displayed one', () => {
    const venue = make();
    venue.sell(5, 100);
    venue.sell(5, 99, { hidden: true });
    expect(told(venue.buy(6, 100)).slice(1)).toEqual(['5@99', '1@100']);
  });

  it('post-only: rejected where it would trade, with a hidden order too', () => {
    const venue = make();
    venue.sell(5, 100, { hidden: true });
    expect(told(venue.buy(1, 100, { postOnly: 'reject' }))).toEqual(['rejected: would-trade']);
    expect(told(venue.buy(1, 99, { postOnly: 'reject' }))).toEqual(['accepted buy 1@99']);
  });

  it('post-only, slide: one tick before the best opposite price', () => {
    const venue = make();
    venue.sell(5, 100);
    expect(told(venue.buy(1, 104, { postOnly: 'slide' }))).toEqual(['accepted buy 1@99']);
  });

  it('a stop waits unseen, and becomes a market order when a trade meets its price', () => {
    const venue = make();
    venue.buy(5, 100);
    venue.buy(5, 98);
    venue.sell(3, 0, { type: Stop, stopPrice: 100 });
    expect(venue.book()).toBe('5@100 5@98 | ');
    expect(told(venue.sell(4, 100))).toEqual([
      'accepted sell 4@100',
      '4@100',
      'triggered sell 3@0',
      '1@100',
      '2@98',
    ]);
  });

  it('a stop-limit becomes a limit order, and rests', () => {
    const venue = make();
    venue.sell(1, 100);
    venue.buy(5, 101, { type: StopLimit, stopPrice: 100 });
    expect(told(venue.buy(1, 100)).slice(1)).toEqual(['1@100', 'triggered buy 5@101']);
    expect(venue.book()).toBe('5@101 | ');
  });

  it('a stop that is met when it arrives triggers at once', () => {
    const venue = make();
    venue.sell(1, 100);
    venue.buy(1, 100);
    expect(told(venue.buy(2, 0, { type: Stop, stopPrice: 99 }))).toEqual([
      'accepted buy 2@0',
      'triggered buy 2@0',
      'cancelled buy 2: market rest',
    ]);
  });

  it('a round of stops: buys by ascending price, then sells by descending, equal prices by order id', () => {
    const venue = make();
    venue.sell(1, 100);
    venue.sell(1, 0, { type: Stop, stopPrice: 104 });
    venue.sell(2, 0, { type: Stop, stopPrice: 106 });
    venue.buy(4, 0, { type: Stop, stopPrice: 98 });
    venue.buy(3, 0, { type: Stop, stopPrice: 97 });
    venue.buy(5, 0, { type: Stop, stopPrice: 97 });
    expect(told(venue.buy(1, 100)).filter((text) => text.startsWith('triggered'))).toEqual([
      'triggered buy 3@0',
      'triggered buy 5@0',
      'triggered buy 4@0',
      'triggered sell 2@0',
      'triggered sell 1@0',
    ]);
  });

  it('stops trigger more stops, within the same command', () => {
    const venue = make();
    venue.buy(1, 100);
    venue.buy(1, 95);
    venue.buy(1, 90);
    venue.sell(1, 0, { type: Stop, stopPrice: 100 });
    venue.sell(1, 0, { type: Stop, stopPrice: 95 });
    expect(told(venue.sell(1, 100)).slice(1)).toEqual([
      '1@100',
      'triggered sell 1@0',
      '1@95',
      'triggered sell 1@0',
      '1@90',
    ]);
  });

  it('with a mark set, the mark counts and trades do not', () => {
    const venue = make();
    venue.buy(5, 90);
    venue.prices({ mark: 100 });
    venue.sell(1, 0, { type: Stop, stopPrice: 95 });
    expect(told(venue.sell(1, 90))).toEqual(['accepted sell 1@90', '1@90']);
    expect(told(venue.prices({ mark: 95 }))).toEqual(['reference 0, mark 95', 'triggered sell 1@0', '1@90']);
  });

  it('a trailing stop follows the market, and triggers when it comes back', () => {
    const venue = make();
    for (const price of [100, 110, 106, 105]) venue.buy(1, price);
    venue.sell(1, 110);
    const trail = venue.sell(1, 0, { type: TrailingStop, stopPrice: 5, trailUnit: TrailUnit.Ticks });
    expect(told(trail)).toEqual(['accepted sell 1@0', 'repriced sell @105']);
    expect(told(venue.sell(1, 106))).toEqual(['accepted sell 1@106', '1@106']);
    expect(told(venue.sell(1, 105)).slice(2)).toEqual(['triggered sell 1@0', '1@100']);
  });

  it('a trailing distance in basis points is of the price, rounded down', () => {
    const venue = make();
    venue.buy(1, 999);
    venue.sell(1, 999);
    const trail = venue.sell(1, 0, { type: TrailingStop, stopPrice: 150, trailUnit: TrailUnit.BasisPoints });
    expect(told(trail).at(-1)).toBe('repriced sell @985');
  });

  it('a peg follows the best displayed price of orders that are not pegged', () => {
    const venue = make();
    venue.buy(1, 100);
    const peg = venue.buy(5, 0, { type: Pegged, pegReference: PegReference.Best, stopPrice: -1 });
    expect(told(peg)).toEqual(['accepted buy 5@99']);
    expect(told(venue.buy(1, 105))).toEqual(['accepted buy 1@105', 'repriced buy @104']);
    expect(told(venue.buy(1, 107, { hidden: true }))).toEqual(['accepted buy 1@107']);
  });

  it('a mid peg rounds away from the market, and a cap bounds it', () => {
    const venue = make();
    venue.buy(1, 100);
    venue.sell(1, 103);
    const mid = { type: Pegged, pegReference: PegReference.Mid };
    expect(told(venue.buy(1, 0, mid))).toEqual(['accepted buy 1@101']);
    expect(told(venue.sell(1, 0, mid))).toEqual(['accepted sell 1@102']);
    expect(told(venue.buy(1, 99, mid))).toEqual(['accepted buy 1@99']);
  });

  it('a peg to the opposite price trades as it comes', () => {
    const venue = make();
    venue.sell(2, 103);
    const peg = venue.buy(3, 0, { type: Pegged, pegReference: PegReference.Opposite });
    expect(told(peg)).toEqual(['accepted buy 3@103', '2@103']);
  });

  it('a peg without anything to follow is rejected; one that loses it keeps its price', () => {
    const venue = make();
    const best = { type: Pegged, pegReference: PegReference.Best };
    expect(told(venue.buy(1, 0, best))).toEqual(['rejected: no-peg-reference']);
    const bid = venue.buy(1, 100);
    venue.buy(2, 0, best);
    expect(told(venue.cancel(bid))).toEqual(['cancelled buy 1: asked']);
    expect(venue.book()).toBe('2@100 | ');
  });

  it('pegs are repriced by order id, once a command', () => {
    const venue = make();
    venue.buy(1, 100);
    const best = { type: Pegged, pegReference: PegReference.Best };
    venue.buy(1, 0, { ...best, stopPrice: -2 });
    venue.buy(1, 0, { ...best, stopPrice: -1 });
    expect(told(venue.buy(1, 110)).slice(1)).toEqual(['repriced buy @108', 'repriced buy @109']);
  });
});
