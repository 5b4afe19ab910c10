/** Orders and trades as `GET /orders` and `GET /trades` tell them, and listed instruments, as schemas. */

import { z } from 'zod';
import { MAX_TRAIL_BASIS_POINTS } from '../../model/order-terms.js';
import { orderStatusNames } from '../../store/order-status.js';
import {
  eventClientIdSchema,
  index,
  marker,
  price,
  sequence,
  shard,
  size,
  whole,
} from '../../wire/event-shape.js';
import { instrumentObjectSchema } from '../../wire/instrument-object.js';
import { namesOf, orderTypes, pegReferences, selfTradeModes, timesInForce } from '../../wire/term-names.js';

const at = (what: string) =>
  z
    .string()
    .regex(/^[0-9]+$/)
    .describe(`${what}, nanoseconds since the epoch.`);
const side = z.enum(['buy', 'sell']);

export const statusNames = Object.values(orderStatusNames) as [string, ...string[]];

export const storedOrderSchema = z
  .strictObject({
    orderId: whole.describe('Id of the order, given by the exchange.'),
    symbol: z.string(),
    account: whole,
    clientOrderId: eventClientIdSchema.nullable().describe('null where it has none of its own.'),
    side,
    orderType: z.enum(namesOf(orderTypes)),
    timeInForce: z
      .enum(namesOf(timesInForce))
      .nullable()
      .describe('null for a moment where the order traded at once and the store does not have it yet.'),
    status: z.enum(statusNames),
    price,
    size: size.describe('Total size of the order.'),
    remaining: size.describe('What is still open.'),
    cumulative: size.describe('What has traded.'),
    displaySize: size.optional(),
    stopPrice: price.optional(),
    trail: price.optional(),
    trailBasisPoints: z.int().min(1).max(MAX_TRAIL_BASIS_POINTS).optional(),
    pegReference: z.enum(namesOf(pegReferences)).optional(),
    pegOffset: price.optional(),
    expiresAtNs: at('When it expires').optional(),
    hidden: marker('It is not shown.'),
    postOnly: z.enum(['reject', 'slide']).optional(),
    allOrNone: marker('All of it trades at once, or nothing.'),
    selfTrade: z.enum(namesOf(selfTradeModes)).optional(),
    linked: marker('One cancels the other: it has another half.'),
    bracket: marker('Its exits enter when it leaves.'),
    acceptedNs: at('When it was accepted'),
    triggeredNs: at('When its stop was triggered').optional(),
    firstFillNs: at('When it first traded').optional(),
    lastFillNs: at('When it last traded').optional(),
    changedNs: at('When it last changed'),
    doneNs: at('When it left').optional(),
    doneReason: z.string().optional().describe('Why it was cancelled.'),
    lastEvent: z.strictObject({ sequence, index }).describe('The event that changed it last.'),
  })
  .meta({ title: 'Order' });

const position = z
  .record(z.string().regex(/^\d+$/), whole)
  .describe('By shard, the sequence up to which all commands are in the answer, and none behind.');

export const orderAnswerSchema = z
  .strictObject({ position: z.strictObject({ shard, sequence }), order: storedOrderSchema })
  .meta({ title: 'Order and position' });

export const ordersSchema = z
  .strictObject({
    position,
    orders: z.array(storedOrderSchema),
    next: z
      .string()
      .nullable()
      .describe('What `after` of the next page is; null where this is the last page.'),
  })
  .meta({ title: 'Page of orders' });

export const storedTradeSchema = z
  .strictObject({
    trade: whole.describe('Number of the trade in its instrument.'),
    symbol: z.string(),
    timeNs: at('When it traded'),
    price,
    size,
    takerSide: side,
    takerOrderId: whole,
    makerOrderId: whole,
    shard,
    sequence,
    index,
  })
  .meta({ title: 'Trade' });

export const tradesSchema = z
  .strictObject({
    position,
    trades: z.array(storedTradeSchema),
    next: z.string().nullable(),
  })
  .meta({ title: 'Page of trades' });

export const listedInstrumentSchema = instrumentObjectSchema
  .extend({ shard })
  .meta({ title: 'Listed instrument' });

export const instrumentsSchema = z.array(listedInstrumentSchema).meta({ title: 'Listed instruments' });
