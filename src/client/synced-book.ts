import type { BookLevel } from '../wire/event-schema.js';
import { compareDecimals } from './decimal-order.js';
import { Emitter, type Listener, type Unsubscribe } from './emitter.js';
import type { DepthEvent, FeedEvent, Topic } from './market-events.js';
import type { Feed } from './market-feeds.js';

/** What a book tells. */
export interface BookEvents {
  /** Levels have changed, or all were told anew. */
  readonly change: SyncedBook;
  /** What came does not follow on what was there: the book stands still until it is told anew, which is a change. */
  readonly interrupted: SyncedBook;
  /** It will not change any more, because of this. */
  readonly ended: Error;
}

/**
 * The best levels of an instrument, as they are at the exchange a moment before. It is told whole at first and after
 * each reconnect, and by numbered changes in between; where a number is missing it is asked for anew.
 */
export class SyncedBook implements Feed {
  readonly topic: Topic;
  readonly #emitter = new Emitter<BookEvents>();
  readonly #leave: (book: SyncedBook) => void;
  #bids: readonly BookLevel[] = [];
  #asks: readonly BookLevel[] = [];
  #number = 0;
  #isSynced = false;
  #position = { shard: 0, sequence: 0 };
  #timeNs = '0';

  /** @param leave called when nobody wants it any more */
  constructor(topic: Topic, leave: (book: SyncedBook) => void) {
    this.topic = topic;
    this.#leave = leave;
  }

  get symbol(): string {
    return this.topic.symbol;
  }

  /** `[price, size, orders]`, highest first. A new list with every change. */
  get bids(): readonly BookLevel[] {
    return this.#bids;
  }

  /** `[price, size, orders]`, lowest first. A new list with every change. */
  get asks(): readonly BookLevel[] {
    return this.#asks;
  }

  get bestBid(): BookLevel | undefined {
    return this.#bids[0];
  }

  get bestAsk(): BookLevel | undefined {
    return this.#asks[0];
  }

  /** False while it is asked for anew: what it shows is what it was. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** The last command that it has seen. */
  get position(): { readonly shard: number; readonly sequence: number } {
    return this.#position;
  }

  /** When that was, in nanoseconds since the epoch, as the exchange counts. */
  get timeNs(): string {
    return this.#timeNs;
  }

  on<Name extends keyof BookEvents>(name: Name, listener: Listener<BookEvents[Name]>): Unsubscribe {
    return this.#emitter.on(name, listener);
  }

  /** Ends the subscription. The levels stay as they are. */
  close(): void {
    this.#isSynced = false;
    this.#emitter.clear();
    this.#leave(this);
  }

  /** @internal */
  subscribed(): void {}

  /** @internal */
  take(event: FeedEvent): boolean {
    if (event.event !== 'depth') return true;
    if (event.snapshot === true) {
      this.#bids = event.bids;
      this.#asks = event.asks;
    } else if (!this.#isSynced)
      // Of the subscription that was given up.
      return true;
    else if (event.number !== this.#number + 1) return false;
    else {
      this.#bids = changed(this.#bids, event.bids, -1);
      this.#asks = changed(this.#asks, event.asks, 1);
    }
    this.#told(event);
    return true;
  }

  /** @internal */
  interrupted(): void {
    if (!this.#isSynced) return;
    this.#isSynced = false;
    this.#emitter.emit('interrupted', this);
  }

  /** @internal */
  ended(error: Error): void {
    this.#isSynced = false;
    this.#emitter.emit('ended', error);
  }

  #told({ number, position, timeNs }: DepthEvent): void {
    this.#number = number;
    this.#position = position;
    this.#timeNs = timeNs;
    this.#isSynced = true;
    this.#emitter.emit('change', this);
  }
}

/** A side with levels set, added, and those of no orders taken away. `direction` 1: lowest first. */
function changed(
  side: readonly BookLevel[],
  changes: readonly BookLevel[],
  direction: 1 | -1,
): readonly BookLevel[] {
  if (changes.length === 0) return side;
  const prices = new Set(changes.map(([price]) => price));
  const levels = side.filter(([price]) => !prices.has(price));
  for (const level of changes) if (level[2] > 0) levels.push(level);
  return levels.sort(([one], [other]) => direction * compareDecimals(one, other));
}
