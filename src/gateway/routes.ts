import type { Clock } from '../clock/clock.js';
import type { ShardBoard } from '../metrics/shard-board.js';
import { ShardPhase } from '../metrics/shard-board.js';
import { MAX_BOOK_DEPTH, MAX_MESSAGE_BYTES } from '../model/limits.js';
import { RejectCode, rejectReasons } from '../model/reject.js';
import type { EventObject } from '../wire/event-object.js';
import type { Refusal } from '../wire/event-refusal.js';
import { instrumentObject } from '../wire/instrument-object.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import { foreignSentence, isForeign, parseAccount } from './admission.js';
import type { ClientIdMaker } from './client-id-maker.js';
import type { HttpAnswers } from './http-answers.js';
import { httpStatus } from './http-status.js';
import type { Intake } from './intake.js';
import type { Router } from './router.js';
import type { SessionRegistry } from './session-registry.js';
import type { HttpRequest, Respond } from './transport.js';

export interface RouteParts {
  readonly intake: Intake;
  readonly answers: HttpAnswers;
  readonly sessions: SessionRegistry;
  readonly instruments: InstrumentTable;
  readonly clock: Clock;
  readonly clientIds: ClientIdMaker;
  readonly board: ShardBoard;
  readonly router: Router;
  readonly about: Readonly<Record<string, string | number>>;
  /** Moves time; there only where it stands still by itself. */
  readonly advanceClock?: ((byNs: number) => void) | undefined;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' } as const;

const DEFAULT_DEPTH = 10;

/** Methods that change nothing: any page may send them, and its browser keeps the answer from it. */
const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The HTTP side of a gateway: the same commands as over WebSocket, in JSON, and a few reads. */
export class Routes {
  readonly #parts: RouteParts;

  constructor(parts: RouteParts) {
    this.#parts = parts;
  }

  handle(request: HttpRequest, respond: Respond): void {
    const { path } = request;
    const [, room = '', name, more] = path.split('/');
    const item = name === undefined ? undefined : decodePart(name);
    if (!READING_METHODS.has(request.method) && isForeign(request)) {
      fail(respond, 403, 'foreign-origin', foreignSentence(request));
      return;
    }
    if (more !== undefined) notFound(path, respond);
    else if (room === 'orders' && item === undefined)
      onMethod(request, respond, { POST: () => this.#newOrder(request, respond) });
    else if (room === 'orders' && item !== undefined)
      onMethod(request, respond, {
        DELETE: () => this.#cancel(request, item, respond),
        PATCH: () => this.#amend(request, item, respond),
      });
    else if (room === 'books' && item !== undefined)
      onMethod(request, respond, { GET: () => this.#book(request, item, respond) });
    else if (room === 'instruments' && item === undefined)
      onMethod(request, respond, { GET: () => this.#instruments(respond) });
    else if (room === 'health' && item === undefined)
      onMethod(request, respond, { GET: () => this.#health(respond) });
    else if (room === 'clock' && item === undefined && this.#parts.advanceClock !== undefined)
      onMethod(request, respond, { POST: () => this.#advance(request, respond) });
    else if (room === 'ws')
      fail(
        respond,
        426,
        'upgrade-required',
        'Connect here by WebSocket, with subprotocol tickloom.binary.v1 or tickloom.msgpack.v1.',
      );
    else notFound(path, respond);
  }

  #newOrder(request: HttpRequest, respond: Respond): void {
    const body = readBody(request, respond);
    if (body === undefined) return;
    this.#command({ ...body, type: 'new' }, respond);
  }

  #cancel(request: HttpRequest, id: string, respond: Respond): void {
    const query = new URLSearchParams(request.query);
    const orderId = readOrderId(id, respond);
    if (orderId === undefined) return;
    const command: Record<string, unknown> = { type: 'cancel', orderId };
    const account = query.get('account');
    if (account !== null) {
      command['account'] = parseAccount(account);
      if (command['account'] === undefined) {
        fail(respond, 400, 'malformed', `account=${account} is not a whole number from 1 to 2147483647.`);
        return;
      }
    }
    // A cancel may be sent again without harm, so over HTTP it needs no id of the client's.
    const given = query.get('clientId');
    const number = given !== null && /^[1-9]\d{0,15}$/.test(given) ? Number(given) : given;
    command['clientId'] = number ?? this.#parts.clientIds.next();
    this.#command(command, respond, given === null);
  }

  #amend(request: HttpRequest, id: string, respond: Respond): void {
    const body = readBody(request, respond);
    if (body === undefined) return;
    const orderId = readOrderId(id, respond);
    if (orderId === undefined) return;
    this.#command({ ...body, type: 'amend', orderId }, respond);
  }

  #book(request: HttpRequest, symbol: string, respond: Respond): void {
    const text = new URLSearchParams(request.query).get('depth') ?? String(DEFAULT_DEPTH);
    const depth = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    if (depth < 1 || depth > MAX_BOOK_DEPTH) {
      fail(respond, 400, 'malformed', `depth=${text} is not a whole number from 1 to ${MAX_BOOK_DEPTH}.`);
      return;
    }
    this.#command({ type: 'book', symbol, depth }, respond);
  }

  #instruments(respond: Respond): void {
    const { instruments } = this.#parts;
    const list = instruments.all().map((instrument) => ({
      ...instrumentObject(instrument),
      shard: instruments.shardOf(instrument.id),
    }));
    respond(200, JSON.stringify(list), JSON_HEADERS);
  }

  #health(respond: Respond): void {
    const { board, sessions, router, about, clock, intake } = this.#parts;
    const depths = router.depths();
    const phases = ['starting', 'running', 'stopped', 'failed'];
    const shards = depths.map((waitingLines, shard) => ({
      shard,
      phase: phases[board.phase(shard)],
      ...board.figures(shard),
      waitingLines,
    }));
    const well = !intake.closed && shards.every((_, shard) => board.phase(shard) === ShardPhase.Running);
    const health = {
      status: well ? 'ok' : 'failing',
      timeNs: clock.epochNs().toString(),
      ...about,
      sessions: sessions.size,
      shards,
    };
    respond(well ? 200 : 503, JSON.stringify(health), JSON_HEADERS);
  }

  /** Only on a test clock: `{"advanceNs":"1000000000"}`. */
  #advance(request: HttpRequest, respond: Respond): void {
    const body = readBody(request, respond);
    if (body === undefined) return;
    const text = String(body['advanceNs']);
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
    respond(200, JSON.stringify({ timeNs: this.#parts.clock.epochNs().toString() }), JSON_HEADERS);
  }

  /** Sends a command into the rings and answers the request when its answer comes back. */
  #command(command: Record<string, unknown>, respond: Respond, gatewayMadeId = false): void {
    const { intake, answers, sessions } = this.#parts;
    const session = sessions.nextNumber();
    // There are no logins yet: everybody may act for every account; the listening address is the boundary.
    const account = typeof command['account'] === 'number' ? command['account'] : 1;
    const sent = intake.object(command, [account], session, gatewayMadeId);
    if (typeof sent !== 'number') {
      refuse(respond, sent);
      return;
    }
    answers.add(session, {
      shard: sent,
      order: intake.sentRecord(),
      finish: (answer, following) => {
        if (answer === undefined)
          fail(
            respond,
            504,
            'no-answer',
            'The answer did not come in time; send the command again with the same client id.',
          );
        else respondWith(respond, answer, following);
      },
    });
  }
}

function respondWith(respond: Respond, answer: EventObject, following: readonly EventObject[]): void {
  if (answer.event === 'book') respond(200, JSON.stringify(answer), JSON_HEADERS);
  else if (answer.event === 'rejected')
    respond(httpStatus(answer.code), JSON.stringify({ ...answer, events: following }), JSON_HEADERS);
  else
    respond(
      answer.event === 'accepted' ? 201 : 200,
      JSON.stringify({ ...answer, events: following }),
      JSON_HEADERS,
    );
}

function refuse(respond: Respond, refusal: Refusal): void {
  const reason = rejectReasons[refusal.code];
  const status = httpStatus(refusal.code);
  const headers: Record<string, string> = { ...JSON_HEADERS };
  if (status === 503) headers['retry-after'] = '1';
  const body = {
    event: 'rejected',
    code: refusal.code,
    reason: reason?.name,
    text: refusal.sentence ?? reason?.sentence,
  };
  respond(status, JSON.stringify(body), headers);
}

/** An answer of the HTTP side itself, in the shape of a reject. */
function fail(respond: Respond, status: number, reason: string, text: string, headers = {}): void {
  respond(status, JSON.stringify({ event: 'rejected', reason, text }), { ...JSON_HEADERS, ...headers });
}

function notFound(path: string, respond: Respond): void {
  fail(respond, 404, 'not-found', `There is nothing at ${path}; see docs/protocol.md for what there is.`);
}

function onMethod(
  request: HttpRequest,
  respond: Respond,
  methods: Readonly<Record<string, () => void>>,
): void {
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

/** The body as an object; undefined where the request has been answered with what is wrong. */
function readBody(request: HttpRequest, respond: Respond): Record<string, unknown> | undefined {
  if (request.bodyTooLarge) {
    fail(respond, 413, 'message-too-large', `The body is over ${MAX_MESSAGE_BYTES} bytes.`);
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
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

function readOrderId(text: string, respond: Respond): number | undefined {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(id)) return id;
  fail(respond, 400, 'malformed', `"${text}" is not an order id: a whole number under 2^53.`);
  return undefined;
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
