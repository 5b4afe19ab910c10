import {
  LEAST_HEARTBEAT_MS,
  MAX_SEQUENCE,
  MOST_DISCONNECT_GRACE_MS,
  MOST_HEARTBEAT_MS,
} from '../model/limits.js';
import { choice } from '../wire/field-schema.js';
import { type Actor, mayActFor } from './actor.js';
import { type Admission, Protocol, type ResumeKey } from './session.js';
import { isRefusal, type Refusal, type RequestSource, type UpgradeRequest } from './transport/transport.js';

/** Where WebSocket sessions are opened. */
export const SESSION_PATH = '/ws';

const protocols: readonly string[] = Object.values(Protocol);

/** Most accounts that one session may act for. */
const MAX_ACCOUNTS = 64;

const MAX_ACCOUNT = 0x7fffffff;

/** The operator's account, in text. */
export const OPERATOR = '0';

/** Every parameter there is: one that is misspelt would be passed over in silence. */
const PARAMETERS = ['account', 'after', 'heartbeat', 'cancelOnDisconnect', 'session'];

const SESSION_NAME = /^[A-Za-z0-9._-]{1,36}$/;

export interface AdmissionParts {
  /** The exchange is shutting down. */
  readonly closing: boolean;
  readonly shards: number;
  /** Whether the client's address may have one more session. */
  readonly hasRoom: (address: string) => boolean;
  /** Whether there are keys: without them only this machine itself is let in. */
  readonly isKeyed: boolean;
  /** Counts that a session's orders will have to be cancelled, in the budget of its key; false where that is too much. */
  readonly takesDisconnect: (actor: Actor) => boolean;
  /** Who it is. */
  readonly identify: (request: UpgradeRequest) => Identified<UpgradeRequest> | Refusal;
}

/** Who a request is from, and what is left of it without its credentials. */
export interface Identified<Request> {
  readonly actor: Actor;
  readonly request: Request;
}

/**
 * Decides whether a WebSocket may be opened: origin, path, subprotocol, credentials, accounts. The accounts come from the
 * query (`?account=7&account=8`); where none is named, all of the key's, or 1 where the exchange knows no keys. Account 0 is
 * the operator's. With `?after=0:1234.2` the client says which event of a shard it has seen last, and gets those that it missed.
 */
export function admitSession(request: UpgradeRequest, parts: AdmissionParts): Admission | Refusal {
  if (parts.closing)
    return { status: 503, sentence: 'The exchange is shutting down; reconnect in a moment.' };
  if (!parts.isKeyed && !isLocalHost(request.host))
    return { status: 403, sentence: strangeHostSentence(request.host) };
  if (isForeign(request)) return { status: 403, sentence: foreignSentence(request) };
  if (request.path !== SESSION_PATH)
    return { status: 404, sentence: `There is no WebSocket at ${request.path}; connect to ${SESSION_PATH}.` };
  const protocol = request.protocols.find((name): name is Protocol => protocols.includes(name));
  if (protocol === undefined)
    return {
      status: 400,
      sentence: `Offer the WebSocket subprotocol ${choice(protocols)}; offered: ${
        request.protocols.join(', ') || 'none'
      }.`,
    };
  if (!parts.hasRoom(request.address))
    return { status: 429, sentence: 'Your address has as many connections as it may; close some first.' };
  const identified = parts.identify(request);
  if (isRefusal(identified)) return identified;
  return admitIdentified(identified, protocol, parts);
}

function admitIdentified(
  { actor, request }: Identified<UpgradeRequest>,
  protocol: Protocol,
  { shards, takesDisconnect }: AdmissionParts,
): Admission | Refusal {
  const query = new URLSearchParams(request.query);
  const other = [...query.keys()].find((name) => !PARAMETERS.includes(name));
  if (other !== undefined)
    return {
      status: 400,
      sentence: `There is no ${other}= here; there is ${PARAMETERS.map((name) => `${name}=`).join(', ')}.`,
    };
  const accounts = readAccounts(query.getAll('account'), actor);
  if (isRefusal(accounts)) return accounts;
  const after = readKeys(query.getAll('after'), shards);
  if (isRefusal(after)) return after;
  const heartbeatMs = readWhole(query.get('heartbeat'), LEAST_HEARTBEAT_MS, MOST_HEARTBEAT_MS);
  if (heartbeatMs === undefined)
    return {
      status: 400,
      sentence: `heartbeat= is a whole number of milliseconds from ${LEAST_HEARTBEAT_MS} to ${MOST_HEARTBEAT_MS}.`,
    };
  const graceMs = readWhole(query.get('cancelOnDisconnect'), 0, MOST_DISCONNECT_GRACE_MS);
  if (graceMs === undefined)
    return {
      status: 400,
      sentence: `cancelOnDisconnect= is a whole number of milliseconds from 0 to ${MOST_DISCONNECT_GRACE_MS}.`,
    };
  const name = query.get('session') ?? '';
  if (query.has('session') && !SESSION_NAME.test(name))
    return {
      status: 400,
      sentence: 'session= is a name of 1 to 36 letters, digits, dots, hyphens and underscores.',
    };
  if (query.has('session') && !query.has('cancelOnDisconnect'))
    return {
      status: 400,
      sentence: 'session= names a session whose orders go with it; add cancelOnDisconnect=, or leave it out.',
    };
  if (query.has('cancelOnDisconnect') && !takesDisconnect(actor))
    return {
      status: 429,
      reason: 'message-rate',
      sentence: 'The key has opened too many sessions whose orders go with them; wait a second.',
      retryAfter: 1,
    };
  return {
    protocol,
    accounts,
    after,
    actor,
    address: request.address,
    heartbeatMs: query.has('heartbeat') ? heartbeatMs : 0,
    disconnect: query.has('cancelOnDisconnect') ? { graceMs, name } : undefined,
  };
}

function readAccounts(texts: readonly string[], actor: Actor): readonly number[] | Refusal {
  const accounts: number[] = [];
  for (const text of texts) {
    const account = text === OPERATOR ? 0 : parseAccount(text);
    if (account === undefined || accounts.length === MAX_ACCOUNTS)
      return {
        status: 400,
        sentence: `account=${text}: an account is a whole number from 1 to ${MAX_ACCOUNT}, or 0 for the operator's; ${MAX_ACCOUNTS} of them at most.`,
      };
    if (!mayActFor(actor, account))
      return {
        status: 403,
        sentence: `account=${text}: the key ${actor.keyId} does not act for that account.`,
      };
    if (!accounts.includes(account)) accounts.push(account);
  }
  if (accounts.length > 0) return accounts;
  return actor.accounts ?? [1];
}

function readKeys(texts: readonly string[], shards: number): readonly ResumeKey[] | Refusal {
  const after: ResumeKey[] = [];
  for (const text of texts) {
    const key = parseKey(text, shards);
    if (key === undefined || after.some(({ shard }) => shard === key.shard))
      return {
        status: 400,
        sentence: `after=${text}: name the last event that you have seen of a shard as <shard>:<sequence>.<index>, once for each shard; 0:0.0 where you have seen none of shard 0. There are ${shards} shards.`,
      };
    after.push(key);
  }
  return after;
}

/** A whole number within bounds; the least where there is none, undefined where it is not one. */
function readWhole(text: string | null, least: number, most: number): number | undefined {
  if (text === null) return least;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return value >= least && value <= most ? value : undefined;
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
 * True where a request was sent to this machine by its own name. A page whose name leads here by a trick of the name server
 * (DNS rebinding) is of the same origin to its browser, and is known by the name alone.
 */
export function isLocalHost(host: string): boolean {
  return host === '' || /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i.test(host);
}

export function strangeHostSentence(host: string): string {
  return `There is no keys file, so this exchange answers to its own machine alone, and not as ${host}; ask for 127.0.0.1 or localhost.`;
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
