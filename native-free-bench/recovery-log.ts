import { Engine } from '../src/book/engine.js';
import { nodeDisk } from '../src/journal/disk.js';
import { FRAME_HEADER_WORDS } from '../src/journal/frame.js';
import { readJournal } from '../src/journal/journal-reader.js';
import { JournalWriter } from '../src/journal/journal-writer.js';
import { PreparedSegments } from '../src/journal/segment-maker.js';
import { CommandKind } from '../src/model/command.js';
import { SEGMENT_BYTES } from '../src/model/limits.js';
import { EventHash } from '../src/wire/event-hash.js';
import { LIST_LINES, writeListing } from '../src/wire/instrument-record.js';
import { LINE_WORDS, ORDER_CLIENT_ID, ORDER_TARGET, orderKind } from '../src/wire/order-record.js';
import { readWhole, writeWhole } from '../src/wire/words.js';
import { benchInstrument } from './bench-engine.js';
import { OPERATION_ID, OPERATION_WORDS } from './flow-file.js';
import { encodeFlow, type OrderRecords } from './order-records.js';

/** Commands of a group under heavy load. */
const GROUP_COMMANDS = 1_000;
const START_NS = 1_700_000_000_000_000_000n;
const GROUP_NS = 1_000_000n;
/** The flow's cancels have client ids from here on. */
const CANCEL_IDS = 2 ** 40;

/**
 * Writes the log of shard 0: one listing, then the flow over and over until there are so many commands. Each round has
 * client ids of its own, and goes on with the book of the one before.
 */
export function writeRecoveryLog(directory: string, flow: Int32Array, commands: number): void {
  const log = LogMaker.begin(directory);
  const records = encodeFlow(flow);
  const ids = idsOf(flow);
  let left = commands - 1;
  for (let round = 0; left > 0; round++) {
    if (round > 0) shiftIds(records.words, records.length, ids);
    for (let at = 0; at < records.count && left > 0; at += GROUP_COMMANDS) {
      const count = Math.min(GROUP_COMMANDS, records.count - at, left);
      log.append(records.words.subarray(at * LINE_WORDS, (at + count) * LINE_WORDS), count);
      left -= count;
    }
  }
  log.end();
}

/** Writes the log of shard 0: one listing, then these records. */
export function writeLog(directory: string, records: OrderRecords): void {
  const log = LogMaker.begin(directory);
  for (let at = 0; at < records.count; at += GROUP_COMMANDS) {
    const count = Math.min(GROUP_COMMANDS, records.count - at);
    log.append(records.words.subarray(at * LINE_WORDS, (at + count) * LINE_WORDS), count);
  }
  log.end();
}

function beginJournal(directory: string): JournalWriter {
  const place = { directory, shard: 0, segmentBytes: SEGMENT_BYTES };
  const { tail } = readJournal(place, () => {});
  return new JournalWriter(
    {
      ...place,
      durability: 'os',
      run: 1,
      firstSequence: 1,
      firstSegment: 1,
      tail,
      timeNs: START_NS,
    },
    nodeDisk,
    new PreparedSegments(place, nodeDisk),
  );
}

/** Matches what it logs, since each frame carries the hash of the events before it. */
class LogMaker {
  readonly #journal: JournalWriter;
  readonly #engine = new Engine({ shard: 0 });
  readonly #hash = new EventHash();
  readonly #cursors = new Int32Array(16);
  #sequence = 1;
  #timeNs = START_NS;

  constructor(journal: JournalWriter) {
    this.#journal = journal;
  }

  /** A log with one instrument. */
  static begin(directory: string): LogMaker {
    const log = new LogMaker(beginJournal(directory));
    const listing = new Int32Array(LIST_LINES * LINE_WORDS);
    writeListing(listing, 0, benchInstrument(1));
    log.append(listing, 1);
    return log;
  }

  /** The last hash is logged too. */
  end(): void {
    this.append(new Int32Array(0), 0);
    this.#journal.close();
  }

  /** Commands of one sequence number each. */
  append(records: Int32Array, commands: number): void {
    const { frame } = this.#journal;
    const lines = records.length / LINE_WORDS;
    frame.set(records, FRAME_HEADER_WORDS);
    this.#timeNs += GROUP_NS;
    const { low, high } = this.#hash;
    this.#journal.append(commands, lines, this.#sequence, this.#timeNs, low, high, this.#cursors);
    const timeLow = Number(this.#timeNs & 0xffff_ffffn) | 0;
    const timeHigh = Number(this.#timeNs >> 32n);
    const { events } = this.#engine;
    const linesEach = commands === 0 ? 0 : lines / commands;
    for (let i = 0; i < commands; i++) {
      const at = FRAME_HEADER_WORDS + i * linesEach * LINE_WORDS;
      this.#engine.apply(frame, at, this.#sequence++, timeLow, timeHigh);
      this.#hash.update(events.words, 0, events.length);
      events.clear();
    }
  }
}

/** More than any order id of the flow. */
function idsOf(flow: Int32Array): number {
  let most = 0;
  for (let at = OPERATION_ID; at < flow.length; at += OPERATION_WORDS) most = Math.max(most, flow[at]!);
  return most + 1;
}

/** Gives all records, and what they name, the ids of the next round. */
function shiftIds(words: Int32Array, length: number, ids: number): void {
  for (let at = 0; at < length; at += LINE_WORDS) {
    const isCancel = orderKind(words[at]!) === CommandKind.Cancel;
    const clientId = readWhole(words, at + ORDER_CLIENT_ID);
    writeWhole(words, at + ORDER_CLIENT_ID, clientId + (clientId >= CANCEL_IDS ? length / LINE_WORDS : ids));
    if (isCancel) writeWhole(words, at + ORDER_TARGET, readWhole(words, at + ORDER_TARGET) + ids);
  }
}
