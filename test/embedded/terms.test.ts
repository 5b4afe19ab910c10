import { describe, expect, it } from 'vitest';
import { MatchingEngine, OrderBook, TestClock } from '../../src/embedded/index.js';

const SECOND = 1_000_000_000;
const kinds = ({ events }: { readonly events: readonly { readonly kind: string }[] }) =>
  events.map((event) => event.kind);

describe('time', () => {
  it('makes orders expire, each at its time, whoever moves the clock', () => {
    const clock = new TestClock();
    const book = new OrderBook({ clock });
    const told: [number, string, bigint][] = [];
    book.on('cancelled', ({ orderId, reason, timeNs }) =>
      told.push([orderId, reason, timeNs - clock.originEpochNs]),
    );
    const order = { account: 1, side: 'buy', priceTicks: 10, sizeLots: 1 } as const;
    const at = (ns: number) => ({ ...order, expiresAtNs: clock.originEpochNs + BigInt(ns) });
    const late = book.submit(at(3 * SECOND));
    const early = book.submit(at(SECOND));
    expect(late.events[0]).toMatchObject({
      terms: { timeInForce: 'GTD', expiresAtNs: clock.originEpochNs + 3_000_000_000n },
    });
    book.advance(SECOND - 1);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual([[early.orderId, 'expired', 1_000_000_000n]]);
    book.advanceTo(clock.originEpochNs + 5_000_000_000n);
    expect(told[1]).toEqual([late.orderId, 'expired', 3_000_000_000n]);
    expect(book.submit(at(4 * SECOND))).toMatchObject({ status: 'rejected', reason: 'expiry-passed' });
  });

  it('writes no command for an order that has left before', () => {
    const book = new OrderBook();
    const order = { account: 1, side: 'buy', priceTicks: 10, sizeLots: 1 } as const;
    const { orderId } = book.submit({ ...order, expiresAtNs: book.timeNs + 100n });
    // Through the entrance that does not look at the alarm.
    book.entry().cancel(1, orderId);
    const { sequence } = book.engine;
    book.advance(1000);
    expect(book.engine.sequence).toBe(sequence);
  });

  it('goes on after a snapshot', () => {
    const book = new OrderBook();
    book.submit({ account: 1, side: 'buy', priceTicks: 10, sizeLots: 1, expiresAtNs: book.timeNs + 100n });
    book.advance(50);
    const restored = OrderBook.restore(book.snapshot());
    book.advance(50);
    restored.advance(50);
    expect([restored.orders(), restored.eventHash]).toEqual([[], book.eventHash]);
  });

  it('does not wait for an engine that is closed', () => {
    const book = new OrderBook();
    book.submit({ account: 1, side: 'buy', priceTicks: 10, sizeLots: 1, expiresAtNs: book.timeNs + 100n });
    book.close();
    const { sequence } = book.engine;
    book.advance(1000);
    expect(book.engine.sequence).toBe(sequence);
  });
});

describe('orders of all kinds', () => {
  it('wait, are triggered, and tell their terms', () => {
    const book = new OrderBook();
    const stop = book.submit({ account: 1, side: 'sell', type: 'stop', stopPriceTicks: 95, sizeLots: 2 });
    expect(stop.events[0]).toMatchObject({
      terms: { type: 'stop', standing: 'awaitsStop', stopPriceTicks: 95 },
    });
    expect(book.order(stop.orderId)).toMatchObject({
      type: 'stop',
      standing: 'awaitsStop',
      stopPriceTicks: 95,
    });
    book.submit({ account: 2, side: 'buy', priceTicks: 95, sizeLots: 1 });
    book.submit({ account: 2, side: 'buy', priceTicks: 94, sizeLots: 5 });
    const trade = book.submit({ account: 3, side: 'sell', priceTicks: 95, sizeLots: 1 });
    expect(kinds(trade)).toEqual(['accepted', 'fill', 'fill', 'triggered', 'fill', 'fill']);
    expect(trade.trades.map((one) => one.priceTicks)).toEqual([95, 94]);
    expect(trade).toMatchObject({ tradedLots: 1, isLive: false });

    const trailing = { account: 1, side: 'sell', type: 'trailingStop', sizeLots: 1 } as const;
    expect(book.submit({ ...trailing, trailTicks: 4 }).events[0]).toMatchObject({ terms: { trailTicks: 4 } });
    const basis = book.submit({ ...trailing, trailBasisPoints: 50 });
    expect(basis.events[0]).toMatchObject({ terms: { trailBasisPoints: 50 } });
    const pegged = book.submit({
      account: 4,
      side: 'buy',
      type: 'pegged',
      peg: 'best',
      pegOffsetTicks: -2,
      sizeLots: 1,
    });
    expect(pegged.events[0]).toMatchObject({ priceTicks: 92, terms: { peg: 'best', pegOffsetTicks: -2 } });
    const iceberg = book.submit({
      account: 5,
      side: 'sell',
      priceTicks: 99,
      sizeLots: 9,
      displaySizeLots: 2,
    });
    expect(iceberg.events[0]).toMatchObject({ terms: { displaySizeLots: 2, hidden: false } });
    expect(book.order(iceberg.orderId)).toMatchObject({ displayedLots: 2, remainingLots: 9 });
    expect(book.bestAsk).toEqual({ priceTicks: 99, sizeLots: 2, orders: 1 });
    book.submit({ account: 5, side: 'sell', priceTicks: 98, sizeLots: 9, hidden: true });
    expect(book.bestAsk?.priceTicks).toBe(99);
    expect(book.submit({ account: 6, side: 'buy', priceTicks: 99, sizeLots: 1, postOnly: true }).reason).toBe(
      'would-trade',
    );
    const slid = book.submit({ account: 6, side: 'buy', priceTicks: 99, sizeLots: 1, postOnly: 'slide' });
    expect(slid.events[0]).toMatchObject({ priceTicks: 97 });
    const terms = { takeProfitTicks: 5, stopLossTicks: 50 };
    expect(book.submit({ account: 6, side: 'buy', priceTicks: 10, sizeLots: 1, ...terms }).reason).toBe(
      'bad-terms',
    );
    expect(
      book.submit({ account: 6, side: 'buy', priceTicks: 10, sizeLots: 1, timeInForce: 'IOC', hidden: true })
        .reason,
    ).toBe('bad-flags');
  });

  it('are linked, and have exits', () => {
    const book = new OrderBook();
    const profit = book.submit({
      account: 1,
      side: 'sell',
      priceTicks: 110,
      sizeLots: 1,
      clientOrderId: 'profit',
    });
    const linkedTo = { clientOrderId: 'profit' };
    book.submit({ account: 1, side: 'sell', type: 'stop', stopPriceTicks: 90, sizeLots: 1, linkedTo });
    const bought = book.submit({ account: 2, side: 'buy', priceTicks: 110, sizeLots: 1 });
    expect(kinds(bought)).toEqual(['accepted', 'fill', 'fill', 'cancelled']);
    expect(bought.events[2]).toMatchObject({ orderId: profit.orderId });
    expect(bought.events[3]).toMatchObject({ reason: 'linked' });

    book.submit({ account: 3, side: 'sell', priceTicks: 100, sizeLots: 1 });
    const bracket = { takeProfitTicks: 120, stopLossTicks: 80 };
    const entry = book.submit({ account: 4, side: 'buy', priceTicks: 100, sizeLots: 1, ...bracket });
    const ids = book.orders({ account: 4 }).map((order) => [order.orderId, order.type]);
    expect(ids).toEqual([
      [entry.orderId + 1, 'limit'],
      [entry.orderId + 2, 'stop'],
    ]);
  });

  it('are quoted in many instruments at once', () => {
    const engine = new MatchingEngine({ instruments: [{ symbol: 'A' }, { symbol: 'B' }] });
    const sides = { bidTicks: 9, bidSizeLots: 5, askTicks: 11, askSizeLots: 5 };
    const quotes = [
      { instrument: 'A', ...sides },
      { instrument: 'B', askTicks: 8, askSizeLots: 1 },
    ];
    const first = engine.quote({ account: 1, quotes });
    const ids = engine.orders().map((order) => order.orderId);
    expect(first.quotes.flatMap(({ bidOrderId, askOrderId }) => [bidOrderId, askOrderId])).toEqual([
      ids[0],
      ids[1],
      undefined,
      ids[2],
    ]);
    expect(
      kinds(engine.quote({ account: 1, quotes: [{ instrument: 'A', bidTicks: 8, bidSizeLots: 1 }] })),
    ).toEqual(['quoted', 'cancelled', 'cancelled', 'accepted']);
    const crossed = engine.quote({ account: 1, quotes: [{ instrument: 'A', ...sides, bidTicks: 12 }] });
    expect(crossed).toMatchObject({ status: 'rejected', reason: 'bad-quote', quotes: [] });
    expect(engine.cancelAll({ account: 1, instrument: 'A' })).toMatchObject({
      status: 'accepted',
      orders: 1,
    });
    expect(engine.cancelAll({ account: 0 }).orders).toBe(1);
    expect(engine.liveOrders).toBe(0);
  });
});

describe('the operator', () => {
  it('holds an auction', () => {
    const book = new OrderBook();
    expect(book.state).toBe('continuous');
    expect(book.setState('auction').events).toMatchObject([
      { kind: 'stateChanged', state: 'auction', instrument: 'BOOK' },
    ]);
    expect(book.setState('auction')).toMatchObject({ status: 'rejected', reason: 'state-unchanged' });
    book.submit({ account: 1, side: 'buy', priceTicks: 105, sizeLots: 30 });
    book.submit({ account: 2, side: 'sell', priceTicks: 95, sizeLots: 20 });
    expect(book.submit({ account: 2, side: 'sell', type: 'market', sizeLots: 1 }).reason).toBe(
      'not-in-this-state',
    );
    const opened = book.setState('continuous');
    expect(opened.trades).toHaveLength(1);
    expect(opened.events.find((event) => event.kind === 'auctionPrice')).toMatchObject({
      priceTicks: 105,
      sizeLots: 20,
      surplusLots: 10,
      surplusSide: 'buy',
    });
    expect(book.status).toMatchObject({ state: 'continuous', lastPriceTicks: 105, trades: 1 });
    expect(book.setState('halted', { cancelOrders: true }).events[1]).toMatchObject({ reason: 'halted' });
  });

  it('sets prices and limits', () => {
    const book = new OrderBook({ collarTicks: 10 });
    expect(book.setPrices({ referencePriceTicks: 100, markPriceTicks: 101 }).events[0]).toMatchObject({
      kind: 'pricesChanged',
      referencePriceTicks: 100,
      markPriceTicks: 101,
    });
    expect(book.status).toMatchObject({ referencePriceTicks: 100, markPriceTicks: 101 });
    const order = { account: 1, side: 'buy', sizeLots: 1 } as const;
    expect(book.submit({ ...order, priceTicks: 111 }).reason).toBe('outside-collar');
    const { engine } = book;
    const limits = { account: 1, maxOpenOrders: 1, selfTradeGroup: 7 };
    expect(engine.setAccount(limits).events[0]).toMatchObject({
      changedAccount: 1,
      maxOpenOrders: 1,
      selfTradeGroup: 7,
    });
    book.submit({ ...order, priceTicks: 100 });
    expect(book.submit({ ...order, priceTicks: 100 }).reason).toBe('too-many-open-orders');
    const killed = engine.setAccount({ account: 1, killSwitch: true });
    expect(killed.events).toMatchObject([{ killSwitch: true }, { kind: 'cancelled', reason: 'kill switch' }]);
    expect(book.submit({ ...order, priceTicks: 100 }).reason).toBe('account-stopped');
    engine.setAccount({ account: 1, killSwitch: false });
    expect(book.submit({ ...order, priceTicks: 100, selfTrade: 'cancelTaker' }).status).toBe('accepted');
  });

  it('has a most of open orders for every account, which a limit of its own goes before', () => {
    const book = new OrderBook({ maxOpenOrders: 2 });
    const order = { account: 1, side: 'buy', priceTicks: 5, sizeLots: 1 } as const;
    for (const sizeLots of [1, 2]) expect(book.submit({ ...order, sizeLots }).status).toBe('accepted');
    expect(book.submit(order).reason).toBe('too-many-open-orders');
    expect(book.submit({ ...order, account: 2 }).status).toBe('accepted');
    const again = OrderBook.restore(book.snapshot());
    expect(again.submit(order).reason).toBe('too-many-open-orders');
    again.engine.setAccount({ account: 1, maxOpenOrders: 3 });
    expect(again.submit(order).status).toBe('accepted');
    expect(again.submit(order).reason).toBe('too-many-open-orders');
  });

  it('cancels what came in over one session', () => {
    const book = new OrderBook();
    const order = { account: 1, side: 'buy', priceTicks: 5, sizeLots: 1 } as const;
    book.submit({ ...order, session: 8 });
    book.submit({ ...order, session: 9 });
    expect(book.cancelAll({ account: 1, session: 8, onlySession: true }).orders).toBe(1);
    expect(book.orders()).toHaveLength(1);
  });
});
