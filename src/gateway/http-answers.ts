import type { Clock, TimerId } from '../clock/clock.js';
import { FIRST_READ_KIND } from '../model/command.js';
import { EventFlag } from '../model/event.js';
import { shardOfPlaceHigh } from '../model/identity.js';
import { HTTP_ANSWER_MS } from '../model/limits.js';
import type { EventObject } from '../wire/event-object.js';
import { EVENT_ACCOUNT, EVENT_CODE, EVENT_ORDER, EVENT_PLACE, eventFlags } from '../wire/event-record.js';
import { ORDER_ACCOUNT, orderKind } from '../wire/order-record.js';
import { answerFits, orderClientId } from './answer-fit.js';

/** A request that has crossed the ring and waits for its answer. */
export interface HttpWait {
  /** Where the command went. */
  readonly shard: number;
  /** The record that was sent, not to change any more. */
  readonly order: Int32Array;
  /** Called once: with the answer and the events of the same command that followed it, or with nothing after the bound. */
  readonly finish: (answer: EventObject | undefined, following: readonly EventObject[]) => void;
}

interface Waiting extends HttpWait {
  readonly session: number;
  /** Undefined for a read, whose answer comes by session number. */
  readonly key: string | undefined;
  readonly dueNs: number;
  answer?: EventObject;
  /** Place and order of the answer, as the words of the event. */
  placeLow: number;
  placeHigh: number;
  orderLow: number;
  orderHigh: number;
  following: EventObject[];
}

/**
 * Finds the HTTP request that an event answers. A first answer is known by shard, account, client id and content, a
 * repeated one and a book by the session number that the request was given.
 */
export class HttpAnswers {
  readonly #clock: Clock;
  /** All requests until they are finished, oldest first. */
  readonly #bySession = new Map<number, Waiting>();
  /** Those whose answer has not come. */
  readonly #byKey = new Map<string, Waiting[]>();
  /** Those whose answer has come but whose command has more events. */
  #following: Waiting[] = [];
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

  add(session: number, wait: HttpWait): void {
    const { shard, order } = wait;
    const isRead = orderKind(order[0]!) >= FIRST_READ_KIND;
    const key = isRead ? undefined : keyOf(shard, order[ORDER_ACCOUNT]!, orderClientId(order));
    const dueNs = this.#clock.nowNs() + HTTP_ANSWER_MS * 1e6;
    const waiting: Waiting = {
      ...wait,
      session,
      key,
      dueNs,
      placeLow: 0,
      placeHigh: 0,
      orderLow: 0,
      orderHigh: 0,
      following: [],
    };
    this.#bySession.set(session, waiting);
    if (key !== undefined) {
      const same = this.#byKey.get(key);
      if (same === undefined) this.#byKey.set(key, [waiting]);
      else same.push(waiting);
    }
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
      const key = keyOf(shard, words[at + EVENT_ACCOUNT]!, clientId());
      const waiting = this.#byKey.get(key)?.find(({ order }) => answerFits(order, words, at));
      if (waiting !== undefined) {
        waiting.answer = toObject();
        waiting.placeLow = words[at + EVENT_PLACE]!;
        waiting.placeHigh = words[at + EVENT_PLACE + 1]!;
        waiting.orderLow = words[at + EVENT_ORDER]!;
        waiting.orderHigh = words[at + EVENT_ORDER + 1]!;
        this.#forgetKey(waiting);
        this.#following.push(waiting);
      }
    } else {
      for (const waiting of this.#following)
        if (follows(waiting, words, at)) waiting.following.push(toObject());
    }
    if (flags & EventFlag.LastOfCommand && this.#following.length > 0)
      for (const waiting of this.#following.filter((one) => ofSameCommand(one, words, at)))
        this.#finish(waiting, waiting.answer);
  }

  /** The answer to a read, or another event meant for one session alone. */
  takeForSession(session: number, toObject: () => EventObject): void {
    const waiting = this.#bySession.get(session);
    if (waiting !== undefined) this.#finish(waiting, waiting.answer ?? toObject());
  }

  /** Events were lost: ends the requests that wait for the rest of their command's with what they have. */
  finishFollowing(): void {
    for (const waiting of [...this.#following]) this.#finish(waiting, waiting.answer);
  }

  /** Ends all requests, most of them without an answer: the gateway closes. */
  close(): void {
    if (this.#sweep !== undefined) this.#clock.cancel(this.#sweep);
    for (const waiting of [...this.#bySession.values()]) this.#finish(waiting, waiting.answer);
  }

  #finish(waiting: Waiting, answer: EventObject | undefined): void {
    this.#bySession.delete(waiting.session);
    if (waiting.answer === undefined) this.#forgetKey(waiting);
    else this.#following.splice(this.#following.indexOf(waiting), 1);
    waiting.finish(answer, waiting.following);
  }

  #forgetKey(waiting: Waiting): void {
    if (waiting.key === undefined) return;
    const same = this.#byKey.get(waiting.key)!;
    if (same.length === 1) this.#byKey.delete(waiting.key);
    else same.splice(same.indexOf(waiting), 1);
  }

  #armSweep(atNs: number): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = this.#clock.setAlert(atNs, () => {
      this.#sweep = undefined;
      const nowNs = this.#clock.nowNs();
      for (const waiting of [...this.#bySession.values()])
        if (waiting.dueNs <= nowNs) this.#finish(waiting, waiting.answer);
      const next = this.#bySession.values().next().value;
      if (next !== undefined) this.#armSweep(next.dueNs);
    });
  }
}

function keyOf(shard: number, account: number, clientId: number | string): string {
  return `${shard}/${account}${typeof clientId === 'string' ? '"' : ':'}${clientId}`;
}

function ofSameCommand(waiting: Waiting, words: Int32Array, at: number): boolean {
  return words[at + EVENT_PLACE] === waiting.placeLow && words[at + EVENT_PLACE + 1] === waiting.placeHigh;
}

/** True where an event is of the same command, account and order as the answer. */
function follows(waiting: Waiting, words: Int32Array, at: number): boolean {
  return (
    ofSameCommand(waiting, words, at) &&
    words[at + EVENT_ACCOUNT] === waiting.order[ORDER_ACCOUNT] &&
    words[at + EVENT_ORDER] === waiting.orderLow &&
    words[at + EVENT_ORDER + 1] === waiting.orderHigh
  );
}
