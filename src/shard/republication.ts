import type { Engine } from '../book/engine.js';
import { nextEvent, sequenceOfEvent } from '../wire/event-record.js';
import type { Outbox } from './outbox.js';

/**
 * What a shard that takes another's place hands out again: the events of commands that were in the log and whose events may
 * not have reached every gateway. A gateway drops what it has seen.
 *
 * They are kept until `send`: replaying may meet a frame that was written and never synced, and an answer is a promise. There
 * are not many, of one group.
 */
export class Republication {
  readonly #outbox: Outbox;
  readonly #published: number;
  #kept: Int32Array[] = [];

  /** @param published sequence up to which every gateway has the events */
  constructor(outbox: Outbox, published: number) {
    this.#outbox = outbox;
    this.#published = published;
  }

  /** Keeps what replaying has come to. */
  readonly take = ({ events, sequence }: Engine): void => {
    if (sequence <= this.#published) return;
    const { words, length } = events;
    let from = 0;
    while (from < length && sequenceOfEvent(words, from) <= this.#published) from = nextEvent(words, from);
    if (from < length) this.#kept.push(words.slice(from, length));
  };

  /** Hands it out, once the log that was replayed is surely on disk: a `JournalWriter` has begun behind it. */
  send(): void {
    for (const words of this.#kept) this.#outbox.sendToAll(words, words.length);
    this.#kept = [];
    this.#outbox.publish();
  }
}
