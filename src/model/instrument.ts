import { MAX_SYMBOL_BYTES, MAX_WHOLE } from './limits.js';

/**
 * What is traded. Inside, prices are ticks and sizes are lots; the instrument alone knows what they are worth.
 *
 * A price of `n` ticks is `n × tickSize / 10^priceDecimals`; a size of `n` lots is `n × lotSize / 10^sizeDecimals`.
 */
export interface Instrument {
  /** Number on the wire, from 1; given at listing, never used again. */
  readonly id: number;
  /** 1 to 31 characters: A–Z, a–z, 0–9, dot, hyphen, underscore, slash. */
  readonly symbol: string;
  /** Decimals that prices are shown with, 0 to 15. */
  readonly priceDecimals: number;
  /** Decimals that sizes are shown with, 0 to 15. */
  readonly sizeDecimals: number;
  /** Smallest step of a price, in units of its last decimal. */
  readonly tickSize: number;
  /** Smallest step of a size, in units of its last decimal. */
  readonly lotSize: number;
  /** Bounds of an order's price, in ticks, inclusive. */
  readonly minPriceTicks: number;
  readonly maxPriceTicks: number;
  /** Bounds of an order's size, in lots, inclusive. */
  readonly minSizeLots: number;
  readonly maxSizeLots: number;
  /** How a price level's orders share what trades there. */
  readonly priority: Priority;
  /** Bounds of price × size of an order, in ticks × lots, inclusive; 0 for none. */
  readonly minNotional: number;
  readonly maxNotional: number;
  /** How far from the reference price a price may be, in ticks; 0 for no collar. */
  readonly collarTicks: number;
}

/** How a price level's displayed orders share what trades there. The numbers are in the log. */
export const Priority = {
  /** First come, first served. */
  PriceTime: 0,
  /** By size; what rounding leaves goes by time. */
  ProRata: 1,
  /** The order that made the price first, the rest by size. */
  ProRataTopOrder: 2,
} as const;
export type Priority = (typeof Priority)[keyof typeof Priority];

/** What an instrument is without being told otherwise: price and time, no bounds of notional, no collar. */
export const DEFAULT_RULES = {
  priority: Priority.PriceTime,
  minNotional: 0,
  maxNotional: 0,
  collarTicks: 0,
} as const;

export const SYMBOL_PATTERN = /^[A-Za-z0-9._/-]+$/;

/**
 * What is wrong with an instrument, in one sentence; undefined where nothing is. Listing checks it, so that no later
 * sum of one order can pass 2^53.
 */
export function instrumentFault(instrument: Instrument): string | undefined {
  const { id, symbol, priceDecimals, sizeDecimals, tickSize, lotSize } = instrument;
  const { minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots } = instrument;
  const { priority, minNotional, maxNotional, collarTicks } = instrument;
  const whole = (value: number, low: number, high: number) =>
    Number.isSafeInteger(value) && value >= low && value <= high;
  if (!whole(id, 1, 0x7fffffff)) return `its number ${id} is not a whole number from 1 to 2147483647`;
  if (!SYMBOL_PATTERN.test(symbol) || symbol.length > MAX_SYMBOL_BYTES)
    return `its symbol "${symbol}" is not 1 to ${MAX_SYMBOL_BYTES} letters, digits, dots, hyphens, underscores or slashes`;
  if (!whole(priceDecimals, 0, 15)) return `its price decimals ${priceDecimals} are not from 0 to 15`;
  if (!whole(sizeDecimals, 0, 15)) return `its size decimals ${sizeDecimals} are not from 0 to 15`;
  if (!whole(tickSize, 1, MAX_WHOLE)) return `its tick size ${tickSize} is not a whole number from 1`;
  if (!whole(lotSize, 1, MAX_WHOLE)) return `its lot size ${lotSize} is not a whole number from 1`;
  if (!whole(minPriceTicks, 1, MAX_WHOLE))
    return `its smallest price of ${minPriceTicks} ticks is under one tick`;
  if (!whole(maxPriceTicks, minPriceTicks, MAX_WHOLE))
    return `its largest price of ${maxPriceTicks} ticks is under its smallest of ${minPriceTicks}`;
  if (!whole(minSizeLots, 1, MAX_WHOLE)) return `its smallest size of ${minSizeLots} lots is under one lot`;
  if (!whole(maxSizeLots, minSizeLots, MAX_WHOLE))
    return `its largest size of ${maxSizeLots} lots is under its smallest of ${minSizeLots}`;
  if (!Number.isSafeInteger(maxPriceTicks * tickSize))
    return 'its largest price in units of its last decimal is over 2^53';
  if (!Number.isSafeInteger(maxSizeLots * lotSize))
    return 'its largest size in units of its last decimal is over 2^53';
  if (!Number.isSafeInteger(maxPriceTicks * maxSizeLots))
    return `its largest price (${maxPriceTicks} ticks) times its largest size (${maxSizeLots} lots) is over 2^53`;
  if (!whole(priority, Priority.PriceTime, Priority.ProRataTopOrder))
    return `its priority ${priority} is not a whole number from 0 to 2`;
  if (!whole(minNotional, 0, MAX_WHOLE)) return `its smallest notional ${minNotional} is no whole number`;
  if (!whole(maxNotional, 0, MAX_WHOLE)) return `its largest notional ${maxNotional} is no whole number`;
  if (maxNotional !== 0 && maxNotional < minNotional)
    return `its largest notional of ${maxNotional} is under its smallest of ${minNotional}`;
  if (!whole(collarTicks, 0, MAX_WHOLE)) return `its collar of ${collarTicks} ticks is no whole number`;
  return undefined;
}

const definition = [
  'symbol',
  'priceDecimals',
  'sizeDecimals',
  'tickSize',
  'lotSize',
  'minPriceTicks',
  'maxPriceTicks',
  'minSizeLots',
  'maxSizeLots',
  'priority',
  'minNotional',
  'maxNotional',
  'collarTicks',
] as const satisfies readonly (keyof Instrument)[];

/** An instrument as it is asked for: it gets its number when it is listed. */
export type UnlistedInstrument = Omit<Instrument, 'id'>;

/** A field, the number aside, in which two instruments differ; undefined where they are the same. */
export function differingField(
  a: UnlistedInstrument,
  b: UnlistedInstrument,
): keyof UnlistedInstrument | undefined {
  return definition.find((field) => a[field] !== b[field]);
}
