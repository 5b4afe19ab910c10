import { Emitter, type Listener, type Unsubscribe } from './emitter.js';
import type { FeedEvent, TopEvent, Topic } from './market-events.js';
import type { Feed } from './market-feeds.js';

/** What a top of book tells. */
export interface TopEvents {
  readonly change: TopOfBook;
  /** The connection is gone: it stands still until it is told anew, which is a change. */
  readonly interrupted: TopOfBook;
  /** It will not change any more, because of this. */
  readonly ended: Error;
}

/** Best prices, last price and state of an instrument, as they are at the exchange a moment before. */
export class TopOfBook implements Feed {
  readonly topic: Topic;
  readonly #emitter = new Emitter<TopEvents>();
  readonly #leave: (top: TopOfBook) => void;
  #value: TopEvent | undefined;
  #isSynced = false;

  /** @param leave called when nobody wants it any more */
  constructor(topic: Topic, leave: (top: TopOfBook) => void) {
    this.topic = topic;
    this.#leave = leave;
  }

  get symbol(): string {
    return this.topic.symbol;
  }

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

  /** False while the connection is gone. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  on<Name extends keyof TopEvents>(name: Name, listener: Listener<TopEvents[Name]>): Unsubscribe {
    return this.#emitter.on(name, listener);
  }

  /** Ends the subscription. What was told last stays. */
  close(): void {
    this.#isSynced = false;
    this.#emitter.clear();
    this.#leave(this);
  }

  /** @internal */
  subscribed(): void {}

  /** Each message says all there is, so one that was left out is no loss. @internal */
  take(event: FeedEvent): boolean {
    if (event.event !== 'top') return true;
    this.#value = event;
    this.#isSynced = true;
    this.#emitter.emit('change', this);
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
}
