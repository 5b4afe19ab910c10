import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { decimalsOf, formatDecimal, formatSteps, parseDecimal, readDecimal } from '../../src/wire/decimal.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** The same by BigInt: slow, and by another way. */
function expected(text: string, decimals: number): number | string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return 'not-decimal';
  const [, sign, whole = '', fraction = ''] = match;
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * 10n ** BigInt(decimals);
  const units = scaled / scale;
  if (units > BigInt(MAX)) return 'out-of-range';
  if (scaled % scale !== 0n) return 'too-many-decimals';
  return Number(sign === '-' ? -units : units);
}

describe('readDecimal', () => {
  it.each([
    ['0', 2, 0],
    ['0.00', 2, 0],
    ['-0', 2, 0],
    ['12.34', 2, 1234],
    ['12.3', 2, 1230],
    ['12', 2, 1200],
    ['-12.34', 2, -1234],
    ['007.5', 1, 75],
    ['1.500000000000000000000', 1, 15],
    ['9007199254740991', 0, MAX],
    ['90071992547409.91', 2, MAX],
    ['-9007199254740991', 0, -MAX],
    ['0.000000000000001', 15, 1],
    ['1.234', 2, 'too-many-decimals'],
    ['0.001', 2, 'too-many-decimals'],
    ['9007199254740992', 0, 'out-of-range'],
    ['90071992547409.92', 2, 'out-of-range'],
    ['10000000000000000', 0, 'out-of-range'],
    ['1', 16, 'out-of-range'],
    ['99999999999999999999.999', 2, 'out-of-range'],
    ['', 2, 'not-decimal'],
    ['-', 2, 'not-decimal'],
    ['.', 2, 'not-decimal'],
    ['.5', 2, 'not-decimal'],
    ['5.', 2, 'not-decimal'],
    ['-.5', 2, 'not-decimal'],
    ['1.2.3', 2, 'not-decimal'],
    ['1..2', 2, 'not-decimal'],
    ['+1', 2, 'not-decimal'],
    ['--1', 2, 'not-decimal'],
    ['1-', 2, 'not-decimal'],
    [' 1', 2, 'not-decimal'],
    ['1 ', 2, 'not-decimal'],
    ['1e3', 2, 'not-decimal'],
    ['1,000', 2, 'not-decimal'],
    ['0x10', 2, 'not-decimal'],
    ['١', 2, 'not-decimal'],
    ['99999999999999999999x', 2, 'not-decimal'],
    ['0.0001x', 2, 'not-decimal'],
    ['NaN', 2, 'not-decimal'],
  ])('reads %j with %i decimals as %j', (text, decimals, value) => {
    expect(readDecimal(text, decimals)).toBe(value);
  });

  it.each([
    [0.1, 1, 1],
    [0.1 + 0.2, 17, 'out-of-range'],
    [0.1 + 0.2, 2, 'too-many-decimals'],
    [1e-7, 7, 1],
    [1.5e-7, 8, 15],
    [-1.5e-7, 8, -15],
    [1e-7, 6, 'too-many-decimals'],
    [5e-324, 15, 'too-many-decimals'],
    [1e21, 0, 'out-of-range'],
    [-1.2345e300, 0, 'out-of-range'],
    [100, 2, 10000],
    [-0, 2, 0],
    [MAX, 0, MAX],
    [2 ** 53, 0, 'out-of-range'],
    [Number.NaN, 2, 'not-decimal'],
    [Number.POSITIVE_INFINITY, 2, 'not-decimal'],
    [Number.NEGATIVE_INFINITY, 2, 'not-decimal'],
  ])('reads the number %d with %i decimals as %j', (value, decimals, units) => {
    expect(readDecimal(value, decimals)).toBe(units);
  });

  it('agrees with BigInt on texts near every edge', () => {
    const randomness = new SeededRandomness(7);
    const verdicts = new Map<string, number>();
    const alphabet = '0123456789';
    for (let round = 0; round < 30_000; round++) {
      const digits = (most: number) =>
        Array.from({ length: randomness.below(most + 1) }, () => alphabet[randomness.below(10)]).join('');
      const near = String(BigInt(MAX) + BigInt(randomness.below(5)) - 2n);
      const cut = randomness.below(near.length + 1);
      const shapes = [
        () => digits(18) + (randomness.below(2) === 0 ? '' : `.${digits(18)}`),
        () => `${near.slice(0, cut)}.${near.slice(cut)}`,
        () => near + '0'.repeat(randomness.below(3)),
        () => `${digits(4)}.${digits(3)}${'0'.repeat(randomness.below(20))}`,
      ];
      const text = (randomness.below(4) === 0 ? '-' : '') + shapes[randomness.below(shapes.length)]!();
      const decimals = randomness.below(16);
      const want = expected(text, decimals);
      expect(readDecimal(text, decimals), `${text} with ${decimals}`).toBe(Object.is(want, -0) ? 0 : want);
      expect(parseDecimal(text, decimals)).toBe(typeof want === 'number' ? want + 0 : undefined);
      const verdict = typeof want === 'number' ? 'number' : want;
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    // The texts reach every answer often enough to mean something.
    for (const verdict of ['number', 'out-of-range', 'too-many-decimals', 'not-decimal'])
      expect(verdicts.get(verdict)).toBeGreaterThan(500);
  });

  it('reads a number as the text that it prints as, exponents written out', () => {
    const randomness = new SeededRandomness(8);
    for (let round = 0; round < 5_000; round++) {
      const mantissa = randomness.next32();
      const exponent = randomness.below(34) - 24;
      const value = Number(`${mantissa}e${exponent}`);
      // The same decimal by shifting the point of the shortest digits, with BigInt.
      const [digits = '', power = '0'] = value.toExponential().split('e');
      const [whole = '', fraction = ''] = digits.split('.');
      const shift = Number(power) - fraction.length;
      const scaled = BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, shift + 12));
      const divisor = 10n ** BigInt(Math.max(0, -(shift + 12)));
      const units = scaled / divisor;
      const want =
        units > BigInt(MAX) ? 'out-of-range' : scaled % divisor !== 0n ? 'too-many-decimals' : Number(units);
      expect(readDecimal(value, 12), `${value}`).toBe(want);
    }
  });
});

describe('formatDecimal', () => {
  it.each([
    [0, 0, '0'],
    [0, 2, '0.00'],
    [5, 2, '0.05'],
    [1230, 2, '12.30'],
    [-5, 2, '-0.05'],
    [-1234, 0, '-1234'],
    [MAX, 0, '9007199254740991'],
    [MAX, 15, '9.007199254740991'],
    [-MAX, 2, '-90071992547409.91'],
    [123456789012345678901234567890n, 3, '123456789012345678901234567.890'],
  ])('writes %s with %i decimals as %s', (units, decimals, text) => {
    expect(formatDecimal(units, decimals)).toBe(text);
  });

  it.each([0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('does not write %d', (units) => {
    expect(() => formatDecimal(units, 2)).toThrow(RangeError);
  });

  it('is read back as it was', () => {
    const randomness = new SeededRandomness(9);
    for (let round = 0; round < 5_000; round++) {
      const units = randomness.below(2 ** 21) * 2 ** 32 + randomness.next32();
      const decimals = randomness.below(16);
      expect(readDecimal(formatDecimal(units, decimals), decimals)).toBe(units);
      expect(readDecimal(formatDecimal(-units, decimals), decimals)).toBe(-units);
    }
  });
});

describe('formatSteps', () => {
  it('is exact where the product passes 2^53', () => {
    expect(formatSteps(MAX, 25, 2)).toBe('2251799813685247.75');
    expect(formatSteps(3, 25, 2)).toBe('0.75');
  });
});

describe('decimalsOf', () => {
  it.each([
    ['1', 0],
    ['0.10', 2],
    ['-3.250', 3],
    [0.1, 1],
    [1e-7, 7],
    [100, 0],
  ])('counts those of %j: %i', (value, decimals) => {
    expect(decimalsOf(value)).toBe(decimals);
  });
});
