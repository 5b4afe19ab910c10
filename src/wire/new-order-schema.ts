/** New orders as msgpack and JSON clients send them. What the terms mean stands in docs/orders.md. */

import { z } from 'zod';
import { MAX_TRAIL_BASIS_POINTS, timesInForceOf } from '../model/order-terms.js';
import { RejectCode } from '../model/reject.js';
import type { FieldRules } from './field-fault.js';
import {
  account,
  atLeastOne,
  atMostOne,
  type Context,
  choice,
  commonRules,
  DECIMAL_RULE,
  decimal,
  exactlyOne,
  fault,
  type Given,
  nanoseconds,
  OWN_ID_RULE,
  oneOf,
  orderId,
  ownId,
  required,
  selfTrade,
  sendTimeNs,
  side,
  symbol,
  TARGET_ID_RULE,
  targetId,
  WHOLE_RULE,
  whole,
} from './field-schema.js';
import {
  namesOf,
  type OrderTypeName,
  orderTypes,
  pegReferences,
  type TimeInForceName,
  timesInForce,
} from './term-names.js';

const ticks = (field: string) => whole.optional().describe(`In ticks, instead of \`${field}\`.`);
const lots = (field: string) => whole.optional().describe(`In lots, instead of \`${field}\`.`);
const signed = z.int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

const newShape = {
  account,
  clientOrderId: ownId.describe('Id of the order, chosen by the client and new for its account.'),
  symbol,
  side,
  orderType: z.enum(namesOf(orderTypes)).default('limit'),
  timeInForce: z
    .enum(namesOf(timesInForce))
    .optional()
    .describe('Default: IOC for a market order, GTC for all others. OPG: at the open; CLS: at the close.'),
  price: decimal
    .optional()
    .describe(
      'Limit, protection or cap as a decimal, a multiple of the tick size. A text is exact; a number is read as it prints.',
    ),
  priceTicks: whole.optional().describe('Price as a whole number of ticks, instead of `price`.'),
  size: decimal
    .optional()
    .describe(
      'Size as a decimal, a multiple of the lot size. A text is exact; a number is read as it prints.',
    ),
  sizeLots: whole.optional().describe('Size as a whole number of lots, instead of `size`.'),
  displaySize: decimal.optional().describe('Iceberg: how much is shown at a time.'),
  displaySizeLots: lots('displaySize'),
  stopPrice: decimal.optional().describe('Price that makes the order active.'),
  stopPriceTicks: ticks('stopPrice'),
  trail: decimal.optional().describe('Distance at which the stop price follows.'),
  trailTicks: ticks('trail'),
  trailBasisPoints: z
    .int()
    .min(1)
    .max(MAX_TRAIL_BASIS_POINTS)
    .optional()
    .describe('In hundredths of a percent of the price, instead of `trail`.'),
  pegReference: z.enum(namesOf(pegReferences)).optional().describe('What the price follows.'),
  pegOffset: decimal.optional().describe('What is added to the reference; may be negative.'),
  pegOffsetTicks: signed.optional().describe('In ticks, instead of `pegOffset`.'),
  expiresAtNs: nanoseconds.optional().describe('GTD: when the order expires, nanoseconds since the epoch.'),
  minimumSize: decimal.optional().describe('So much trades at once, or nothing.'),
  minimumSizeLots: lots('minimumSize'),
  postOnly: z
    .enum(['reject', 'slide'])
    .optional()
    .describe('Never takes: where it would trade, it is rejected, or slides to one tick before that price.'),
  hidden: z.boolean().optional().describe('Not shown; stands behind what is shown at its price.'),
  allOrNone: z.boolean().optional().describe('All of it trades at once, or nothing.'),
  selfTrade,
  linkedTo: orderId
    .optional()
    .describe('One cancels the other: a live order of the account, by the id that the exchange gave it.'),
  linkedToClientOrderId: targetId
    .optional()
    .describe('The same by its client order id, instead of `linkedTo`.'),
  takeProfit: decimal.optional().describe('Bracket: limit price of the exit with a profit.'),
  takeProfitTicks: ticks('takeProfit'),
  stopLoss: decimal.optional().describe('Bracket: stop price of the exit with a loss.'),
  stopLossTicks: ticks('stopLoss'),
  sendTimeNs,
};

/** What each field of a new order must be. */
export const newOrderRules = {
  ...commonRules,
  clientOrderId: OWN_ID_RULE,
  orderType: choice(namesOf(orderTypes)),
  timeInForce: choice(namesOf(timesInForce)),
  displaySize: DECIMAL_RULE,
  displaySizeLots: WHOLE_RULE,
  stopPrice: DECIMAL_RULE,
  stopPriceTicks: WHOLE_RULE,
  trail: DECIMAL_RULE,
  trailTicks: WHOLE_RULE,
  trailBasisPoints: `a whole number from 1 to ${MAX_TRAIL_BASIS_POINTS}`,
  pegReference: choice(namesOf(pegReferences)),
  pegOffset: DECIMAL_RULE,
  pegOffsetTicks: 'a whole number over -2^53 and under 2^53',
  expiresAtNs: 'a text of digits under 2^64',
  minimumSize: DECIMAL_RULE,
  minimumSizeLots: WHOLE_RULE,
  postOnly: 'reject or slide',
  hidden: 'true or false',
  allOrNone: 'true or false',
  linkedTo: commonRules.orderId,
  linkedToClientOrderId: TARGET_ID_RULE,
  takeProfit: DECIMAL_RULE,
  takeProfitTicks: WHOLE_RULE,
  stopLoss: DECIMAL_RULE,
  stopLossTicks: WHOLE_RULE,
} satisfies FieldRules;

/** Fields that say the same, of which one at most is given, and the orders that have them. */
interface FieldUse {
  readonly fields: readonly string[];
  /** Types that may have it; all where none are named. */
  readonly types?: readonly OrderTypeName[];
  /** Types that must have it. */
  readonly neededBy?: readonly OrderTypeName[];
  /** Times in force that may have it; all where none are named. */
  readonly times?: readonly TimeInForceName[];
  /** What a record has in its flags is a fault of flags there, and here too. */
  readonly isFlag?: true;
}

const RESTING = ['GTC', 'GTD', 'DAY'] as const;
const AT_ONCE = ['IOC', 'FOK'] as const;
const ALL_TYPES = namesOf(orderTypes);

const PRICE = ['price', 'priceTicks'];
const SIZE = ['size', 'sizeLots'];

const uses: readonly FieldUse[] = [
  { fields: PRICE, neededBy: ['limit', 'stopLimit'] },
  { fields: SIZE, neededBy: ALL_TYPES },
  { fields: ['stopPrice', 'stopPriceTicks'], types: ['stop', 'stopLimit'], neededBy: ['stop', 'stopLimit'] },
  {
    fields: ['trail', 'trailTicks', 'trailBasisPoints'],
    types: ['trailingStop'],
    neededBy: ['trailingStop'],
  },
  { fields: ['pegReference'], types: ['pegged'], neededBy: ['pegged'] },
  { fields: ['pegOffset', 'pegOffsetTicks'], types: ['pegged'] },
  { fields: ['displaySize', 'displaySizeLots'], types: ['limit', 'stopLimit'], times: RESTING },
  { fields: ['minimumSize', 'minimumSizeLots'], types: ['limit', 'market'], times: AT_ONCE },
  { fields: ['expiresAtNs'], times: ['GTD'] },
  { fields: ['postOnly'], types: ['limit'], times: RESTING, isFlag: true },
  { fields: ['hidden'], types: ['limit', 'stopLimit', 'pegged'], times: RESTING, isFlag: true },
  { fields: ['allOrNone'], types: ['limit', 'market'], times: AT_ONCE, isFlag: true },
  { fields: ['linkedTo', 'linkedToClientOrderId'], times: RESTING, isFlag: true },
  { fields: ['takeProfit', 'takeProfitTicks'] },
  { fields: ['stopLoss', 'stopLossTicks'] },
];

/** The time in force of an order that names none. */
export function defaultTimeInForce(type: OrderTypeName): TimeInForceName {
  return type === 'market' ? 'IOC' : 'GTC';
}

/** Fields of orders that are plain: all others are looked through only where one of them is given. */
const plainFields: ReadonlySet<string> = new Set([
  ...[
    'type',
    'account',
    'clientOrderId',
    'symbol',
    'side',
    'orderType',
    'timeInForce',
    'selfTrade',
    'sendTimeNs',
  ],
  ...['price', 'priceTicks', 'size', 'sizeLots'],
]);

/** Once per order: a plain limit order is looked at no further than it needs. */
function checkNew(order: Given, context: Context): void {
  const type = order['orderType'] as OrderTypeName;
  const time = (order['timeInForce'] as TimeInForceName | undefined) ?? defaultTimeInForce(type);
  if (type === 'limit' && time !== 'GTD' && isPlain(order)) {
    oneOf(order, context, PRICE, true);
    oneOf(order, context, SIZE, true);
    return;
  }
  // A wish that is not there and one that is denied are the same.
  const given: Given = {
    ...order,
    hidden: order['hidden'] || undefined,
    allOrNone: order['allOrNone'] || undefined,
  };
  const times = namesOf(timesInForce).filter((name) =>
    timesInForceOf[orderTypes[type]]!.includes(timesInForce[name]),
  );
  if (!times.includes(time))
    fault(
      context,
      'timeInForce',
      `${time} does not go with ${type} orders; they are ${choice(times)}`,
      RejectCode.BadTimeInForce,
    );
  for (const use of uses) checkUse(use, given, type, time, context);
  checkTogether(given, type, time, context);
}

function isPlain(order: Given): boolean {
  for (const field in order) if (!plainFields.has(field)) return false;
  return true;
}

function checkUse(
  use: FieldUse,
  given: Given,
  type: OrderTypeName,
  time: TimeInForceName,
  context: Context,
): void {
  const { fields, types, times } = use;
  oneOf(given, context, fields, use.neededBy?.includes(type) ?? false);
  const field = fields.find((name) => given[name] !== undefined);
  if (field === undefined) return;
  const code = use.isFlag ? RejectCode.BadFlags : RejectCode.BadTerms;
  if (types !== undefined && !types.includes(type))
    fault(context, field, `does not go with ${type} orders; leave it out, or make it ${choice(types)}`, code);
  else if (times !== undefined && !times.includes(time))
    fault(
      context,
      field,
      `does not go with ${time}; leave it out, or set timeInForce to ${choice(times)}`,
      code,
    );
}

/** Rules over terms that are each right by themselves. */
function checkTogether(given: Given, type: OrderTypeName, time: TimeInForceName, context: Context): void {
  const found = (...fields: string[]) => fields.find((field) => given[field] !== undefined);
  const takeProfit = found('takeProfit', 'takeProfitTicks');
  const stopLoss = found('stopLoss', 'stopLossTicks');
  const linked = found('linkedTo', 'linkedToClientOrderId');
  const display = found('displaySize', 'displaySizeLots');
  const price = found('price', 'priceTicks');
  if (time === 'GTD' && given['expiresAtNs'] === undefined)
    fault(context, 'expiresAtNs', 'missing; a GTD order says when it expires', RejectCode.BadTerms);
  if (type === 'market' && price !== undefined && (time === 'OPG' || time === 'CLS'))
    fault(
      context,
      price,
      `a market order in an auction has no protection; make it a limit order, or leave ${price} out`,
      RejectCode.BadTerms,
    );
  if (display !== undefined && given['hidden'] !== undefined)
    fault(context, display, 'a hidden order shows nothing; give one of the two', RejectCode.BadTerms);
  if (linked !== undefined && (takeProfit !== undefined || stopLoss !== undefined))
    fault(context, linked, 'an order with exits cannot be linked; leave it out', RejectCode.BadFlags);
  if (takeProfit !== undefined && stopLoss === undefined)
    fault(context, 'stopLoss', 'missing; takeProfit and stopLoss come together', RejectCode.BadTerms);
  if (stopLoss !== undefined && takeProfit === undefined)
    fault(context, 'takeProfit', 'missing; takeProfit and stopLoss come together', RejectCode.BadTerms);
}

/** The rules of a use in a document, which may allow more than the check, and never less. */
function documentOf({ fields, types, neededBy, times }: FieldUse): object[] {
  const rules: object[] = [];
  const ofTypes = (names: readonly string[]) => ({
    properties: { orderType: { enum: names } },
    ...(names.includes('limit') ? {} : required('orderType')),
  });
  if (neededBy === ALL_TYPES) rules.push(exactlyOne(fields));
  else if (neededBy !== undefined)
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    rules.push({ if: ofTypes(neededBy), then: exactlyOne(fields), else: atMostOne(fields) });
  else if (fields.length > 1) rules.push(atMostOne(fields));
  if (types !== undefined) rules.push({ anyOf: [{ not: atLeastOne(fields) }, ofTypes(types)] });
  if (times !== undefined)
    rules.push({ anyOf: [{ not: atLeastOne(fields) }, { properties: { timeInForce: { enum: times } } }] });
  return rules;
}

export const newOrderMessageSchema = z
  .strictObject({ type: z.literal('new'), ...newShape })
  .superRefine(checkNew)
  .meta({ title: 'New order', allOf: uses.flatMap(documentOf) });

export type NewOrder = z.output<typeof newOrderMessageSchema>;
