import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { FRAME_HASH_LOW, FRAME_SEQUENCES, FRAME_TIME } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { PreparedSegments } from '../../src/journal/segment-maker.js';
import { ShardBoard } from '../../src/metrics/shard-board.js';
import { DEFAULT_RULES } from '../../src/model/instrument.js';
import { CELL_BYTES, LINE_BYTES, MIN_SEGMENT_BYTES } from '../../src/model/limits.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { allocateRing, RingConsumer, RingProducer } from '../../src/ring/ring.js';
import { Outbox } from '../../src/shard/outbox.js';
import { RecoveryError, recoverShard } from '../../src/shard/recovery.js';
import { Shard } from '../../src/shard/shard.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { sessionNumber } from '../../src/wire/session-number.js';
import { readBig } from '../../src/wire/words.js';
import { seeded } from '../journal/journal-fixture.js';
import { SimulatedDisk } from '../journal/simulated-disk.js';
import { decodeEvents, type Event, encodeOrder, type OrderFields } from '../support/binary-client.js';

const instrument = {
  id: 1,
  symbol: 'X',
  priceDecimals: 0,
  sizeDecimals: 0,
  tickSize: 1,
  lotSize: 1,
  minPriceTicks: 1,
  maxPriceTicks: 1_000_000,
  minSizeLots: 1,
  maxSizeLots: 1_000_000,
  ...DEFAULT_RULES,
};

/** A shard with everything around it on one thread: rings to and from its gateways, a simulated disk, a test clock. */
class Bench {
  readonly disk: SimulatedDisk;
  readonly clock: TestClock;
  readonly shard: Shard;
  readonly hash = new EventHash();
  readonly engine = new Engine({ shard: 0 });
  readonly producers: RingProducer[];
  readonly consumers: RingConsumer[];
  readonly detached: number[] = [];
  readonly recovered: number;

  constructor(
    options: { gateways?: number; disk?: SimulatedDisk; startEpochNs?: bigint; eventCells?: number } = {},
  ) {
    const { gateways = 1, startEpochNs = 1_000_000_000_000n, eventCells = 1024 } = options;
    this.disk = options.disk ?? new SimulatedDisk(seeded(1));
    this.clock = new TestClock({ startEpochNs });
    const inputs = Array.from({ length: gateways }, () => allocateRing(256, LINE_BYTES, -10));
    const outputs = Array.from({ length: gateways }, () => allocateRing(eventCells, CELL_BYTES, -10));
    this.producers = inputs.map((ring) => new RingProducer(ring, LINE_BYTES));
    this.consumers = outputs.map((ring) => new RingConsumer(ring, CELL_BYTES));
    const summary = recoverShard({ directory: '/data', shard: 0, disk: this.disk }, this.engine, this.hash);
    this.recovered = summary.commands;
    const prepared = new PreparedSegments(
      { directory: '/data', shard: 0, segmentBytes: MIN_SEGMENT_BYTES },
      this.disk,
    );
    const journal = new JournalWriter(
      {
        directory: '/data',
        shard: 0,
        durability: 'fsync',
        segmentBytes: MIN_SEGMENT_BYTES,
        run: summary.run + 1,
        firstSequence: summary.nextSequence,
        firstSegment: summary.nextSegment,
        tail: summary.tail,
        timeNs: this.clock.epochNs(),
      },
      this.disk,
      prepared,
    );
    // Real time runs on by a second with each look: a stall is soon one.
    const realTime = new TestClock({});
    const nowNs = () => {
      realTime.advance(1e9);
      return realTime.nowNs();
    };
    const outbox = new Outbox(
      outputs,
      outputs.map(() => new Doorbell(Doorbell.allocate())),
      Object.assign(Object.create(realTime), { nowNs }),
      (gateway) => this.detached.push(gateway),
    );
    this.shard = new Shard({
      shard: 0,
      engine: this.engine,
      hash: this.hash,
      journal,
      clock: this.clock,
      inputs,
      doorbell: new Doorbell(Doorbell.allocate()),
      outbox,
      board: new ShardBoard(ShardBoard.allocate(1)),
      lastTimeNs: summary.lastTimeNs,
    });
    if (summary.commands === 0) this.shard.configure([instrument], undefined);
    for (let gateway = 0; gateway < gateways; gateway++) this.receive(gateway);
  }

  send(gateway: number, ...orders: OrderFields[]): void {
    const producer = this.producers[gateway]!;
    for (const order of orders) {
      const bytes = encodeOrder(order);
      bytes.writeUInt32LE(sessionNumber(gateway, 1) >>> 0, 56);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      const at = producer.claim(words.length / 16);
      if (at < 0) throw new Error('the input ring is full');
      producer.words.set(words, at);
    }
    producer.publish();
  }

  receive(gateway: number): Event[] {
    const consumer = this.consumers[gateway]!;
    const words = new Int32Array(4096 * 8);
    const cells = consumer.take(words, 0, 4096);
    consumer.release();
    return decodeEvents(Buffer.from(words.buffer, 0, cells * CELL_BYTES)).filter(
      (event) => !event.kind.startsWith('kind'),
    );
  }

  frames(): { count: number; timeNs: bigint; hashLow: number }[] {
    const frames: { count: number; timeNs: bigint; hashLow: number }[] = [];
    readJournal({ directory: '/data', shard: 0, disk: this.disk }, (words, at) => {
      frames.push({
        count: words[at + FRAME_SEQUENCES]!,
        timeNs: readBig(words, at + FRAME_TIME),
        hashLow: words[at + FRAME_HASH_LOW]!,
      });
    });
    return frames;
  }
}

const order = (clientId: number, more: OrderFields = {}): OrderFields => ({
  account: 1,
  clientId,
  price: 100,
  size: 1,
  ...more,
});

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
