import { RejectCode } from '../model/reject.js';
import type { Actor } from './actor.js';
import { refuse } from './http-reply.js';
import type { Respond } from './transport.js';

/** What a route needs: nothing, a key, one that may trade, or the operator's. */
export const Need = { Nothing: 0, Key: 1, Trade: 2, Operator: 3 } as const;
export type Need = (typeof Need)[keyof typeof Need];

/** What anybody may read: what the exchange is, how it is, and how to talk to it. */
const OPEN_ROOMS: ReadonlySet<string> = new Set([
  '',
  'health',
  'time',
  'instruments',
  'openapi.json',
  'asyncapi.json',
]);

const OPERATOR_ROOMS: ReadonlySet<string> = new Set(['instruments', 'accounts', 'snapshots', 'clock']);

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a request needs, by the first part of its path and its method. Whose orders it is about is looked at besides. */
export function needOf(room: string, method: string): Need {
  if (READING.has(method)) return OPEN_ROOMS.has(room) ? Need.Nothing : Need.Key;
  return OPERATOR_ROOMS.has(room) ? Need.Operator : Need.Trade;
}

/** Whether somebody may do what needs that; where not, the request is answered. */
export function maySend(actor: Actor, need: Need, respond: Respond): boolean {
  const may = need === Need.Operator ? actor.isOperator : need === Need.Trade ? actor.mayTrade : true;
  if (!may) refuse(respond, { code: RejectCode.ScopeMissing });
  return may;
}
