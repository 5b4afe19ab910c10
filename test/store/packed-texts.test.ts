import { decode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { EntryWords } from '../../src/store/entry-words.js';
import { KeyAges } from '../../src/store/key-ages.js';
import { PackedTexts } from '../../src/store/packed-texts.js';

describe('packed texts', () => {
  it('are a msgpack array, and may be packed anew', () => {
    const packed = new PackedTexts();
    expect(decode(packed.pack())).toEqual([]);
    for (let round = 0; round < 2; round++) {
      const texts = Array.from({ length: 3000 }, (_, i) =>
        i % 7 === 0 ? '' : `täxt ${'x'.repeat(i)} ☃ ${round}`,
      );
      for (const text of texts) packed.add(text);
      expect(packed.count).toBe(3000);
      expect(decode(packed.pack())).toEqual(texts);
      packed.clear();
    }
    expect(() => packed.add('x'.repeat(65_536))).toThrow(RangeError);
  });
});

describe('the words of entries', () => {
  it('are cut at 64 KiB, and never in the middle of a run', () => {
    const entries = new EntryWords();
    for (let round = 0; round < 2; round++) {
      const sizes = [8000, 8000, 384, 1, 50_000, 16, 16_368, 1];
      let value = 0;
      sizes.forEach((size, i) => {
        const at = entries.add(size, i + 1);
        entries.words.fill(++value, at, at + size);
      });
      const list: (string | number | Buffer)[] = [];
      entries.appendTo(list);
      const told = list.map((each) => (Buffer.isBuffer(each) ? each.length / 4 : each));
      expect(told).toEqual([3, 16_384, 4, 1, 5, 50_000, 7, 16_384, 8, 1]);
      expect((list[1] as Buffer).readInt32LE(0)).toBe(1);
      expect((list[5] as Buffer).readInt32LE(0)).toBe(5);
      entries.clear();
    }
  });
});

describe('the ages of keys', () => {
  it('know what was written longest ago', () => {
    const ages = new KeyAges<string>();
    expect(ages.oldestUntil(99)).toBeUndefined();
    for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) ages.write(key, i);
    ages.write('a', 4);
    ages.write('a', 5);
    expect(ages.delete('c')).toBe(true);
    expect(ages.delete('c')).toBe(false);
    const order: string[] = [];
    for (let key = ages.oldestUntil(9); key !== undefined; key = ages.oldestUntil(9)) {
      order.push(key);
      ages.delete(key);
    }
    expect(order).toEqual(['b', 'd', 'a']);
    ages.write('e', 7);
    expect(ages.oldestUntil(6)).toBeUndefined();
    expect(ages.oldestUntil(7)).toBe('e');
    expect(ages.size).toBe(1);
  });
});
