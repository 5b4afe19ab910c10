import type { Engine } from '../book/engine.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';

/*
 * What the entries of a shard's two streams hold. The id of an entry is `<last sequence in it>-0`. All little-endian.
 *
 * An entry of the commands, field `g`: groups back to back, each a header and the order records (`order-record.ts`) of
 * commands in a row, which have all the same time.
 *
 * word  byte
 *  0     0  │ sequence of the first command, u64
 *  2     8  │ time, ns since the epoch, u64
 *  4    16  │ words of order records that follow, u32
 *  5    20  │ zero: records begin at a multiple of eight bytes
 *  6    24  │ order records
 *
 * An entry of the events, field `e`: event records (`event-record.ts`) back to back.
 */

export const COMMANDS_FIELD = 'g';
export const EVENTS_FIELD = 'e';

/** Words of a group before its records. */
export const GROUP_WORDS = 6;
const GROUP_TIME = 2;
const GROUP_LENGTH = 4;

/** Commands in a row of one time. Good while the entry's bytes are. */
export interface CommandGroup {
  readonly firstSequence: number;
  readonly timeLow: number;
  readonly timeHigh: number;
  /** Order records, words `from` up to `to`. */
  readonly words: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** Writes a group's header at word `at`. */
export function writeGroupHeader(
  words: Int32Array,
  at: number,
  firstSequence: number,
  timeLow: number,
  timeHigh: number,
  length: number,
): void {
  writeWhole(words, at, firstSequence);
  words[at + GROUP_TIME] = timeLow;
  words[at + GROUP_TIME + 1] = timeHigh;
  words[at + GROUP_LENGTH] = length;
  words[at + GROUP_LENGTH + 1] = 0;
}

/** The words of a field of an entry: of events as they are. @throws RangeError where it is no whole number of words */
export function entryWords(bytes: Uint8Array): Int32Array {
  if (bytes.length % 4 !== 0) throw new RangeError(`an entry of ${bytes.length} bytes is no row of words`);
  if (bytes.byteOffset % 8 === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const words = new Int32Array(bytes.length / 4);
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

/** The groups of an entry of the commands. @throws RangeError where a group ends behind the entry */
export function* commandGroups(bytes: Uint8Array): Generator<CommandGroup> {
  const words = entryWords(bytes);
  for (let at = 0; at < words.length; ) {
    const from = at + GROUP_WORDS;
    const to = from + (words[at + GROUP_LENGTH] ?? 0);
    if (to > words.length || to <= from)
      throw new RangeError(`the group at word ${at} ends at word ${to} of ${words.length}`);
    yield {
      firstSequence: readWhole(words, at),
      timeLow: words[at + GROUP_TIME]!,
      timeHigh: words[at + GROUP_TIME + 1]!,
      words,
      from,
      to,
    };
    at = to;
  }
}

/**
 * Applies the commands of an entry that the engine has not seen. Their events stand in `engine.events` when `applied` is
 * called, once a group.
 *
 * @throws RangeError where commands are missing before those of the entry, or it is damaged
 */
export function applyEntry(engine: Engine, bytes: Uint8Array, applied: () => void = () => {}): void {
  for (const { words, from, to, firstSequence, timeLow, timeHigh } of commandGroups(bytes)) {
    let sequence = firstSequence;
    for (let line = from; line < to; ) {
      const lines = orderLines(words[line]!);
      if (lines === 0) throw new RangeError(`the command ${sequence} has no length`);
      if (sequence > engine.sequence + 1)
        throw new RangeError(`the commands from ${engine.sequence + 1} up to ${sequence - 1} are missing`);
      if (sequence > engine.sequence) engine.apply(words, line, sequence, timeLow, timeHigh);
      sequence += sequencesOf(words, line);
      line += lines * LINE_WORDS;
    }
    applied();
    engine.events.clear();
  }
}

/** What can read a range of a stream: a client of ioredis. */
export interface StreamReader {
  xrangeBuffer(
    key: string,
    start: string,
    end: string,
    count: 'COUNT',
    most: number,
  ): Promise<[id: Buffer, fields: Buffer[]][]>;
}

/** Entries asked for at a time: some megabytes. */
const PAGE_ENTRIES = 64;

/** The entries of a stream that hold something behind a sequence, in order: their last sequence and their bytes. */
export async function* entriesBehind(
  reader: StreamReader,
  key: string,
  sequence: number,
): AsyncGenerator<{ readonly lastSequence: number; readonly bytes: Buffer }> {
  let last = sequence;
  for (;;) {
    const page = await reader.xrangeBuffer(key, `${last + 1}-0`, '+', 'COUNT', PAGE_ENTRIES);
    for (const [id, fields] of page) {
      last = Number.parseInt(id.toString('latin1'), 10);
      yield { lastSequence: last, bytes: fields[1]! };
    }
    if (page.length < PAGE_ENTRIES) return;
  }
}
