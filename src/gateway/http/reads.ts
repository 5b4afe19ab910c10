import type { Clock, TimerId } from '../../clock/clock.js';
import { shardOfPlace } from '../../model/identity.js';
import type { Instrument } from '../../model/instrument.js';
import { HTTP_ANSWER_MS } from '../../model/limits.js';
import { RejectCode } from '../../model/reject.js';
import type { ReadAnswer, ReadQuestion } from '../../store/read-question.js';
import type { StoreQuery } from '../../store/store-query.js';
import type { StoredTrade } from '../../store/stored-order.js';
import type { InstrumentTable } from '../../wire/instrument-table.js';
import { type Actor, anybody, mayActFor } from '../actor.js';
import type { Respond } from '../transport/transport.js';
import {
  failValue,
  hasOnly,
  LAST_NS,
  readClientOrderId,
  readLimit,
  readNeededAccount,
  readOrderId,
  readStatus,
  readTimeNs,
} from './query.js';
import { fail, refuse, reply } from './reply.js';
import { orderObject, tradeObject } from './stored-object.js';

const ORDERS = ['account', 'status', 'clientOrderId', 'after', 'limit'];
const TRADES = ['symbol', 'from', 'to', 'after', 'limit'];

export interface HttpReadsParts {
  readonly instruments: InstrumentTable;
  readonly shards: number;
  /** For bounds on real stalls. */
  readonly realTime: Clock;
  /** Sequence up to which clients may have been told of a shard. */
  readonly handedOn: (shard: number) => number;
  /** Asks the store, by way of the main thread; undefined where there is none. It answers by `answered`. */
  readonly ask: ((id: number, question: ReadQuestion) => void) | undefined;
}

/** A request until it is answered, or its time is over. */
interface Waiting {
  readonly query: StoreQuery;
  /** Who asks. */
  readonly actor: Actor;
  readonly respond: Respond;
  readonly timer: TimerId;
}

/** Reads of orders and trades, which the store answers. What a client was told of, its answer has. */
export class HttpReads {
  readonly #parts: HttpReadsParts;
  /** Who waits, and for what. */
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(parts: HttpReadsParts) {
    this.#parts = parts;
  }

  order(id: string, query: string, actor: Actor, respond: Respond): void {
    const orderId = readOrderId(id, respond);
    if (orderId === undefined || !hasOnly(new URLSearchParams(query), [], respond)) return;
    // Its shard stands in its id.
    if (shardOfPlace(orderId) >= this.#parts.shards) noOrder(orderId, respond);
    else this.#ask({ of: 'order', orderId }, actor, respond);
  }

  orders(text: string, actor: Actor, respond: Respond): void {
    const query = new URLSearchParams(text);
    if (!hasOnly(query, ORDERS, respond)) return;
    const account = readNeededAccount(query, respond);
    if (account === undefined) return;
    if (!mayActFor(actor, account)) {
      refuse(respond, { code: RejectCode.AccountNotYours });
      return;
    }
    const status = readStatus(query, respond);
    if (status === undefined) return;
    const clientOrderId = readClientOrderId(query, respond);
    if (clientOrderId === undefined) return;
    const limit = readLimit(query, respond);
    if (limit === undefined) return;
    const after = query.get('after') ?? '0';
    if (!/^\d{1,16}$/.test(after) || !Number.isSafeInteger(Number(after))) {
      failValue(respond, `after=${after} is not what a page has as its next: a whole number under 2^53.`);
      return;
    }
    this.#ask(
      {
        of: 'orders',
        account,
        status,
        clientOrderId: clientOrderId ?? undefined,
        after: Number(after),
        limit,
      },
      actor,
      respond,
    );
  }

  trades(text: string, respond: Respond): void {
    const query = new URLSearchParams(text);
    if (!hasOnly(query, TRADES, respond)) return;
    const symbol = query.get('symbol');
    if (symbol === null) {
      failValue(respond, 'Say what was traded: symbol=, as GET /instruments has it.');
      return;
    }
    const instrument = this.#parts.instruments.bySymbol(symbol);
    if (instrument === undefined) {
      refuse(respond, {
        code: RejectCode.UnknownInstrument,
        sentence: `The symbol ${symbol} is not listed; GET /instruments shows what is.`,
      });
      return;
    }
    const fromNs = readTimeNs(query, 'from', 0n, respond);
    if (fromNs === undefined) return;
    const toNs = readTimeNs(query, 'to', LAST_NS, respond);
    if (toNs === undefined) return;
    const limit = readLimit(query, respond);
    if (limit === undefined) return;
    const given = query.get('after');
    const after = given === null ? undefined : parseTradeKey(given);
    if (given !== null && after === undefined) {
      failValue(respond, `after=${given} is not what a page has as its next: time.place.index.`);
      return;
    }
    this.#ask({ of: 'trades', instrument: instrument.id, fromNs, toNs, after, limit }, anybody, respond);
  }

  /** An answer of the main thread. */
  answered(id: number, answer: ReadAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    const { query, actor, respond, timer } = waiting;
    this.#parts.realTime.cancel(timer);
    try {
      this.#tell(query, answer, actor, respond);
    } catch (error) {
      // Another gateway has listed an instrument, and this one has not heard of it yet.
      if (!(error instanceof RangeError)) throw error;
      fail(respond, 503, 'store-behind', `The answer cannot be told yet: ${error.message}; ask again.`);
    }
  }

  /** The gateway ends: who still waits is told so. */
  close(): void {
    for (const { respond } of this.#waiting.values()) noAnswer(respond);
    this.#waiting.clear();
  }

  #ask(query: StoreQuery, actor: Actor, respond: Respond): void {
    const { ask, shards, handedOn, realTime } = this.#parts;
    if (ask === undefined) {
      fail(
        respond,
        503,
        'no-store',
        'This exchange was started without a Postgres (--postgres off), which orders and trades are read from.',
      );
      return;
    }
    const id = ++this.#lastId;
    const timer = realTime.setAlert(realTime.nowNs() + HTTP_ANSWER_MS * 1e6, () => {
      if (this.#waiting.delete(id)) noAnswer(respond);
    });
    this.#waiting.set(id, { query, actor, respond, timer });
    ask(id, { query, until: Array.from({ length: shards }, (_, shard) => handedOn(shard)) });
  }

  #tell(query: StoreQuery, answer: ReadAnswer, actor: Actor, respond: Respond): void {
    const { instruments } = this.#parts;
    switch (answer.of) {
      case 'fault':
        fail(respond, 503, answer.reason, answer.sentence);
        return;
      case 'order': {
        const { order, positions } = answer;
        // Somebody else's order is none: nobody learns that it is there.
        if (order === undefined || !mayActFor(actor, order.account)) {
          if (query.of === 'order') noOrder(query.orderId, respond);
          return;
        }
        const shard = shardOfPlace(order.orderId);
        const position = { shard, sequence: positions[shard] ?? 0 };
        reply(respond, 200, { position, order: orderObject(order, this.#instrument(order.instrument)) });
        return;
      }
      case 'orders': {
        const orders = answer.orders.map((order) => orderObject(order, this.#instrument(order.instrument)));
        const next = answer.next === undefined ? null : String(answer.next);
        reply(respond, 200, { position: answer.positions, orders, next });
        return;
      }
      case 'trades': {
        const { trades, isMore, positions } = answer;
        const shard = query.of === 'trades' ? instruments.shardOf(query.instrument) : -1;
        reply(respond, 200, {
          position: { [shard]: positions[shard] ?? 0 },
          trades: trades.map((trade) => tradeObject(trade, this.#instrument(trade.instrument))),
          next: isMore ? tradeKey(trades.at(-1)!) : null,
        });
      }
    }
  }

  /** @throws RangeError where it is not known here yet */
  #instrument(id: number): Instrument {
    const instrument = this.#parts.instruments.byId(id);
    if (instrument === undefined) throw new RangeError(`the listing of instrument ${id} is not known here`);
    return instrument;
  }
}

function noOrder(orderId: number, respond: Respond): void {
  refuse(respond, { code: RejectCode.UnknownOrder, sentence: `There is no order ${orderId}.` });
}

function noAnswer(respond: Respond): void {
  fail(respond, 504, 'no-answer', 'The store did not answer in time; ask again.');
}

function tradeKey({ timeNs, place, index }: StoredTrade): string {
  return `${timeNs}.${place}.${index}`;
}

/** Time, place and index, each within what its column holds. */
function parseTradeKey(text: string): [string, string, number] | undefined {
  const match = /^(\d{1,19})\.(\d{1,16})\.(\d{1,10})$/.exec(text);
  if (match === null) return undefined;
  const [, timeNs = '', place = '', index = ''] = match;
  const fits = BigInt(timeNs) <= LAST_NS && Number.isSafeInteger(Number(place)) && Number(index) < 2 ** 31;
  return fits ? [timeNs, place, Number(index)] : undefined;
}
