/** What the objects of several events have in common, for their schemas. */

import { z } from 'zod';
import { MAX_SEQUENCE, MAX_SHARDS, MAX_WHOLE } from '../model/limits.js';

export const whole = z.int().min(0).max(MAX_WHOLE);
export const price = z.string().describe('Price as a decimal.');
export const size = z.string();
export const eventClientIdSchema = z.union([z.string(), z.int().min(1).max(MAX_WHOLE)]);

/** A level of market data, where 0 orders are one that has gone; in a book there is at least one. */
export const bookLevelSchema = z.tuple([price, size, z.int().min(0)]);

/** What is there only where it is true. */
export const marker = (meaning: string) => z.literal(true).optional().describe(meaning);

export const shard = z
  .int()
  .min(0)
  .max(MAX_SHARDS - 1)
  .describe('The shard whose log holds the command.');
export const sequence = z
  .int()
  .min(0)
  .max(MAX_SEQUENCE)
  .describe('Number of the command in its shard, from 1.');
export const index = z
  .int()
  .min(0)
  .max(0xffff_ffff)
  .describe('Number of the event within its command, from 0.');
export const timeNs = z
  .string()
  .regex(/^[0-9]+$/)
  .describe('When the shard took the command, nanoseconds since the epoch.');

/** Where an event stands in a log. */
export const logShape = { shard, sequence, index, timeNs };

const answer = marker('The answer to a command: each has exactly one.');
const repeated = marker(
  'A first answer given again, as the command came again. It stands outside the chain.',
);

export const ofCommand = eventClientIdSchema
  .nullable()
  .describe('Client id of the command that this event answers; null where it could not be read.');
export const ofOrder = eventClientIdSchema
  .nullable()
  .describe('Client order id of the order; null where it has none of its own.');

/** What every event of an account has. */
export const accountEventShape = {
  shard,
  sequence,
  index,
  previous: z
    .object({ sequence: whole, index: whole })
    .nullable()
    .describe('The event of this account before this one, in the same shard: another one there is a gap.'),
  timeNs,
  account: z.int().min(0).max(0xffff_ffff),
  answer,
  repeated,
};

/** What the answers to the operator have. They belong to account 0, which has no chain. */
export const operatorAnswerShape = { ...logShape, clientId: ofCommand, answer, repeated };
