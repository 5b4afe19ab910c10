/*
 * Shared between threads: a shard writes the entries and `head` by `TraceWriter`, one gateway reads them and writes `tail` by
 * `TraceReader`.
 */
import { TRACE_RING_ENTRIES } from '../model/limits.js';

/**
 * What a shard tells a gateway of the times of its commands. An entry is about commands in a row that the gateway has taken
 * in one turn, and that have been in one group.
 *
 * ```
 * byte   0  head: entries shown so far, u32 wrapping, alone on 128 bytes
 *      128  tail: entries read so far, u32 wrapping, alone on 128 bytes
 *      256  entries of 24 bytes:
 *             +0  receive stamp of the commands, i32      +8  when the shard had gathered them, f64
 *             +4  number of commands, i32                 +16 when their events were shown, f64
 * ```
 *
 * Times are ns since the origin of the exchange's clock, of which the stamp is the low 32 bits.
 */
const HEAD_WORD = 0;
const TAIL_WORD = 32;
const ENTRIES_BYTE = 256;
const ENTRY_BYTES = 24;
const ENTRY_WORDS = ENTRY_BYTES / 4;
const ENTRY_NUMBERS = ENTRY_BYTES / 8;
const MASK = TRACE_RING_ENTRIES - 1;

export const TRACE_RING_BYTES = ENTRIES_BYTE + ENTRY_BYTES * TRACE_RING_ENTRIES;

/** The shard's end. It never waits: where the ring is full, an entry is lost, and that is said. */
export class TraceWriter {
  readonly #cursors: Int32Array;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  #position: number;
  /** Up to where the entries have their times. */
  #timed: number;

  /** Goes on where a writer before this one has shown entries. */
  constructor(buffer: SharedArrayBuffer, byteOffset = 0) {
    this.#cursors = new Int32Array(buffer, byteOffset, ENTRIES_BYTE / 4);
    this.#words = new Int32Array(buffer, byteOffset + ENTRIES_BYTE, ENTRY_WORDS * TRACE_RING_ENTRIES);
    this.#numbers = new Float64Array(buffer, byteOffset + ENTRIES_BYTE, ENTRY_NUMBERS * TRACE_RING_ENTRIES);
    this.#position = Atomics.load(this.#cursors, HEAD_WORD);
    this.#timed = this.#position;
  }

  /** Writes an entry that has no times yet; false where the ring is full. */
  add(stamp: number, count: number): boolean {
    if (((this.#position - Atomics.load(this.#cursors, TAIL_WORD)) | 0) >= TRACE_RING_ENTRIES) return false;
    const at = (this.#position & MASK) * ENTRY_WORDS;
    this.#words[at] = stamp;
    this.#words[at + 1] = count;
    this.#position = (this.#position + 1) | 0;
    return true;
  }

  /** Gives all entries that have none their times, ns since the origin. */
  time(gatheredNs: number, publishedNs: number): void {
    for (; this.#timed !== this.#position; this.#timed = (this.#timed + 1) | 0) {
      const at = (this.#timed & MASK) * ENTRY_NUMBERS;
      this.#numbers[at + 1] = gatheredNs;
      this.#numbers[at + 2] = publishedNs;
    }
  }

  /** Shows the entries that have their times. */
  show(): void {
    if (this.#cursors[HEAD_WORD] !== this.#timed) Atomics.store(this.#cursors, HEAD_WORD, this.#timed);
  }
}

/** The gateway's end. */
export class TraceReader {
  readonly #cursors: Int32Array;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  #position: number;
  #marked: number;
  /** The entry that `next` has come to. */
  stamp = 0;
  count = 0;
  gatheredNs = 0;
  publishedNs = 0;

  constructor(buffer: SharedArrayBuffer, byteOffset = 0) {
    this.#cursors = new Int32Array(buffer, byteOffset, ENTRIES_BYTE / 4);
    this.#words = new Int32Array(buffer, byteOffset + ENTRIES_BYTE, ENTRY_WORDS * TRACE_RING_ENTRIES);
    this.#numbers = new Float64Array(buffer, byteOffset + ENTRIES_BYTE, ENTRY_NUMBERS * TRACE_RING_ENTRIES);
    this.#position = Atomics.load(this.#cursors, TAIL_WORD);
    this.#marked = this.#position;
  }

  /** Looks how many entries there are: `next` goes up to here. Returns whether there are some. */
  mark(): boolean {
    this.#marked = Atomics.load(this.#cursors, HEAD_WORD);
    return this.#marked !== this.#position;
  }

  /** Reads the next entry; false behind the last one marked, and then all are given back to the shard. */
  next(): boolean {
    if (this.#position === this.#marked) {
      if (this.#cursors[TAIL_WORD] !== this.#position)
        Atomics.store(this.#cursors, TAIL_WORD, this.#position);
      return false;
    }
    const at = this.#position & MASK;
    this.stamp = this.#words[at * ENTRY_WORDS]!;
    this.count = this.#words[at * ENTRY_WORDS + 1]!;
    this.gatheredNs = this.#numbers[at * ENTRY_NUMBERS + 1]!;
    this.publishedNs = this.#numbers[at * ENTRY_NUMBERS + 2]!;
    this.#position = (this.#position + 1) | 0;
    return true;
  }
}
