/** Messages between a client and its gateway alone, as schemas: they reach no log. The documents are made from them. */

import { z } from 'zod';
import type { FieldRules } from './field-fault.js';
import { nanoseconds } from './field-schema.js';

const epochNs = (meaning: string) =>
  z
    .string()
    .regex(/^[0-9]+$/)
    .describe(meaning);

export const askTimeSchema = z
  .strictObject({
    type: z.literal('time'),
    clientTimeNs: nanoseconds
      .optional()
      .describe(
        'When the client sent this, by its own clock, in nanoseconds since the epoch. It comes back.',
      ),
  })
  .meta({ title: 'Ask the time' });

export const heartbeatMessageSchema = z
  .strictObject({ type: z.literal('heartbeat') })
  .meta({ title: 'Heartbeat of the client' });

export const sessionMessageSchemas = { time: askTimeSchema, heartbeat: heartbeatMessageSchema } as const;
export type SessionMessageName = keyof typeof sessionMessageSchemas;

/** What the fields must be, for the sentence of a reject. */
export const sessionMessageRules: FieldRules = { clientTimeNs: 'a text of digits under 2^64' };

export const timeEventSchema = z
  .strictObject({
    event: z.literal('time'),
    clientTimeNs: epochNs('What the client had sent; "0" where it had sent none.'),
    receivedNs: epochNs('When the gateway took the message, in nanoseconds since the epoch.'),
    sentNs: epochNs('When the gateway sent this answer.'),
  })
  .meta({ title: 'Time' });

export const heartbeatEventSchema = z
  .strictObject({ event: z.literal('heartbeat'), timeNs: epochNs('The time at the gateway.') })
  .meta({ title: 'Heartbeat of the server' });

export const sessionEventSchema = z.discriminatedUnion('event', [timeEventSchema, heartbeatEventSchema]);
export type SessionEvent = z.output<typeof sessionEventSchema>;
export type TimeEvent = z.output<typeof timeEventSchema>;
