import { describe, expect, it } from 'vitest';
import {
  asciiText,
  nearestName,
  nearestText,
  pathText,
  shownValue,
  valueAt,
} from '../../src/wire/field-fault.js';

describe('nearestName', () => {
  const known = ['price', 'priceTicks', 'size', 'side', 'symbol', 'client-id-window'];
  it.each([
    ['pirce', 'price'],
    ['prcie', 'price'],
    ['Price', 'price'],
    ['price_ticks', 'priceTicks'],
    ['pricetick', 'priceTicks'],
    ['sizes', 'size'],
    ['sise', 'size'],
    ['sdie', 'side'],
    ['sybol', 'symbol'],
    ['clientIdWindow', 'client-id-window'],
    ['client-id-widnow', 'client-id-window'],
    ['client-window', 'client-id-window'],
    ['quantity', undefined],
    ['', undefined],
    ['stopPriceInDollars', undefined],
  ])('of %j is %s', (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });

  it('is none for a very long name', () => {
    expect(nearestName('x'.repeat(1_000_000), known)).toBeUndefined();
  });

  it('prefers fewer edits to an earlier place', () => {
    expect(nearestName('side', ['size', 'side'])).toBe('side');
    expect(nearestName('abdc', ['abxy', 'abcd'])).toBe('abcd');
    // A swap of neighbours is one edit, as near as one wrong letter; the first one named wins.
    expect(nearestName('abdc', ['abdd', 'abcd'])).toBe('abdd');
    expect(nearestName('abdc', ['abcd', 'abdd'])).toBe('abcd');
  });

  it('is told, or else all names', () => {
    expect(nearestText('sied', known)).toBe('the nearest is side');
    expect(nearestText('quantity', ['a', 'b'])).toBe('known are a, b');
  });
});

describe('shownValue', () => {
  it.each([
    ['a"b', '"a\\"b"'],
    ['x'.repeat(40), `"${'x'.repeat(40)}"`],
    ['x'.repeat(41), `"${'x'.repeat(40)}..."`],
    ['\u00e9\n\u{1f600}', '"\\u00e9\\n\\ud83d\\ude00"'],
    ['\u007f', '"\\u007f"'],
    [1.5, '1.5'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [[], 'a list'],
    [new Uint8Array(1), 'an object'],
    [10n ** 60n, `1${'0'.repeat(39)}`],
  ])('of %s is %s', (value, shown) => {
    expect(shownValue(value)).toBe(shown);
    expect(asciiText(shown)).toBe(shown);
  });
});

describe('pathText', () => {
  it('is written as in code', () => {
    expect(pathText(['instruments', 1, 'tickSize'])).toBe('instruments[1].tickSize');
    expect(pathText(['a b', 'client-id-window', 0, 2])).toBe('"a b".client-id-window[0][2]');
    expect(pathText([])).toBe('');
  });
});

describe('valueAt', () => {
  it('finds own values alone', () => {
    const root = { a: [{ b: 5 }], text: 'abc' };
    expect(valueAt(root, ['a', 0, 'b'])).toBe(5);
    expect(valueAt(root, [])).toBe(root);
    for (const path of [['a', 1], ['a', 0, 'c'], ['toString'], ['text', 'length'], ['a', 0, 'b', 'c']])
      expect(valueAt(root, path)).toBeUndefined();
  });
});
