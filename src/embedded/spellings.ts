/** The two spellings of prices and sizes: whole ticks or lots under one name, decimals under another. */

import type { Instrument } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import { checkWhole, readSteps } from './input-check.js';
import { lotOf, tickOf } from './instrument-options.js';

/**
 * The price that `fields[name]` (a decimal) or `fields[name + 'Ticks']` gives, in ticks; undefined where neither is there.
 * A decimal needs the instrument.
 */
export function ticks(
  fields: object,
  name: string,
  instrument: Instrument | undefined,
  min = 0,
): number | undefined {
  const [decimal, whole] = bothOf(fields, name, `${name}Ticks`);
  if (whole !== undefined) return checkWhole(`${name}Ticks`, whole, min);
  if (decimal === undefined) return undefined;
  return checkWhole(name, readSteps(name, decimal, tickOf(instrument!)), min, MAX_WHOLE);
}

/** As `ticks`, for a size: `fields[name]` or `fields[name + 'Lots']`. */
export function lots(fields: object, name: string, instrument: Instrument | undefined): number | undefined {
  const [decimal, whole] = bothOf(fields, name, `${name}Lots`);
  if (whole !== undefined) return checkWhole(`${name}Lots`, whole);
  if (decimal === undefined) return undefined;
  return checkWhole(name, readSteps(name, decimal, lotOf(instrument!)));
}

function bothOf(fields: object, decimalName: string, wholeName: string): [unknown, unknown] {
  const { [decimalName]: decimal, [wholeName]: whole } = fields as Readonly<Record<string, unknown>>;
  if (decimal !== undefined && whole !== undefined)
    throw new TypeError(`${decimalName}: give ${decimalName} or ${wholeName}, not both`);
  return [decimal, whole];
}
