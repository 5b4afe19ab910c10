import { describe, expect, it } from 'vitest';
import { EventKind, MatchingEngine, OrderBook, RejectCode, Side } from '../../src/embedded/index.js';

const acme = () => new OrderBook({ symbol: 'ACME', tick: '0.01', lot: '0.1' });

describe('an order book', () => {
  it('rests, trades and tells how the order stands', () => {
    const book = acme();
    const sell = book.submit({ account: 1, side: 'sell', price: '10.25', size: 100 });
    expect(sell).toMatchObject({
      status: 'accepted',
      code: 0,
      reason: '',
      tradedLots: 0,
      remainingLots: 1000,
    });
    expect(sell).toMatchObject({ isLive: true, isRepeat: false, trades: [] });
    expect(sell.events.map((event) => event.kind)).toEqual(['accepted']);

    const buy = book.submit({ account: 2, side: 'buy', priceTicks: 1030, sizeLots: 300 });
    expect(buy).toMatchObject({ status: 'accepted', tradedLots: 300, remainingLots: 0, isLive: false });
    expect(buy.trades).toEqual([
      {
        number: 1,
        instrumentId: 1,
        priceTicks: 1025,
        sizeLots: 300,
        takerSide: 'buy',
        takerOrderId: buy.orderId,
        takerAccount: 2,
        makerOrderId: sell.orderId,
        makerAccount: 1,
        sequence: buy.sequence,
        timeNs: book.timeNs,
      },
    ]);
    expect(buy.events.map((event) => event.kind)).toEqual(['accepted', 'fill', 'fill']);
    expect(buy.events[2]).toMatchObject({
      account: 1,
      liquidity: 'maker',
      remainingLots: 700,
      isOrderDone: false,
    });
    expect(book.trades()).toEqual(buy.trades);
    expect(book.depth()).toEqual({ bids: [], asks: [{ priceTicks: 1025, sizeLots: 700, orders: 1 }] });
  });

  it('cancels and amends by either id', () => {
    const book = acme();
    const { orderId } = book.submit({
      account: 1,
      side: 'buy',
      priceTicks: 100,
      sizeLots: 10,
      clientOrderId: 'a',
    });
    book.submit({ account: 2, side: 'sell', priceTicks: 100, sizeLots: 4 });
    const amended = book.amend({ account: 1, clientOrderId: 'a', price: '1.01', sizeLots: 12 });
    expect(amended).toMatchObject({
      status: 'accepted',
      orderId,
      tradedLots: 4,
      remainingLots: 8,
      isLive: true,
    });
    expect(book.bestBid).toEqual({ priceTicks: 101, sizeLots: 8, orders: 1 });
    expect(book.cancel({ account: 1, orderId })).toMatchObject({
      status: 'accepted',
      orderId,
      isLive: false,
    });
    expect(book.bestBid).toBeUndefined();
    expect(book.cancel({ account: 1, orderId })).toMatchObject({
      status: 'rejected',
      code: RejectCode.UnknownOrder,
      reason: 'unknown-order',
      text: 'The account has no such live order; it may have traded or been cancelled.',
    });
  });

  it('rejects what the market forbids, with a code and a sentence', () => {
    const book = new OrderBook({ maxPriceTicks: 1000, maxSizeLots: 50 });
    const result = book.submit({ account: 1, side: 'buy', priceTicks: 1001, sizeLots: 1 });
    expect(result).toMatchObject({
      status: 'rejected',
      reason: 'price-out-of-range',
      orderId: 0,
      isLive: false,
    });
    expect(result.events).toHaveLength(1);
    expect(book.submit({ account: 1, side: 'buy', priceTicks: 1, sizeLots: 51 }).code).toBe(
      RejectCode.SizeOutOfRange,
    );
  });

  it('gives a retry its first answer again', () => {
    const book = acme();
    const order = { account: 1, side: 'buy', priceTicks: 5, sizeLots: 5, clientOrderId: 9 } as const;
    const first = book.submit(order);
    expect(book.submit(order)).toMatchObject({ status: 'accepted', orderId: first.orderId, isRepeat: true });
    expect(book.submit({ ...order, sizeLots: 6 })).toMatchObject({
      status: 'rejected',
      reason: 'client-id-reused',
    });
    expect(book.bestBid?.sizeLots).toBe(5);
  });

  it('converts exactly, both ways', () => {
    const book = acme();
    expect([book.ticks(0.07), book.ticks('12.30'), book.lots(0.3)]).toEqual([7, 1230, 3]);
    expect([book.priceText(1230), book.sizeText(3)]).toEqual(['12.30', '0.3']);
  });

  it('shows as much depth as asked for', () => {
    const book = acme();
    for (let tick = 1; tick <= 120; tick++)
      book.submit({ account: 1, side: 'buy', priceTicks: tick, sizeLots: tick });
    expect(book.depth().bids).toHaveLength(10);
    expect(book.depth(100).bids).toHaveLength(100);
    expect(book.depth(110).bids).toHaveLength(110);
    expect(book.depth(110).bids.slice(0, 100)).toEqual(book.depth(100).bids);
    expect(book.depth(1000).bids.at(-1)).toEqual({ priceTicks: 1, sizeLots: 1, orders: 1 });
  });

  it('keeps as many trades as it is told', () => {
    const book = new OrderBook({ tradeHistory: 3 });
    for (let size = 1; size <= 5; size++) {
      book.submit({ account: 1, side: 'buy', priceTicks: 5, sizeLots: size });
      book.submit({ account: 2, side: 'sell', priceTicks: 5, sizeLots: size });
    }
    expect(book.trades().map((trade) => trade.sizeLots)).toEqual([3, 4, 5]);
    expect(book.trades(2).map((trade) => trade.number)).toEqual([4, 5]);
    expect(new OrderBook({ tradeHistory: 0 }).trades()).toEqual([]);
  });
});

describe('an engine of several instruments', () => {
  it('keeps them apart', () => {
    const engine = new MatchingEngine({ instruments: [{ symbol: 'A' }] });
    const listing = engine.list({ symbol: 'B', tick: '0.5' });
    expect(engine.instruments.map(({ id, symbol }) => [id, symbol])).toEqual([
      [1, 'A'],
      [2, 'B'],
    ]);
    expect(listing.tickSize).toBe(5);
    engine.submit({ account: 1, instrument: 'A', side: 'buy', price: 3, size: 1 });
    engine.submit({ account: 1, instrument: 2, side: 'sell', price: 3, size: 1 });
    expect([engine.bestBid('A')?.priceTicks, engine.bestBid('B')?.priceTicks]).toEqual([3, undefined]);
    expect([engine.bestAsk('A')?.priceTicks, engine.bestAsk('B')?.priceTicks]).toEqual([undefined, 6]);
    const book = OrderBook.of(engine, 'B');
    expect(book.bestAsk?.priceTicks).toBe(6);
    book.submit({ account: 2, side: 'buy', price: '3.0', size: 1 });
    expect(engine.trades({ instrument: 'A' })).toEqual([]);
    expect(engine.trades({ instrument: 'B' })).toHaveLength(1);
    expect(engine.trades()).toHaveLength(1);
    expect(engine.liveOrders).toBe(1);
  });
});

describe('the fast entrance', () => {
  it('gives the events that plain objects give', () => {
    const plain = acme();
    const fast = acme();
    const entry = fast.entry();
    const sell = { account: 1, side: 'sell', priceTicks: 100, sizeLots: 10 } as const;
    expect(entry.limit(1, 0, Side.Sell, 100, 10)).toBe(0);
    const { orderId } = plain.submit(sell);
    expect(entry.orderId).toBe(orderId);
    expect([entry.bestBidTicks, entry.bestAskTicks, entry.bestBidLots, entry.bestAskLots]).toEqual([
      0, 100, 0, 10,
    ]);

    entry.limit(2, 77, Side.Buy, 101, 4);
    plain.submit({ account: 2, side: 'buy', priceTicks: 101, sizeLots: 4, clientOrderId: 77 });
    const seen: unknown[] = [];
    const { events } = entry;
    while (events.next())
      seen.push([events.kind, events.account, events.sizeLots, events.isMaker, events.tradeNumber]);
    expect(seen).toEqual([
      [EventKind.Accepted, 2, 4, false, 0],
      [EventKind.Fill, 2, 4, false, 1],
      [EventKind.Fill, 1, 4, true, 1],
    ]);
    expect(events.next()).toBe(false);
    // A read of the book leaves the events where they are.
    events.rewind();
    expect([entry.bestAskLots, events.next(), events.isAnswer, events.clientId]).toEqual([6, true, true, 77]);
    events.next();
    expect([events.priceTicks, events.remainingLots, events.cumulativeLots, events.counterOrderId]).toEqual([
      100,
      0,
      4,
      orderId,
    ]);
    expect([events.isOrderDone, events.instrumentId, events.side, events.code]).toEqual([
      true,
      1,
      Side.Buy,
      0,
    ]);

    entry.amend(1, orderId, 99, 0);
    plain.amend({ account: 1, orderId, priceTicks: 99 });
    entry.limit(3, 5, Side.Buy, 50, 1);
    plain.submit({ account: 3, side: 'buy', priceTicks: 50, sizeLots: 1, clientOrderId: 5 });
    entry.cancelByClientId(3, 5);
    plain.cancel({ account: 3, clientOrderId: 5 });
    entry.cancel(1, orderId);
    plain.cancel({ account: 1, orderId });
    expect(entry.cancel(1, orderId)).toBe(RejectCode.UnknownOrder);
    expect(plain.cancel({ account: 1, orderId }).code).toBe(RejectCode.UnknownOrder);
    expect(fast.trades()).toEqual(plain.trades());
    expect(fast.engine.sequence).toBe(plain.engine.sequence);
  });

  it('tells misuse and takes nothing for it', () => {
    const entry = acme().entry();
    expect(() => entry.limit(0, 0, Side.Buy, 1, 1)).toThrow('account 0 is not');
    expect(() => entry.limit(1, 2 ** 52, Side.Buy, 1, 1)).toThrow('client id 4503599627370496 is not');
    expect(() => entry.limit(1, 0, 3, 1, 1)).toThrow('side 3 is not 1 (buy) or 2 (sell)');
    expect(() => entry.limit(1, 0, Side.Buy, 1.5, 1)).toThrow('price 1.5 is not a whole number of ticks');
    expect(() => entry.limit(1, 0, Side.Buy, 1, -1)).toThrow('size -1 is not a whole number of lots');
    expect(() => entry.limit(1, 0, Side.Buy, 1, 1, 4)).toThrow('time in force 4 is not one');
    expect(() => entry.cancel(1, Number.NaN)).toThrow('order NaN is not');
    expect(entry.orderId).toBe(0);
  });

  it('tells listeners too', () => {
    const book = acme();
    const trades: number[] = [];
    book.on('trade', (trade) => trades.push(trade.sizeLots));
    const entry = book.entry();
    entry.limit(1, 0, Side.Buy, 100, 5);
    entry.limit(2, 0, Side.Sell, 100, 3);
    expect(trades).toEqual([3]);
    expect(entry.orderId).toBe(book.trades()[0]!.takerOrderId);
  });
});
