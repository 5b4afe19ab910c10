import { describe, expect, it } from 'vitest';
import {
  MatchingEngine,
  type MatchingEngineOptions,
  type NewOrder,
  OrderBook,
  TestClock,
} from '../../src/embedded/index.js';

const book = new OrderBook({ symbol: 'ACME', tick: '0.05', lot: '0.001' });
const order: NewOrder = { account: 1, side: 'buy', priceTicks: 10, sizeLots: 5 };

/** Anything: JavaScript programs have no compiler to ask. */
type Wrong = Record<string, unknown>;
const submit = (wrong: Wrong) => () => book.submit({ ...order, ...wrong } as never);

describe('misuse', () => {
  it.each<[Wrong, new () => Error, string]>([
    [{ account: 0 }, RangeError, 'account: 0 is not a whole number from 1 to 4294967295'],
    [{ account: '1' }, TypeError, 'account: "1" must be a whole number'],
    [{ account: undefined }, TypeError, 'account: undefined must be a whole number'],
    [{ side: 'long' }, TypeError, 'side: "long" must be one of buy, sell'],
    [{ side: 'toString' }, TypeError, 'side: "toString" must be one of buy, sell'],
    [{ type: 'iceberg' }, TypeError, 'type: "iceberg" must be one of limit, market,'],
    [{ timeInForce: 'gtc' }, TypeError, 'timeInForce: "gtc" must be one of GTC, IOC,'],
    [{ prize: 3 }, TypeError, 'an order: there is no field "prize"'],
    [{ price: '10' }, TypeError, 'price: give price or priceTicks, not both'],
    [{ priceTicks: undefined }, TypeError, 'price: missing; a limit order needs price or priceTicks'],
    [{ priceTicks: 1.5 }, RangeError, 'priceTicks: 1.5 is not a whole number from 0 to 9007199254740991'],
    [{ priceTicks: -1 }, RangeError, 'priceTicks: -1 is not a whole number from 0'],
    [{ priceTicks: Number.NaN }, RangeError, 'priceTicks: NaN is not a whole number'],
    [
      { priceTicks: undefined, price: '10.03' },
      RangeError,
      'price: "10.03" is not a multiple of the tick 0.05 of ACME',
    ],
    [
      { priceTicks: undefined, price: '0.051' },
      RangeError,
      'price: "0.051" is not a multiple of the tick 0.05',
    ],
    [{ priceTicks: undefined, price: 'ten' }, TypeError, 'price: "ten" is not a decimal'],
    [{ priceTicks: undefined, price: -1 }, RangeError, 'price: -20 is not a whole number from 0'],
    [{ priceTicks: undefined, price: '9'.repeat(30) }, RangeError, 'is too large'],
    [{ priceTicks: undefined, price: 1n }, TypeError, 'price: 1n must be a decimal'],
    [{ sizeLots: undefined }, TypeError, 'size: missing; give size or sizeLots'],
    [
      { sizeLots: undefined, size: '0.0005' },
      RangeError,
      'size: "0.0005" is not a multiple of the lot 0.001 of ACME',
    ],
    [
      { clientOrderId: 2 ** 52 },
      RangeError,
      'clientOrderId: 4503599627370496 is not a whole number from 1 to',
    ],
    [{ clientOrderId: '' }, RangeError, 'clientOrderId: "" is not 1 to 36 printable ASCII characters'],
    [{ clientOrderId: 'é' }, RangeError, 'clientOrderId: "é" is not 1 to 36'],
    [{ clientOrderId: 'x'.repeat(37) }, RangeError, 'is not 1 to 36'],
    [{ stopPriceTicks: 4 }, TypeError, 'stopPrice: only a stop or stop-limit order has one'],
    [{ type: 'stop' }, TypeError, 'stopPrice: missing; a stop or stop-limit order needs it'],
    [{ type: 'trailingStop' }, TypeError, 'trail: missing; a trailing stop needs it'],
    [{ type: 'trailingStop', trailTicks: 1, trailBasisPoints: 1 }, TypeError, 'one of the three'],
    [{ type: 'pegged' }, TypeError, 'peg: missing; a pegged order needs it'],
    [{ pegOffsetTicks: 1 }, TypeError, 'pegOffset: only a pegged order has one'],
    [{ type: 'pegged', peg: 'last' }, TypeError, 'peg: "last" must be one of best, mid, opposite'],
    [{ expiresAtNs: 5 }, TypeError, 'expiresAtNs: 5 must be a bigint, nanoseconds since 1970'],
    [{ expiresAtNs: -5n }, RangeError, 'expiresAtNs: -5 is not from 0'],
    [{ postOnly: 'yes' }, TypeError, 'postOnly: "yes" must be true or false'],
    [{ hidden: 1 }, TypeError, 'hidden: 1 must be true or false'],
    [{ takeProfitTicks: 20 }, TypeError, 'takeProfit, stopLoss: a bracket has both'],
    [{ linkedTo: 'a' }, TypeError, 'linkedTo: "a" must be a whole number'],
    [{ session: -1 }, RangeError, 'session: -1 is not a whole number'],
  ])('of submit is told in a sentence: %o', (wrong, kind, sentence) => {
    const before = book.engine.sequence;
    expect(submit(wrong)).toThrow(kind);
    expect(submit(wrong)).toThrow(sentence);
    expect(book.engine.sequence).toBe(before);
  });

  it('of other commands is told too', () => {
    expect(() => book.cancel({ account: 1 })).toThrow(
      'orderId: give orderId or clientOrderId, one of the two',
    );
    expect(() => book.cancel({ account: 1, orderId: 1, clientOrderId: 2 })).toThrow('one of the two');
    expect(() => book.cancel(undefined as never)).toThrow(TypeError);
    expect(() => book.amend({ account: 1, orderId: 1, price: '1', priceTicks: 1 })).toThrow('not both');
    expect(() => book.quote({ account: 1, bidSizeLots: 5 })).toThrow('bid: missing; its size is 5 lots');
    expect(() => book.engine.quote({ account: 1, quotes: [] })).toThrow('a mass quote holds 1 to 64');
    expect(() => book.setState('open' as never)).toThrow('state: "open" must be one of preOpen,');
    expect(() => book.submit({ ...order, instrument: 'B' } as never)).toThrow('a book has one; leave it out');
    expect(() => book.setPrices({})).toThrow('name referencePrice, markPrice or both');
    expect(() => book.engine.setAccount({ account: 1 })).toThrow('name at least one limit');
    expect(() => book.depth(0)).toThrow('levels: 0 is not a whole number from 1');
    expect(() => book.on('trade', 5 as never)).toThrow('the listener of "trade" is no function');
    expect(() => book.advance(-1)).toThrow(RangeError);
    expect(() => book.advanceTo(5 as never)).toThrow('must be a bigint');
    expect(() => book.ticks('0.01')).toThrow('not a multiple of the tick');
  });

  it('of options is told', () => {
    expect(() => new OrderBook({ tick: 0 })).toThrow('tick: 0 is not over 0');
    expect(() => new OrderBook({ tick: 'x' })).toThrow('tick: "x" is not a decimal');
    expect(() => new OrderBook({ symbol: 'A B' })).toThrow('its symbol "A B" is not');
    expect(() => new OrderBook({ maxPriceTicks: 2 ** 30, maxSizeLots: 2 ** 30 })).toThrow('is over 2^53');
    expect(() => new OrderBook({ priority: 'size' as never })).toThrow('priority: "size" must be one of');
    expect(() => new OrderBook({ simbol: 'A' } as never)).toThrow('the options: there is no field "simbol"');
    expect(() => new OrderBook({ tradeHistory: -1 })).toThrow('tradeHistory: -1');
    expect(() => new OrderBook({ clientIdWindow: 0 })).toThrow(RangeError);
    expect(() => new OrderBook({ maxOpenOrders: 0.5 })).toThrow('most open orders 0.5 is not');
    expect(() => new MatchingEngine({ clock: {} } as MatchingEngineOptions)).toThrow(
      'clock: it must be a Clock',
    );
    const two = new MatchingEngine({ instruments: [{ symbol: 'A' }, { symbol: 'B' }] });
    expect(() => two.submit(order)).toThrow('instrument: missing; the engine has 2 of them');
    expect(() => two.submit({ ...order, instrument: 'C' })).toThrow('instrument: "C" is not listed');
    expect(() => two.submit({ ...order, instrument: 3 })).toThrow('instrument: 3 is not listed');
    expect(() => two.list({ symbol: 'A' })).toThrow('instrument A is listed already');
    const { advance: _, ...clock } = { ...new TestClock(), advance: undefined };
    const stuck = { ...clock, originEpochNs: 0n, nowNs: () => 0, epochNs: () => 0n };
    expect(() => new OrderBook({ clock: stuck as never }).advance(1)).toThrow('goes by itself');
  });
});

describe('defaults', () => {
  it('are wide and legal', () => {
    expect(new OrderBook().instrument).toMatchObject({
      symbol: 'BOOK',
      maxPriceTicks: 1e8,
      maxSizeLots: 90_071_992,
    });
    expect(book.instrument).toMatchObject({
      id: 1,
      priceDecimals: 2,
      tickSize: 5,
      sizeDecimals: 3,
      lotSize: 1,
    });
    expect(new OrderBook({ maxSizeLots: 1e12 }).instrument.maxPriceTicks).toBe(9007);
    expect(new OrderBook({ maxPriceTicks: 1000 }).instrument.maxSizeLots).toBe(9_007_199_254_740);
    expect(new OrderBook({ tick: '0.000000000000001' }).instrument.priceDecimals).toBe(15);
  });
});
