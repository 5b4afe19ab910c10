/** What the schemas of several commands have in common: fields, what they must be, and rules over two of them. */

import { z } from 'zod';
import {
  FIRST_GATEWAY_CLIENT_ID,
  MAX_CLIENT_ID_TEXT_BYTES,
  MAX_SYMBOL_BYTES,
  MAX_WHOLE,
} from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import { DECIMAL_PATTERN } from './decimal.js';
import type { FieldRules } from './field-fault.js';
import { namesOf, selfTradeModes } from './term-names.js';

/** A text client id: printable ASCII, so that characters are bytes. */
export const TEXT_ID_PATTERN = new RegExp(`^[\\x20-\\x7e]{1,${MAX_CLIENT_ID_TEXT_BYTES}}$`);

const MAX_ACCOUNT = 0x7fff_ffff;

const idText = z.string().regex(TEXT_ID_PATTERN);

/** A client id that a client gives to a command. */
export const ownId = z.union([
  z
    .int()
    .min(1)
    .max(FIRST_GATEWAY_CLIENT_ID - 1),
  idText,
]);

/** A client id that names an order. Of those that gateways make (2^52 and up) none is an order's: only cancels get them. */
export const targetId = z.union([z.int().min(1).max(MAX_WHOLE), idText]);

export const decimal = z.union([z.string().regex(DECIMAL_PATTERN), z.number()]);
export const whole = z.int().min(0).max(MAX_WHOLE);
export const orderId = z.int().min(1).max(MAX_WHOLE);

const accountNumber = z.int().min(1).max(MAX_ACCOUNT);
export const account = accountNumber
  .optional()
  .describe('Account that the command acts for. Default: the account of the session.');
export const accountOrOperator = z
  .int()
  .min(0)
  .max(MAX_ACCOUNT)
  .optional()
  .describe(
    'Account that the command acts for; 0, for the operator: all. Default: the account of the session.',
  );
export const subject = accountNumber.describe('The account that it is about.');
export const group = z.int().min(0).max(MAX_ACCOUNT);

export const symbol = z.string().min(1).max(MAX_SYMBOL_BYTES).describe('Symbol of the instrument.');
export const side = z.enum(['buy', 'sell']);
export const selfTrade = z
  .enum(namesOf(selfTradeModes))
  .optional()
  .describe(
    'What happens when an order would trade with one of its own account or group. Default: it trades.',
  );
export const commandId = ownId.describe('Id of this command, chosen by the client and new for its account.');

/** Nanoseconds since the epoch, as digits. */
export const nanoseconds = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .refine((text) => text.length < 20 || text <= '18446744073709551615', {
    error: 'must be under 2^64',
    params: { code: RejectCode.NumberOutOfRange },
  });
export const sendTimeNs = nanoseconds
  .optional()
  .describe('When the command was sent, nanoseconds since the epoch. One sent too long ago is refused.');

/** `a, b or c`. */
export function choice(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

const orText = `or a text of 1 to ${MAX_CLIENT_ID_TEXT_BYTES} printable ASCII characters`;
export const WHOLE_RULE = 'a whole number from 0 to 9007199254740991';
export const OWN_ID_RULE = `a whole number from 1 to 2^52 - 1 ${orText}`;
export const TARGET_ID_RULE = `a whole number from 1 to 9007199254740991 ${orText}`;
export const DECIMAL_RULE = 'a decimal';

/** What the fields of many commands must be, for the sentence of a reject. */
export const commonRules = {
  account: `a whole number from 1 to ${MAX_ACCOUNT}`,
  clientId: OWN_ID_RULE,
  clientOrderId: TARGET_ID_RULE,
  symbol: 'the symbol of an instrument',
  side: 'buy or sell',
  price: DECIMAL_RULE,
  priceTicks: WHOLE_RULE,
  size: DECIMAL_RULE,
  sizeLots: WHOLE_RULE,
  sendTimeNs: 'a text of digits under 2^64',
  orderId: 'a whole number from 1 to 9007199254740991',
  selfTrade: choice(namesOf(selfTradeModes)),
} satisfies FieldRules;

/** Fields of a message that its shape has allowed. */
export type Given = Readonly<Record<string, unknown>>;
export type Context = z.core.$RefinementCtx<unknown>;

/** Refuses a field, of a message or of the part of it that is checked. */
export function fault(
  context: Context,
  field: string,
  message: string,
  code: RejectCode = RejectCode.Malformed,
): void {
  context.addIssue({ code: 'custom', path: [field], message, params: { code } });
}

/** At most one of several fields that say the same; exactly one where `needed`. */
export function oneOf(given: Given, context: Context, fields: readonly string[], needed: boolean): void {
  const first = fields[0]!;
  let named = 0;
  for (const field of fields) if (given[field] !== undefined) named++;
  if (named > 1) {
    const rule =
      fields.length > 2 ? `give one of ${choice(fields)} alone` : `give ${choice(fields)}, not both`;
    fault(context, first, rule);
  } else if (needed && named === 0) fault(context, first, `missing; give ${choice(fields)}`);
}

// The same rules for the documents, which are made from the schemas and cannot see into the functions above.
export const required = (...names: string[]) => ({ required: names });
export const exactlyOne = (names: readonly string[]) =>
  names.length === 1 ? required(names[0]!) : { oneOf: names.map((name) => required(name)) };
export const atLeastOne = (names: readonly string[]) =>
  names.length === 1 ? required(names[0]!) : { anyOf: names.map((name) => required(name)) };
export const atMostOne = (names: readonly string[]) => ({
  oneOf: [...names.map((name) => required(name)), { not: atLeastOne(names) }],
});
