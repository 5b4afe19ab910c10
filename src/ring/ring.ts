/*
 * Shared between threads: `RingProducer` belongs to the one thread that writes records and `head`, `RingConsumer` to
 * the one thread that reads them and writes `tail`.
 */

/**
 * A ring of records between one producer and one consumer on a SharedArrayBuffer. (After the single-writer rings of
 * Disruptor and Agrona.)
 *
 * ```
 * byte   0  head: slots published so far, u32 wrapping, alone on 128 bytes. The producer writes it.
 *      128  tail: slots consumed so far, u32 wrapping, alone on 128 bytes. The consumer writes it.
 *      256  state: 0 attached, 1 detached by the producer, alone on 128 bytes.
 *      384  slots
 * ```
 *
 * A record is one or more slots in a row; byte 1 of its first word is its kind and byte 2 its number of slots, as in
 * the order and event records. A record never runs over the end: kind 0 there says "go on at the start".
 * Cursors are compared as wrapping 32-bit differences.
 */
const HEAD_WORD = 0;
const TAIL_WORD = 32;
const STATE_WORD = 64;
const SLOTS_BYTE = 384;

const PADDING = 0x0001_0001; // version 1, kind 0, one slot

/** Kind of the record at a word, 0 for padding. */
function kindAt(words: Int32Array, at: number): number {
  return (words[at]! >>> 8) & 0xff;
}

/** Slots of the record at a word. */
function slotsAt(words: Int32Array, at: number): number {
  return (words[at]! >>> 16) & 0xff;
}

/** Memory for a ring of `slots` (a power of two) of `slotBytes`. `start` sets both cursors, for tests near the wrap. */
export function allocateRing(slots: number, slotBytes: number, start = 0): SharedArrayBuffer {
  if (slots < 2 || (slots & (slots - 1)) !== 0 || slots > 2 ** 30)
    throw new RangeError(`ring slots ${slots} are not a power of two from 2 to 2^30`);
  if (slotBytes < 4 || slotBytes % 4 !== 0)
    throw new RangeError(`slot bytes ${slotBytes} are not a multiple of 4`);
  const buffer = new SharedArrayBuffer(SLOTS_BYTE + slots * slotBytes);
  const words = new Int32Array(buffer, 0, SLOTS_BYTE / 4);
  words[HEAD_WORD] = start;
  words[TAIL_WORD] = start;
  return buffer;
}

abstract class RingEnd {
  /** The slots as words. */
  readonly words: Int32Array;
  /** Slots in all. */
  readonly slots: number;
  protected readonly slotWords: number;
  protected readonly mask: number;
  protected readonly cursors: Int32Array;

  constructor(buffer: SharedArrayBuffer, slotBytes: number) {
    this.slots = (buffer.byteLength - SLOTS_BYTE) / slotBytes;
    if (!Number.isInteger(this.slots))
      throw new RangeError(`the ring's memory does not hold slots of ${slotBytes} bytes`);
    this.slotWords = slotBytes / 4;
    this.mask = this.slots - 1;
    this.cursors = new Int32Array(buffer, 0, SLOTS_BYTE / 4);
    this.words = new Int32Array(buffer, SLOTS_BYTE);
  }

  /** True once the producer has given up on this ring's consumer. */
  get detached(): boolean {
    return Atomics.load(this.cursors, STATE_WORD) === 1;
  }
}

/** The writing end. */
export class RingProducer extends RingEnd {
  /** Slots claimed so far, wrapping. */
  #position: number;
  #tail: number;

  constructor(buffer: SharedArrayBuffer, slotBytes: number) {
    super(buffer, slotBytes);
    this.#position = Atomics.load(this.cursors, HEAD_WORD);
    this.#tail = Atomics.load(this.cursors, TAIL_WORD);
  }

  /**
   * Claims room for a record of `slots` slots and returns the word at which to write it, or -1 where the ring is full.
   * What is claimed is seen by the consumer after `publish`.
   */
  claim(slots: number): number {
    const padding = this.#paddingBefore(slots);
    if (!this.#hasFree(slots + padding)) return -1;
    if (padding !== 0) {
      this.words[(this.#position & this.mask) * this.slotWords] = PADDING;
      this.#position = (this.#position + padding) | 0;
    }
    const at = (this.#position & this.mask) * this.slotWords;
    this.#position = (this.#position + slots) | 0;
    return at;
  }

  /** True where `claim` of that many slots would find room. */
  hasRoom(slots: number): boolean {
    return this.#hasFree(slots + this.#paddingBefore(slots));
  }

  /**
   * Copies whole records from `source`, words `from` to `to`, as many as there is room for, and returns the word at
   * which the first one not copied starts.
   */
  append(source: Int32Array, from: number, to: number): number {
    const { slotWords } = this;
    let at = from;
    while (at < to) {
      const index = this.#position & this.mask;
      const untilEnd = this.slots - index;
      const free = this.#room((to - at) / slotWords);
      let run = Math.min((to - at) / slotWords, untilEnd, free);
      // The usual case is that all fits in one piece; else only whole records may be copied.
      if (at + run * slotWords < to) run = wholeRecords(source, at, run, slotWords);
      if (run > 0) {
        this.words.set(source.subarray(at, at + run * slotWords), index * slotWords);
        this.#position = (this.#position + run) | 0;
        at += run * slotWords;
        continue;
      }
      // The next record does not fit. Before the end: pad, if its start at the beginning is free too.
      const slots = slotsAt(source, at);
      if (slots <= untilEnd || free < untilEnd + slots) break;
      this.words[index * slotWords] = PADDING;
      this.#position = (this.#position + untilEnd) | 0;
    }
    return at;
  }

  /** Shows all that is claimed to the consumer. */
  publish(): void {
    Atomics.store(this.cursors, HEAD_WORD, this.#position);
  }

  /** True where something is claimed that is not published yet. */
  get pending(): boolean {
    return this.cursors[HEAD_WORD] !== this.#position;
  }

  /** Slots claimed and not published yet. */
  get unpublished(): number {
    return (this.#position - this.cursors[HEAD_WORD]!) >>> 0;
  }

  /** Slots published and not yet consumed. */
  get depth(): number {
    return (this.cursors[HEAD_WORD]! - Atomics.load(this.cursors, TAIL_WORD)) >>> 0;
  }

  /** Gives up on the consumer: it sees `detached` and must attach anew. */
  detach(): void {
    Atomics.store(this.cursors, STATE_WORD, 1);
  }

  /** Free slots; reads the consumer's cursor only where the last one known is not enough for `wanted`. */
  #room(wanted: number): number {
    let free = this.slots - ((this.#position - this.#tail) >>> 0);
    if (free < wanted + slotsReserve) {
      this.#tail = Atomics.load(this.cursors, TAIL_WORD);
      free = this.slots - ((this.#position - this.#tail) >>> 0);
    }
    return free;
  }

  #hasFree(slots: number): boolean {
    return this.#room(slots) >= slots;
  }

  /** Slots up to the end of the ring that a record of `slots` slots leaves out. */
  #paddingBefore(slots: number): number {
    const index = this.#position & this.mask;
    return index + slots > this.slots ? this.slots - index : 0;
  }
}

/** Beyond what is wanted, so that padding at the end does not hide room that the consumer has made. */
const slotsReserve = 256;

/** Slots of the whole records among the first `limit` slots of `source` from word `at`. */
function wholeRecords(source: Int32Array, at: number, limit: number, slotWords: number): number {
  let slots = 0;
  for (;;) {
    const next = slotsAt(source, at + slots * slotWords);
    if (next === 0 || slots + next > limit) return slots;
    slots += next;
  }
}

/** The reading end. */
export class RingConsumer extends RingEnd {
  /** Slots read so far, wrapping; given back to the producer by `release`. */
  #position: number;
  #head: number;

  constructor(buffer: SharedArrayBuffer, slotBytes: number) {
    super(buffer, slotBytes);
    this.#position = Atomics.load(this.cursors, TAIL_WORD);
    this.#head = this.#position;
  }

  /**
   * Goes on at a position that a consumer before this one had come to, and gives back what lies before it. What is given back
   * already stays so: the producer may have written over it.
   */
  seek(position: number): void {
    if (((position - this.#position) | 0) <= 0) return;
    this.#position = position;
    this.#head = position;
    this.release();
  }

  /** Slots read so far, as a wrapping 32-bit number: what a journal frame notes. */
  get position(): number {
    return this.#position;
  }

  /** True where nothing more is published. */
  get empty(): boolean {
    if (this.#head !== this.#position) return false;
    this.#head = Atomics.load(this.cursors, HEAD_WORD);
    return this.#head === this.#position;
  }

  /** The word at which the next record starts, or -1 where there is none. */
  next(): number {
    for (;;) {
      if (this.empty) return -1;
      const at = (this.#position & this.mask) * this.slotWords;
      if (kindAt(this.words, at) !== 0) return at;
      this.#skipPadding();
    }
  }

  /** Moves past the record that `next` found. */
  skip(slots: number): void {
    this.#position = (this.#position + slots) | 0;
  }

  /**
   * Copies whole records into `target` from word `at` on, `limit` slots at most, and returns the number of slots
   * copied. What is taken counts as read, and is given back by `release`.
   */
  take(target: Int32Array, at: number, limit: number): number {
    let taken = 0;
    while (taken < limit && !this.empty) {
      const index = this.#position & this.mask;
      const word = index * this.slotWords;
      if (kindAt(this.words, word) === 0) {
        this.#skipPadding();
        continue;
      }
      const published = (this.#head - this.#position) >>> 0;
      const run = this.#recordsIn(word, Math.min(published, this.slots - index, limit - taken));
      if (run === 0) break;
      target.set(this.words.subarray(word, word + run * this.slotWords), at + taken * this.slotWords);
      this.#position = (this.#position + run) | 0;
      taken += run;
    }
    return taken;
  }

  /** Gives the slots that were read back to the producer. */
  release(): void {
    Atomics.store(this.cursors, TAIL_WORD, this.#position);
  }

  /** Starts anew on a ring whose producer had detached it: all that was in it is lost to this end. */
  reattach(): void {
    this.#position = Atomics.load(this.cursors, HEAD_WORD);
    this.#head = this.#position;
    this.release();
    Atomics.store(this.cursors, STATE_WORD, 0);
  }

  /** Slots of the whole records from a word on, up to `limit` slots or to padding. */
  #recordsIn(word: number, limit: number): number {
    let slots = 0;
    while (slots < limit) {
      const at = word + slots * this.slotWords;
      const next = slotsAt(this.words, at);
      if (kindAt(this.words, at) === 0 || slots + next > limit) break;
      slots += next;
    }
    return slots;
  }

  #skipPadding(): void {
    this.#position = (this.#position + (this.slots - (this.#position & this.mask))) | 0;
  }
}
