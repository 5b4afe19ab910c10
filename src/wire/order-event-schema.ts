/** Events of orders as msgpack and JSON clients see them, as schemas. */

import { z } from 'zod';
import { MAX_TRAIL_BASIS_POINTS } from '../model/order-terms.js';
import { accountEventShape, marker, ofCommand, ofOrder, price, size, timeNs, whole } from './event-shape.js';
import { namesOf, orderTypes, pegReferences, selfTradeModes, standings, timesInForce } from './term-names.js';

/** What every event of an order has. */
const orderShape = {
  ...accountEventShape,
  symbol: z.string(),
  orderId: whole.describe('Id of the order, given by the exchange.'),
  side: z.enum(['buy', 'sell']),
  price,
  remaining: size.describe('What of the order is still open after this event.'),
  cumulative: size.describe('What of the order has traded so far.'),
  orderDone: marker('After this event the order is gone.'),
};

// An answer names its command; what happens to an order without being asked for names the order.
const eitherId = { clientId: ofCommand.optional(), clientOrderId: ofOrder.optional() };

/** There only for orders that are more than plain limit orders, GTC or IOC; of those, what the order has. */
const termsShape = {
  orderType: z.enum(namesOf(orderTypes)).optional(),
  timeInForce: z.enum(namesOf(timesInForce)).optional(),
  displaySize: size.optional().describe('Iceberg: how much is shown at a time.'),
  stopPrice: price.optional(),
  trail: price.optional().describe('Distance of a trailing stop, as a price.'),
  trailBasisPoints: z.int().min(1).max(MAX_TRAIL_BASIS_POINTS).optional(),
  pegReference: z.enum(namesOf(pegReferences)).optional(),
  pegOffset: price.optional().describe('What is added to the reference; may be negative.'),
  expiresAtNs: timeNs.optional().describe('When the order expires, nanoseconds since the epoch.'),
  hidden: marker('The order is not shown.'),
  postOnly: z.enum(['reject', 'slide']).optional(),
  allOrNone: marker('All of it trades at once, or nothing.'),
  selfTrade: z.enum(namesOf(selfTradeModes)).optional(),
  linked: marker('One cancels the other: it has another half.'),
  bracket: marker('Its exits enter when it leaves.'),
  standing: z
    .enum(namesOf(standings))
    .optional()
    .describe('active: it trades or rests. Otherwise it waits, for its stop price or for its auction.'),
};

export const acceptedSchema = z
  .strictObject({
    event: z.literal('accepted'),
    ...orderShape,
    clientId: ofCommand.optional(),
    clientOrderId: ofOrder,
    size: size.describe('Total size of the order.'),
    ...termsShape,
  })
  .meta({ title: 'Accepted' });

export const fillSchema = z
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

export const cancelledSchema = z
  .strictObject({
    event: z.literal('cancelled'),
    ...orderShape,
    ...eitherId,
    size: size.describe('What was cancelled.'),
    reason: z.string().describe('Why.'),
  })
  .meta({ title: 'Cancelled' });

export const amendedSchema = z
  .strictObject({
    event: z.literal('amended'),
    ...orderShape,
    ...eitherId,
    size: size.describe('New total size of the order.'),
  })
  .meta({ title: 'Amended' });

export const triggeredSchema = z
  .strictObject({
    event: z.literal('triggered'),
    ...orderShape,
    clientOrderId: ofOrder,
    size: size.describe('Total size of the order.'),
  })
  .meta({
    title: 'Triggered',
    description: 'A stop has become active, or an order that waited for an auction joins it.',
  });

export const refreshedSchema = z
  .strictObject({
    event: z.literal('refreshed'),
    ...orderShape,
    clientOrderId: ofOrder,
    size: size.describe('What the next slice shows.'),
  })
  .meta({ title: 'Refreshed', description: 'An iceberg shows its next slice, at the back of the queue.' });

export const repricedSchema = z
  .strictObject({
    event: z.literal('repriced'),
    ...orderShape,
    clientOrderId: ofOrder,
    size: size.describe('Total size of the order.'),
    what: z
      .enum(['peg', 'trailingStop'])
      .describe('peg: price is its new price. trailingStop: price is its new stop price.'),
  })
  .meta({ title: 'Repriced' });

export const decrementedSchema = z
  .strictObject({
    event: z.literal('decremented'),
    ...orderShape,
    clientOrderId: ofOrder,
    size: size.describe('What self-trade prevention took from the order.'),
  })
  .meta({ title: 'Decremented' });
