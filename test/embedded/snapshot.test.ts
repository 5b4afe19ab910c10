import { describe, expect, it } from 'vitest';
import { MatchingEngine, OrderBook, TestClock } from '../../src/embedded/index.js';
import { flowEngine, RandomFlow } from './flow.js';

describe('a snapshot', () => {
  it('goes on as the engine would have', () => {
    // The same dice for both, so that both are told the same.
    for (const before of [0, 1, 500, 3000]) {
      const engine = flowEngine();
      new RandomFlow(3).run(engine, before);
      const restored = MatchingEngine.restore(engine.snapshot());
      expect(restored.eventHash).toBe(engine.eventHash);
      expect(restored.sequence).toBe(engine.sequence);
      expect(restored.timeNs).toBe(engine.timeNs);
      expect(restored.instruments).toEqual(engine.instruments);
      expect(restored.orders()).toEqual(engine.orders());
      expect(restored.trades()).toEqual(engine.trades());
      for (const symbol of ['AAA', 'BBB']) {
        expect(restored.depth(1000, symbol)).toEqual(engine.depth(1000, symbol));
        expect(restored.status(symbol)).toEqual(engine.status(symbol));
      }
      new RandomFlow(4).run(engine, 2000);
      new RandomFlow(4).run(restored, 2000);
      expect(restored.eventHash).toBe(engine.eventHash);
      expect(restored.trades()).toEqual(engine.trades());
      expect(restored.snapshot()).toEqual(engine.snapshot());
    }
  });

  it('keeps as many trades as the new engine has room for', () => {
    const book = new OrderBook({ tradeHistory: 10 });
    for (let i = 0; i < 25; i++) {
      book.submit({ account: 1, side: 'buy', priceTicks: 5, sizeLots: 1 });
      book.submit({ account: 2, side: 'sell', priceTicks: 5, sizeLots: 1 });
    }
    const bytes = book.snapshot();
    const numbers = (tradeHistory?: number) =>
      OrderBook.restore(bytes, tradeHistory === undefined ? {} : { tradeHistory })
        .trades()
        .map((trade) => trade.number);
    expect(numbers()).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
    expect(numbers(3)).toEqual([23, 24, 25]);
    expect(numbers(0)).toEqual([]);
    expect(numbers(100)).toHaveLength(10);
  });

  it('is put on a clock that is not behind it', () => {
    const book = new OrderBook();
    book.advance(5_000);
    const bytes = book.snapshot();
    expect(() => OrderBook.restore(bytes, { clock: new TestClock() })).toThrow(
      /before the snapshot, at \d+5000 ns/,
    );
    const clock = new TestClock();
    clock.advance(6_000);
    expect(OrderBook.restore(bytes, { clock }).timeNs).toBe(book.timeNs + 1_000n);
  });

  it('is known by its bytes', () => {
    const bytes = new OrderBook().snapshot();
    expect(() => OrderBook.restore(bytes.subarray(0, 20))).toThrow('no snapshot of an embedded engine');
    expect(() => OrderBook.restore('abc' as never)).toThrow(TypeError);
    expect(() => OrderBook.restore(bytes.subarray(0, bytes.length - 1))).toThrow(
      /has \d+ bytes and says \d+/,
    );
    expect(() => OrderBook.restore(bytes.with(0, 1))).toThrow('no snapshot');
    expect(() => OrderBook.restore(bytes.with(4, 9))).toThrow('of version 9, and this one reads version 1');
    // A view into a larger buffer is as good.
    const larger = new Uint8Array(bytes.length + 8);
    larger.set(bytes, 3);
    expect(OrderBook.restore(larger.subarray(3, 3 + bytes.length)).eventHash).toBe(new OrderBook().eventHash);
  });
});
