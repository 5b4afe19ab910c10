import { describe, expect, it } from 'vitest';
import { isPrintable, readByte, readText, writeByte, writeText } from '../../src/wire/text.js';

const bytes = (words: Int32Array) => Array.from(new Uint8Array(words.buffer));

describe('bytes in words', () => {
  it('are set one at a time, in little-endian order', () => {
    const words = new Int32Array(3);
    words.fill(-1);
    for (let index = 0; index < 12; index++) {
      writeByte(words, index, index * 20);
      expect(readByte(words, index)).toBe(index * 20);
    }
    expect(bytes(words)).toEqual(Array.from({ length: 12 }, (_, index) => index * 20));
  });

  it('take the low eight bits of a value', () => {
    const words = new Int32Array(1);
    writeByte(words, 3, 0x1ff);
    expect(bytes(words)).toEqual([0, 0, 0, 0xff]);
  });
});

describe('texts in words', () => {
  it.each(['', 'a', 'order-1', '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', 'für €', '😀'])(
    'come back from any byte on: %j',
    (text) => {
      for (let start = 0; start < 8; start++) {
        const words = new Int32Array(16);
        const length = writeText(words, start, text);
        expect(length).toBe(Buffer.byteLength(text));
        expect(
          Buffer.from(words.buffer)
            .subarray(start, start + length)
            .toString('utf8'),
        ).toBe(text);
        expect(readText(words, start, length)).toBe(text);
      }
    },
  );

  it('throw where the bytes are not UTF-8', () => {
    const words = new Int32Array(1);
    writeByte(words, 0, 0xc3);
    expect(() => readText(words, 0, 1)).toThrow(TypeError);
  });

  it('are printable where every byte is from blank to tilde', () => {
    const words = new Int32Array(2);
    for (let byte = 0; byte < 256; byte++) {
      writeText(words, 1, 'abc');
      writeByte(words, 2, byte);
      expect(isPrintable(words, 1, 3)).toBe(byte >= 0x20 && byte <= 0x7e);
      // What stands before and behind does not count.
      expect(isPrintable(words, 3, 1)).toBe(true);
      expect(isPrintable(words, 1, 1)).toBe(true);
    }
  });
});
