import { LINE_WORDS, orderLines } from '../wire/order-record.js';

/*
 * The content of a command, hashed into 64 bits: all words but account and client id, which are the key, and send time,
 * session and receive time, which a retry may change. Odd factors are one to one, and price and size go to different
 * halves, so a change of either or of both always shows.
 */

/** The low half, of the first line. */
export function contentLow(words: Int32Array, at: number): number {
  return (
    (Math.imul(words[at]!, 0x9e3779b1) +
      Math.imul(words[at + 2]!, 0xc2b2ae35) +
      Math.imul(words[at + 6]!, 0x165667b1) +
      Math.imul(words[at + 8]!, 0x297a2d39) +
      Math.imul(words[at + 11]!, 0x1b873593)) |
    0
  );
}

/** The high half, of the first line. */
export function contentHigh(words: Int32Array, at: number): number {
  return (
    (Math.imul(words[at + 1]!, 0x85ebca6b) +
      Math.imul(words[at + 7]!, 0x27d4eb2f) +
      Math.imul(words[at + 9]!, 0x2c1b3c6d) +
      Math.imul(words[at + 10]!, 0x1b56c4e9)) |
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
