import type { Clock, TimerId } from '../clock/clock.js';
import { EventFlag } from '../model/event.js';
import { HTTP_ANSWER_MS } from '../model/limits.js';
import type { EventObject } from '../wire/event-object.js';
import { EVENT_ACCOUNT, EVENT_CODE, EVENT_ORDER, EVENT_PLACE, eventFlags } from '../wire/event-record.js';

/** A request that has crossed the ring and waits for its answer. */
export interface HttpWait {
  readonly account: number;
  readonly clientId: number | string;
  /** Called once: with the answer and the events of the same command that followed it, or with nothing after the bound. */
  readonly finish: (answer: EventObject | undefined, following: readonly EventObject[]) => void;
}

interface Waiting extends HttpWait {
  readonly session: number;
  readonly key: string;
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
 * Finds the HTTP request that an event answers. A first answer is known by account and client id, a repeated one and a
 * book by the session number that the request was given.
 */
export class HttpAnswers {
  readonly #clock: Clock;
  readonly #bySession = new Map<number, Waiting>();
  readonly #byKey = new Map<string, Waiting[]>();
  /** The requests whose answer has come but whose command has more events. */
  #following: Waiting[] = [];
  #sweep: TimerId | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#bySession.size;
  }

  /** True while a command's answer has come and more of its events may follow. */
  get following(): boolean {
    return this.#following.length > 0;
  }

  add(session: number, wait: HttpWait): void {
    const key = keyOf(wait.account, wait.clientId);
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
    const same = this.#byKey.get(key);
    if (same === undefined) this.#byKey.set(key, [waiting]);
    else same.push(waiting);
    this.#armSweep(dueNs);
  }

  /**
   * Looks at an event; `toObject` is called only where a request wants it.
   * Call it for every event while `size` is over zero or `following`.
   */
  take(words: Int32Array, at: number, clientId: () => number | string, toObject: () => EventObject): void {
    const flags = eventFlags(words[at + EVENT_CODE]!);
    if (flags & EventFlag.Answer) {
      const waiting = this.#byKey.get(keyOf(words[at + EVENT_ACCOUNT]!, clientId()))?.[0];
      if (waiting !== undefined) {
        waiting.answer = toObject();
        waiting.placeLow = words[at + EVENT_PLACE]!;
        waiting.placeHigh = words[at + EVENT_PLACE + 1]!;
        waiting.orderLow = words[at + EVENT_ORDER]!;
        waiting.orderHigh = words[at + EVENT_ORDER + 1]!;
        this.#forget(waiting);
        this.#following.push(waiting);
      }
    } else {
      for (const waiting of this.#following)
        if (follows(waiting, words, at)) waiting.following.push(toObject());
    }
    if (flags & EventFlag.LastOfCommand && this.#following.length > 0) {
      const done = this.#following.filter((waiting) => ofSameCommand(waiting, words, at));
      this.#following = this.#following.filter((waiting) => !done.includes(waiting));
      for (const waiting of done) waiting.finish(waiting.answer, waiting.following);
    }
  }

  /** The answer to a read, or another event meant for one session alone. */
  takeForSession(session: number, toObject: () => EventObject): void {
    this.#finish(this.#bySession.get(session), toObject(), []);
  }

  /** Ends all requests without an answer: the gateway closes. */
  close(): void {
    if (this.#sweep !== undefined) this.#clock.cancel(this.#sweep);
    for (const waiting of [...this.#bySession.values()]) this.#finish(waiting, undefined, []);
  }

  #finish(waiting: Waiting | undefined, answer: EventObject | undefined, following: EventObject[]): void {
    if (waiting === undefined) return;
    this.#forget(waiting);
    waiting.finish(answer, following);
  }

  #forget(waiting: Waiting): void {
    this.#bySession.delete(waiting.session);
    const same = this.#byKey.get(waiting.key);
    if (same === undefined) return;
    if (same.length === 1) this.#byKey.delete(waiting.key);
    else same.splice(same.indexOf(waiting), 1);
  }

  #armSweep(atNs: number): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = this.#clock.setAlert(atNs, () => {
      this.#sweep = undefined;
      const nowNs = this.#clock.nowNs();
      for (const waiting of [...this.#bySession.values()])
        if (waiting.dueNs <= nowNs) this.#finish(waiting, undefined, []);
      const next = this.#bySession.values().next().value;
      if (next !== undefined) this.#armSweep(next.dueNs);
    });
  }
}

function keyOf(account: number, clientId: number | string): string {
  return `${account}${typeof clientId === 'string' ? '"' : ':'}${clientId}`;
}

function ofSameCommand(waiting: Waiting, words: Int32Array, at: number): boolean {
  return words[at + EVENT_PLACE] === waiting.placeLow && words[at + EVENT_PLACE + 1] === waiting.placeHigh;
}

/** True where an event is of the same command, account and order as the answer. */
function follows(waiting: Waiting, words: Int32Array, at: number): boolean {
  return (
    ofSameCommand(waiting, words, at) &&
    words[at + EVENT_ACCOUNT] === waiting.account &&
    words[at + EVENT_ORDER] === waiting.orderLow &&
    words[at + EVENT_ORDER + 1] === waiting.orderHigh
  );
}
