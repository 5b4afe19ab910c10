/*
 * Shared between threads: the thread that allocates the memory writes the salt, once; every gateway notes nonces in it,
 * by compare-and-exchange, and reads what the others have noted.
 */

import { SystemRandomness } from '../clock/randomness.js';
import { SIGNED_REQUESTS_PER_SECOND } from '../model/limits.js';
import { HalfSipHash } from './half-sip-hash.js';

/** What became of a nonce. */
export const NonceOutcome = {
  /** Nobody has used it with this key: now it is used. */
  Fresh: 0,
  Used: 1,
  /** There is no room to note it; the request cannot be taken. */
  Full: 2,
} as const;
export type NonceOutcome = (typeof NonceOutcome)[keyof typeof NonceOutcome];

/**
 * The memory, in 64-bit words: one of salt, then a power of two of slots.
 *
 * ```
 * bit 63          48 47                                   0
 *     ┌─────────────┬──────────────────────────────────────┐
 *     │ generation  │ salted fingerprint of key and nonce  │
 *     └─────────────┴──────────────────────────────────────┘
 * ```
 *
 * The generation is the quarter of a window in which the request's own timestamp lies, so one request always has the
 * same. A word whose generation is too old for any thread to take its request again counts as free; zero has never been
 * used. Two nonces of one window meet by chance about once in 2^43 requests: then one of them is refused.
 */
const SALT_WORD = 0;
const FIRST_SLOT = 1;

/** Slots that may hold one nonce, from the place that its hash names: 256 bytes. */
const PROBES = 32;

const GENERATIONS_PER_WINDOW = 4;

/** Generations for which a nonce is kept at most: window behind and ahead, and one more on each side. */
const LIVE_GENERATIONS = 2 * GENERATIONS_PER_WINDOW + 3;

/** Of the slots this part may be taken at the planned rate: then 32 in a row are taken about once in 10^7 requests. */
const PLANNED_LOAD = 0.35;

const GENERATION_MASK = 0xffff;

/** Generations are counted in a number, exactly, from here up. */
const LEAST_WINDOW_NS = 1_000_000;

/** Every nonce of every key within the window on timestamps, over all gateways. */
export class UsedNonces {
  readonly windowNs: number;
  readonly #words: BigInt64Array;
  readonly #mask: number;
  readonly #hash: HalfSipHash;
  readonly #windowNs: bigint;
  readonly #generationNs: bigint;
  /** Of the search that is under way: the slot that is free and the word in it; -1 where there is none. */
  #freeSlot = -1;
  #freeWord = 0n;

  /**
   * Memory for so many signed requests a second, each remembered for at most 2 3/4 windows. At 100,000 a second and five
   * seconds these are 2^22 slots, 32 MiB, of which only what is used takes up memory.
   */
  static allocate(options: {
    readonly windowNs: number;
    readonly requestsPerSecond?: number;
  }): SharedArrayBuffer {
    const { windowNs, requestsPerSecond = SIGNED_REQUESTS_PER_SECOND } = options;
    const keptSeconds = (windowNs / 1e9) * (LIVE_GENERATIONS / GENERATIONS_PER_WINDOW);
    const slots =
      2 ** Math.ceil(Math.log2(Math.max(PROBES, (requestsPerSecond * keptSeconds) / PLANNED_LOAD)));
    const buffer = new SharedArrayBuffer(8 * (FIRST_SLOT + slots));
    const random = new SystemRandomness();
    new Int32Array(buffer).set([random.next32(), random.next32()], 2 * SALT_WORD);
    return buffer;
  }

  /** Any thread, on memory from `allocate`, with the same window as the others. */
  constructor(buffer: SharedArrayBuffer, windowNs: number) {
    const slots = buffer.byteLength / 8 - FIRST_SLOT;
    if (!Number.isInteger(Math.log2(slots)) || slots < PROBES)
      throw new Error(`${buffer.byteLength} bytes of memory are not a table of nonces`);
    if (!Number.isSafeInteger(windowNs) || windowNs < LEAST_WINDOW_NS)
      throw new RangeError(`a window of ${windowNs} ns is not a whole number from ${LEAST_WINDOW_NS}`);
    this.windowNs = windowNs;
    this.#words = new BigInt64Array(buffer);
    this.#mask = slots - 1;
    const [salt0, salt1] = new Int32Array(buffer, 8 * SALT_WORD, 2) as unknown as [number, number];
    this.#hash = new HalfSipHash(salt0, salt1);
    this.#windowNs = BigInt(windowNs);
    this.#generationNs = BigInt(Math.ceil(windowNs / GENERATIONS_PER_WINDOW));
  }

  /**
   * Notes that a key has used a nonce, once its signature is known to be right. `timestampNs` is that of the request;
   * both times are nanoseconds since the epoch. Of several threads that note the same at once, at most one is told that
   * it is fresh.
   *
   * @throws RangeError where the timestamp is outside of the window around now: it would be forgotten too early
   */
  note(keyId: string, nonce: string, timestampNs: bigint, nowNs: bigint): NonceOutcome {
    const oldestNs = nowNs - this.#windowNs;
    const newestNs = nowNs + this.#windowNs;
    if (timestampNs < oldestNs || timestampNs > newestNs)
      throw new RangeError(`timestamp ${timestampNs} is outside of the window around ${nowNs}`);
    // One generation more on each side: another thread may have read its clock a little earlier or later than this one,
    // and what it may still take, or has taken already, must not count as free.
    const lowest = Number(oldestNs / this.#generationNs) - 1;
    const live = Number(newestNs / this.#generationNs) + 1 - lowest;
    const generation = Number(timestampNs / this.#generationNs) & GENERATION_MASK;
    // No key id has a colon.
    this.#hash.hash(`${keyId}:${nonce}`);
    const { low, high } = this.#hash;
    const home = ((high >>> 16) | (low << 16)) & this.#mask;
    // Zero is a slot that was never used.
    const fingerprint = (BigInt(high & 0xffff) << 32n) | BigInt(low >>> 0) || 1n;
    const word = BigInt.asIntN(64, (BigInt(generation) << 48n) | fingerprint);
    for (;;) {
      if (this.#find(home, fingerprint, lowest, live, -1)) return NonceOutcome.Used;
      const slot = this.#freeSlot;
      if (slot < 0) return NonceOutcome.Full;
      const free = this.#freeWord;
      // Where another thread was faster, it may have noted this very nonce: look at all of them again.
      if (Atomics.compareExchange(this.#words, slot, free, word) !== free) continue;
      // A thread with another time may have found another slot free. Each looks after it has written, so of two that
      // write the same at least one sees the other. Both may, and then both refuse: that harms only who sends it twice.
      return this.#find(home, fingerprint, lowest, live, slot) ? NonceOutcome.Used : NonceOutcome.Fresh;
    }
  }

  /** Whether a slot other than `own` holds the fingerprint and is not free. Leaves the first free slot in `#freeSlot`. */
  #find(home: number, fingerprint: bigint, lowest: number, live: number, own: number): boolean {
    this.#freeSlot = -1;
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = FIRST_SLOT + ((home + probe) & this.#mask);
      const word = Atomics.load(this.#words, slot);
      const isUnused = word === 0n;
      const generation = Number(BigInt.asIntN(16, word >> 48n));
      if (isUnused || ((generation - lowest) & GENERATION_MASK) > live) {
        if (this.#freeSlot < 0) {
          this.#freeSlot = slot;
          this.#freeWord = word;
        }
        // Nonces are put into the first free slot, and no slot gets unused again: none of this home is further on.
        if (isUnused) return false;
      } else if (slot !== own && BigInt.asUintN(48, word) === fingerprint) return true;
    }
    return false;
  }
}
