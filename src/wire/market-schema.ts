/** Market data as msgpack and JSON clients ask for it and see it, as schemas. */

import { z } from 'zod';
import { MAX_BOOK_DEPTH } from '../model/limits.js';
import {
  DEFAULT_INTERVAL_MS,
  DEFAULT_MARKET_LEVELS,
  MARKET_INTERVALS_MS,
  marketChannels,
} from '../model/market.js';
import { bookLevelSchema, marker, price, sequence, shard, size, timeNs, whole } from './event-shape.js';
import type { FieldRules } from './field-fault.js';
import { choice, symbol } from './field-schema.js';
import { namesOf } from './term-names.js';

const channel = z.enum(namesOf(marketChannels)).describe('What is told: trades, top of book, or depth.');
const intervalMs = z
  .literal([...MARKET_INTERVALS_MS])
  .describe('How often at most it is told, in milliseconds.');
const levels = z.int().min(1).max(MAX_BOOK_DEPTH).describe('Depth: levels of each side.');

const topicShape = {
  channel,
  symbol,
  intervalMs: intervalMs.default(DEFAULT_INTERVAL_MS),
  levels: levels.optional().describe(`Depth: levels of each side. Default: ${DEFAULT_MARKET_LEVELS}.`),
};

export const subscribeMessageSchema = z
  .strictObject({ type: z.literal('subscribe'), ...topicShape })
  .meta({ title: 'Subscribe' });
export const unsubscribeMessageSchema = z
  .strictObject({ type: z.literal('unsubscribe'), ...topicShape })
  .meta({ title: 'Unsubscribe' });

/** The schema of each type of message. */
export const marketMessageSchemas = {
  subscribe: subscribeMessageSchema,
  unsubscribe: unsubscribeMessageSchema,
} as const;
export type MarketMessageName = keyof typeof marketMessageSchemas;

/** What each field must be, for the sentence of a reject. */
export const marketFieldRules = {
  channel: choice(namesOf(marketChannels)),
  symbol: 'the symbol of an instrument',
  intervalMs: choice(MARKET_INTERVALS_MS.map(String)),
  levels: `a whole number from 1 to ${MAX_BOOK_DEPTH}`,
} satisfies FieldRules;

const answerShape = { channel, symbol, intervalMs, levels: levels.optional() };

export const subscribedSchema = z
  .strictObject({ event: z.literal('subscribed'), ...answerShape })
  .meta({ title: 'Subscribed' });
export const unsubscribedSchema = z
  .strictObject({ event: z.literal('unsubscribed'), ...answerShape })
  .meta({ title: 'Unsubscribed' });

const number = whole.describe(
  'Number of the message in its feed: one more than that of the one before, where neither snapshot nor missed is true.',
);
const position = z.object({ shard, sequence }).describe('The last command that this has seen.');

export const tradesSchema = z
  .strictObject({
    event: z.literal('trades'),
    symbol,
    intervalMs,
    number,
    missed: marker('Some trades before these could not be told.'),
    trades: z
      .array(
        z.strictObject({
          trade: whole.describe('Number of the trade in its instrument, from 1.'),
          price,
          size,
          side: z.enum(['buy', 'sell']).describe('Side of the taker.'),
          timeNs,
        }),
      )
      .describe('In the order in which they happened.'),
  })
  .meta({ title: 'Trades' });

export const topSchema = z
  .strictObject({
    event: z.literal('top'),
    symbol,
    intervalMs,
    number,
    snapshot: marker('The first message, or one after some that were left out: the number need not follow.'),
    bid: price.nullable().describe('Best price to buy; null: none.'),
    bidSize: size.nullable(),
    ask: price.nullable().describe('Best price to sell; null: none.'),
    askSize: size.nullable(),
    lastPrice: price.nullable().describe('Price of the last trade; null before the first.'),
    state: z.string().describe('preOpen, auction, continuous, halted or closed.'),
    position,
    timeNs,
  })
  .meta({ title: 'Top of book' });

const changedLevels = (side: string) =>
  z
    .array(bookLevelSchema)
    .describe(
      `${side}: price, size at that price, number of orders. In a change, 0 orders take the level away.`,
    );

export const depthSchema = z
  .strictObject({
    event: z.literal('depth'),
    symbol,
    intervalMs,
    levels,
    number,
    snapshot: marker('All levels: they take the place of those told before, and the number need not follow.'),
    bids: changedLevels('Bids, best first'),
    asks: changedLevels('Asks, best first'),
    position,
    timeNs,
  })
  .meta({ title: 'Depth' });

export const marketEventSchema = z
  .discriminatedUnion('event', [subscribedSchema, unsubscribedSchema, tradesSchema, topSchema, depthSchema])
  .meta({ title: 'Event of market data' });
export type MarketEvent = z.output<typeof marketEventSchema>;
export type MarketEventName = MarketEvent['event'];
export type MarketEventOf<Name extends MarketEventName> = Extract<MarketEvent, { event: Name }>;
