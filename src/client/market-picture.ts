import { Emitter, type Listener, type Unsubscribe } from './emitter.js';
import type { FeedEvent, Topic } from './market-events.js';
import type { Feed } from './market-feeds.js';

/** What a picture of a market tells. */
export interface PictureEvents<Picture> {
  /** It has changed, or was told anew. */
  readonly change: Picture;
  /** It stands still, since something was missed or the connection is gone, until it is told anew, which is a change. */
  readonly interrupted: Picture;
  /** It will not change any more, because of this. */
  readonly ended: Error;
}

/** Something of an instrument as it is at the exchange a moment before. */
export abstract class MarketPicture implements Feed {
  readonly topic: Topic;
  readonly #emitter = new Emitter<PictureEvents<this>>();
  readonly #leave: (picture: Feed) => void;
  #isSynced = false;

  /** @param leave called when nobody wants it any more */
  constructor(topic: Topic, leave: (picture: Feed) => void) {
    this.topic = topic;
    this.#leave = leave;
  }

  get symbol(): string {
    return this.topic.symbol;
  }

  /** False while the connection is gone, or it is asked for anew: what it shows is what it was. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  on<Name extends keyof PictureEvents<this>>(
    name: Name,
    listener: Listener<PictureEvents<this>[Name]>,
  ): Unsubscribe {
    return this.#emitter.on(name, listener);
  }

  /** Ends the subscription. What was told last stays. */
  close(): void {
    this.#isSynced = false;
    this.#emitter.clear();
    this.#leave(this);
  }

  /** @internal */
  abstract take(event: FeedEvent): boolean;

  /** @internal */
  subscribed(): void {}

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

  /** It is now as the exchange has it. */
  protected synced(): void {
    this.#isSynced = true;
    this.#emitter.emit('change', this);
  }
}
