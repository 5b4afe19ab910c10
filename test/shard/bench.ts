import { Engine } from '../../src/book/engine.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { FRAME_HASH_LOW, FRAME_SEQUENCES, FRAME_TIME } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { PreparedSegments } from '../../src/journal/segment-maker.js';
import { LatencyBoard } from '../../src/metrics/latency-board.js';
import { ShardBoard } from '../../src/metrics/shard-board.js';
import { DEFAULT_RULES, type Instrument } from '../../src/model/instrument.js';
import { CELL_BYTES, LINE_BYTES } from '../../src/model/limits.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { allocateRing, RingConsumer, RingProducer } from '../../src/ring/ring.js';
import { GroupTrace } from '../../src/shard/group-trace.js';
import { Outbox } from '../../src/shard/outbox.js';
import { recoverShard } from '../../src/shard/recovery.js';
import { Shard } from '../../src/shard/shard.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { sessionNumber } from '../../src/wire/session-number.js';
import { readBig } from '../../src/wire/words.js';
import { SMALL_SEGMENT_BYTES, seeded } from '../journal/journal-fixture.js';
import { SimulatedDisk } from '../journal/simulated-disk.js';
import { decodeEvents, type Event, encodeOrder, type OrderFields } from '../support/binary-client.js';

const instrument: Instrument = {
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
export class Bench {
  readonly disk: SimulatedDisk;
  readonly clock: TestClock;
  readonly shard: Shard;
  readonly hash = new EventHash();
  readonly engine = new Engine({ shard: 0 });
  readonly producers: RingProducer[];
  readonly consumers: RingConsumer[];
  readonly detached: number[] = [];
  readonly recovered: number;
  readonly latency: LatencyBoard;

  constructor(
    options: { gateways?: number; disk?: SimulatedDisk; startEpochNs?: bigint; eventCells?: number } = {},
  ) {
    const { gateways = 1, startEpochNs = 1_000_000_000_000n, eventCells = 1024 } = options;
    this.disk = options.disk ?? new SimulatedDisk(seeded(1));
    this.clock = new TestClock({ startEpochNs });
    this.latency = new LatencyBoard(LatencyBoard.allocate(1, gateways));
    const inputs = Array.from({ length: gateways }, () => allocateRing(256, LINE_BYTES, -10));
    const outputs = Array.from({ length: gateways }, () => allocateRing(eventCells, CELL_BYTES, -10));
    this.producers = inputs.map((ring) => new RingProducer(ring, LINE_BYTES));
    this.consumers = outputs.map((ring) => new RingConsumer(ring, CELL_BYTES));
    const summary = recoverShard({ directory: '/data', shard: 0, disk: this.disk }, this.engine, this.hash);
    this.recovered = summary.commands;
    const prepared = new PreparedSegments(
      { directory: '/data', shard: 0, segmentBytes: SMALL_SEGMENT_BYTES },
      this.disk,
    );
    const journal = new JournalWriter(
      {
        directory: '/data',
        shard: 0,
        durability: 'fsync',
        segmentBytes: SMALL_SEGMENT_BYTES,
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
      // A disk that fails fails for good here: whoever would wait for it ends.
      pause: () => {
        throw new Error('the disk does not come back');
      },
      board: new ShardBoard(ShardBoard.allocate(1)),
      trace: new GroupTrace(this.latency, 0, this.clock),
      lastTimeNs: summary.lastTimeNs,
      realTime,
    });
    if (summary.commands === 0) this.shard.configure([instrument], undefined);
    for (let gateway = 0; gateway < gateways; gateway++) this.receive(gateway);
  }

  send(gateway: number, ...orders: OrderFields[]): void {
    this.sendStamped(gateway, 0, ...orders);
  }

  /** @param stamp when they were received, the low 32 bits */
  sendStamped(gateway: number, stamp: number, ...orders: OrderFields[]): void {
    const producer = this.producers[gateway]!;
    for (const order of orders) {
      const bytes = encodeOrder(order);
      bytes.writeUInt32LE(sessionNumber(gateway, 1) >>> 0, 56);
      bytes.writeInt32LE(stamp, 60);
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
      ({ kind }) => kind !== 'listed' && kind !== 'settingsChanged',
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

/** A limit order of account 1. */
export const order = (clientId: number, more: OrderFields = {}): OrderFields => ({
  account: 1,
  clientId,
  price: 100,
  size: 1,
  ...more,
});
