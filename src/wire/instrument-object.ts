import { z } from 'zod';
import type { Instrument } from '../model/instrument.js';
import { formatDecimal, formatSteps } from './decimal.js';

/** An instrument as JSON and msgpack clients see it, prices and sizes as decimals. */
export const instrumentObjectSchema = z.strictObject({
  id: z.int().min(1).max(0x7fffffff).describe('Number of the instrument in binary records.'),
  symbol: z.string().describe('Name of the instrument.'),
  priceDecimals: z.int().min(0).max(15).describe('Decimals of every price of the instrument.'),
  sizeDecimals: z.int().min(0).max(15).describe('Decimals of every size of the instrument.'),
  tickSize: z.string().describe('Smallest step of a price; binary records count prices in it.'),
  lotSize: z.string().describe('Smallest step of a size; binary records count sizes in it.'),
  minPrice: z.string().describe('Smallest price of an order.'),
  maxPrice: z.string().describe('Largest price of an order.'),
  minSize: z.string().describe('Smallest size of an order.'),
  maxSize: z.string().describe('Largest size of an order.'),
});
export type InstrumentObject = z.infer<typeof instrumentObjectSchema>;

export function instrumentObject(instrument: Instrument): InstrumentObject {
  const { id, symbol, priceDecimals, sizeDecimals, tickSize, lotSize } = instrument;
  return {
    id,
    symbol,
    priceDecimals,
    sizeDecimals,
    tickSize: formatDecimal(tickSize, priceDecimals),
    lotSize: formatDecimal(lotSize, sizeDecimals),
    minPrice: priceText(instrument.minPriceTicks, instrument),
    maxPrice: priceText(instrument.maxPriceTicks, instrument),
    minSize: sizeText(instrument.minSizeLots, instrument),
    maxSize: sizeText(instrument.maxSizeLots, instrument),
  };
}

/** A price in ticks as a decimal with the decimals of its instrument. */
export function priceText(ticks: number, instrument: Instrument): string {
  return formatSteps(ticks, instrument.tickSize, instrument.priceDecimals);
}

/** A size in lots as a decimal with the decimals of its instrument. */
export function sizeText(lots: number, instrument: Instrument): string {
  return formatSteps(lots, instrument.lotSize, instrument.sizeDecimals);
}
