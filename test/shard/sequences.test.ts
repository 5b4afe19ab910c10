import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/model/identity.js';
import { seeded } from '../journal/journal-fixture.js';
import { SimulatedDisk } from '../journal/simulated-disk.js';
import { kind, type OrderFields } from '../support/binary-client.js';
import { Bench, order } from './bench.js';

const bracket = (clientId: number): OrderFields => order(clientId, { takeProfit: 120, stopLoss: 80 });

/** Two-sided quotes, all in the one instrument: more than the first are rejected, and take their numbers all the same. */
const quotes = (clientId: number, count: number): OrderFields => ({
  account: 1,
  clientId,
  kind: kind.massQuote,
  quotes: Array.from({ length: count }, () => ({ instrument: 1, bid: 90, bidSize: 1, ask: 110, askSize: 1 })),
});

describe('sequence numbers of a shard', () => {
  it('are as many for each command as it may make orders, and one', () => {
    const bench = new Bench();
    bench.send(0, order(1), bracket(2), quotes(3, 2), order(4));
    bench.shard.turn();
    bench.send(0, quotes(5, 64), order(6));
    bench.shard.turn();
    const answers = bench.receive(0).filter(({ flags }) => (flags & 1) !== 0);
    // 1 is the listing.
    expect(answers.map(({ clientId, place }) => [clientId, place])).toEqual(
      [2, 3, 6, 11, 12, 141].map((sequence, i) => [i + 1, placeOf(0, sequence)]),
    );
    expect(bench.frames().map(({ count }) => count)).toEqual([1, 10, 130]);
  });

  it('go on after a restart, whatever was the last command', () => {
    for (const last of [order(1), bracket(1), quotes(1, 5)]) {
      const disk = new SimulatedDisk(seeded(4));
      const before = new Bench({ disk });
      before.send(0, last, order(2));
      before.shard.turn();
      before.shard.logHash();
      const next = before.receive(0).at(-1)!.place + 1;
      const after = new Bench({ disk });
      expect(after.recovered).toBe(3);
      after.send(0, order(3));
      after.shard.turn();
      expect(after.receive(0)).toMatchObject([{ kind: 'accepted', clientId: 3, place: next }]);
    }
  });
});

describe('the time of a shard', () => {
  /** As an engine with an order that expires then. */
  const expires = (bench: Bench, dueNs: bigint | undefined) =>
    Object.defineProperty(bench.engine, 'nextDueNs', { get: () => dueNs, configurable: true });

  it('is logged once an order has expired, and nobody has sent anything', () => {
    const bench = new Bench();
    expires(bench, bench.clock.epochNs() + 5n);
    bench.clock.advance(5);
    bench.shard.idle();
    expect(bench.frames().map(({ count }) => count)).toEqual([1, 1]);
    expect(bench.frames().at(-1)!.timeNs).toBe(bench.clock.epochNs());
    expires(bench, undefined);
    bench.send(0, order(1));
    bench.shard.turn();
    expect(bench.receive(0).at(-1)).toMatchObject({ clientId: 1, place: 3 });
  });

  it('is waited for no longer than until the next order expires', () => {
    const bench = new Bench();
    expires(bench, bench.clock.epochNs() + 20_000_000n);
    // A test clock stands still: the shard has looked at it, and looks again.
    bench.shard.idle();
    expect(bench.frames()).toHaveLength(1);
    bench.clock.advance(20_000_000);
    bench.shard.idle();
    expect(bench.frames()).toHaveLength(2);
  });

  it('is logged by one who is kept busy by reads alone', () => {
    const bench = new Bench();
    expires(bench, bench.clock.epochNs());
    bench.send(0, { kind: kind.book, account: 1, clientId: 1, size: 5 });
    bench.shard.turn();
    expect(bench.frames().map(({ count }) => count)).toEqual([1, 1]);
    // A command sees to what is due by itself.
    bench.send(0, order(2));
    bench.shard.turn();
    expect(bench.frames().map(({ count }) => count)).toEqual([1, 1, 1]);
  });
});
