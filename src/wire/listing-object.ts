import { z } from 'zod';
import { DEFAULT_RULES, instrumentFault, type UnlistedInstrument } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import { namesOf, priorities } from './term-names.js';

const whole = z.int().min(0).max(MAX_WHOLE);

/** An instrument to be listed, all in units, ticks and lots. */
export const listingSchema = z.strictObject({
  symbol: z.string().describe('Name of the instrument: up to 31 characters of ASCII.'),
  priceDecimals: z.int().min(0).max(15),
  sizeDecimals: z.int().min(0).max(15),
  tickSize: whole.describe('Smallest step of a price, in units of its last decimal.'),
  lotSize: whole.describe('Smallest step of a size, in units of its last decimal.'),
  minPriceTicks: whole,
  maxPriceTicks: whole,
  minSizeLots: whole,
  maxSizeLots: whole,
  priority: z.enum(namesOf(priorities)).optional().describe('priceTime where it is left out.'),
  minNotional: whole.optional().describe('Ticks times lots; 0 or left out: no bound.'),
  maxNotional: whole.optional(),
  collarTicks: whole.optional(),
});
export type ListingObject = z.input<typeof listingSchema>;

/** The instrument of a listing object, or what is wrong with it in a sentence. */
export function readListing(value: unknown): UnlistedInstrument | string {
  const parsed = listingSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return `${issue.path.join('.') || 'the instrument'}: ${issue.message}`;
  }
  const { priority, minNotional = 0, maxNotional = 0, collarTicks = 0, ...rest } = parsed.data;
  const instrument: UnlistedInstrument = {
    ...rest,
    minNotional,
    maxNotional,
    collarTicks,
    priority: priority === undefined ? DEFAULT_RULES.priority : priorities[priority],
  };
  // Any number will do here: the real one is given when the instrument is listed.
  return instrumentFault({ id: 1, ...instrument }) ?? instrument;
}
