/**
 * Events as msgpack and JSON clients see them, as schemas: the types and the documents of the protocol are made from
 * them. Those of orders stand in `order-event-schema.ts`.
 *
 * Prices and sizes are decimal texts with exactly the decimals of their instrument, so `"100.50"`, never `"100.5"`; in
 * ticks and lots only binary records count. Times are texts of digits, as nanoseconds since the epoch pass 2^53. What
 * is true or not (`answer`, `orderDone`, …) is there only where it is true.
 */

import { z } from 'zod';
import {
  accountEventShape,
  eventClientIdSchema,
  logShape,
  marker,
  ofCommand,
  operatorAnswerShape,
  price,
  sequence,
  shard,
  size,
  timeNs,
  whole,
} from './event-shape.js';
import { instrumentObjectSchema } from './instrument-object.js';
import {
  acceptedSchema,
  amendedSchema,
  cancelledSchema,
  decrementedSchema,
  fillSchema,
  refreshedSchema,
  repricedSchema,
  triggeredSchema,
} from './order-event-schema.js';

const rejectedSchema = z
  .strictObject({
    event: z.literal('rejected'),
    ...accountEventShape,
    symbol: z.string().nullable(),
    clientId: ofCommand,
    orderId: whole.nullable().describe('The order that the command was about, where there is one.'),
    code: whole.describe('Number of the reason.'),
    reason: z.string().describe('Name of the reason.'),
    text: z.string().describe('What to do about it, in a sentence.'),
    refused: marker('Refused by a gateway: the command never reached the log and has used up no client id.'),
  })
  .meta({ title: 'Rejected' });

const allCancelledSchema = z
  .strictObject({
    event: z.literal('allCancelled'),
    ...accountEventShape,
    clientId: ofCommand,
    symbol: z.string().nullable().describe('The instrument that was named; null: all of the shard.'),
    orders: whole.describe('How many orders go. A cancelled of each follows.'),
  })
  .meta({ title: 'All cancelled' });

const quotedSchema = z
  .strictObject({
    event: z.literal('quoted'),
    ...accountEventShape,
    clientId: ofCommand,
    quotes: whole.describe('How many quotes were taken. What becomes of their orders follows.'),
  })
  .meta({ title: 'Quoted' });

const listedSchema = z
  .strictObject({ event: z.literal('listed'), ...logShape, instrument: instrumentObjectSchema })
  .meta({ title: 'Listed' });

const settingsChangedSchema = z
  .strictObject({
    event: z.literal('settingsChanged'),
    ...logShape,
    clientIdWindow: whole.describe('Commands whose client ids the shard remembers.'),
    maxOpenOrders: whole.describe(
      'Most open orders of an account that has no limit of its own; 0: any number.',
    ),
  })
  .meta({ title: 'Settings changed' });

const state = z.string().describe('preOpen, auction, continuous, halted or closed.');

const stateChangedSchema = z
  .strictObject({
    event: z.literal('stateChanged'),
    ...operatorAnswerShape,
    symbol: z.string(),
    state: state.describe('The new state: preOpen, auction, continuous, halted or closed.'),
  })
  .meta({ title: 'State changed' });

const auctionPriceSchema = z
  .strictObject({
    event: z.literal('auctionPrice'),
    ...logShape,
    symbol: z.string(),
    price,
    size: size.describe('What the auction executed.'),
    surplus: size.describe('By how much one side was larger at that price.'),
    surplusSide: z.enum(['buy', 'sell']).nullable().describe('Which side that was; null: neither.'),
  })
  .meta({ title: 'Auction price' });

const pricesChangedSchema = z
  .strictObject({
    event: z.literal('pricesChanged'),
    ...operatorAnswerShape,
    symbol: z.string(),
    reference: price.nullable().describe('The reference price that the operator set; null: none.'),
    mark: price.nullable().describe('The mark price; null: none.'),
  })
  .meta({ title: 'Prices changed' });

const accountChangedSchema = z
  .strictObject({
    event: z.literal('accountChanged'),
    ...operatorAnswerShape,
    subject: whole.describe('The account that it is about.'),
    maxOrdersPerSecond: whole.describe('Most orders in one second; 0: any number.'),
    maxOpenOrders: whole.describe('Most open orders; 0: as many as accounts without a limit.'),
    group: whole.describe('Its self-trade group; 0: none.'),
    killSwitch: z.boolean().describe('Whether its kill switch is thrown.'),
  })
  .meta({ title: 'Account changed' });

const timePassedSchema = z
  .strictObject({ event: z.literal('timePassed'), ...logShape })
  .meta({ title: 'Time passed' });

const levelSchema = z
  .tuple([price, size, z.int().min(1)])
  .describe('Price, size at that price, number of orders.');

const bookSchema = z
  .strictObject({
    event: z.literal('book'),
    position: z.object({ shard, sequence }).describe('The last command that this book has seen.'),
    timeNs: timeNs.describe(
      'When the shard took that command, nanoseconds since the epoch; "0" before the first.',
    ),
    symbol: z.string(),
    clientId: eventClientIdSchema.nullable().describe('The number that the read named.'),
    state,
    lastPrice: price.nullable().describe('Price of the last trade; null before the first.'),
    bids: z.array(levelSchema).describe('Best, which is highest, first.'),
    asks: z.array(levelSchema).describe('Best, which is lowest, first.'),
  })
  .meta({ title: 'Book' });

const resumedSchema = z
  .strictObject({
    event: z.literal('resumed'),
    position: z.object({ shard, sequence }).describe('The session knows all of the shard up to here.'),
    timeNs,
    complete: z
      .boolean()
      .describe(
        'Whether all that was missed stands before this; false: it lies too far back, and was not told.',
      ),
    events: whole.describe('How many events were told again.'),
  })
  .meta({ title: 'Resumed' });

export const eventObjectSchema = z
  .discriminatedUnion('event', [
    acceptedSchema,
    rejectedSchema,
    fillSchema,
    cancelledSchema,
    amendedSchema,
    allCancelledSchema,
    quotedSchema,
    triggeredSchema,
    refreshedSchema,
    repricedSchema,
    decrementedSchema,
    listedSchema,
    settingsChangedSchema,
    stateChangedSchema,
    auctionPriceSchema,
    pricesChangedSchema,
    accountChangedSchema,
    timePassedSchema,
    bookSchema,
    resumedSchema,
  ])
  .meta({ title: 'Event' });

export type EventObject = z.output<typeof eventObjectSchema>;
export type EventName = EventObject['event'];
/** The object of one kind of event. */
export type EventOf<Name extends EventName> = Extract<EventObject, { event: Name }>;
/** Price, size at that price, number of orders. */
export type BookLevel = z.output<typeof levelSchema>;
