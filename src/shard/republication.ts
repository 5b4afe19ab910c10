import type { Engine } from '../book/engine.js';
import { nextEvent, sequenceOfEvent } from '../wire/event-record.js';
import type { Outbox } from './outbox.js';

/**
 * What a shard that takes another's place hands out while it replays: the events of commands that were in the log and
 * whose events may not have reached every gateway. A gateway drops what it has seen.
 */
export class Republication {
  readonly #outbox: Outbox;
  readonly #published: number;

  /** @param published sequence up to which every gateway has the events */
  constructor(outbox: Outbox, published: number) {
    this.#outbox = outbox;
    this.#published = published;
  }

  readonly take = ({ events, sequence }: Engine): void => {
    if (sequence <= this.#published) return;
    const { words, length } = events;
    let from = 0;
    while (from < length && sequenceOfEvent(words, from) <= this.#published) from = nextEvent(words, from);
    if (from < length) this.#outbox.sendToAll(words.subarray(from, length), length - from);
  };
}
