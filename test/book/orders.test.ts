import { describe, expect, it } from 'vitest';
import { Side } from '../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../src/model/event.js';
import { RejectCode } from '../../src/model/reject.js';
import { instrument } from './commands.js';
import { EngineVenue, TIME_BASE } from './venue.js';

const { Answer, Maker, OrderDone, LastOfCommand } = EventFlag;

describe('a new order', () => {
  it('is accepted, rests, and has the place of its command as its id', () => {
    const venue = new EngineVenue({ shard: 3 });
    expect(venue.buy(10, 100, { account: 7, id: 55 })).toEqual([
      {
        kind: EventKind.Accepted,
        side: Side.Buy,
        code: 0,
        flags: Answer | LastOfCommand,
        shard: 3,
        sequence: 2,
        index: 0,
        instrument: 1,
        account: 7,
        previousSequence: 0,
        previousIndex: 0,
        time: TIME_BASE + 1001,
        order: 2,
        clientId: 55,
        price: 100,
        size: 10,
        remaining: 10,
        cumulative: 0,
      },
    ]);
    expect(venue.book()).toBe('10@100 | ');
    expect(venue.engine.liveOrders).toBe(1);
  });

  it('trades with what crosses it, at the price of the resting order, and leaves the rest in the book', () => {
    const venue = new EngineVenue();
    venue.sell(5, 101, { account: 1, id: 90 });
    const events = venue.buy(8, 103, { account: 2, id: 91 });
    const fill = { kind: EventKind.Fill, price: 101, size: 5, trade: 1, cumulative: 5, sequence: 3 };
    expect(events).toMatchObject([
      { kind: EventKind.Accepted, flags: Answer, size: 8, remaining: 8, cumulative: 0 },
      {
        ...fill,
        index: 1,
        account: 2,
        side: Side.Buy,
        order: 3,
        counterOrder: 2,
        clientId: 91,
        remaining: 3,
        flags: 0,
      },
      {
        ...fill,
        index: 2,
        account: 1,
        side: Side.Sell,
        order: 2,
        counterOrder: 3,
        clientId: 90,
        remaining: 0,
        flags: Maker | OrderDone | LastOfCommand,
      },
    ]);
    expect(venue.book()).toBe('3@103 | ');
  });

  it('trades with the best price first, and at one price with the oldest order first', () => {
    const venue = new EngineVenue();
    const late = venue.sell(5, 102);
    const first = venue.sell(5, 101);
    const second = venue.sell(5, 101);
    const best = venue.sell(5, 100);
    const fills = venue.buy(18, 102).filter((event) => (event.flags & Maker) !== 0);
    expect(fills.map((event) => event.order)).toEqual(
      [best, first, second, late].map((events) => events[0]!.order),
    );
    expect(fills.map((event) => event.price)).toEqual([100, 101, 101, 102]);
    expect(fills.map((event) => event.trade)).toEqual([1, 2, 3, 4]);
    expect(venue.book()).toBe(' | 2@102');
  });

  it('does the same on the other side', () => {
    const venue = new EngineVenue();
    venue.buy(5, 98);
    const first = venue.buy(5, 99);
    const second = venue.buy(5, 99);
    const fills = venue.sell(7, 98).filter((event) => (event.flags & Maker) !== 0);
    expect(fills.map((event) => [event.order, event.price, event.size])).toEqual([
      [first[0]!.order, 99, 5],
      [second[0]!.order, 99, 2],
    ]);
    expect(venue.book()).toBe('3@99 5@98 | ');
  });

  it('trades with orders of its own account too', () => {
    const venue = new EngineVenue();
    venue.sell(5, 100, { account: 4 });
    const events = venue.buy(5, 100, { account: 4 });
    expect(events.map((event) => [event.previousSequence, event.previousIndex])).toEqual([
      [2, 0],
      [3, 0],
      [3, 1],
    ]);
    expect(venue.engine.liveOrders).toBe(0);
  });

  it.each([
    [
      'of an instrument that is not listed',
      { size: 1, price: 100, instrument: 9 },
      RejectCode.InstrumentNotListed,
    ],
    ['under the smallest price', { size: 1, price: 9 }, RejectCode.PriceOutOfRange],
    ['over the largest price', { size: 1, price: 201 }, RejectCode.PriceOutOfRange],
    ['at price 0', { size: 1, price: 0 }, RejectCode.PriceOutOfRange],
    ['of size 0', { size: 0, price: 100 }, RejectCode.SizeOutOfRange],
    ['over the largest size', { size: 51, price: 100 }, RejectCode.SizeOutOfRange],
  ])('%s is rejected', (_, { size, price, ...terms }, code) => {
    const venue = new EngineVenue({}, false);
    const bounds = { minPriceTicks: 10, maxPriceTicks: 200, maxSizeLots: 50 };
    venue.send({ kind: 'list', instrument: instrument(1, bounds) });
    const flags = Answer | LastOfCommand;
    expect(venue.buy(size, price, { id: 8, ...terms })).toMatchObject([
      {
        kind: EventKind.Rejected,
        code,
        flags,
        order: 0,
        clientId: 8,
        side: Side.Buy,
        price,
        size,
        remaining: 0,
      },
    ]);
    expect(venue.engine.liveOrders).toBe(0);
  });

  it('is taken at the bounds themselves', () => {
    const venue = new EngineVenue({}, false);
    const bounds = { minPriceTicks: 10, maxPriceTicks: 200, minSizeLots: 3, maxSizeLots: 50 };
    venue.send({ kind: 'list', instrument: instrument(1, bounds) });
    venue.buy(3, 10);
    venue.sell(50, 200);
    expect(venue.book()).toBe('3@10 | 50@200');
  });

  it('carries a text client id through all its events', () => {
    const venue = new EngineVenue();
    const id = '0196f0b4-95e0-7b43-b7a5-1f9d0a6b7c8d';
    venue.sell(5, 100, { account: 1, id });
    const events = venue.buy(9, 100, { account: 2, id: '!', immediate: true });
    expect(events.map((event) => event.clientId)).toEqual(['!', '!', id, '!']);
    for (const event of events) expect(event.flags & EventFlag.TextClientId).toBe(EventFlag.TextClientId);
  });
});

describe('an immediate-or-cancel order', () => {
  it('trades what it can; the rest is cancelled and never rests', () => {
    const venue = new EngineVenue();
    venue.sell(5, 100, { account: 1 });
    venue.sell(5, 102, { account: 1 });
    const events = venue.buy(9, 101, { account: 2, id: 70, immediate: true });
    expect(events.map((event) => event.kind)).toEqual([
      EventKind.Accepted,
      EventKind.Fill,
      EventKind.Fill,
      EventKind.Cancelled,
    ]);
    expect(events[3]).toMatchObject({
      code: CancelReason.ImmediateOrCancelRest,
      flags: OrderDone | LastOfCommand,
      index: 3,
      account: 2,
      order: 4,
      clientId: 70,
      price: 101,
      size: 4,
      remaining: 0,
      cumulative: 5,
    });
    expect(venue.book()).toBe(' | 5@102');
  });

  it('that trades in full ends with its fill', () => {
    const venue = new EngineVenue();
    venue.sell(5, 100);
    const events = venue.buy(3, 100, { immediate: true });
    expect(events[1]!.flags).toBe(OrderDone);
    expect(events).toHaveLength(3);
    expect(venue.book()).toBe(' | 2@100');
  });

  it('finds nothing to trade with and is cancelled whole', () => {
    const events = new EngineVenue().sell(3, 100, { immediate: true });
    expect(events.map((event) => [event.kind, event.size, event.remaining])).toEqual([
      [EventKind.Accepted, 3, 3],
      [EventKind.Cancelled, 3, 0],
    ]);
  });
});

describe('a cancel', () => {
  it('takes the rest of an order out, by order id', () => {
    const venue = new EngineVenue();
    const order = venue.buy(10, 100, { account: 7 });
    venue.sell(4, 100, { account: 8 });
    const events = venue.cancel(order, { account: 7, id: 'away' });
    expect(events).toMatchObject([
      {
        kind: EventKind.Cancelled,
        code: CancelReason.Asked,
        flags: Answer | OrderDone | LastOfCommand | EventFlag.TextClientId,
        side: Side.Buy,
        instrument: 1,
        order: 2,
        clientId: 'away',
        price: 100,
        size: 6,
        remaining: 0,
        cumulative: 4,
        previousSequence: 3,
        previousIndex: 2,
      },
    ]);
    expect(venue.book()).toBe(' | ');
  });

  it('finds its target by client order id, number or text', () => {
    const venue = new EngineVenue();
    venue.buy(10, 100, { id: 55 });
    venue.buy(11, 100, { id: 'mine' });
    venue.buy(12, 100, { id: 'mine too' });
    expect(venue.cancel({ clientId: 'mine' })).toMatchObject([{ kind: EventKind.Cancelled, size: 11 }]);
    expect(venue.cancel({ clientId: 55 })).toMatchObject([{ kind: EventKind.Cancelled, size: 10 }]);
    expect(venue.book()).toBe('12@100 | ');
  });

  it.each([
    ['an order of another account', 8, { orderId: 3 * 2 ** 48 + 2 }],
    ['an order that never was', 7, { orderId: 3 * 2 ** 48 + 1 }],
    ['an order of another shard', 7, { orderId: 2 }],
    ['a client id of another account', 8, { clientId: 55 }],
    ['a client id that was never used', 7, { clientId: 56 }],
    ['a text that was never used', 7, { clientId: '55' }],
    ['the client id of a cancel', 7, { clientId: 57 }],
    ['client id 0', 7, { clientId: 0 }],
  ])('of %s is rejected', (_, account, target) => {
    const venue = new EngineVenue({ shard: 3 });
    venue.buy(10, 100, { account: 7, id: 55 });
    venue.cancel({ clientId: 99 }, { account: 7, id: 57 });
    const order = 'orderId' in target ? target.orderId % 2 ** 48 : 0;
    expect(venue.cancel(target, { account, id: 58 })).toMatchObject([
      { kind: EventKind.Rejected, code: RejectCode.UnknownOrder, account, clientId: 58, order },
    ]);
    expect(venue.book()).toBe('10@100 | ');
  });

  it('that names an instrument must name that of its target', () => {
    const venue = new EngineVenue();
    venue.send({ kind: 'list', instrument: instrument(2) });
    const order = venue.buy(10, 100);
    expect(venue.cancel(order, { instrument: 2 })).toMatchObject([
      { code: RejectCode.UnknownOrder, instrument: 2 },
    ]);
    expect(venue.cancel(order, { instrument: 1 })).toMatchObject([
      { kind: EventKind.Cancelled, instrument: 1 },
    ]);
  });

  it('comes too late for an order that has traded or was cancelled', () => {
    const venue = new EngineVenue();
    const traded = venue.buy(10, 100, { id: 1000 });
    venue.sell(10, 100);
    const cancelled = venue.buy(10, 100);
    venue.cancel(cancelled);
    for (const target of [traded, cancelled, { clientId: 1000 }])
      expect(venue.cancel(target)).toMatchObject([
        { kind: EventKind.Rejected, code: RejectCode.UnknownOrder },
      ]);
  });

  it('out of the middle of a queue leaves the others in their order', () => {
    const venue = new EngineVenue();
    const orders = [1, 2, 3, 4, 5].map((size) => venue.sell(size, 100));
    for (const i of [2, 0, 4]) venue.cancel(orders[i]!);
    expect(venue.book()).toBe(' | 6@100×2');
    const makers = venue.buy(6, 100).filter((event) => (event.flags & Maker) !== 0);
    expect(makers.map((event) => event.size)).toEqual([2, 4]);
  });
});

describe('instruments', () => {
  it('have books of their own, and trades numbered from 1 each', () => {
    const venue = new EngineVenue();
    venue.send({ kind: 'list', instrument: instrument(2_147_483_647, { symbol: 'LAST' }) });
    venue.sell(5, 100);
    expect(venue.buy(5, 100, { instrument: 2_147_483_647 })).toHaveLength(1);
    venue.sell(5, 100, { instrument: 2_147_483_647 });
    expect(venue.buy(5, 100)[1]!.trade).toBe(1);
    expect(venue.book()).toBe(' | ');
  });

  it('are listed with an event that repeats them', () => {
    const venue = new EngineVenue({}, false);
    const listed = instrument(12, { symbol: 'BTC/EUR', priceDecimals: 8, sizeDecimals: 15, minSizeLots: 2 });
    expect(venue.send({ kind: 'list', instrument: listed })).toMatchObject([
      {
        kind: EventKind.Listed,
        flags: Answer | LastOfCommand,
        account: 0,
        instrument: 12,
        previousSequence: 0,
        listed,
      },
    ]);
    expect(venue.engine.instruments()).toEqual([listed]);
  });

  it.each([
    ['the number', instrument(1, { symbol: 'OTHER' }), RejectCode.InstrumentAlreadyListed],
    ['the symbol', instrument(2, { symbol: 'INSTRUMENT-1' }), RejectCode.InstrumentAlreadyListed],
    [
      'bounds that contradict each other',
      instrument(2, { minPriceTicks: 2_000_000 }),
      RejectCode.BadInstrument,
    ],
    ['number 0', instrument(0), RejectCode.BadInstrument],
    ['a product over 2^53', instrument(2, { maxPriceTicks: 2 ** 50 }), RejectCode.BadInstrument],
  ])('are rejected for %s', (_, listed, code) => {
    const venue = new EngineVenue();
    expect(venue.send({ kind: 'list', instrument: listed })).toMatchObject([
      { kind: EventKind.Rejected, code, account: 0, instrument: listed.id },
    ]);
    expect(venue.engine.instruments()).toHaveLength(1);
  });
});
