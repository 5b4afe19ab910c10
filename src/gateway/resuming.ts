import type { NumberedAnswer, NumberedResume } from '../follower/follower-messages.js';
import { EventKind } from '../model/event.js';
import { placeOf, shardOfPlaceHigh } from '../model/identity.js';
import { CLIENT_BACKLOG_BYTES, RESUME_MESSAGE_EVENTS } from '../model/limits.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_PLACE,
  EVENT_SIZE,
  EVENT_TIME,
  eventHead,
  nextEvent,
  sequenceOfEvent,
} from '../wire/event-record.js';
import { writeBig, writeWhole } from '../wire/words.js';
import type { Gaps, ResumeKey, Session } from './session.js';

/** Codes of a Resumed event. */
export const Resumed = { Complete: 0, TooLate: 1 } as const;

export interface ResumingParts {
  readonly gateway: number;
  /** Asks the followers. */
  readonly ask: (request: NumberedResume) => void;
  /** Sequence up to which this gateway may have handed on events of a shard. */
  readonly handedOn: (shard: number) => number;
  /** Hands an event to a session, in its order. */
  readonly hand: (session: Session, words: Int32Array, at: number) => void;
  /** Sends what has been handed to a session, as a message. */
  readonly send: (session: Session) => void;
  readonly epochNs: () => bigint;
}

/**
 * Sessions that resume: what they missed comes from the follower, what happens meanwhile is held back, and both are joined
 * by the sequence up to which the follower has told. So a client gets each event once, in the order of the log.
 */
export class Resuming {
  readonly #parts: ResumingParts;
  readonly #waiting = new Map<number, { readonly session: Session; readonly shard: number }>();
  readonly #marker = new Int32Array(EVENT_CELLS * CELL_WORDS);
  #lastId = 0;

  constructor(parts: ResumingParts) {
    this.#parts = parts;
  }

  /** A session was opened that names the last events it has seen. */
  begin(session: Session, keys: readonly ResumeKey[]): void {
    const gaps: Gaps = new Map();
    for (const { shard } of keys) {
      const id = ++this.#lastId;
      gaps.set(shard, { id, held: new Int32Array(0), heldWords: 0 });
      this.#waiting.set(id, { session, shard });
    }
    session.gaps = gaps;
    for (const { shard, sequence, index } of keys)
      this.#parts.ask({
        gateway: this.#parts.gateway,
        id: gaps.get(shard)!.id,
        shard,
        accounts: session.accounts,
        sequence,
        index,
        until: this.#parts.handedOn(shard),
      });
  }

  /** Keeps an event for a session that has not heard yet what came before it; false where it has. */
  hold(session: Session, words: Int32Array, at: number): boolean {
    const gap = session.gaps!.get(shardOfPlaceHigh(words[at + EVENT_PLACE + 1]!));
    if (gap === undefined) return false;
    const length = nextEvent(words, at) - at;
    if (gap.heldWords + length > gap.held.length) {
      if ((gap.heldWords + length) * 4 > CLIENT_BACKLOG_BYTES) {
        session.connection.cut();
        return true;
      }
      const grown = new Int32Array(Math.max(1024, 2 * (gap.heldWords + length)));
      grown.set(gap.held.subarray(0, gap.heldWords));
      gap.held = grown;
    }
    gap.held.set(words.subarray(at, at + length), gap.heldWords);
    gap.heldWords += length;
    return true;
  }

  /** A follower has told what a session missed. */
  answered({ id, words, isComplete, upTo }: NumberedAnswer): void {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (found === undefined) return;
    const { session, shard } = found;
    const gap = session.gaps?.get(shard);
    if (gap === undefined || gap.id !== id || !session.open) return;
    session.gaps!.delete(shard);
    if (session.gaps!.size === 0) session.gaps = undefined;
    const { hand, send } = this.#parts;
    let events = 0;
    for (let at = 0; at < words.length; at = nextEvent(words, at)) {
      hand(session, words, at);
      if (++events % RESUME_MESSAGE_EVENTS !== 0) continue;
      send(session);
      // It has more waiting for it than it may.
      if (!session.open) return;
    }
    hand(session, this.#markerOf(session, shard, upTo, isComplete, events), 0);
    for (let at = 0; at < gap.heldWords; at = nextEvent(gap.held, at))
      if (!isComplete || sequenceOfEvent(gap.held, at) > upTo) hand(session, gap.held, at);
  }

  /** A session has closed. */
  closed(session: Session): void {
    for (const gap of session.gaps?.values() ?? []) this.#waiting.delete(gap.id);
    session.gaps = undefined;
  }

  #markerOf(session: Session, shard: number, upTo: number, isComplete: boolean, events: number): Int32Array {
    const words = this.#marker.fill(0);
    words[0] = eventHead(EventKind.Resumed, EVENT_CELLS, 0);
    words[EVENT_CODE] = isComplete ? Resumed.Complete : Resumed.TooLate;
    writeWhole(words, EVENT_PLACE, placeOf(shard, upTo));
    words[EVENT_ACCOUNT] = session.accounts[0]!;
    writeBig(words, EVENT_TIME, this.#parts.epochNs());
    writeWhole(words, EVENT_SIZE, events);
    return words;
  }
}
