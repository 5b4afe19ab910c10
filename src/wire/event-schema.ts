/**
 * Events as msgpack and JSON clients see them, as schemas: the types and the documents of the protocol are made from
 * them.
 *
 * Prices and sizes are decimal texts with exactly the decimals of their instrument, so `"100.50"`, never `"100.5"`; in
 * ticks and lots only binary records count. Times are texts of digits, as nanoseconds since the epoch pass 2^53. What
 * is true or not (`answer`, `orderDone`, …) is there only where it is true.
 */

import { z } from 'zod';
import { MAX_SEQUENCE, MAX_SHARDS, MAX_WHOLE } from '../model/limits.js';
import { instrumentObjectSchema } from './instrument-object.js';

const whole = z.int().min(0).max(MAX_WHOLE);
const price = z.string().describe('Price as a decimal.');
const size = z.string();
const clientId = z.union([z.string(), z.int().min(1).max(MAX_WHOLE)]);
const marker = (meaning: string) => z.literal(true).optional().describe(meaning);

const shard = z
  .int()
  .min(0)
  .max(MAX_SHARDS - 1)
  .describe('The shard whose log holds the command.');
const sequence = z.int().min(0).max(MAX_SEQUENCE).describe('Number of the command in its shard, from 1.');
const index = z.int().min(0).max(0xffff_ffff).describe('Number of the event within its command, from 0.');
const timeNs = z
  .string()
  .regex(/^[0-9]+$/)
  .describe('When the shard took the command, nanoseconds since the epoch.');

/** What every event of an account has. */
const accountShape = {
  shard,
  sequence,
  index,
  previous: z
    .object({ sequence: whole, index: whole })
    .nullable()
    .describe('The event of this account before this one, in the same shard: another one there is a gap.'),
  timeNs,
  account: z.int().min(0).max(0xffff_ffff),
  answer: marker('The answer to a command: each has exactly one.'),
  repeated: marker('A first answer given again, as the command came again. It stands outside the chain.'),
};

/** What every event of an order has. */
const orderShape = {
  ...accountShape,
  symbol: z.string(),
  orderId: whole.describe('Id of the order, given by the exchange.'),
  side: z.enum(['buy', 'sell']),
  price,
  remaining: size.describe('What of the order is still open after this event.'),
  cumulative: size.describe('What of the order has traded so far.'),
  orderDone: marker('After this event the order is gone.'),
};

// An answer names its command; what happens to an order without being asked for names the order.
const ofCommand = clientId
  .nullable()
  .describe('Client id of the command that this event answers; null where it could not be read.');
const ofOrder = clientId.describe('Client order id of the order.');
const eitherId = { clientId: ofCommand.optional(), clientOrderId: ofOrder.optional() };

const acceptedSchema = z
  .strictObject({
    event: z.literal('accepted'),
    ...orderShape,
    clientId: ofCommand,
    clientOrderId: ofOrder,
    size: size.describe('Total size of the order.'),
  })
  .meta({ title: 'Accepted' });

const rejectedSchema = z
  .strictObject({
    event: z.literal('rejected'),
    ...accountShape,
    symbol: z.string().nullable(),
    clientId: ofCommand,
    orderId: whole.nullable().describe('The order that the command was about, where there is one.'),
    code: whole.describe('Number of the reason.'),
    reason: z.string().describe('Name of the reason.'),
    text: z.string().describe('What to do about it, in a sentence.'),
    refused: marker('Refused by a gateway: the command never reached the log and has used up no client id.'),
  })
  .meta({ title: 'Rejected' });

const fillSchema = z
  .strictObject({
    event: z.literal('fill'),
    ...orderShape,
    clientOrderId: ofOrder,
    size: size.describe('What traded.'),
    liquidity: z.enum(['maker', 'taker']).describe('maker: this order was resting in the book.'),
    trade: whole.describe('Number of the trade in its instrument, the same for both sides.'),
    counterOrderId: whole.describe('Order id of the other side.'),
  })
  .meta({ title: 'Fill' });

const cancelledSchema = z
  .strictObject({
    event: z.literal('cancelled'),
    ...orderShape,
    ...eitherId,
    size: size.describe('What was cancelled.'),
    reason: z.string().describe('Why.'),
  })
  .meta({ title: 'Cancelled' });

const amendedSchema = z
  .strictObject({
    event: z.literal('amended'),
    ...orderShape,
    ...eitherId,
    size: size.describe('New total size of the order.'),
  })
  .meta({ title: 'Amended' });

const listedSchema = z
  .strictObject({
    event: z.literal('listed'),
    shard,
    sequence,
    index,
    timeNs,
    instrument: instrumentObjectSchema,
  })
  .meta({ title: 'Listed' });

const settingsSchema = z
  .strictObject({
    event: z.literal('settings'),
    shard,
    sequence,
    index,
    timeNs,
    clientIdWindow: whole.describe('Commands whose client ids the shard remembers.'),
  })
  .meta({ title: 'Settings changed' });

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
    clientId: clientId.nullable().describe('The number that the read named.'),
    bids: z.array(levelSchema).describe('Best, which is highest, first.'),
    asks: z.array(levelSchema).describe('Best, which is lowest, first.'),
  })
  .meta({ title: 'Book' });

export const eventObjectSchema = z
  .discriminatedUnion('event', [
    acceptedSchema,
    rejectedSchema,
    fillSchema,
    cancelledSchema,
    amendedSchema,
    listedSchema,
    settingsSchema,
    bookSchema,
  ])
  .meta({ title: 'Event' });

export type EventObject = z.output<typeof eventObjectSchema>;
export type EventName = EventObject['event'];
/** Price, size at that price, number of orders. */
export type BookLevel = z.output<typeof levelSchema>;
