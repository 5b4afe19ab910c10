import { rmSync } from 'node:fs';
import { Engine } from '../../src/book/engine.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { nodeDisk } from '../../src/journal/disk.js';
import { FRAME_HEADER_WORDS } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { PreparedSegments } from '../../src/journal/segment-maker.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../../src/wire/order-record.js';
import type { Command } from '../book/commands.js';
import { readEvents, type SeenEvent } from '../book/events.js';
import { FEATURES, type Feature } from '../book/features.js';
import { type FlowOptions, RandomFlow } from '../book/random-flow.js';
import { record } from '../book/record.js';
import { SMALL_SEGMENT_BYTES } from '../journal/journal-fixture.js';
import { temporaryDirectory } from '../support/exchange-process.js';

/** The year 2100: no key whose expiry the exchange's clock sets is gone by the clock of the machine. */
export const FLOW_START_NS = 4_102_444_800_000_000_000;

export interface ShardLogOptions {
  readonly features?: ReadonlySet<Feature>;
  readonly fromNs?: number;
  readonly shard?: number;
  /** How the flow differs from one of some hundred open orders of eight accounts. */
  readonly flow?: Partial<FlowOptions>;
}

/** A shard's log on disk with a random flow of commands in it, and what its events are. */
export class ShardLog {
  readonly directory = temporaryDirectory();
  readonly shard: number;
  readonly engine: Engine;
  readonly hash = new EventHash();
  readonly events: SeenEvent[] = [];
  /** Time of the last frame. */
  timeNs: bigint;
  readonly #flow: RandomFlow;
  readonly #dice: SeededRandomness;
  readonly #writer: JournalWriter;
  #listed = 0;

  constructor(seed = 1, options: ShardLogOptions = {}) {
    const { features = usualFeatures(seed), fromNs = FLOW_START_NS, shard = 0, flow } = options;
    this.shard = shard;
    this.engine = new Engine({ shard });
    this.timeNs = BigInt(fromNs);
    this.#dice = new SeededRandomness(seed);
    this.#flow = new RandomFlow(
      this.#dice,
      { features, liveOrders: 300, accounts: 8, prices: 400, basePrice: 1000, window: 1000, ...flow },
      fromNs,
    );
    const segments = { directory: this.directory, shard, segmentBytes: SMALL_SEGMENT_BYTES };
    const summary = readJournal(this.source, () => {});
    this.#writer = new JournalWriter(
      {
        ...segments,
        durability: 'os',
        run: 1,
        firstSequence: 1,
        firstSegment: summary.nextSegment,
        tail: summary.tail,
        timeNs: this.timeNs,
      },
      nodeDisk,
      new PreparedSegments(segments, nodeDisk),
    );
  }

  get source() {
    return { directory: this.directory, shard: this.shard, disk: nodeDisk };
  }

  get logEnd() {
    return { segment: () => this.#writer.segment, end: () => this.#writer.end };
  }

  get lastSequence(): number {
    return this.engine.sequence;
  }

  /** Appends so many commands, in groups. */
  grow(commands: number): void {
    for (let left = commands; left > 0; ) {
      const size = Math.min(left, 1 + this.#dice.below(30));
      this.#group(size);
      left -= size;
    }
  }

  /** Appends one command as a group of its own. */
  send(command: Command): void {
    this.#group(1, command);
  }

  /** Lets time pass, up to the next group. */
  advance(ns: number): void {
    this.#flow.time += ns;
  }

  close(): void {
    this.#writer.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #group(size: number, only?: Command): void {
    const { engine, hash } = this;
    const { low, high } = hash;
    this.timeNs = BigInt(this.#flow.time);
    const timeLow = Number(BigInt.asIntN(32, this.timeNs));
    const timeHigh = Number(this.timeNs >> 32n);
    const first = engine.sequence + 1;
    const { frame } = this.#writer;
    let sequence = first;
    let at = FRAME_HEADER_WORDS;
    engine.events.clear();
    for (let i = 0; i < size; i++) {
      const instrument = this.#flow.instruments[this.#listed];
      const words = record(
        only ?? (instrument === undefined ? this.#flow.next() : { kind: 'list', instrument }),
      );
      if (only === undefined && instrument !== undefined) this.#listed++;
      const length = orderLines(words[0]!) * LINE_WORDS;
      frame.set(words.subarray(0, length), at);
      const before = engine.events.length;
      engine.apply(words, 0, sequence, timeLow, timeHigh);
      const seen = readEvents(engine.events.words.slice(before), engine.events.length - before);
      this.#flow.observe(seen);
      this.events.push(...seen);
      sequence += sequencesOf(words, 0);
      at += length;
    }
    hash.update(engine.events.words, 0, engine.events.length);
    engine.events.clear();
    const lines = (at - FRAME_HEADER_WORDS) / LINE_WORDS;
    this.#writer.append(sequence - first, lines, first, this.timeNs, low, high, new Int32Array(16));
  }
}

/** Odd shapes are no commands that a gateway lets through; of an even seed more orders stay open. */
function usualFeatures(seed: number): ReadonlySet<Feature> {
  const without: Feature[] = ['shape'];
  if (seed % 2 === 0) without.push('states', 'auction', 'limits', 'cancelAll', 'day');
  return new Set(FEATURES.filter((feature) => !without.includes(feature)));
}
