/**
 * 64-bit whole numbers in Int32Array words, little-endian: the low half first. Values stay under 2^53 in size, so a
 * JavaScript number holds them exactly; a negative one is two's complement over both halves.
 */

const TWO_32 = 4_294_967_296;

/** Reads the whole number at word `at`. */
export function readWhole(words: Int32Array, at: number): number {
  return words[at + 1]! * TWO_32 + (words[at]! >>> 0);
}

/** Writes a whole number at word `at`. */
export function writeWhole(words: Int32Array, at: number, value: number): void {
  words[at] = value | 0;
  words[at + 1] = Math.floor(value / TWO_32);
}

/** True where the 64 bits at word `at` are from 0 to 2^53 - 1. */
export function isWhole(words: Int32Array, at: number): boolean {
  return words[at + 1]! >>> 21 === 0;
}

/** True where the 64 bits at word `at`, read as a signed number, are over -2^53 and under 2^53. */
export function isSigned(words: Int32Array, at: number): boolean {
  // What has more bits than a number holds is read as 2^53 or more, never as less.
  return Number.isSafeInteger(readWhole(words, at));
}

/** True where all words from `from` up to `to` are zero. */
export function isZero(words: Int32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (words[i] !== 0) return false;
  return true;
}

/** Writes 64 bits of a bigint at word `at`: for epoch nanoseconds, which no number holds exactly. */
export function writeBig(words: Int32Array, at: number, value: bigint): void {
  words[at] = Number(BigInt.asIntN(32, value));
  words[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
}

/** Reads 64 unsigned bits at word `at`. */
export function readBig(words: Int32Array, at: number): bigint {
  return (BigInt(words[at + 1]! >>> 0) << 32n) | BigInt(words[at]! >>> 0);
}
