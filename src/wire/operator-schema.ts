/** What the operator sends: states, prices and accounts. Its commands are of account 0, so they name none to act for. */

import { z } from 'zod';
import type { FieldRules } from './field-fault.js';
import {
  atMostOne,
  type Context,
  choice,
  commandId,
  commonRules,
  decimal,
  type Given,
  group,
  oneOf,
  sendTimeNs,
  subject,
  symbol,
  WHOLE_RULE,
  whole,
} from './field-schema.js';
import { instrumentStates, namesOf } from './term-names.js';

export const stateMessageSchema = z
  .strictObject({
    type: z.literal('state'),
    clientId: commandId,
    symbol,
    state: z.enum(namesOf(instrumentStates)).describe('The new state.'),
    cancelOrders: z.boolean().optional().describe('Cancel all live orders of the instrument.'),
    sendTimeNs,
  })
  .meta({ title: 'State of an instrument' });
export type StateMessage = z.output<typeof stateMessageSchema>;

const priceOrNone = decimal.nullable().optional();
const ticksOrNone = whole.nullable().optional();

export const pricesMessageSchema = z
  .strictObject({
    type: z.literal('prices'),
    clientId: commandId,
    symbol,
    reference: priceOrNone.describe('Reference price as a decimal; null clears it. What is left out stays.'),
    referenceTicks: ticksOrNone.describe('In ticks, instead of `reference`.'),
    mark: priceOrNone.describe('Mark price as a decimal; null clears it. What is left out stays.'),
    markTicks: ticksOrNone.describe('In ticks, instead of `mark`.'),
    sendTimeNs,
  })
  .superRefine((given: Given, context: Context) => {
    oneOf(given, context, ['reference', 'referenceTicks'], false);
    oneOf(given, context, ['mark', 'markTicks'], false);
  })
  .meta({
    title: 'Prices of an instrument',
    allOf: [atMostOne(['reference', 'referenceTicks']), atMostOne(['mark', 'markTicks'])],
  });
export type PricesMessage = z.output<typeof pricesMessageSchema>;

export const accountMessageSchema = z
  .strictObject({
    type: z.literal('account'),
    clientId: commandId,
    subject,
    maxOrdersPerSecond: whole.optional().describe('Most orders in one second; 0: any number.'),
    maxOpenOrders: whole.optional().describe('Most open orders; 0: as many as accounts without a limit.'),
    group: group.optional().describe('Self-trade group; 0: none.'),
    killSwitch: z
      .boolean()
      .optional()
      .describe('true throws the kill switch: all live orders are cancelled, no new ones taken.'),
    sendTimeNs,
  })
  .meta({ title: 'Settings of an account' });
export type AccountMessage = z.output<typeof accountMessageSchema>;

/** What each field of the operator's commands must be. */
export const operatorRules = {
  ...commonRules,
  state: choice(namesOf(instrumentStates)),
  cancelOrders: 'true or false',
  reference: 'a decimal, or null for none',
  referenceTicks: `${WHOLE_RULE}, or null for none`,
  mark: 'a decimal, or null for none',
  markTicks: `${WHOLE_RULE}, or null for none`,
  subject: commonRules.account,
  maxOrdersPerSecond: WHOLE_RULE,
  maxOpenOrders: WHOLE_RULE,
  group: 'a whole number from 0 to 2147483647',
  killSwitch: 'true or false',
} satisfies FieldRules;
