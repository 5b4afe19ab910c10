import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { EventKind } from '../../src/model/event.js';
import { RejectCode } from '../../src/model/reject.js';
import { instrument, record } from './commands.js';
import { EngineVenue } from './venue.js';

/** A venue whose instrument 1 takes any price up to 10^12. */
function wide(settings = {}): EngineVenue {
  const venue = new EngineVenue(settings, false);
  venue.send({ kind: 'list', instrument: instrument(1, { maxPriceTicks: 1e12, maxSizeLots: 9000 }) });
  return venue;
}

const ACCEPTED = [{ kind: EventKind.Accepted }];
const FULL = [{ kind: EventKind.Rejected, code: RejectCode.BookFull }];

describe('the range of prices', () => {
  it('does not matter: orders at 1 and at 10^12 stand in one book', () => {
    const venue = wide({ maxPricePages: 4 });
    venue.buy(5, 1);
    venue.sell(6, 1e12);
    expect(venue.book()).toBe('5@1 | 6@1000000000000');
    venue.buy(7, 1e12 - 1);
    venue.sell(8, 1e12);
    expect(venue.book()).toBe('7@999999999999 5@1 | 14@1000000000000×2');
    expect(venue.sell(12, 1).at(-1)).toMatchObject({ price: 1, size: 5, trade: 2 });
    expect(venue.book()).toBe(' | 14@1000000000000×2');
  });

  it('is walked across empty prices', () => {
    const venue = wide();
    const prices = [1, 63, 64, 65, 127, 128, 4096, 1e6, 1e9, 1e12];
    for (const price of prices) venue.sell(1, price);
    expect(venue.asks().map((level) => level.priceTicks)).toEqual(prices);
    const fills = venue.buy(10, 1e12).filter((event) => event.kind === EventKind.Fill);
    expect(fills.filter((_, i) => i % 2 === 0).map((event) => event.price)).toEqual(prices);
    for (const price of prices) venue.buy(1, price);
    expect(venue.bids().map((level) => level.priceTicks)).toEqual(prices.toReversed());
  });

  it('gives its pages back: many prices one after the other need no more than a few', () => {
    const venue = wide({ maxPricePages: 2 });
    for (let price = 1; price < 1e11; price *= 3) venue.cancel(venue.buy(1, price));
    expect(venue.buy(1, 1)).toMatchObject(ACCEPTED);
    expect(venue.buy(1, 1000)).toMatchObject(ACCEPTED);
  });
});

describe('a full engine', () => {
  it('rejects new orders past its bound, and takes them again when one is gone', () => {
    const venue = wide({ maxLiveOrders: 3 });
    const first = venue.buy(1, 100);
    venue.buy(1, 100);
    venue.buy(1, 100);
    expect(venue.buy(1, 100, { id: 4 })).toMatchObject(FULL);
    expect(venue.sell(1, 100)).toMatchObject(FULL);
    expect(venue.amend(first, { price: 99 })).toMatchObject([{ kind: EventKind.Amended }]);
    venue.cancel(first);
    expect(venue.buy(1, 100)).toMatchObject(ACCEPTED);
    // The rejected command has used its id up, like any other.
    expect(venue.buy(1, 100, { id: 4 })).toMatchObject(FULL);
  });

  it('rejects orders at new prices past its pages; what need not rest still trades', () => {
    const venue = wide({ maxPricePages: 2 });
    venue.buy(1, 100);
    const second = venue.sell(1, 1000);
    expect(venue.buy(1, 500)).toMatchObject(FULL);
    expect(venue.amend(second, { price: 2000 })).toMatchObject(FULL);
    expect(venue.sell(1, 100, { immediate: true })).toHaveLength(3);
    expect(venue.amend(second, { price: 2000 })).toMatchObject([{ kind: EventKind.Amended }]);
  });

  it('past its pages still takes orders wherever a page exists already', () => {
    const venue = wide({ maxPricePages: 2 });
    const bid = venue.buy(1, 100);
    venue.sell(1, 1000);
    // 64 to 127 are one page, on each side of the book its own.
    expect(venue.buy(1, 64)).toMatchObject(ACCEPTED);
    expect(venue.buy(1, 127)).toMatchObject(ACCEPTED);
    expect(venue.buy(1, 128)).toMatchObject(FULL);
    expect(venue.buy(1, 63)).toMatchObject(FULL);
    expect(venue.sell(1, 128)).toMatchObject(FULL);
    expect(venue.sell(1, 1001)).toMatchObject(ACCEPTED);
    expect(venue.amend(bid, { price: 99 })).toMatchObject([{ kind: EventKind.Amended }]);
    expect(venue.amend(bid, { price: 200 })).toMatchObject(FULL);
    expect(venue.book()).toBe('1@127 1@99 1@64 | 1@1000 1@1001');
  });

  it('keeps the sum of a side under 2^53, so that no total is rounded', () => {
    const venue = new EngineVenue({}, false);
    const most = 2 ** 53 - 1;
    venue.send({ kind: 'list', instrument: instrument(1, { maxPriceTicks: 1, maxSizeLots: most }) });
    venue.buy(most - 1, 1);
    expect(venue.buy(2, 1)).toMatchObject(FULL);
    const last = venue.buy(1, 1);
    expect(venue.amend(last, { size: 2 })).toMatchObject(FULL);
    expect(venue.book()).toBe(`${most}@1×2 | `);
    expect(venue.sell(most, 1).at(-1)).toMatchObject({ size: 1, remaining: 0, cumulative: 1 });
    expect(venue.book()).toBe(' | ');
  });

  it('lets an order move when its side is as large as can be', () => {
    const venue = new EngineVenue({}, false);
    const half = 2 ** 52 - 1;
    venue.send({ kind: 'list', instrument: instrument(1, { maxPriceTicks: 2, maxSizeLots: half }) });
    const order = venue.buy(half, 1);
    venue.buy(half, 1);
    expect(venue.amend(order, { price: 2 })).toMatchObject([{ kind: EventKind.Amended, remaining: half }]);
    expect(venue.book()).toBe(`${half}@2 ${half}@1 | `);
  });

  it.each([
    [{ shard: 32 }, 'shard 32 is not a whole number from 0 to 31'],
    [{ shard: 0.5 }, 'shard 0.5 is not'],
    [{ clientIdWindow: 0 }, 'client-id window 0 is not a whole number from 1 to 16777216'],
    [{ clientIdWindow: 2 ** 24 + 1 }, 'client-id window 16777217 is not'],
    [{ maxOpenOrders: -1 }, 'most open orders -1 is not a whole number from 0 to 8388608'],
    [{ maxOpenOrders: 2 ** 23 + 1 }, 'most open orders 8388609 is not'],
    [{ maxLiveOrders: 0 }, 'most live orders 0 is not'],
    [{ maxPricePages: 2 ** 18 + 1 }, 'most price pages 262145 is not'],
  ])('cannot be made with %o', (settings, message) => {
    expect(() => new Engine({ shard: 0, ...settings })).toThrow(message);
  });
});

describe('growth', () => {
  it('keeps orders, levels, ids, texts and accounts', () => {
    const venue = wide({ clientIdWindow: 1500 });
    const many = 5000;
    for (let i = 0; i < many; i++) {
      const id = i % 3 === 0 ? `order ${i}` : i + 1;
      venue.buy(1 + (i % 7), 1 + ((i * 7919) % 1_000_003), { account: 1 + (i % 1200), id });
    }
    expect(venue.engine.liveOrders).toBe(many);
    expect(venue.engine.rememberedClientIds).toBe(many);
    expect(venue.bids()).toHaveLength(many);
    for (let i = many - 1; i >= 0; i--) {
      const target =
        i % 2 === 0 ? { orderId: venue.orderId(i + 2) } : { clientId: i % 3 === 0 ? `order ${i}` : i + 1 };
      expect(venue.cancel(target, { account: 1 + (i % 1200) })).toMatchObject([
        { kind: EventKind.Cancelled, size: 1 + (i % 7), price: 1 + ((i * 7919) % 1_000_003) },
      ]);
    }
    expect(venue.book()).toBe(' | ');
    expect(venue.engine.rememberedClientIds).toBe(1500);
  });

  it('finds orders by id whatever came after them', () => {
    const venue = wide();
    const { engine } = venue;
    const first = 1000;
    // Sequences that are equal in their low 16 or 32 bits, or follow one another.
    const sequences = [0, 1, 2 ** 16, 2 ** 16 + 1, 2 ** 17, 2 ** 32, 2 ** 32 + 2 ** 16, 2 ** 40].map(
      (n) => first + n,
    );
    for (const sequence of sequences) {
      const { kind, instrument, side, price } = { kind: 'new', instrument: 1, side: 1, price: 100 } as const;
      const words = record({
        kind,
        account: 7,
        clientId: sequence,
        instrument,
        side,
        price,
        size: 1 + (sequence % 8999),
      });
      engine.apply(words, 0, sequence, 0, 0);
    }
    for (const sequence of [2 ** 18, 2 ** 33, 999, 2 ** 40])
      expect(venue.cancel({ orderId: venue.orderId(sequence) })).toMatchObject([
        { code: RejectCode.UnknownOrder },
      ]);
    for (const sequence of sequences)
      expect(venue.cancel({ orderId: venue.orderId(sequence) })).toMatchObject([
        { kind: EventKind.Cancelled, order: sequence, size: 1 + (sequence % 8999) },
      ]);
    expect(engine.liveOrders).toBe(0);
  });

  it('lets one command write any number of events', () => {
    const venue = wide();
    for (let i = 0; i < 3000; i++) venue.sell(1, 100 + (i % 50), { id: `maker ${i}` });
    const events = venue.buy(3000, 200, { id: 'taker' });
    expect(events).toHaveLength(6001);
    expect(events.filter((event) => event.kind === EventKind.Fill).every((event) => event.size === 1)).toBe(
      true,
    );
    expect(venue.engine.liveOrders).toBe(0);
  });
});
