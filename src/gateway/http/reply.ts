import { RejectCode, rejectReasons } from '../../model/reject.js';
import type { Refusal } from '../../wire/event-refusal.js';
import type { HttpRequest, Respond } from '../transport/transport.js';
import { httpStatus, passingStatuses } from './status.js';

/** How requests are read and answered: JSON both ways, and the shape of a reject for whatever is wrong. */

export const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' } as const;
const RETRY_HEADERS = { ...JSON_HEADERS, 'retry-after': '1' } as const;

/** One for all bodies: between two of them it remembers nothing. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Answers with an object. Where the status passes by itself, the answer says when to come back. */
export function reply(
  respond: Respond,
  status: number,
  body: object,
  more?: Readonly<Record<string, string>>,
): void {
  const headers = passingStatuses.has(status) ? RETRY_HEADERS : JSON_HEADERS;
  respond(status, JSON.stringify(body), more === undefined ? headers : { ...headers, ...more });
}

/** A command that did not reach the log. */
export function refuse(respond: Respond, refusal: Refusal): void {
  const reason = rejectReasons[refusal.code];
  reply(respond, httpStatus(refusal.code), {
    event: 'rejected',
    code: refusal.code,
    reason: reason?.name,
    text: refusal.sentence ?? reason?.sentence,
  });
}

/** An answer of the HTTP side itself, in the shape of a reject. */
export function fail(
  respond: Respond,
  status: number,
  reason: string,
  text: string,
  headers?: Readonly<Record<string, string>>,
): void {
  reply(respond, status, { event: 'rejected', reason, text }, headers);
}

/** The body as an object; undefined where the request has been answered with what is wrong. */
export function readBody(request: HttpRequest, respond: Respond): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(request.body));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    refuse(respond, { code: RejectCode.Malformed, sentence: 'The body must be a JSON object.' });
  } catch (error) {
    refuse(respond, {
      code: RejectCode.Malformed,
      sentence: `The body is not JSON: ${(error as Error).message}.`,
    });
  }
  return undefined;
}
