import type { BookLevel } from '../wire/event-schema.js';
import { compareDecimals } from './decimal-order.js';
import type { DepthEvent, FeedEvent } from './market-events.js';
import { MarketPicture, type PictureEvents } from './market-picture.js';

/** What a book tells. */
export type BookEvents = PictureEvents<SyncedBook>;

/**
 * The best levels of an instrument, as they are at the exchange a moment before. It is told whole at first and after
 * each reconnect, and by numbered changes in between; where a number is missing it is asked for anew.
 */
export class SyncedBook extends MarketPicture {
  #bids: readonly BookLevel[] = [];
  #asks: readonly BookLevel[] = [];
  #number = 0;
  #position = { shard: 0, sequence: 0 };
  #timeNs = '0';

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

  /** The last command that it has seen. */
  get position(): { readonly shard: number; readonly sequence: number } {
    return this.#position;
  }

  /** When that was, in nanoseconds since the epoch, as the exchange counts. */
  get timeNs(): string {
    return this.#timeNs;
  }

  /** @internal */
  take(event: FeedEvent): boolean {
    if (event.event !== 'depth') return true;
    if (event.snapshot === true) {
      this.#bids = event.bids;
      this.#asks = event.asks;
    } else if (!this.isSynced)
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

  #told({ number, position, timeNs }: DepthEvent): void {
    this.#number = number;
    this.#position = position;
    this.#timeNs = timeNs;
    this.synced();
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
