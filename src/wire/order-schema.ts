/**
 * What msgpack and JSON clients send, as schemas: the checks, the types and the documents of the protocol are all made
 * from them. A WebSocket message says its `type`; over HTTP method and path say it.
 */

import { z } from 'zod';
import { FIRST_GATEWAY_CLIENT_ID, MAX_BOOK_DEPTH } from '../model/limits.js';
import type { FieldRules } from './field-fault.js';
import {
  account,
  accountOrOperator,
  atLeastOne,
  atMostOne,
  type Context,
  choice,
  commandId,
  commonRules,
  decimal,
  exactlyOne,
  fault,
  type Given,
  oneOf,
  orderId,
  required,
  sendTimeNs,
  side,
  symbol,
  targetId,
  whole,
} from './field-schema.js';
import { newOrderMessageSchema, newOrderRules } from './new-order-schema.js';
import {
  accountMessageSchema,
  operatorRules,
  pricesMessageSchema,
  stateMessageSchema,
} from './operator-schema.js';
import { massQuoteMessageSchema, quoteRules } from './quote-schema.js';

const targetShape = {
  account,
  clientId: commandId,
  symbol: symbol.optional().describe('Symbol of the instrument; needed with clientOrderId.'),
  orderId: orderId.optional().describe('The order, by the id that the exchange gave it.'),
  clientOrderId: targetId.optional().describe('The order, by its client order id, instead of `orderId`.'),
  sendTimeNs,
};

const amendShape = {
  ...targetShape,
  symbol: symbol.optional().describe('Symbol of the instrument; needed with clientOrderId, price or size.'),
  price: decimal
    .optional()
    .describe(
      'New price as a decimal, a multiple of the tick size. A text is exact; a number is read as it prints.',
    ),
  priceTicks: whole.optional().describe('New price as a whole number of ticks, instead of `price`.'),
  size: decimal.optional().describe('New total size as a decimal, what has traded included.'),
  sizeLots: whole.optional().describe('New total size in lots, instead of `size`.'),
};

const cancelAllShape = {
  account: accountOrOperator,
  clientId: commandId,
  symbol: symbol.optional().describe('Only orders of this instrument. Default: of all.'),
  side: side.optional().describe('Only orders of this side. Default: of both.'),
  onlySession: z.boolean().optional().describe('Only orders that came in over the session that asks.'),
  sendTimeNs,
};

const readShape = {
  symbol,
  depth: z.int().min(1).max(MAX_BOOK_DEPTH).default(10).describe('Price levels per side.'),
  clientId: z
    .int()
    .min(1)
    .max(FIRST_GATEWAY_CLIENT_ID - 1)
    .optional()
    .describe('A number that the answer repeats.'),
};

function checkTarget(given: Given, context: Context): void {
  oneOf(given, context, ['orderId', 'clientOrderId'], true);
  if (given['clientOrderId'] !== undefined && given['symbol'] === undefined)
    fault(context, 'symbol', 'missing; clientOrderId names an order only together with its symbol');
}

function checkAmend(given: Given, context: Context): void {
  checkTarget(given, context);
  oneOf(given, context, ['price', 'priceTicks'], false);
  oneOf(given, context, ['size', 'sizeLots'], false);
  const field = given['price'] !== undefined ? 'price' : given['size'] !== undefined ? 'size' : undefined;
  if (field !== undefined && given['symbol'] === undefined)
    fault(context, 'symbol', `missing; a decimal ${field} is read only together with its symbol`);
}

const target = [
  exactlyOne(['orderId', 'clientOrderId']),
  { anyOf: [{ not: required('clientOrderId') }, required('symbol')] },
];
const amendRules = [
  ...target,
  atMostOne(['price', 'priceTicks']),
  atMostOne(['size', 'sizeLots']),
  { anyOf: [{ not: atLeastOne(['price', 'size']) }, required('symbol')] },
];

export const cancelMessageSchema = z
  .strictObject({ type: z.literal('cancel'), ...targetShape })
  .superRefine(checkTarget)
  .meta({ title: 'Cancel', allOf: target });
export type Cancel = z.output<typeof cancelMessageSchema>;

export const amendMessageSchema = z
  .strictObject({ type: z.literal('amend'), ...amendShape })
  .superRefine(checkAmend)
  .meta({ title: 'Amend', allOf: amendRules });
export type Amend = z.output<typeof amendMessageSchema>;

export const cancelAllMessageSchema = z
  .strictObject({ type: z.literal('cancelAll'), ...cancelAllShape })
  .meta({ title: 'Cancel all' });
export type CancelAll = z.output<typeof cancelAllMessageSchema>;

export const bookReadMessageSchema = z
  .strictObject({ type: z.literal('book'), ...readShape })
  .meta({ title: 'Read of a book' });
export type BookRead = z.output<typeof bookReadMessageSchema>;

/** The schema of each type of message. */
export const commandSchemas = {
  new: newOrderMessageSchema,
  cancel: cancelMessageSchema,
  amend: amendMessageSchema,
  cancelAll: cancelAllMessageSchema,
  massQuote: massQuoteMessageSchema,
  state: stateMessageSchema,
  prices: pricesMessageSchema,
  account: accountMessageSchema,
  book: bookReadMessageSchema,
} as const;
export type CommandName = keyof typeof commandSchemas;

/** What each field must be, for the sentence of a reject. */
export const commandFieldRules = {
  new: newOrderRules,
  cancel: commonRules,
  amend: commonRules,
  cancelAll: { ...commonRules, account: 'a whole number from 0 to 2147483647', onlySession: 'true or false' },
  massQuote: quoteRules,
  state: operatorRules,
  prices: operatorRules,
  account: operatorRules,
  book: {
    ...commonRules,
    clientId: 'a whole number from 1 to 2^52 - 1',
    depth: `a whole number from 1 to ${MAX_BOOK_DEPTH}`,
  },
} satisfies Record<CommandName, FieldRules>;

/** What `type` must be. */
export const TYPE_RULE = choice(Object.keys(commandSchemas));

/** Any command or read of a session. */
export const orderMessageSchema = z
  .discriminatedUnion('type', [
    newOrderMessageSchema,
    cancelMessageSchema,
    amendMessageSchema,
    cancelAllMessageSchema,
    massQuoteMessageSchema,
    stateMessageSchema,
    pricesMessageSchema,
    accountMessageSchema,
    bookReadMessageSchema,
  ])
  .meta({ title: 'Command' });

/** What a client may send, defaults left out. */
export type OrderMessage = z.input<typeof orderMessageSchema>;
