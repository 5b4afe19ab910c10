import { LINE_WORDS, orderLines } from '../wire/order-record.js';

/*
 * The content of a command, hashed into 64 bits: all words but account and client id, which are the key, and send time,
 * session and receive time, which a retry may change. Odd factors are one to one, and price and size go to different
 * halves, so a change of either or of both always shows.
 */

/** What the words of the first line are multiplied with: those of the low half, then those of the high half. */
export const HEAD_FACTOR = 0x9e3779b1;
export const INSTRUMENT_FACTOR = 0xc2b2ae35;
const TARGET_FACTOR = 0x165667b1;
export const PRICE_FACTOR = 0x297a2d39;
export const SIZE_HIGH_FACTOR = 0x1b873593;
export const TERMS_FACTOR = 0x85ebca6b;
const TARGET_HIGH_FACTOR = 0x27d4eb2f;
export const PRICE_HIGH_FACTOR = 0x2c1b3c6d;
export const SIZE_FACTOR = 0x1b56c4e9;

/** The low half, of the first line. */
export function contentLow(words: Int32Array, at: number): number {
  return (
    (Math.imul(words[at]!, HEAD_FACTOR) +
      Math.imul(words[at + 2]!, INSTRUMENT_FACTOR) +
      Math.imul(words[at + 6]!, TARGET_FACTOR) +
      Math.imul(words[at + 8]!, PRICE_FACTOR) +
      Math.imul(words[at + 11]!, SIZE_HIGH_FACTOR)) |
    0
  );
}

/** The high half, of the first line. */
export function contentHigh(words: Int32Array, at: number): number {
  return (
    (Math.imul(words[at + 1]!, TERMS_FACTOR) +
      Math.imul(words[at + 7]!, TARGET_HIGH_FACTOR) +
      Math.imul(words[at + 9]!, PRICE_HIGH_FACTOR) +
      Math.imul(words[at + 10]!, SIZE_FACTOR)) |
    0
  );
}

/** One half with the further lines, of which it takes every other word, from the first (0) or the second (1). */
export function withLines(half: number, words: Int32Array, at: number, first: 0 | 1): number {
  const end = at + orderLines(words[at]!) * LINE_WORDS;
  const factor = first === 0 ? 0x85ebca6b : 0xc2b2ae35;
  const turn = first === 0 ? 13 : 17;
  let mixed = half;
  for (let i = at + LINE_WORDS + first; i < end; i += 2) {
    mixed = Math.imul(mixed ^ words[i]!, factor);
    mixed = (mixed << turn) | (mixed >>> (32 - turn));
  }
  return mixed;
}
