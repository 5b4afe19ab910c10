import { FIRST_READ_KIND } from '../model/command.js';
import { MAX_GROUP_LINES } from '../model/limits.js';
import { LINE_WORDS, orderKind, orderLines, sequencesOf } from '../wire/order-record.js';

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

  /** Sorts the `lines` lines that stand in `frame` from word `start` on. */
  sort(frame: Int32Array, start: number, lines: number): void {
    this.commands = 0;
    this.sequences = 0;
    this.reads = 0;
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
}
