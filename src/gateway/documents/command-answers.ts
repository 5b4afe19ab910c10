/** Answers to commands over HTTP, as schemas: the answering event, and what else the command caused. */

import { z } from 'zod';
import { type EventName, eventObjectSchema } from '../../wire/event-schema.js';
import { whole } from '../../wire/event-shape.js';

/** The schema of one event, out of all of them. */
export function eventSchema(name: EventName): z.ZodObject {
  const found = eventObjectSchema.options.find(({ shape }) => shape.event.value === name);
  if (found === undefined) throw new Error(`src/wire/event-schema.ts has no event ${name}`);
  return found as unknown as z.ZodObject;
}

const causedShape = {
  events: z
    .array(eventObjectSchema)
    .describe('What else the command caused for its account, in order; empty for a repeated answer.'),
  eventsLeftOut: whole.optional().describe('How many more events there were than an answer lists.'),
};

const answersShape = {
  answers: z
    .array(eventObjectSchema)
    .optional()
    .describe("Each shard's own answer, where the command went to all of them."),
};

function answered(name: EventName): z.ZodObject {
  const schema = eventSchema(name);
  const title = `${schema.meta()?.title ?? name} answer`;
  return schema.extend(causedShape).meta({ title });
}

export const acceptedAnswerSchema = answered('accepted');
export const quotedAnswerSchema = answered('quoted');
export const cancelledAnswerSchema = answered('cancelled');
export const amendedAnswerSchema = answered('amended');
export const stateChangedAnswerSchema = answered('stateChanged');
export const pricesChangedAnswerSchema = answered('pricesChanged');
export const accountChangedAnswerSchema = answered('accountChanged').extend(answersShape).meta({
  title: 'Account changed answer',
});
export const allCancelledAnswerSchema = answered('allCancelled').extend(answersShape).meta({
  title: 'All cancelled answer',
});
/** An amend to what has traded already, or less, cancels the rest. */
export const amendAnswerSchema = z
  .union([amendedAnswerSchema, cancelledAnswerSchema])
  .meta({ title: 'Amend answer' });
export const bookAnswerSchema = eventSchema('book');

/**
 * Whatever is wrong. A reject of the log has all that the event has; one of a gateway has a code, and what HTTP itself
 * refuses has a reason and a sentence alone.
 */
export const rejectAnswerSchema = eventSchema('rejected')
  .partial()
  .extend({
    ...causedShape,
    ...answersShape,
    events: causedShape.events.optional(),
    event: z.literal('rejected'),
    reason: z.string().describe('Name of the reason; docs/protocol.md lists them.'),
    text: z.string().describe('What to do about it, in a sentence.'),
  })
  .meta({ title: 'Reject' });
