/**
 * HalfSipHash-2-4 with 64 bits of output (Aumasson and Bernstein): a keyed hash in 32-bit arithmetic, so that nobody who
 * does not know the salt can choose texts that meet in one place of a table.
 */
export class HalfSipHash {
  /** The two halves of the last hash, as signed 32-bit numbers. */
  low = 0;
  high = 0;
  readonly #salt0: number;
  readonly #salt1: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;

  constructor(salt0: number, salt1: number) {
    this.#salt0 = salt0 | 0;
    this.#salt1 = salt1 | 0;
  }

  /** Hashes a text of characters under 256, each as one byte. */
  hash(text: string): void {
    this.#v0 = this.#salt0;
    this.#v1 = this.#salt1 ^ 0xee;
    this.#v2 = 0x6c796765 ^ this.#salt0;
    this.#v3 = 0x74656462 ^ this.#salt1;
    const whole = text.length & ~3;
    for (let at = 0; at < whole; at += 4) {
      const word =
        text.charCodeAt(at) |
        (text.charCodeAt(at + 1) << 8) |
        (text.charCodeAt(at + 2) << 16) |
        (text.charCodeAt(at + 3) << 24);
      this.#take(word);
    }
    let last = text.length << 24;
    for (let at = whole; at < text.length; at++) last |= text.charCodeAt(at) << (8 * (at - whole));
    this.#take(last);
    this.#v2 ^= 0xee;
    this.#rounds(4);
    this.low = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    this.#rounds(4);
    this.high = this.#v1 ^ this.#v3;
  }

  #take(word: number): void {
    this.#v3 ^= word;
    this.#rounds(2);
    this.#v0 ^= word;
  }

  #rounds(count: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
