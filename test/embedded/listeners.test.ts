import { describe, expect, it } from 'vitest';
import { type EventOf, type MatchingEvent, OrderBook, type Trade } from '../../src/embedded/index.js';

const order = (account: number, side: 'buy' | 'sell', priceTicks: number, sizeLots = 1) =>
  ({ account, side, priceTicks, sizeLots }) as const;

describe('listeners', () => {
  it('are told what they asked for, in order', () => {
    const book = new OrderBook();
    const events: MatchingEvent[] = [];
    const fills: EventOf<'fill'>[] = [];
    const trades: Trade[] = [];
    book.on('event', (event) => events.push(event));
    book.on('fill', (fill) => fills.push(fill));
    book.on('trade', (trade) => trades.push(trade));
    book.submit(order(1, 'sell', 10));
    book.submit(order(1, 'sell', 11));
    const result = book.submit(order(2, 'buy', 12, 3));
    expect(events.map((event) => event.kind)).toEqual([
      ...['accepted', 'accepted', 'accepted', 'fill', 'fill', 'fill', 'fill'],
    ]);
    expect(events.slice(2)).toEqual(result.events);
    expect(fills.map((fill) => fill.liquidity)).toEqual(['taker', 'maker', 'taker', 'maker']);
    expect(trades).toEqual(result.trades);
    expect(trades.map((trade) => trade.priceTicks)).toEqual([10, 11]);
  });

  it('end when asked to, each by itself', () => {
    const book = new OrderBook();
    let calls = 0;
    const count = () => calls++;
    const off = book.on('accepted', count);
    const offToo = book.on('accepted', count);
    book.submit(order(1, 'buy', 10));
    expect(calls).toBe(2);
    off();
    off();
    book.submit(order(1, 'buy', 10));
    expect(calls).toBe(3);
    offToo();
    book.on('accepted', count);
    book.close();
    book.submit(order(1, 'buy', 10));
    expect(calls).toBe(3);
  });

  it('may send commands: these are applied at once, and told after what came before them', () => {
    const book = new OrderBook();
    const told: string[] = [];
    let best: number | undefined;
    book.on('trade', () => {
      // A maker that puts back what was taken.
      const result = book.submit(order(1, 'sell', 11));
      expect(result.status).toBe('accepted');
      best = book.bestAsk?.priceTicks;
    });
    book.on('event', ({ kind, sequence }) => told.push(`${sequence} ${kind}`));
    book.submit(order(1, 'sell', 10));
    const result = book.submit(order(2, 'buy', 10));
    expect(best).toBe(11);
    expect(told).toEqual(['2 accepted', '3 accepted', '3 fill', '3 fill', '4 accepted']);
    expect(result).toMatchObject({ sequence: 3, tradedLots: 1, isLive: false });
  });

  it('that throw keep nobody else from being told', () => {
    const book = new OrderBook();
    const told: string[] = [];
    book.on('accepted', () => {
      throw new Error('mine');
    });
    book.on('accepted', () => told.push('second'));
    expect(() => book.submit(order(1, 'buy', 10))).toThrow('mine');
    expect(told).toEqual(['second']);
    expect(book.bestBid?.sizeLots).toBe(1);
    book.on('cancelled', () => told.push('third'));
    book.cancel({ account: 1, orderId: 2 });
    expect(told).toEqual(['second', 'third']);
  });
});
