import { CommandKind, FIRST_READ_KIND } from '../model/command.js';
import { MAX_GROUP_LINES } from '../model/limits.js';
import { LINE_WORDS, orderKind, orderLines, sequencesOf } from '../wire/order-record.js';

/** Which commands of a group are taken: all, those that a full disk still has room for, or none. */
export type Admission = 'all' | 'reserve' | 'none';

/** What goes on while the disk is full: what makes orders go, and what an operator needs. */
const RESERVE_KINDS: ReadonlySet<number> = new Set([
  CommandKind.Cancel,
  CommandKind.CancelAll,
  CommandKind.State,
  CommandKind.Account,
]);

/**
 * What one turn of a shard works on: the commands stand back to back in the journal's frame, so that they are copied
 * once only; the reads that came between them are taken out, each with the place where it stood.
 */
export class Group {
  /** Commands in the frame. */
  commands = 0;
  /** Sequence numbers that the commands take. */
  sequences = 0;
  /** Lines that the commands take. */
  lines = 0;
  /** Reads taken out, in order. */
  reads = 0;
  /** One line each. */
  readonly readWords = new Int32Array(MAX_GROUP_LINES * LINE_WORDS);
  /** Word of the frame before which read `i` stood. */
  readonly readAt = new Int32Array(MAX_GROUP_LINES);
  /** Words of the commands that were not taken, back to back from word 0 of `refusedWords`. */
  refused = 0;
  /** Made when there is a first one. */
  refusedWords = new Int32Array(0);

  /** Sorts the `lines` lines that stand in `frame` from word `start` on. */
  sort(frame: Int32Array, start: number, lines: number, admission: Admission = 'all'): void {
    this.commands = 0;
    this.sequences = 0;
    this.reads = 0;
    this.refused = 0;
    const end = start + lines * LINE_WORDS;
    let to = start;
    for (let from = start; from < end; ) {
      const head = frame[from]!;
      const words = orderLines(head) * LINE_WORDS;
      if (words === 0 || from + words > end)
        throw new Error(
          `a record of ${orderLines(head)} lines at word ${from} does not fit the group's ${lines} lines`,
        );
      if (orderKind(head) >= FIRST_READ_KIND) {
        this.readWords.set(frame.subarray(from, from + LINE_WORDS), this.reads * LINE_WORDS);
        this.readAt[this.reads++] = to;
      } else if (admission !== 'all' && (admission === 'none' || !RESERVE_KINDS.has(orderKind(head)))) {
        this.#refuse(frame, from, words);
      } else {
        // Only behind a read is there anything to move.
        if (to !== from) frame.copyWithin(to, from, from + words);
        to += words;
        this.commands++;
        this.sequences += sequencesOf(frame, to - words);
      }
      from += words;
    }
    this.lines = (to - start) / LINE_WORDS;
  }

  /** Takes out all commands that `sort` has left: they could not be logged. The reads stay. */
  refuseAll(frame: Int32Array, start: number): void {
    const end = start + this.lines * LINE_WORDS;
    for (let at = start; at < end; at += orderLines(frame[at]!) * LINE_WORDS)
      this.#refuse(frame, at, orderLines(frame[at]!) * LINE_WORDS);
    this.readAt.fill(start, 0, this.reads);
    this.commands = 0;
    this.sequences = 0;
    this.lines = 0;
  }

  #refuse(frame: Int32Array, from: number, words: number): void {
    if (this.refusedWords.length === 0) this.refusedWords = new Int32Array(MAX_GROUP_LINES * LINE_WORDS);
    this.refusedWords.set(frame.subarray(from, from + words), this.refused);
    this.refused += words;
  }
}
