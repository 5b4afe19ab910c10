import { describe, expect, it } from 'vitest';
import { ClientTexts } from '../../src/book/client-texts.js';
import { mix32 } from '../../src/book/hash.js';
import { CLIENT_ID_TEXT_WORDS } from '../../src/wire/order-record.js';

describe('mix32', () => {
  it('leads different words to different words', () => {
    const seen = new Set<number>();
    for (let word = -50_000; word < 50_000; word++) seen.add(mix32(word * 65_537));
    expect(seen.size).toBe(100_000);
  });
});

describe('the hash of a text', () => {
  const text = (word: number, at: number) => {
    const words = new Int32Array(CLIENT_ID_TEXT_WORDS);
    words[at] = word;
    return words;
  };

  it('puts texts that fall together under one salt apart under another', () => {
    const unsalted = new ClientTexts(0);
    const byTag = new Map<number, Int32Array>();
    const together: [Int32Array, Int32Array][] = [];
    // Some hundred pairs among a million share their low 32 bits by chance: what an attacker would look for.
    for (let i = 1; i <= 1_000_000; i++) {
      const words = text(i, i % CLIENT_ID_TEXT_WORDS);
      const tag = unsalted.tagOf(words, 0, 7);
      const other = byTag.get(tag);
      if (other !== undefined) together.push([words, other]);
      byTag.set(tag, words);
    }
    expect(together.length).toBeGreaterThan(20);
    for (const salt of [1, 0x9e3779b9]) {
      const salted = new ClientTexts(salt);
      const still = together.filter(([a, b]) => salted.tagOf(a, 0, 7) === salted.tagOf(b, 0, 7));
      expect(still).toHaveLength(0);
    }
  });
});
