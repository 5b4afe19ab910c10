import { orderStatusNames } from '../../store/order-status.js';
import { parseAccount } from '../admission.js';
import type { Respond } from '../transport/transport.js';
import { fail } from './reply.js';

/**
 * Values of paths and queries of requests. Each reader returns undefined where the request has been answered with what is
 * wrong.
 */

export const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;

/** Largest time in a table, some time in 2262. */
const MAX_NS = 2n ** 63n - 1n;

/** As RFC 3339 has it; a plus sign of a query that nobody has encoded is a blank by now. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+ -])(\d\d):(\d\d))$/;

/** An account of a path or query, from 1. */
export function failAccount(text: string, from: number, respond: Respond): void {
  failValue(respond, `${text} is not a whole number from ${from} to 2147483647.`);
}

export function failValue(respond: Respond, sentence: string): void {
  fail(respond, 400, 'malformed', sentence);
}

export function readOrderId(text: string, respond: Respond): number | undefined {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(id)) return id;
  failValue(respond, `"${text}" is not an order id: a whole number under 2^53.`);
  return undefined;
}

/** The account of a query that must name one. */
export function readNeededAccount(query: URLSearchParams, respond: Respond): number | undefined {
  const text = query.get('account');
  if (text === null) {
    failValue(respond, 'Say whose orders: account=, a whole number from 1 to 2147483647.');
    return undefined;
  }
  const account = parseAccount(text);
  if (account === undefined) failAccount(`account=${text}`, 1, respond);
  return account;
}

/** False where the query has a parameter that there is not: one that is misspelt would be passed over in silence. */
export function hasOnly(query: URLSearchParams, names: readonly string[], respond: Respond): boolean {
  const other = [...query.keys()].find((name) => !names.includes(name));
  if (other === undefined) return true;
  failValue(respond, `There is no ${other}= here; there is ${names.map((name) => `${name}=`).join(', ')}.`);
  return false;
}

export function readLimit(query: URLSearchParams, respond: Respond): number | undefined {
  const text = query.get('limit') ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  failValue(respond, `limit=${text} is not a whole number from 1 to ${MAX_LIMIT}.`);
  return undefined;
}

/** Which orders: all, open, done, or one status by its number. */
export function readStatus(
  query: URLSearchParams,
  respond: Respond,
): 'all' | 'open' | 'done' | number | undefined {
  const text = query.get('status') ?? 'all';
  if (text === 'all' || text === 'open' || text === 'done') return text;
  const named = Object.entries(orderStatusNames).find(([, name]) => name === text);
  if (named !== undefined) return Number(named[0]);
  const names = ['all', 'open', 'done', ...Object.values(orderStatusNames)].join(', ');
  failValue(respond, `status=${text} is none of ${names}.`);
  return undefined;
}

/** A client order id, as a number where it can be one; null where the query has none. */
export function readClientOrderId(
  query: URLSearchParams,
  respond: Respond,
): number | string | null | undefined {
  const text = query.get('clientOrderId');
  if (text === null) return null;
  const number = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  if (/^[ -~]{1,36}$/.test(text)) return text;
  failValue(
    respond,
    `clientOrderId=${text} is not an id: a whole number from 1, or 1 to 36 printable characters.`,
  );
  return undefined;
}

/** A time in ns since 1970, within the bounds of a table; `otherwise` where the query does not name it. */
export function readTimeNs(
  query: URLSearchParams,
  name: string,
  otherwise: bigint,
  respond: Respond,
): string | undefined {
  const text = query.get(name);
  const timeNs = text === null ? otherwise : timeOf(text);
  if (timeNs === undefined) {
    failValue(
      respond,
      `${name}=${text} is not a time: nanoseconds since 1970, or as RFC 3339 has it, 2026-01-31T12:00:00.123456789Z.`,
    );
    return undefined;
  }
  return String(timeNs < 0n ? 0n : timeNs > MAX_NS ? MAX_NS : timeNs);
}

/** The end of a span that has none. */
export const LAST_NS = MAX_NS;

function timeOf(text: string): bigint | undefined {
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[];
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const utc = new Date(0);
  utc.setUTCFullYear(year!, month! - 1, day!);
  // The 31st of a month of 30 days would be the first of the next.
  const isDay = utc.getUTCMonth() === month! - 1 && utc.getUTCDate() === day;
  const isTime = hour! < 24 && minute! < 60 && second! < 60;
  if (!isDay || !isTime || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const seconds = utc.getTime() / 1000 + (hour! * 60 + minute! - offset) * 60 + second!;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}
