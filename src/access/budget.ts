/*
 * Shared between threads: every gateway takes tokens from it and gives them back, by compare-and-exchange on one word
 * for each key; all read.
 */

import { MAX_BUDGET_CHUNK, MAX_KEY_RATE, MAX_KEYS } from '../model/limits.js';

/** Tokens that a gateway drew so long ago, and has not used, go back with the next look at that key. */
const HOLD_NS = 100_000_000;

/** A gateway may hold so many tokens of a key that all gateways together hold a quarter of its burst at the most. */
const HELD_PART = 4;

/**
 * Token buckets for all keys, over all gateways, on the shared clock: one for messages, another one for orders.
 *
 * A bucket is one 64-bit word, the time at which it will be full again (the generic cell rate algorithm): a token is so
 * many nanoseconds of it. A gateway draws tokens in chunks that double while a key keeps it busy, so that usually a
 * message costs a decrement of a number of its own, and gives back what it has not used for 100 ms.
 *
 * What that makes inexact: all gateways together hold at most a quarter of the burst. So within any stretch of time they
 * grant at most burst + rate * time and this quarter more, and they refuse only where an exact bucket would have less
 * than this quarter and the tokens that were asked for. A token's nanoseconds are rounded up: by a thousandth at a
 * million a second.
 */
export class Budget {
  readonly #words: BigInt64Array;
  readonly #gateways: number;
  /** Nanoseconds of a token; 0 where the key has no bound. */
  readonly #tokenNs = new Float64Array(MAX_KEYS);
  readonly #burst = new Float64Array(MAX_KEYS);
  /** Tokens that were drawn and are not used, and when the last ones were drawn. */
  readonly #held = new Float64Array(MAX_KEYS);
  readonly #drawnNs = new Float64Array(MAX_KEYS);
  readonly #chunk = new Uint16Array(MAX_KEYS);
  readonly #largestChunk = new Uint16Array(MAX_KEYS);

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(8 * MAX_KEYS);
  }

  /** Any gateway's thread, on memory from `allocate`; `gateways` is how many there are. */
  constructor(buffer: SharedArrayBuffer, gateways: number) {
    if (buffer.byteLength !== 8 * MAX_KEYS)
      throw new Error(`${buffer.byteLength} bytes of memory are not a budget`);
    this.#words = new BigInt64Array(buffer);
    this.#gateways = gateways;
  }

  /**
   * Tells what the key of a slot may take: so many a second, and at once a burst, a second's worth where it is left out.
   * Undefined: as many as it likes. Every gateway is told the same.
   *
   * @throws RangeError where a number is not whole, or not from 1 to a million
   */
  setRate(slot: number, perSecond: number | undefined, burst = perSecond): void {
    for (const count of [perSecond ?? 1, burst ?? 1])
      if (!Number.isInteger(count) || count < 1 || count > MAX_KEY_RATE)
        throw new RangeError(`${count} tokens are not a whole number from 1 to ${MAX_KEY_RATE}`);
    const tokenNs = perSecond === undefined ? 0 : Math.ceil(1e9 / perSecond);
    if (tokenNs === this.#tokenNs[slot] && (burst ?? 0) === this.#burst[slot]) return;
    this.#giveBack(slot);
    this.#tokenNs[slot] = tokenNs;
    this.#burst[slot] = burst ?? 0;
    const share = Math.floor((burst ?? 0) / (HELD_PART * this.#gateways));
    this.#largestChunk[slot] = Math.max(1, Math.min(MAX_BUDGET_CHUNK, share));
    this.#chunk[slot] = 1;
  }

  /**
   * Takes so many tokens from the bucket of a key, all or none. `nowNs` is the time of the shared clock.
   *
   * @returns 0 where they were granted; else nanoseconds until they can be; Infinity where they are more than the burst
   */
  take(slot: number, count: number, nowNs: number): number {
    if (this.#tokenNs[slot] === 0) return 0;
    const held = this.#held[slot]!;
    const isRecent = nowNs - this.#drawnNs[slot]! < HOLD_NS;
    if (count <= held && isRecent) {
      this.#held[slot] = held - count;
      return 0;
    }
    if (count > this.#burst[slot]!) return Number.POSITIVE_INFINITY;
    if (isRecent) this.#chunk[slot] = Math.min(this.#chunk[slot]! * 2, this.#largestChunk[slot]!);
    else {
      this.#giveBack(slot);
      this.#chunk[slot] = 1;
    }
    return this.#draw(slot, count, nowNs);
  }

  /** Whole tokens that this gateway could take now; Infinity where the key has no bound. */
  remaining(slot: number, nowNs: number): number {
    const tokenNs = this.#tokenNs[slot]!;
    if (tokenNs === 0) return Number.POSITIVE_INFINITY;
    const full = Math.max(Number(Atomics.load(this.#words, slot)), nowNs);
    const shared = Math.floor((this.#burst[slot]! * tokenNs - (full - nowNs)) / tokenNs);
    return Math.min(this.#burst[slot]!, Math.max(0, shared) + this.#held[slot]!);
  }

  /** Gives back what has not been used for 100 ms, of all keys: a gateway does it now and then, for those that left it. */
  settle(nowNs: number): void {
    for (let slot = 0; slot < MAX_KEYS; slot++)
      if (this.#held[slot]! > 0 && nowNs - this.#drawnNs[slot]! >= HOLD_NS) this.#giveBack(slot);
  }

  /** Takes what is missing and, where there is more, up to a chunk. */
  #draw(slot: number, count: number, nowNs: number): number {
    const tokenNs = this.#tokenNs[slot]!;
    const burstNs = this.#burst[slot]! * tokenNs;
    const held = this.#held[slot]!;
    const missing = count - held;
    for (;;) {
      const word = Atomics.load(this.#words, slot);
      const full = Math.max(Number(word), nowNs);
      const roomNs = burstNs - (full - nowNs);
      if (missing * tokenNs > roomNs) return missing * tokenNs - roomNs;
      const drawn = Math.min(Math.max(missing, this.#chunk[slot]!), Math.floor(roomNs / tokenNs));
      if (Atomics.compareExchange(this.#words, slot, word, BigInt(full + drawn * tokenNs)) !== word) continue;
      this.#held[slot] = held + drawn - count;
      this.#drawnNs[slot] = nowNs;
      return 0;
    }
  }

  #giveBack(slot: number): void {
    const held = this.#held[slot]!;
    if (held === 0) return;
    this.#held[slot] = 0;
    // A bucket that is full by now stays full: times before now count as now.
    Atomics.sub(this.#words, slot, BigInt(held * this.#tokenNs[slot]!));
  }
}
