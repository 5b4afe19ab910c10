import { MAX_SEQUENCE } from '../model/limits.js';
import type { ResumeKey } from './resuming.js';
import { Protocol } from './session.js';
import type { Admission, Refusal, RequestSource, UpgradeRequest } from './transport.js';

/** Where WebSocket sessions are opened. */
export const SESSION_PATH = '/ws';

/** Most accounts that one session may act for. */
const MAX_ACCOUNTS = 64;

const MAX_ACCOUNT = 0x7fffffff;

/** The operator's account, in text. */
export const OPERATOR = '0';

/**
 * Decides whether a WebSocket may be opened: origin, path, subprotocol, accounts. The accounts come from the query
 * (`?account=7&account=8`), 1 where none is named. Account 0 is the operator's. With `?after=0:1234.2` the client says
 * which event of a shard it has seen last, and gets those that it missed.
 */
export function admitSession(request: UpgradeRequest, closing: boolean, shards: number): Admission | Refusal {
  if (closing) return { status: 503, sentence: 'The exchange is shutting down; reconnect in a moment.' };
  if (isForeign(request)) return { status: 403, sentence: foreignSentence(request) };
  if (request.path !== SESSION_PATH)
    return { status: 404, sentence: `There is no WebSocket at ${request.path}; connect to ${SESSION_PATH}.` };
  const protocol = request.protocols.find(isProtocol);
  if (protocol === undefined)
    return {
      status: 400,
      sentence: `Offer the WebSocket subprotocol ${Protocol.Binary}, ${Protocol.Msgpack} or ${Protocol.Json}; offered: ${
        request.protocols.join(', ') || 'none'
      }.`,
    };
  const accounts: number[] = [];
  const query = new URLSearchParams(request.query);
  for (const text of query.getAll('account')) {
    const account = text === OPERATOR ? 0 : parseAccount(text);
    if (account === undefined || accounts.length === MAX_ACCOUNTS)
      return {
        status: 400,
        sentence: `account=${text}: an account is a whole number from 1 to ${MAX_ACCOUNT}, or 0 for the operator's; ${MAX_ACCOUNTS} of them at most.`,
      };
    if (!accounts.includes(account)) accounts.push(account);
  }
  const after: ResumeKey[] = [];
  for (const text of query.getAll('after')) {
    const key = parseKey(text, shards);
    if (key === undefined || after.some(({ shard }) => shard === key.shard))
      return {
        status: 400,
        sentence: `after=${text}: name the last event that you have seen of a shard as <shard>:<sequence>.<index>, once for each shard; 0:0.0 where you have seen none of shard 0. There are ${shards} shards.`,
      };
    after.push(key);
  }
  return { protocol, accounts: accounts.length > 0 ? accounts : [1], after };
}

function isProtocol(name: string): name is Protocol {
  return name === Protocol.Binary || name === Protocol.Msgpack || name === Protocol.Json;
}

/** `0:1234.2`: shard, sequence and index of an event. */
function parseKey(text: string, shards: number): ResumeKey | undefined {
  const match = /^(\d{1,2}):(\d{1,15})\.(\d{1,10})$/.exec(text);
  if (match === null) return undefined;
  const [shard, sequence, index] = match.slice(1).map(Number) as [number, number, number];
  if (shard >= shards || sequence > MAX_SEQUENCE || index > 0xffff_ffff) return undefined;
  return { shard, sequence, index };
}

/**
 * True where a browser asks for a page that came from somewhere else. A browser lets any page send to loopback, so
 * without this every page could trade; programs send no `Origin`.
 */
export function isForeign({ origin, host }: RequestSource): boolean {
  if (origin === '') return false;
  if (!URL.canParse(origin)) return true;
  const page = new URL(origin);
  const here = `${page.protocol}//${host}`;
  return !URL.canParse(here) || new URL(here).host !== page.host;
}

export function foreignSentence({ origin, host }: RequestSource): string {
  return `A page of ${origin} may not trade at ${host}: only pages that come from here may, and programs, which send no Origin.`;
}

/** An account in text: a whole number from 1 to 2^31 - 1, else undefined. */
export function parseAccount(text: string): number | undefined {
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const account = Number(text);
  return account <= MAX_ACCOUNT ? account : undefined;
}
