import type { EventOf, MatchingEvent } from './events.js';
import type { Trade } from './trade-tape.js';

/** What can be subscribed to: every event, every trade, or the events of one kind. */
export type ListenerMap = { readonly [Kind in MatchingEvent['kind']]: EventOf<Kind> } & {
  readonly event: MatchingEvent;
  readonly trade: Trade;
};

export type Listener<Name extends keyof ListenerMap> = (value: ListenerMap[Name]) => void;

/** Ends a subscription; a second call does nothing. */
export type Unsubscribe = () => void;

/** The events of one command, and the trades among them. */
export interface Batch {
  readonly events: readonly MatchingEvent[];
  readonly trades: readonly Trade[];
}

/**
 * Who wants to be told. Listeners are called one after the other, in the order of their subscription, with one event after
 * the other, in the order of the log: a command that a listener sends is applied at once, and its events are delivered
 * after those that came before them.
 *
 * Where a listener throws, all is delivered all the same; then the first exception goes to whoever sent the command.
 */
export class Listeners {
  readonly #byName = new Map<string, Set<(value: never) => void>>();
  readonly #waiting: Batch[] = [];
  #delivering = false;

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  add<Name extends keyof ListenerMap>(name: Name, listener: Listener<Name>): Unsubscribe {
    if (typeof listener !== 'function') throw new TypeError(`on: the listener of "${name}" is no function`);
    const listeners = this.#byName.get(name) ?? new Set();
    // The same function may be subscribed twice, and each subscription ends by itself.
    const own = (value: never) => listener(value);
    listeners.add(own);
    this.#byName.set(name, listeners);
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#byName.get(name) === listeners) this.#byName.delete(name);
    };
  }

  clear(): void {
    for (const listeners of this.#byName.values()) listeners.clear();
    this.#byName.clear();
  }

  deliver(batch: Batch): void {
    this.#waiting.push(batch);
    // Inside a listener: the delivery that is under way goes on with it.
    if (this.#delivering) return;
    this.#delivering = true;
    const errors: unknown[] = [];
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      this.#deliverBatch(next, errors);
    this.#delivering = false;
    if (errors.length > 0) throw errors[0];
  }

  #deliverBatch({ events, trades }: Batch, errors: unknown[]): void {
    let trade = 0;
    for (const event of events) {
      this.#tell('event', event, errors);
      this.#tell(event.kind, event, errors);
      // The maker's fill is the second one of its trade.
      if (event.kind === 'fill' && event.liquidity === 'maker') this.#tell('trade', trades[trade++], errors);
    }
  }

  #tell(name: string, value: unknown, errors: unknown[]): void {
    const listeners = this.#byName.get(name);
    if (listeners === undefined) return;
    for (const listener of [...listeners]) {
      try {
        listener(value as never);
      } catch (error) {
        errors.push(error);
      }
    }
  }
}
