/** What one subscriber has got. */
export interface SubscriberCounts {
  /** Messages of its subscription: snapshots and changes. */
  readonly messages: number;
  /** The first, and those that came instead of changes that were longer than they, or more than it could take. */
  readonly snapshots: number;
  /** Messages whose number did not follow the one before. */
  readonly gaps: number;
  /** Payload of all messages. */
  readonly bytes: number;
  /** The server has ended the connection: its code and reason. */
  readonly ended: string | undefined;
}

/** Of an event, what a subscriber counts by. */
interface DepthEvent {
  readonly event?: unknown;
  readonly number?: unknown;
  readonly snapshot?: unknown;
  readonly text?: unknown;
}

/** Counts what one connection is told of the depth of one book. */
export class SubscriptionCount {
  #messages = 0;
  #snapshots = 0;
  #gaps = 0;
  #bytes = 0;
  #last: number | undefined;
  ended: string | undefined;

  /**
   * Takes a text message: a list of events.
   *
   * @throws Error where the server refuses the subscription, or tells something else than depth.
   */
  take(text: string): void {
    this.#bytes += text.length;
    for (const event of JSON.parse(text) as readonly DepthEvent[]) {
      if (event.event === 'subscribed') continue;
      if (event.event !== 'depth')
        throw new Error(`a subscriber of depth is told ${String(event.event)}: ${String(event.text ?? '')}`);
      const number = Number(event.number);
      this.#messages++;
      if (event.snapshot === true) this.#snapshots++;
      if (this.#last === undefined ? event.snapshot !== true : number !== this.#last + 1) this.#gaps++;
      this.#last = number;
    }
  }

  counts(): SubscriberCounts {
    const { ended } = this;
    return {
      messages: this.#messages,
      snapshots: this.#snapshots,
      gaps: this.#gaps,
      bytes: this.#bytes,
      ended,
    };
  }
}
