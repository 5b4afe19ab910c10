/**
 * What msgpack and JSON clients send, as schemas: the checks, the types and the documents of the protocol are all made
 * from them. A WebSocket message says its `type`; over HTTP method and path say it.
 */

import { z } from 'zod';
import {
  FIRST_GATEWAY_CLIENT_ID,
  MAX_BOOK_DEPTH,
  MAX_CLIENT_ID_TEXT_BYTES,
  MAX_SYMBOL_BYTES,
  MAX_WHOLE,
} from '../model/limits.js';
import { DECIMAL_PATTERN } from './decimal.js';
import type { FieldRules } from './field-fault.js';

/** A text client id: printable ASCII, so that characters are bytes. */
export const TEXT_ID_PATTERN = new RegExp(`^[\\x20-\\x7e]{1,${MAX_CLIENT_ID_TEXT_BYTES}}$`);

const idText = z.string().regex(TEXT_ID_PATTERN);

/** A client id that a client gives to a command. */
const ownId = z.union([
  z
    .int()
    .min(1)
    .max(FIRST_GATEWAY_CLIENT_ID - 1),
  idText,
]);

/** A client id that names an order. Of those that gateways make (2^52 and up) none is an order's: only cancels get them. */
const targetId = z.union([z.int().min(1).max(MAX_WHOLE), idText]);

const decimal = z.union([z.string().regex(DECIMAL_PATTERN), z.number()]);
const whole = z.int().min(0).max(MAX_WHOLE);

const orText = `or a text of 1 to ${MAX_CLIENT_ID_TEXT_BYTES} printable ASCII characters`;

const fieldRules = {
  account: 'a whole number from 1 to 2147483647',
  clientId: `a whole number from 1 to 2^52 - 1 ${orText}`,
  clientOrderId: `a whole number from 1 to 9007199254740991 ${orText}`,
  symbol: 'the symbol of an instrument',
  side: 'buy or sell',
  orderType: 'limit',
  timeInForce: 'GTC or IOC',
  price: 'a decimal',
  priceTicks: 'a whole number from 0 to 9007199254740991',
  size: 'a decimal',
  sizeLots: 'a whole number from 0 to 9007199254740991',
  sendTimeNs: 'a text of digits under 2^64',
  orderId: 'a whole number from 1 to 9007199254740991',
  depth: `a whole number from 1 to ${MAX_BOOK_DEPTH}`,
} satisfies FieldRules;

/** What each field must be, for the sentence of a reject. */
export const commandFieldRules = {
  new: { ...fieldRules, clientOrderId: fieldRules.clientId },
  cancel: fieldRules,
  amend: fieldRules,
  book: { ...fieldRules, clientId: 'a whole number from 1 to 2^52 - 1' },
} satisfies Record<string, FieldRules>;

/** What `type` must be. */
export const TYPE_RULE = 'new, cancel, amend or book';

const account = z
  .int()
  .min(1)
  .max(0x7fff_ffff)
  .optional()
  .describe('Account that the command acts for. Default: the account of the session.');
const symbol = z.string().min(1).max(MAX_SYMBOL_BYTES).describe('Symbol of the instrument.');
const price = decimal
  .optional()
  .describe(
    'Price as a decimal, a multiple of the tick size. A text is exact; a number is read as it prints.',
  );
const priceTicks = whole.optional().describe('Price as a whole number of ticks, instead of `price`.');
const size = decimal
  .optional()
  .describe('Size as a decimal, a multiple of the lot size. A text is exact; a number is read as it prints.');
const sizeLots = whole.optional().describe('Size as a whole number of lots, instead of `size`.');
const sendTimeNs = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .refine((text) => text.length < 20 || text <= '18446744073709551615', { error: 'must be under 2^64' })
  .optional()
  .describe('When the command was sent, nanoseconds since the epoch. One sent too long ago is refused.');

const newShape = {
  account,
  clientOrderId: ownId.describe('Id of the order, chosen by the client and new for its account.'),
  symbol,
  side: z.enum(['buy', 'sell']),
  orderType: z.literal('limit').default('limit'),
  timeInForce: z
    .enum(['GTC', 'IOC'])
    .default('GTC')
    .describe('GTC rests until cancelled; IOC trades at once what it can, and the rest is cancelled.'),
  price,
  priceTicks,
  size,
  sizeLots,
  sendTimeNs,
};

const targetShape = {
  account,
  clientId: ownId.describe('Id of this command, chosen by the client and new for its account.'),
  symbol: symbol.optional().describe('Symbol of the instrument; needed with clientOrderId.'),
  orderId: z
    .int()
    .min(1)
    .max(MAX_WHOLE)
    .optional()
    .describe('The order, by the id that the exchange gave it.'),
  clientOrderId: targetId.optional().describe('The order, by its client order id, instead of `orderId`.'),
  sendTimeNs,
};

const amendShape = {
  ...targetShape,
  symbol: symbol.optional().describe('Symbol of the instrument; needed with clientOrderId, price or size.'),
  price,
  priceTicks,
  size: size.describe('New total size as a decimal, what has traded included.'),
  sizeLots: sizeLots.describe('New total size in lots, instead of `size`.'),
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

type Field = 'symbol' | 'orderId' | 'clientOrderId' | 'price' | 'priceTicks' | 'size' | 'sizeLots';
type Given = Readonly<Partial<Record<Field, unknown>>>;
type Context = z.core.$RefinementCtx<unknown>;

function fault(context: Context, field: Field, message: string): void {
  context.addIssue({ code: 'custom', path: [field], message });
}

/** At most one of two fields; exactly one where `needed`. */
function oneOf(given: Given, context: Context, first: Field, second: Field, needed: boolean): void {
  if (given[first] !== undefined && given[second] !== undefined)
    fault(context, first, `give ${first} or ${second}, not both`);
  else if (needed && given[first] === undefined && given[second] === undefined)
    fault(context, first, `missing; give ${first} or ${second}`);
}

function checkNew(given: Given, context: Context): void {
  oneOf(given, context, 'price', 'priceTicks', true);
  oneOf(given, context, 'size', 'sizeLots', true);
}

function checkTarget(given: Given, context: Context): void {
  oneOf(given, context, 'orderId', 'clientOrderId', true);
  if (given.clientOrderId !== undefined && given.symbol === undefined)
    fault(context, 'symbol', 'missing; clientOrderId names an order only together with its symbol');
}

function checkAmend(given: Given, context: Context): void {
  checkTarget(given, context);
  oneOf(given, context, 'price', 'priceTicks', false);
  oneOf(given, context, 'size', 'sizeLots', false);
  const decimal = given.price !== undefined ? 'price' : given.size !== undefined ? 'size' : undefined;
  if (decimal !== undefined && given.symbol === undefined)
    fault(context, 'symbol', `missing; a decimal ${decimal} is read only together with its symbol`);
}

// The same rules for the documents, which are made from the schemas and cannot see into the functions above.
const required = (...names: string[]) => ({ required: names });
const one = (first: string, second: string) => ({ oneOf: [required(first), required(second)] });
const notBoth = (first: string, second: string) => ({ not: required(first, second) });
const newRules = { allOf: [one('price', 'priceTicks'), one('size', 'sizeLots')] };
const target = [
  one('orderId', 'clientOrderId'),
  { anyOf: [{ not: required('clientOrderId') }, required('symbol')] },
];
const targetRules = { allOf: target };
const amendRules = {
  allOf: [
    ...target,
    notBoth('price', 'priceTicks'),
    notBoth('size', 'sizeLots'),
    { anyOf: [{ not: { anyOf: [required('price'), required('size')] } }, required('symbol')] },
  ],
};

export const newOrderMessageSchema = z
  .strictObject({ type: z.literal('new'), ...newShape })
  .superRefine(checkNew)
  .meta({ title: 'New order', ...newRules });

export const cancelMessageSchema = z
  .strictObject({ type: z.literal('cancel'), ...targetShape })
  .superRefine(checkTarget)
  .meta({ title: 'Cancel', ...targetRules });

export const amendMessageSchema = z
  .strictObject({ type: z.literal('amend'), ...amendShape })
  .superRefine(checkAmend)
  .meta({ title: 'Amend', ...amendRules });

export const bookReadMessageSchema = z
  .strictObject({ type: z.literal('book'), ...readShape })
  .meta({ title: 'Read of a book' });

/** Any command or read of a session. */
export const orderMessageSchema = z
  .discriminatedUnion('type', [
    newOrderMessageSchema,
    cancelMessageSchema,
    amendMessageSchema,
    bookReadMessageSchema,
  ])
  .meta({ title: 'Command' });

/** What a client may send, defaults left out. */
export type OrderMessage = z.input<typeof orderMessageSchema>;
