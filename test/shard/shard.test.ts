import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { RecoveryError, recoverShard } from '../../src/shard/recovery.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { seeded } from '../journal/journal-fixture.js';
import { SimulatedDisk } from '../journal/simulated-disk.js';
import type { Event, OrderFields } from '../support/binary-client.js';
import { Bench, order } from './bench.js';

describe('a shard', () => {
  it('takes all that is there as one group, with one time, in one frame', () => {
    const bench = new Bench();
    bench.send(0, order(1), order(2), order(3));
    bench.clock.advance(5);
    expect(bench.shard.turn()).toBe(3);
    expect(bench.receive(0).map((event) => [event.clientId, event.time])).toEqual([
      [1, 1_000_000_000_005n],
      [2, 1_000_000_000_005n],
      [3, 1_000_000_000_005n],
    ]);
    expect(bench.frames().map(({ count }) => count)).toEqual([1, 3]);
    expect(bench.shard.turn()).toBe(0);
  });

  it('publishes nothing, and gives no slot back, where the sync fails', () => {
    const bench = new Bench();
    bench.disk.failSync = () => true;
    bench.send(0, order(1));
    expect(() => bench.shard.turn()).toThrow();
    expect(bench.receive(0)).toEqual([]);
    expect(bench.producers[0]!.depth).toBe(1);
  });

  it('publishes only what is on disk: after a power cut, all that was answered is there', () => {
    const random = seeded(7);
    for (let round = 0; round < 60; round++) {
      const disk = new SimulatedDisk(random);
      const bench = new Bench({ disk });
      disk.cutAt = disk.calls + 1 + Math.floor(random() * 40);
      const told: Event[] = [];
      try {
        for (let i = 1; i < 50; i++) {
          bench.send(0, order(2 * i), order(2 * i + 1));
          bench.shard.turn();
          told.push(...bench.receive(0));
        }
      } catch {
        // The power is gone.
      }
      disk.restart();
      const after = new Bench({ disk });
      expect(after.recovered).toBeGreaterThanOrEqual(told.length + 1);
      after.send(0, ...told.map((event) => order(event.clientId as number)));
      while (after.shard.turn() > 0);
      const again = after.receive(0);
      expect(again.map((event) => [event.place, event.time])).toEqual(
        told.map((event) => [event.place, event.time]),
      );
    }
  });

  it('answers reads where they stood between the commands, and to their gateway alone', () => {
    const bench = new Bench({ gateways: 2 });
    const read = (clientId: number): OrderFields => ({ kind: 64, account: 1, clientId, size: 5 });
    bench.send(0, read(91), order(1), read(92), order(2), order(3), read(93));
    expect(bench.shard.turn()).toBe(6);
    expect(bench.receive(0).map((event) => [event.kind, event.clientId, event.bids?.[0]?.[1]])).toEqual([
      ['book', 91, undefined],
      ['accepted', 1, undefined],
      ['book', 92, 1],
      ['accepted', 2, undefined],
      ['accepted', 3, undefined],
      ['book', 93, 3],
    ]);
    expect(bench.receive(1).map((event) => event.kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(bench.frames().map(({ count }) => count)).toEqual([1, 3]);
    // A group of reads alone needs no frame.
    bench.send(1, read(94));
    expect(bench.shard.turn()).toBe(1);
    expect(bench.receive(1)).toMatchObject([{ kind: 'book', clientId: 94 }]);
    expect(bench.receive(0)).toEqual([]);
    expect(bench.frames()).toHaveLength(2);
  });

  it('lets no time run back, not over a restart with a clock that was set back', () => {
    const disk = new SimulatedDisk(seeded(3));
    const bench = new Bench({ disk, startEpochNs: 5_000n });
    bench.clock.advance(500);
    bench.send(0, order(1));
    bench.shard.turn();
    const later = new Bench({ disk, startEpochNs: 1_000n });
    later.send(0, order(2));
    later.shard.turn();
    expect(later.receive(0)[0]!.time).toBe(5_500n);
    const times = later.frames().map(({ timeNs }) => timeNs);
    expect(times).toEqual([5_000n, 5_500n, 5_500n]);
  });

  it('logs the hash of the last events alone once it is idle, and only once', () => {
    const bench = new Bench();
    bench.send(0, order(1));
    bench.shard.turn();
    const { low } = bench.hash;
    bench.shard.logHash();
    bench.shard.logHash();
    expect(bench.frames().at(-1)).toMatchObject({ count: 0, hashLow: low });
    expect(bench.frames().map(({ count }) => count)).toEqual([1, 1, 0]);
  });

  it('refuses a log whose events come out otherwise than when it was written', () => {
    const bench = new Bench();
    bench.send(0, order(1));
    bench.shard.turn();
    // As a program with other rules would have logged it.
    bench.hash.low ^= 1;
    bench.shard.logHash();
    const fresh = () =>
      recoverShard(
        { directory: '/data', shard: 0, disk: bench.disk },
        new Engine({ shard: 0 }),
        new EventHash(),
      );
    expect(fresh).toThrow(RecoveryError);
    expect(fresh).toThrow('other rules');
  });

  it('serves all its gateways in turn, however busy one of them is', () => {
    const bench = new Bench({ gateways: 3 });
    for (let round = 0; round < 6; round++) {
      for (let gateway = 0; gateway < 3; gateway++)
        bench.send(gateway, order(1 + round * 3 + gateway, { account: gateway + 1 }));
      bench.shard.turn();
    }
    for (let gateway = 0; gateway < 3; gateway++) {
      const events = bench.receive(gateway);
      expect(events).toHaveLength(18);
      expect(events.map((event) => event.place)).toEqual(
        [...events].map((event) => event.place).sort((a, b) => a - b),
      );
      expect(new Set(events.map((event) => event.account))).toEqual(new Set([1, 2, 3]));
    }
  });

  it('waits for a gateway that does not read, then goes on without it until it attaches anew', () => {
    const bench = new Bench({ gateways: 2, eventCells: 64 });
    for (let i = 1; i <= 40; i++) {
      bench.send(0, order(i));
      bench.shard.turn();
      if (i % 10 === 0) expect(bench.receive(0).length).toBeGreaterThan(0);
    }
    expect(bench.detached).toEqual([1]);
    expect(bench.consumers[1]!.detached).toBe(true);
    bench.consumers[1]!.reattach();
    bench.send(1, order(100));
    bench.shard.turn();
    expect(bench.receive(1).map((event) => event.clientId)).toEqual([100]);
    expect(bench.receive(0).at(-1)!.clientId).toBe(100);
  });
});
