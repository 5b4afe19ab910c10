import { SeededRandomness } from '../../src/clock/randomness.js';
import { nodeDisk } from '../../src/journal/disk.js';
import { FRAME_HEADER_WORDS } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { PreparedSegments } from '../../src/journal/segment-maker.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../../src/wire/order-record.js';
import { EngineHost } from '../book/engine-host.js';
import { FEATURES, type Feature } from '../book/features.js';
import { RandomFlow } from '../book/random-flow.js';
import { record } from '../book/record.js';
import { streamOf } from '../book/stream-plan.js';
import { TIME_BASE } from '../book/venue.js';

const SEGMENT_BYTES = 4 * 1024 * 1024;

/** A shard's log of random commands in which all features meet, written while more of it may be asked for. */
export class FeatureLog {
  readonly directory: string;
  readonly #journal: JournalWriter;
  readonly #host: EngineHost;
  readonly #flow: RandomFlow;
  readonly #hash = new EventHash();
  readonly #cursors = new Int32Array(16);
  readonly #shard: number;
  #sequence = 1;

  constructor(
    directory: string,
    seed: number,
    {
      features = new Set(FEATURES) as ReadonlySet<Feature>,
      fromNs = TIME_BASE,
      shard = 0,
      accounts = 5,
      liveOrders = 80,
    } = {},
  ) {
    this.directory = directory;
    this.#shard = shard;
    const place = { directory, shard, segmentBytes: SEGMENT_BYTES };
    const { tail } = readJournal(place, () => {});
    this.#journal = new JournalWriter(
      {
        ...place,
        durability: 'os',
        run: 1,
        firstSequence: 1,
        firstSegment: 1,
        tail,
        timeNs: BigInt(fromNs),
      },
      nodeDisk,
      new PreparedSegments(place, nodeDisk),
    );
    this.#host = new EngineHost({ shard });
    const options = { ...streamOf(seed, features), accounts, liveOrders, window: 100_000 };
    this.#flow = new RandomFlow(new SeededRandomness(seed), options, fromNs);
    for (const instrument of this.#flow.instruments)
      this.#append(record({ kind: 'list', instrument }), fromNs);
  }

  /** Sequence of the last command. */
  get lastSequence(): number {
    return this.#host.engine.sequence;
  }

  get engine() {
    return this.#host.engine;
  }

  readonly logEnd = {
    segment: () => this.#journal.segment,
    end: () => this.#journal.end,
  };

  get source() {
    return { directory: this.directory, shard: this.#shard };
  }

  /** Logs so many commands more. */
  grow(commands: number): void {
    for (let i = 0; i < commands; i++) {
      const command = this.#flow.next();
      this.#flow.observe(this.#append(record(command), this.#flow.time));
    }
  }

  close(): void {
    this.#journal.close();
  }

  #append(words: Int32Array, time: number) {
    const { frame } = this.#journal;
    const { low, high } = this.#hash;
    const sequences = sequencesOf(words, 0);
    const lines = orderLines(words[0]!);
    frame.set(words.subarray(0, lines * LINE_WORDS), FRAME_HEADER_WORDS);
    this.#journal.append(sequences, lines, this.#sequence, BigInt(time), low, high, this.#cursors);
    this.#sequence += sequences;
    const seen = this.#host.applyWords(words, time);
    const { events } = this.#host.engine;
    this.#hash.update(events.words, 0, events.length);
    return seen;
  }
}
