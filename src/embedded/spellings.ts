/** The two spellings of prices and sizes: whole ticks or lots under one name, decimals under another. */

import type { Instrument } from '../model/instrument.js';
import { checkWhole, readSteps } from './input-check.js';
import { lotOf, tickOf } from './instrument-options.js';

/**
 * The price that one of two fields gives, in ticks: a decimal, or under the same name with `Ticks` a whole number. Undefined
 * where neither is there. A decimal needs the instrument.
 */
export function ticks(
  name: string,
  decimal: unknown,
  whole: unknown,
  instrument: Instrument | undefined,
  min = 0,
): number | undefined {
  if (decimal === undefined) return whole === undefined ? undefined : checkWhole(`${name}Ticks`, whole, min);
  if (whole !== undefined) throw new TypeError(`${name}: give ${name} or ${name}Ticks, not both`);
  return checkWhole(name, readSteps(name, decimal, tickOf(instrument!)), min);
}

/** As `ticks`, for a size in lots: the other field ends with `Lots`. */
export function lots(
  name: string,
  decimal: unknown,
  whole: unknown,
  instrument: Instrument | undefined,
): number | undefined {
  if (decimal === undefined) return whole === undefined ? undefined : checkWhole(`${name}Lots`, whole);
  if (whole !== undefined) throw new TypeError(`${name}: give ${name} or ${name}Lots, not both`);
  return checkWhole(name, readSteps(name, decimal, lotOf(instrument!)));
}
