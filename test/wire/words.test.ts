import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { isWhole, readBig, readWhole, writeBig, writeWhole } from '../../src/wire/words.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** The value as eight bytes, by the engine's own means. */
function bytesOf(value: number | bigint): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
  return Array.from(new Uint8Array(view.buffer));
}

function written(write: (words: Int32Array) => void): number[] {
  // Words around it must stay as they are.
  const words = new Int32Array([0x11111111, 0x55555555, 0x55555555, 0x22222222]);
  write(words);
  expect([words[0], words[3]]).toEqual([0x11111111, 0x22222222]);
  return Array.from(new Uint8Array(words.buffer, 4, 8));
}

const edges = [0, 1, -1, 2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52, MAX - 1, MAX];

function samples(): number[] {
  const randomness = new SeededRandomness(1);
  const values = edges.flatMap((edge) => [edge, -edge]);
  for (let i = 0; i < 5_000; i++) {
    const value = Math.floor(
      (randomness.below(2 ** 21) * 2 ** 32 + randomness.next32()) / 2 ** randomness.below(53),
    );
    values.push(value, -value);
  }
  return values.map((value) => (Object.is(value, -0) ? 0 : value));
}

describe('whole numbers in words', () => {
  it('stand as 64-bit two’s complement, low half first', () => {
    for (const value of samples()) {
      expect(written((words) => writeWhole(words, 1, value))).toEqual(bytesOf(value));
    }
  });

  it('come back as they were', () => {
    const words = new Int32Array(3);
    for (const value of samples()) {
      writeWhole(words, 1, value);
      expect(readWhole(words, 1)).toBe(value);
    }
  });

  it('are told from what is negative or too large', () => {
    const words = new Int32Array(2);
    for (const value of samples()) {
      writeWhole(words, 0, value);
      expect(isWhole(words, 0)).toBe(value >= 0);
    }
    for (const value of [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n) - 1n]) {
      writeBig(words, 0, value);
      expect(isWhole(words, 0)).toBe(false);
    }
  });
});

describe('bigints in words', () => {
  it('keep all 64 bits', () => {
    const words = new Int32Array(2);
    for (const value of [
      0n,
      1n,
      2n ** 31n,
      2n ** 32n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
      1_790_000_000_123_456_789n,
    ]) {
      expect(written((into) => writeBig(into, 1, value))).toEqual(bytesOf(value));
      writeBig(words, 0, value);
      expect(readBig(words, 0)).toBe(value);
    }
  });

  it('and whole numbers are the same bits', () => {
    const words = new Int32Array(2);
    for (const value of edges.filter((edge) => edge >= 0)) {
      writeWhole(words, 0, value);
      expect(readBig(words, 0)).toBe(BigInt(value));
    }
  });
});
