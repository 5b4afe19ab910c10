/**
 * Checks of what a program hands in. What is wrong here is a mistake of the program, and thrown: a TypeError where a value
 * is of the wrong kind or missing, a RangeError where it is outside its range. What the rules of the market forbid is
 * rejected by the book instead.
 */

import { FIRST_GATEWAY_CLIENT_ID, MAX_CLIENT_ID_TEXT_BYTES, MAX_WHOLE } from '../model/limits.js';
import { formatDecimal, readDecimal } from '../wire/decimal.js';

/** A client id: a number from 1 to 2^52 - 1, or a text of 1 to 36 printable ASCII characters. */
export type ClientId = number | string;

const PRINTABLE = /^[\x20-\x7e]+$/;

/** A value as a sentence shows it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** A whole number from `min` to `max`. */
export function checkWhole(name: string, value: unknown, min = 0, max = MAX_WHOLE): number {
  if (typeof value !== 'number') throw new TypeError(`${name}: ${shown(value)} must be a whole number`);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name}: ${value} is not a whole number from ${min} to ${max}`);
  return value;
}

/** True or false; false where it is left out. */
export function checkFlag(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw new TypeError(`${name}: ${shown(value)} must be true or false`);
  return value;
}

/** The number of a word. */
export function checkName(name: string, value: unknown, table: Readonly<Record<string, number>>): number {
  const number = typeof value === 'string' && Object.hasOwn(table, value) ? table[value] : undefined;
  if (number === undefined)
    throw new TypeError(`${name}: ${shown(value)} must be one of ${Object.keys(table).join(', ')}`);
  return number;
}

/** Nanoseconds since 1970. */
export function checkTime(name: string, value: unknown): bigint {
  if (typeof value !== 'bigint')
    throw new TypeError(`${name}: ${shown(value)} must be a bigint, nanoseconds since 1970`);
  if (value < 0n || value >= 2n ** 63n) throw new RangeError(`${name}: ${value} is not from 0 to 2^63 - 1`);
  return value;
}

/** A client id that a program gives; larger numbers are those that the book makes where none is given. */
export function checkClientId(name: string, value: unknown, max = FIRST_GATEWAY_CLIENT_ID - 1): ClientId {
  if (typeof value !== 'string') return checkWhole(name, value, 1, max);
  if (value.length > MAX_CLIENT_ID_TEXT_BYTES || !PRINTABLE.test(value))
    throw new RangeError(
      `${name}: ${shown(value)} is not 1 to ${MAX_CLIENT_ID_TEXT_BYTES} printable ASCII characters`,
    );
  return value;
}

/** A field that is not among those known is a mistyped one, and must not be passed over. */
export function checkFields(what: string, given: unknown, fields: ReadonlySet<string>): void {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${what}: ${shown(given)} must be an object`);
  for (const field of Object.keys(given))
    if (!fields.has(field)) throw new TypeError(`${what}: there is no field ${shown(field)}`);
}

/** What a decimal is counted in: a tick or a lot. */
export interface Step {
  readonly noun: 'tick' | 'lot';
  /** In units of the last decimal. */
  readonly units: number;
  readonly decimals: number;
  readonly symbol: string;
}

/** A decimal as a whole number of steps, exactly. */
export function readSteps(name: string, value: unknown, step: Step): number {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new TypeError(`${name}: ${shown(value)} must be a decimal, as a string or a number`);
  const units = readDecimal(value, step.decimals);
  if (units === 'not-decimal') throw new TypeError(`${name}: ${shown(value)} is not a decimal`);
  if (units === 'out-of-range') throw new RangeError(`${name}: ${shown(value)} is too large`);
  if (units === 'too-many-decimals' || units % step.units !== 0)
    throw new RangeError(
      `${name}: ${shown(value)} is not a multiple of the ${step.noun} ${formatDecimal(step.units, step.decimals)} of ${step.symbol}`,
    );
  return units / step.units;
}
