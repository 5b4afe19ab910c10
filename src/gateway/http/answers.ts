import type { Clock, TimerId } from '../../clock/clock.js';
import { FIRST_READ_KIND } from '../../model/command.js';
import { EventFlag } from '../../model/event.js';
import { shardOfPlaceHigh } from '../../model/identity.js';
import { HTTP_ANSWER_MS, MAX_ANSWER_EVENTS } from '../../model/limits.js';
import type { EventObject } from '../../wire/event-object.js';
import { EVENT_ACCOUNT, EVENT_CODE, EVENT_PLACE, eventFlags } from '../../wire/event-record.js';
import { ORDER_ACCOUNT, orderKind } from '../../wire/order-record.js';
import { answerFits, orderClientId, repeatsPrice } from './answer-fit.js';

/** What has come back of a command from one shard. */
export interface HttpAnswer {
  /** Undefined where it did not come within the bound. */
  readonly answer: EventObject | undefined;
  /** What else the command caused for its account, in order; for the operator's, whatever it caused. */
  readonly following: readonly EventObject[];
  /** How many more events there were than an answer lists. */
  readonly leftOut: number;
}

/** A request that has crossed the ring and waits for its answer. */
export interface HttpWait {
  /** Where the command went: one shard, or all of them, each of which answers. */
  readonly shards: readonly number[];
  /** The record that was sent, not to change any more. */
  readonly order: Int32Array;
  /** Called once, with what each shard has said, in the order of `shards`. */
  readonly finish: (answers: readonly HttpAnswer[]) => void;
}

/** One shard's answer that is waited for. */
interface Waiting {
  readonly session: number;
  readonly shard: number;
  readonly order: Int32Array;
  readonly account: number;
  /** Its place among those whose answer has not come; undefined for a read, whose answer comes by session number. */
  readonly clientId: number | string | undefined;
  /** Another one of the same key. */
  next: Waiting | undefined;
  answer: EventObject | undefined;
  /** Place of the answer, as the words of the event. */
  placeLow: number;
  placeHigh: number;
  following: EventObject[];
  leftOut: number;
  finished: boolean;
}

interface Request {
  readonly parts: readonly Waiting[];
  readonly dueNs: number;
  readonly finish: HttpWait['finish'];
}

/**
 * Finds the HTTP request that an event answers. A first answer is known by shard, account, client id and content, a
 * repeated one and a book by the session number that the request was given.
 */
export class HttpAnswers {
  readonly #clock: Clock;
  /** All requests until they are finished, oldest first. */
  readonly #bySession = new Map<number, Request>();
  /** Those whose answer has not come, oldest first: the head of a list for each key. */
  readonly #byKey = new Map<number | string, Waiting>();
  /** Those whose answer has come but whose command has more events: mostly one. */
  readonly #following: Waiting[] = [];
  #sweep: TimerId | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Requests that are not finished. */
  get size(): number {
    return this.#bySession.size;
  }

  /** True where a request with this session number waits. */
  has(session: number): boolean {
    return this.#bySession.has(session);
  }

  add(session: number, { shards, order, finish }: HttpWait): void {
    const isRead = orderKind(order[0]!) >= FIRST_READ_KIND;
    const account = order[ORDER_ACCOUNT]!;
    const dueNs = this.#clock.nowNs() + HTTP_ANSWER_MS * 1e6;
    const clientId = isRead ? undefined : orderClientId(order);
    const parts = shards.map(
      (shard): Waiting => ({
        session,
        shard,
        order,
        account,
        clientId,
        next: undefined,
        answer: undefined,
        placeLow: 0,
        placeHigh: 0,
        following: [],
        leftOut: 0,
        finished: false,
      }),
    );
    this.#bySession.set(session, { parts, dueNs, finish });
    if (clientId !== undefined) for (const part of parts) this.#enlist(keyOf(account, clientId), part);
    this.#armSweep(dueNs);
  }

  /**
   * Looks at an event; `toObject` is called only where a request wants it.
   * Call it for every event while `size` is over zero.
   */
  take(words: Int32Array, at: number, clientId: () => number | string, toObject: () => EventObject): void {
    const flags = eventFlags(words[at + EVENT_CODE]!);
    if (flags & EventFlag.Answer) {
      const shard = shardOfPlaceHigh(words[at + EVENT_PLACE + 1]!);
      const waiting = this.#find(shard, clientId(), words, at);
      if (waiting !== undefined) {
        this.#delist(waiting);
        waiting.answer = toObject();
        waiting.placeLow = words[at + EVENT_PLACE]!;
        waiting.placeHigh = words[at + EVENT_PLACE + 1]!;
        this.#following.push(waiting);
      }
    } else {
      for (const waiting of this.#following) {
        if (!concerns(waiting, words, at)) continue;
        if (waiting.following.length < MAX_ANSWER_EVENTS) waiting.following.push(toObject());
        else waiting.leftOut++;
      }
    }
    if (flags & EventFlag.LastOfCommand)
      for (let i = this.#following.length - 1; i >= 0; i--) {
        const waiting = this.#following[i]!;
        if (ofSameCommand(waiting, words, at)) this.#finishPart(waiting);
      }
  }

  /** The answer of a shard to a read, or another event meant for one session alone. */
  takeForSession(session: number, shard: number, toObject: () => EventObject): void {
    const waiting = this.#bySession.get(session)?.parts.find((part) => part.shard === shard);
    if (waiting === undefined || waiting.finished) return;
    if (waiting.answer === undefined) {
      this.#delist(waiting);
      waiting.answer = toObject();
    }
    this.#finishPart(waiting);
  }

  /** Events were lost: ends the requests that wait for the rest of their command's with what they have. */
  finishFollowing(): void {
    for (const waiting of [...this.#following]) this.#finishPart(waiting);
  }

  /** Ends all requests, most of them without an answer: the gateway closes. */
  close(): void {
    if (this.#sweep !== undefined) this.#clock.cancel(this.#sweep);
    for (const request of [...this.#bySession.values()]) this.#finish(request);
  }

  /** Who waits for this answer. An amend's does not always repeat its price, so one that does goes before the others. */
  #find(shard: number, clientId: number | string, words: Int32Array, at: number): Waiting | undefined {
    const account = words[at + EVENT_ACCOUNT]!;
    let first: Waiting | undefined;
    for (let one = this.#byKey.get(keyOf(account, clientId)); one !== undefined; one = one.next) {
      const isSame = one.clientId === clientId && one.account === account && one.shard === shard;
      if (!isSame || !answerFits(one.order, words, at)) continue;
      if (repeatsPrice(one.order, words, at)) return one;
      first ??= one;
    }
    return first;
  }

  /** All of a shard's answer has come. */
  #finishPart(waiting: Waiting): void {
    waiting.finished = true;
    const at = this.#following.indexOf(waiting);
    if (at >= 0) this.#following.splice(at, 1);
    const request = this.#bySession.get(waiting.session);
    if (request?.parts.every(({ finished }) => finished)) this.#finish(request);
  }

  #finish(request: Request): void {
    this.#bySession.delete(request.parts[0]!.session);
    for (const part of request.parts) {
      if (part.answer === undefined) this.#delist(part);
      else if (!part.finished) this.#following.splice(this.#following.indexOf(part), 1);
      part.finished = true;
    }
    request.finish(request.parts);
  }

  #enlist(key: number | string, waiting: Waiting): void {
    let last = this.#byKey.get(key);
    if (last === undefined) {
      this.#byKey.set(key, waiting);
      return;
    }
    while (last.next !== undefined) last = last.next;
    last.next = waiting;
  }

  #delist(waiting: Waiting): void {
    const { clientId, next } = waiting;
    if (clientId === undefined) return;
    const key = keyOf(waiting.account, clientId);
    let before = this.#byKey.get(key);
    if (before === waiting) {
      if (next === undefined) this.#byKey.delete(key);
      else this.#byKey.set(key, next);
    } else {
      while (before !== undefined && before.next !== waiting) before = before.next;
      if (before !== undefined) before.next = next;
    }
    waiting.next = undefined;
  }

  #armSweep(atNs: number): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = this.#clock.setAlert(atNs, () => {
      this.#sweep = undefined;
      const nowNs = this.#clock.nowNs();
      for (const request of [...this.#bySession.values()]) if (request.dueNs <= nowNs) this.#finish(request);
      const next = this.#bySession.values().next().value;
      if (next !== undefined) this.#armSweep(next.dueNs);
    });
  }
}

/** Where a request waits. A small number costs less to make than a text; two that share one stand in one list. */
function keyOf(account: number, clientId: number | string): number | string {
  if (typeof clientId === 'string') return `${account}"${clientId}`;
  return (Math.imul(account, 0x9e3779b1) ^ clientId) >>> 0;
}

function ofSameCommand(waiting: Waiting, words: Int32Array, at: number): boolean {
  return words[at + EVENT_PLACE] === waiting.placeLow && words[at + EVENT_PLACE + 1] === waiting.placeHigh;
}

/** True where an event is of the same command and account as the answer. The operator is told of all accounts. */
function concerns(waiting: Waiting, words: Int32Array, at: number): boolean {
  const isOwn = waiting.account === 0 || words[at + EVENT_ACCOUNT] === waiting.account;
  return isOwn && ofSameCommand(waiting, words, at);
}
