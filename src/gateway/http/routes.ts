import type { Clock } from '../../clock/clock.js';
import type { SnapshotOutcome } from '../../follower/follower-messages.js';
import { MAX_BOOK_DEPTH } from '../../model/limits.js';
import { RejectCode } from '../../model/reject.js';
import { choice, nanoseconds } from '../../wire/field-schema.js';
import { instrumentObject } from '../../wire/instrument-object.js';
import type { InstrumentTable } from '../../wire/instrument-table.js';
import { type Actor, anybody } from '../actor.js';
import {
  foreignSentence,
  isForeign,
  isLocalHost,
  OPERATOR,
  parseAccount,
  strangeHostSentence,
} from '../admission.js';
import { asyncApiText, openApiText } from '../documents/documents.js';
import { isRoute, scopeOf } from '../documents/route-table.js';
import type { Gatekeeper } from '../gatekeeper.js';
import { Protocol } from '../session.js';
import { statusPage } from '../status-page/status-page.js';
import { type HttpRequest, isRefusal, type Refusal, type Respond } from '../transport/transport.js';
import { maySend } from './access.js';
import { type HttpCommandParts, HttpCommands } from './commands.js';
import { HttpFigures, type HttpFiguresParts } from './figures.js';
import { HttpHistograms } from './histograms.js';
import type { HttpListings } from './listings.js';
import { failAccount, readOrderId } from './query.js';
import type { HttpReads } from './reads.js';
import { fail, JSON_HEADERS, readBody, refuse, reply } from './reply.js';

/** Takes snapshots of all shards and says what came of it. */
export type TakeSnapshots = (finish: (outcomes: readonly SnapshotOutcome[]) => void) => void;

export interface RouteParts extends HttpCommandParts, HttpFiguresParts {
  readonly instruments: InstrumentTable;
  readonly clock: Clock;
  readonly gatekeeper: Gatekeeper;
  readonly listings: HttpListings;
  readonly reads: HttpReads;
  readonly takeSnapshots?: TakeSnapshots | undefined;
  /** Moves time; there only where it stands still by itself. */
  readonly advanceClock?: ((byNs: number) => void) | undefined;
}

const DEFAULT_DEPTH = 10;

/** Methods that change nothing: any page may send them, and its browser keeps the answer from it. */
const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

type Body = Readonly<Record<string, unknown>>;
type Methods = Readonly<Record<string, () => void>>;

/** The HTTP side of a gateway: the same commands as over WebSocket, in JSON, and a few reads. */
export class Routes {
  readonly #parts: RouteParts;
  readonly #commands: HttpCommands;
  readonly #figures: HttpFigures;
  readonly #histograms: HttpHistograms | undefined;

  constructor(parts: RouteParts) {
    this.#parts = parts;
    this.#commands = new HttpCommands(parts);
    this.#figures = new HttpFigures(parts);
    this.#histograms = parts.latency && new HttpHistograms(parts.latency, parts.clock);
  }

  handle(request: HttpRequest, respond: Respond): void {
    if (!this.#parts.gatekeeper.isKeyed && !isLocalHost(request.host)) {
      fail(respond, 403, 'strange-host', strangeHostSentence(request.host));
      return;
    }
    if (!READING_METHODS.has(request.method) && isForeign(request)) {
      fail(respond, 403, 'foreign-origin', foreignSentence(request));
      return;
    }
    // Before anybody looks who it is: what was left out cannot be what was signed.
    if (request.bodyOverBytes > 0) {
      fail(respond, 413, 'message-too-large', `The body is over ${request.bodyOverBytes} bytes.`);
      return;
    }
    const { path } = request;
    const [, room = '', ...items] = path.split('/');
    const { gatekeeper } = this.#parts;
    const need = gatekeeper.isKeyed ? scopeOf(request.method, room, items) : 'public';
    if (need === 'public') this.#serve(request, anybody, room, items, respond);
    else {
      const identified = gatekeeper.identify(request);
      if (isRefusal(identified)) {
        refuseRequest(identified, respond);
        return;
      }
      const { actor } = identified;
      const nowNs = () => this.#parts.clock.nowNs();
      const counted = withBudget(respond, gatekeeper, actor.budget, nowNs);
      if (!gatekeeper.takeMessage(actor.budget, nowNs())) refuse(counted, { code: RejectCode.MessageRate });
      else if (maySend(actor, need, counted)) this.#serve(request, actor, room, items, counted);
    }
  }

  #serve(request: HttpRequest, actor: Actor, room: string, items: readonly string[], respond: Respond): void {
    const { path } = request;
    // Nearly all requests are this one: no table of methods is made for it.
    if (room === 'orders' && items.length === 0 && request.method === 'POST') {
      this.#newOrder(request, actor, respond);
      return;
    }
    // What the documents do not have is not served.
    const methods = isRoute(room, items)
      ? this.#methods(room, items.map(decodePart), request, actor, respond)
      : undefined;
    if (methods !== undefined) onMethod(request, respond, methods);
    else if (room === 'ws' && items.length < 2)
      fail(
        respond,
        426,
        'upgrade-required',
        `Connect here by WebSocket, with subprotocol ${choice(Object.values(Protocol))}.`,
      );
    else
      fail(respond, 404, 'not-found', `There is nothing at ${path}; see docs/protocol.md for what there is.`);
  }

  /** What a path has for each method; undefined where there is no such path. */
  #methods(
    room: string,
    [item, more]: readonly (string | undefined)[],
    request: HttpRequest,
    actor: Actor,
    respond: Respond,
  ): Methods | undefined {
    const body = (run: (body: Body) => void) => () => {
      const read = readBody(request, respond);
      if (read !== undefined) run(read);
    };
    const commands = this.#commands;
    const { reads } = this.#parts;
    if (item === undefined)
      switch (room) {
        case 'orders':
          return {
            GET: () => reads.orders(request.query, actor, respond),
            POST: () => this.#newOrder(request, actor, respond),
            DELETE: () => this.#cancelAll(request, actor, respond),
          };
        case 'trades':
          return { GET: () => reads.trades(request.query, respond) };
        case 'quotes':
          return { POST: body((quotes) => commands.run({ ...quotes, type: 'massQuote' }, actor, respond)) };
        case 'instruments':
          return {
            GET: () => this.#instruments(respond),
            POST: body((listing) => this.#parts.listings.add(listing, respond)),
          };
        case 'snapshots':
          return { POST: () => this.#takeSnapshots(respond) };
        case 'session':
          return { GET: () => tellSession(actor, respond) };
        case 'time':
          return { GET: () => this.#time(request, respond) };
        case 'health':
          return { GET: () => this.#figures.health(respond) };
        case 'metrics':
          return { GET: () => this.#figures.metrics(respond) };
        case '':
          return { GET: () => this.#statusPage(respond) };
        case 'openapi.json':
          return { GET: () => respond(200, openApiText(), JSON_HEADERS) };
        case 'asyncapi.json':
          return { GET: () => respond(200, asyncApiText(), JSON_HEADERS) };
        case 'histograms': {
          const histograms = this.#histograms;
          return histograms && { GET: () => histograms.get(request.query, respond) };
        }
        case 'clock':
          if (this.#parts.advanceClock === undefined) return undefined;
          return { POST: body((by) => this.#advance(by, respond)) };
        default:
          return undefined;
      }
    if (more !== undefined) {
      if (room !== 'instruments' || (more !== 'state' && more !== 'prices')) return undefined;
      return {
        POST: body((set) => commands.runOperator({ ...set, type: more, symbol: item }, actor, respond)),
      };
    }
    switch (room) {
      case 'orders':
        return {
          GET: () => reads.order(item, request.query, actor, respond),
          DELETE: () => this.#cancel(request, item, actor, respond),
          PATCH: body((change) => this.#amend(change, item, actor, respond)),
        };
      case 'books':
        return { GET: () => this.#book(request, item, actor, respond) };
      case 'accounts':
        return { PATCH: body((change) => this.#setAccount(change, item, actor, respond)) };
      default:
        return undefined;
    }
  }

  #newOrder(request: HttpRequest, actor: Actor, respond: Respond): void {
    const order = readBody(request, respond);
    if (order === undefined) return;
    // Nobody else has this object, and to copy it takes as long as to read it.
    order['type'] = 'new';
    this.#commands.run(order, actor, respond);
  }

  #cancel(request: HttpRequest, id: string, actor: Actor, respond: Respond): void {
    const orderId = readOrderId(id, respond);
    if (orderId === undefined) return;
    const query = new URLSearchParams(request.query);
    const account = readAccount(query, false, actor, respond);
    if (account !== undefined)
      this.#commands.runAnyId({ type: 'cancel', orderId, account, ...givenId(query) }, actor, respond);
  }

  /** Of account 0, which is the operator's, it cancels the orders of all accounts. */
  #cancelAll(request: HttpRequest, actor: Actor, respond: Respond): void {
    const query = new URLSearchParams(request.query);
    const account = readAccount(query, true, actor, respond);
    if (account === undefined) return;
    const command: Record<string, unknown> = { type: 'cancelAll', account, ...givenId(query) };
    for (const name of ['symbol', 'side']) if (query.has(name)) command[name] = query.get(name);
    this.#commands.runAnyId(command, actor, respond);
  }

  #amend(change: Body, id: string, actor: Actor, respond: Respond): void {
    const orderId = readOrderId(id, respond);
    if (orderId !== undefined) this.#commands.run({ ...change, type: 'amend', orderId }, actor, respond);
  }

  #setAccount(change: Body, number: string, actor: Actor, respond: Respond): void {
    const subject = parseAccount(number);
    if (subject === undefined) failAccount(number, 1, respond);
    else this.#commands.runOperator({ ...change, type: 'account', subject }, actor, respond);
  }

  #book(request: HttpRequest, symbol: string, actor: Actor, respond: Respond): void {
    const text = new URLSearchParams(request.query).get('depth') ?? String(DEFAULT_DEPTH);
    const depth = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    if (depth < 1 || depth > MAX_BOOK_DEPTH) {
      fail(respond, 400, 'malformed', `depth=${text} is not a whole number from 1 to ${MAX_BOOK_DEPTH}.`);
      return;
    }
    this.#commands.run({ type: 'book', symbol, depth }, actor, respond);
  }

  #instruments(respond: Respond): void {
    const { instruments } = this.#parts;
    const list = instruments.all().map((instrument) => ({
      ...instrumentObject(instrument),
      shard: instruments.shardOf(instrument.id),
    }));
    reply(respond, 200, list);
  }

  #statusPage(respond: Respond): void {
    const { html, headers } = statusPage();
    respond(200, html, headers);
  }

  /** The server's half of an exchange of timestamps, as in RFC 5905, section 8. */
  #time(request: HttpRequest, respond: Respond): void {
    const { clock } = this.#parts;
    const receivedNs = clock.epochNs().toString();
    const clientTimeNs = new URLSearchParams(request.query).get('clientTimeNs') ?? '0';
    if (!nanoseconds.safeParse(clientTimeNs).success) {
      fail(respond, 400, 'malformed', 'clientTimeNs must be a text of digits under 2^64.');
      return;
    }
    reply(respond, 200, { clientTimeNs, receivedNs, sentNs: clock.epochNs().toString() });
  }

  #takeSnapshots(respond: Respond): void {
    const { takeSnapshots } = this.#parts;
    if (takeSnapshots === undefined) {
      fail(
        respond,
        503,
        'snapshots-off',
        'This exchange was started without followers, which take snapshots.',
      );
      return;
    }
    takeSnapshots((outcomes) => {
      const fault = outcomes.find((outcome) => outcome.fault !== undefined)?.fault;
      if (fault === undefined) reply(respond, 200, outcomes);
      else fail(respond, 503, 'no-snapshot', `A snapshot could not be taken: ${fault}.`);
    });
  }

  /** Only on a test clock: `{"advanceNs":"1000000000"}`. */
  #advance(by: Body, respond: Respond): void {
    const text = String(by['advanceNs']);
    const byNs = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(byNs)) {
      fail(respond, 400, 'malformed', `advanceNs: ${text} must be a whole number of nanoseconds under 2^53.`);
      return;
    }
    try {
      this.#parts.advanceClock?.(byNs);
    } catch (error) {
      // Time ends 2^53 ns after the origin.
      if (!(error instanceof RangeError)) throw error;
      fail(respond, 400, 'malformed', `advanceNs: ${error.message}.`);
      return;
    }
    reply(respond, 200, { timeNs: this.#parts.clock.epochNs().toString() });
  }
}

/** Who the request is from. */
function tellSession(actor: Actor, respond: Respond): void {
  const { keyId, mayTrade, isOperator, accounts } = actor;
  const scopes = ['read', ...(mayTrade ? ['trade'] : []), ...(isOperator ? ['admin'] : [])];
  reply(respond, 200, { key: keyId === '' ? null : keyId, scopes, accounts: accounts ?? null });
}

/** A request whose sender is not known, or not trusted. */
function refuseRequest(
  { status, reason = 'not-authenticated', sentence, retryAfter }: Refusal,
  respond: Respond,
): void {
  const headers = {
    ...(status === 401 ? { 'www-authenticate': 'Tickloom' } : {}),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  };
  fail(respond, status, reason, sentence, headers);
}

/** Says with each answer what is left of the key's budget. */
function withBudget(respond: Respond, gatekeeper: Gatekeeper, budget: number, nowNs: () => number): Respond {
  if (budget < 0) return respond;
  return (status, body, headers = {}) => {
    const { limit, remaining, resetSeconds } = gatekeeper.budgetOf(budget, nowNs());
    respond(status, body, {
      ...headers,
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(resetSeconds),
    });
  };
}

function onMethod(request: HttpRequest, respond: Respond, methods: Methods): void {
  const run = methods[request.method === 'HEAD' ? 'GET' : request.method];
  if (run !== undefined) {
    run();
    return;
  }
  const allow = Object.keys(methods).join(', ');
  fail(respond, 405, 'method-not-allowed', `${request.method} is not possible here; use ${allow}.`, {
    allow,
  });
}

/** The account of a query, the first of the key or 1 where it names none; undefined where the request has been answered. */
function readAccount(
  query: URLSearchParams,
  mayBeOperator: boolean,
  actor: Actor,
  respond: Respond,
): number | undefined {
  const text = query.get('account');
  if (text === null) return actor.accounts?.[0] ?? 1;
  const account = mayBeOperator && text === OPERATOR ? 0 : parseAccount(text);
  if (account === undefined) failAccount(`account=${text}`, mayBeOperator ? 0 : 1, respond);
  return account;
}

/** The client id of a query, as a number where it can be one. */
function givenId(query: URLSearchParams): { clientId?: number | string } {
  const text = query.get('clientId');
  if (text === null) return {};
  return { clientId: /^[1-9]\d{0,15}$/.test(text) ? Number(text) : text };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
