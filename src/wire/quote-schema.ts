/** Mass quotes as msgpack and JSON clients send them. */

import { z } from 'zod';
import { MAX_QUOTES } from '../model/limits.js';
import type { FieldRules } from './field-fault.js';
import {
  account,
  atMostOne,
  type Context,
  commandId,
  commonRules,
  DECIMAL_RULE,
  decimal,
  type Given,
  oneOf,
  selfTrade,
  sendTimeNs,
  symbol,
  WHOLE_RULE,
  whole,
} from './field-schema.js';

const price = decimal.optional();
const priceTicks = whole.optional();

const quoteShape = {
  symbol,
  bid: price.describe('Price to buy at, as a decimal.'),
  bidTicks: priceTicks.describe('In ticks, instead of `bid`.'),
  bidSize: price.describe('Size of the bid; 0, or left out with its price: no bid.'),
  bidSizeLots: priceTicks.describe('In lots, instead of `bidSize`.'),
  ask: price.describe('Price to sell at, as a decimal.'),
  askTicks: priceTicks.describe('In ticks, instead of `ask`.'),
  askSize: price.describe('Size of the ask; 0, or left out with its price: no ask.'),
  askSizeLots: priceTicks.describe('In lots, instead of `askSize`.'),
};

/** The fields of a quote, for somebody who has mistyped one. */
export const quoteFields = Object.keys(quoteShape);

/** A side has a price and a size, or neither. */
function checkQuote(given: Given, context: Context): void {
  for (const side of ['bid', 'ask']) {
    const prices = [side, `${side}Ticks`];
    const sizes = [`${side}Size`, `${side}SizeLots`];
    const isGiven = [...prices, ...sizes].some((field) => given[field] !== undefined);
    oneOf(given, context, prices, isGiven);
    oneOf(given, context, sizes, isGiven);
  }
}

const quoteSchema = z
  .strictObject(quoteShape)
  .superRefine(checkQuote)
  .meta({
    title: 'Quote',
    allOf: [
      atMostOne(['bid', 'bidTicks']),
      atMostOne(['bidSize', 'bidSizeLots']),
      atMostOne(['ask', 'askTicks']),
      atMostOne(['askSize', 'askSizeLots']),
    ],
  });
export type Quote = z.output<typeof quoteSchema>;

export const massQuoteMessageSchema = z
  .strictObject({
    type: z.literal('massQuote'),
    account,
    clientId: commandId,
    selfTrade,
    quotes: z
      .array(quoteSchema)
      .min(1)
      .max(MAX_QUOTES)
      .describe('Each replaces what the account quotes in its instrument. All are of one shard.'),
    sendTimeNs,
  })
  .meta({ title: 'Mass quote' });
export type MassQuote = z.output<typeof massQuoteMessageSchema>;

/** What each field of a mass quote and of its quotes must be. */
export const quoteRules = {
  ...commonRules,
  quotes: `a list of 1 to ${MAX_QUOTES} quotes`,
  bid: DECIMAL_RULE,
  bidTicks: WHOLE_RULE,
  bidSize: DECIMAL_RULE,
  bidSizeLots: WHOLE_RULE,
  ask: DECIMAL_RULE,
  askTicks: WHOLE_RULE,
  askSize: DECIMAL_RULE,
  askSizeLots: WHOLE_RULE,
} satisfies FieldRules;
