import { describe, expect, it } from 'vitest';
import { HalfSipHash } from '../../src/access/half-sip-hash.js';

/** The first of the reference implementation's vectors: key 0 to 7, input 0, 1, 2 … of so many bytes. */
const vectors = [
  '218d1f59b9b83cc8',
  'be552412f8387315',
  '064f39ef7c50eb57',
  'ce0f1a45f7060679',
  'd5e78a175be52ea1',
  'cb9d7c3f2f3db580',
  'ce3e91358aa2bc25',
  'ff202728b07bc684',
  'edfee820bce4858c',
  '5b51cccc13888307',
  '95b0469f06a6f2ee',
];

describe('HalfSipHash', () => {
  it.each(vectors.map((vector, length) => [length, vector] as const))('of %i bytes', (length, vector) => {
    const hash = new HalfSipHash(0x03020100, 0x07060504);
    hash.hash(String.fromCharCode(...Array.from({ length }, (_, byte) => byte)));
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(hash.low, 0);
    bytes.writeInt32LE(hash.high, 4);
    expect(bytes.toString('hex')).toBe(vector);
  });
});
