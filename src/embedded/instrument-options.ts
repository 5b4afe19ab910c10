import { DEFAULT_RULES, type Instrument, instrumentFault, type Priority } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import { decimalsOf, readDecimal } from '../wire/decimal.js';
import { checkFields, checkName, checkWhole, type Step } from './input-check.js';
import { type PriorityName, priorities } from './names.js';

/** An instrument as an embedding program describes it: what is left out has a wide default. */
export interface InstrumentOptions {
  /** 1 to 31 letters, digits, dots, hyphens, underscores or slashes. Default: `BOOK`. */
  readonly symbol?: string;
  /** Smallest step of a price, as a decimal: `'0.01'`. Prices are shown with its decimals. Default: 1. */
  readonly tick?: string | number;
  /** Smallest step of a size, as a decimal: `'0.001'`. Default: 1. */
  readonly lot?: string | number;
  /** Bounds of a price, in ticks. Default: 1 to 100,000,000, or less where the largest size leaves less. */
  readonly minPriceTicks?: number;
  readonly maxPriceTicks?: number;
  /** Bounds of a size, in lots. Default: 1 to what keeps largest price × largest size under 2^53. */
  readonly minSizeLots?: number;
  readonly maxSizeLots?: number;
  /** How the orders of one price share what trades there. Default: `priceTime`. */
  readonly priority?: PriorityName;
  /** Bounds of price × size of an order, in ticks × lots; 0 for none, the default. */
  readonly minNotional?: number;
  readonly maxNotional?: number;
  /** How far from the reference price a price may be, in ticks; 0 for any distance, the default. */
  readonly collarTicks?: number;
}

/** Names of the fields, for the check that there is no other. */
export const INSTRUMENT_FIELDS = [
  'symbol',
  'tick',
  'lot',
  'minPriceTicks',
  'maxPriceTicks',
  'minSizeLots',
  'maxSizeLots',
  'priority',
  'minNotional',
  'maxNotional',
  'collarTicks',
] as const satisfies readonly (keyof InstrumentOptions)[];

const FIELDS: ReadonlySet<string> = new Set(INSTRUMENT_FIELDS);

/** A million, counted in hundredths: with it sizes go up to 90 million lots. */
const MAX_PRICE_TICKS = 100_000_000;

/**
 * The instrument that the options describe, under this number.
 *
 * @throws TypeError, RangeError where they do not describe one
 */
export function instrumentFrom(options: InstrumentOptions, id: number): Instrument {
  checkFields('an instrument', options, FIELDS);
  const { symbol = 'BOOK', tick = 1, lot = 1, minPriceTicks = 1, minSizeLots = 1 } = options;
  const [priceDecimals, tickSize] = stepOf('tick', tick);
  const [sizeDecimals, lotSize] = stepOf('lot', lot);
  const priceBound = Math.floor(MAX_WHOLE / Math.max(tickSize, options.maxSizeLots ?? 1));
  const maxPriceTicks = options.maxPriceTicks ?? Math.min(MAX_PRICE_TICKS, priceBound);
  checkWhole('maxPriceTicks', maxPriceTicks, 1);
  const maxSizeLots = options.maxSizeLots ?? Math.floor(MAX_WHOLE / Math.max(lotSize, maxPriceTicks));
  const { minNotional, maxNotional, collarTicks } = { ...DEFAULT_RULES, ...options };
  const priority = checkName('priority', options.priority ?? 'priceTime', priorities) as Priority;
  const instrument = {
    id,
    symbol,
    priceDecimals,
    sizeDecimals,
    tickSize,
    lotSize,
    minPriceTicks,
    maxPriceTicks,
    minSizeLots,
    maxSizeLots,
    priority,
    minNotional,
    maxNotional,
    collarTicks,
  };
  const fault = instrumentFault(instrument);
  if (fault !== undefined) throw new RangeError(`instrument ${symbol}: ${fault}`);
  return instrument;
}

/** Decimals of a step, and the step in units of the last of them. */
function stepOf(name: string, value: string | number): [decimals: number, units: number] {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new TypeError(`${name}: it must be a decimal, as a string or a number`);
  const decimals = decimalsOf(value);
  const units = readDecimal(value, decimals);
  if (typeof units !== 'number') throw new RangeError(`${name}: ${JSON.stringify(value)} is not a decimal`);
  if (units < 1) throw new RangeError(`${name}: ${JSON.stringify(value)} is not over 0`);
  return [decimals, units];
}

/** What prices of an instrument are counted in. */
export function tickOf(instrument: Instrument): Step {
  const { tickSize: units, priceDecimals: decimals, symbol } = instrument;
  return { noun: 'tick', units, decimals, symbol };
}

/** What sizes of an instrument are counted in. */
export function lotOf(instrument: Instrument): Step {
  const { lotSize: units, sizeDecimals: decimals, symbol } = instrument;
  return { noun: 'lot', units, decimals, symbol };
}
