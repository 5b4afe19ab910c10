import { FRAME_HEADER_WORDS, frameEnd } from '../src/journal/frame.js';
import { readJournal } from '../src/journal/journal-reader.js';
import { CommandKind } from '../src/model/command.js';
import { LINE_WORDS, orderKind, orderLines } from '../src/wire/order-record.js';

/** What a journal holds, read back from the disk with every check that recovery makes. */
export interface JournalCount {
  /** New, cancel, amend and mass quote commands. */
  readonly orders: number;
  /** All commands: listings and settings too. */
  readonly commands: number;
  readonly frames: number;
  readonly segments: number;
}

/**
 * Reads the journals of all shards.
 *
 * @throws JournalDamage, JournalVersionMismatch where one cannot be read; Error where a clean stop left a torn frame.
 */
export function countJournal(directory: string, shards: number): JournalCount {
  let orders = 0;
  let commands = 0;
  let frames = 0;
  let segments = 0;
  for (let shard = 0; shard < shards; shard++) {
    const summary = readJournal({ directory, shard }, (words, at) => {
      orders += ordersInFrame(words, at);
    });
    if (summary.cut !== undefined)
      throw new Error(`${summary.cut.file} ends with a torn frame at byte ${summary.cut.offset}`);
    commands += summary.commands;
    frames += summary.frames;
    segments += summary.segments;
  }
  return { orders, commands, frames, segments };
}

function ordersInFrame(words: Int32Array, at: number): number {
  let orders = 0;
  const end = frameEnd(words, at);
  for (let line = at + FRAME_HEADER_WORDS; line < end; ) {
    const head = words[line]!;
    const kind = orderKind(head);
    if (kind >= CommandKind.New && kind <= CommandKind.MassQuote && kind !== CommandKind.CancelAll) orders++;
    line += Math.max(1, orderLines(head)) * LINE_WORDS;
  }
  return orders;
}
