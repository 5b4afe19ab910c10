/**
 * Decimals as people write them, and the whole units inside: `12.34` with two decimals is 1234 units. Digit by digit,
 * never by a float: 0.1 + 0.2 is not 0.3, and an exchange must not find that out in its books.
 */

import { MAX_WHOLE } from '../model/limits.js';

/** Why a decimal has no number of units. */
export type DecimalFault = 'not-decimal' | 'too-many-decimals' | 'out-of-range';

/** What a plain decimal looks like: digits, then perhaps a point and digits; no exponent, no plus sign, no blanks. */
export const DECIMAL_PATTERN = /^-?[0-9]+(\.[0-9]+)?$/;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/**
 * Reads a decimal as a whole number of units of 10^-decimals, over -2^53 and under 2^53. A number goes through its
 * shortest decimal form: 0.1 is "0.1", 1e-7 is "0.0000001". Decimals past the last unit may be there if they are zero.
 */
export function readDecimal(value: string | number, decimals: number): number | DecimalFault {
  const text = typeof value === 'number' ? plainText(value) : value;
  const negative = text.charCodeAt(0) === MINUS;
  let units = 0;
  let digits = 0;
  let decimalsRead = 0;
  let afterPoint = false;
  let tooLarge = false;
  let tooFine = false;
  for (let i = negative ? 1 : 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === POINT) {
      if (afterPoint || digits === 0 || i === text.length - 1) return 'not-decimal';
      afterPoint = true;
      continue;
    }
    const digit = char - ZERO;
    if (digit < 0 || digit > 9) return 'not-decimal';
    digits++;
    if (afterPoint) {
      if (decimalsRead === decimals) {
        if (digit !== 0) tooFine = true;
        continue;
      }
      decimalsRead++;
    }
    // A product that a number cannot hold rounds to 2^53 or more, never below: the comparison is exact.
    if (!tooLarge) units = units * 10 + digit;
    if (units > MAX_WHOLE) tooLarge = true;
  }
  if (digits === 0) return 'not-decimal';
  for (; decimalsRead < decimals && !tooLarge; decimalsRead++) {
    units *= 10;
    if (units > MAX_WHOLE) tooLarge = true;
  }
  if (tooLarge) return 'out-of-range';
  if (tooFine) return 'too-many-decimals';
  return negative && units !== 0 ? -units : units;
}

/** As `readDecimal`, for callers who need no reason: undefined where there is one. */
export function parseDecimal(value: string | number, decimals: number): number | undefined {
  const units = readDecimal(value, decimals);
  return typeof units === 'number' ? units : undefined;
}

/** Decimals as written: 2 for "0.10", 1 for the number 0.10, 0 where there is no point. */
export function decimalsOf(value: string | number): number {
  const text = typeof value === 'number' ? plainText(value) : value;
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/**
 * Writes whole units of 10^-decimals as a decimal with exactly that many decimals: 1230 with two is "12.30".
 *
 * @throws RangeError where a number is not whole or not under 2^53 in size.
 */
export function formatDecimal(units: number | bigint, decimals: number): string {
  if (typeof units === 'number' && !Number.isSafeInteger(units))
    throw new RangeError(`${units} units are not a whole number under 2^53`);
  const negative = units < 0;
  const digits = String(negative ? -units : units).padStart(decimals + 1, '0');
  const sign = negative ? '-' : '';
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Writes ticks or lots: `steps` of `stepUnits` units each. Also right where the product passes 2^53. */
export function formatSteps(steps: number, stepUnits: number, decimals: number): string {
  const units = steps * stepUnits;
  return formatDecimal(Number.isSafeInteger(units) ? units : BigInt(steps) * BigInt(stepUnits), decimals);
}

/** A number's shortest decimal form, without an exponent. NaN and infinities stay words, and are no decimals. */
function plainText(value: number): string {
  const text = String(value);
  const mark = text.indexOf('e');
  if (mark < 0) return text;
  const sign = value < 0 ? '-' : '';
  const [whole = '', fraction = ''] = text.slice(sign.length, mark).split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(text.slice(mark + 1));
  // JavaScript writes exponents from 21 up and from -7 down, so the point is never among the digits.
  return point > 0 ? sign + digits.padEnd(point, '0') : `${sign}0.${'0'.repeat(-point)}${digits}`;
}
