import type { FeedEvent, TopEvent } from './market-events.js';
import { MarketPicture, type PictureEvents } from './market-picture.js';

/** What a top of book tells. */
export type TopEvents = PictureEvents<TopOfBook>;

/** Best prices, last price and state of an instrument, as they are at the exchange a moment before. */
export class TopOfBook extends MarketPicture {
  #value: TopEvent | undefined;

  /** Best price to buy; null: none. */
  get bid(): string | null {
    return this.#value?.bid ?? null;
  }

  get bidSize(): string | null {
    return this.#value?.bidSize ?? null;
  }

  /** Best price to sell; null: none. */
  get ask(): string | null {
    return this.#value?.ask ?? null;
  }

  get askSize(): string | null {
    return this.#value?.askSize ?? null;
  }

  /** Price of the last trade; null before the first. */
  get lastPrice(): string | null {
    return this.#value?.lastPrice ?? null;
  }

  /** `preOpen`, `auction`, `continuous`, `halted` or `closed`. */
  get state(): string {
    return this.#value?.state ?? '';
  }

  /** When it was so, in nanoseconds since the epoch, as the exchange counts. */
  get timeNs(): string {
    return this.#value?.timeNs ?? '0';
  }

  /** Each message says all there is, so one that was left out is no loss. @internal */
  take(event: FeedEvent): boolean {
    if (event.event !== 'top') return true;
    this.#value = event;
    this.synced();
    return true;
  }
}
