import { z } from 'zod';
import type { Instrument } from '../model/instrument.js';
import { formatDecimal, formatSteps } from './decimal.js';
import { nameOf, namesOf, priorities } from './term-names.js';

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
  priority: z.enum(namesOf(priorities)).describe('How the orders of a price share what trades there.'),
  minNotional: z.string().optional().describe('Smallest price times size of an order; absent: no bound.'),
  maxNotional: z.string().optional().describe('Largest price times size of an order; absent: no bound.'),
  collar: z
    .string()
    .optional()
    .describe('How far from the reference price a price may be; absent: any distance.'),
});
export type InstrumentObject = z.infer<typeof instrumentObjectSchema>;

export function instrumentObject(instrument: Instrument): InstrumentObject {
  const { id, symbol, priceDecimals, sizeDecimals, tickSize, lotSize } = instrument;
  const { minNotional, maxNotional, collarTicks } = instrument;
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
    priority: nameOf(priorities, instrument.priority) ?? 'priceTime',
    ...(minNotional === 0 ? {} : { minNotional: notionalText(minNotional, instrument) }),
    ...(maxNotional === 0 ? {} : { maxNotional: notionalText(maxNotional, instrument) }),
    ...(collarTicks === 0 ? {} : { collar: priceText(collarTicks, instrument) }),
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

/** Ticks times lots as a decimal, with the decimals of a price and of a size together. */
export function notionalText(notional: number, instrument: Instrument): string {
  const units = BigInt(notional) * BigInt(instrument.tickSize) * BigInt(instrument.lotSize);
  return formatDecimal(units, instrument.priceDecimals + instrument.sizeDecimals);
}
