import { MAX_SEQUENCE } from '../model/limits.js';
import type { EventObject, EventOf } from '../wire/event-schema.js';

/** An event of a shard's log: sequence of its command, and index within it. */
export interface LogPlace {
  readonly sequence: number;
  readonly index: number;
}

/** The last event of each shard that was seen, by shard: what a later client can go on from. */
export type LogPlaces = Readonly<Record<number, LogPlace>>;

/** An event that has a place in the log of a shard. */
export type LoggedEvent = Exclude<EventObject, EventOf<'book' | 'resumed'>>;

/** What is to be done about an event: tell it, leave it out as known, or ask for what is missing before it. */
export type Verdict = 'new' | 'known' | 'broken';

const LAST_INDEX = 0xffff_ffff;

/** Behind everything: who names it is told where a log ends, and what happens from then on. */
const END: LogPlace = { sequence: MAX_SEQUENCE, index: LAST_INDEX };

/**
 * Which events of the logs have been seen, by shard. Every event is told once and none is left out: it stands behind
 * the last one of its shard, and names the one of its account before it.
 */
export class EventLog {
  readonly #places: LogPlace[];
  /** The last event of an account in a shard, by both. */
  readonly #chains = new Map<string, LogPlace>();
  /** The event at which a chain was broken last: the second time it is taken as it is. */
  #brokenAt = '';
  #isGapBefore = false;

  /** @param from where to go on; a shard that is not named is followed from its end */
  constructor(shards: number, from: LogPlaces = {}) {
    this.#places = Array.from({ length: shards }, (_, shard) => from[shard] ?? END);
  }

  get shards(): number {
    return this.#places.length;
  }

  /** The last event of each shard that was seen; shards of which nothing is known yet are left out. */
  get places(): LogPlaces {
    const known: Record<number, LogPlace> = {};
    for (const [shard, place] of this.#places.entries()) if (place !== END) known[shard] = place;
    return known;
  }

  /** The values of `after` for the query of a session. */
  after(): string[] {
    return this.#places.map(({ sequence, index }, shard) => `${shard}:${sequence}.${index}`);
  }

  /** Whether the event that was taken last was taken although one before it is missing. */
  get isGapBefore(): boolean {
    return this.#isGapBefore;
  }

  take(event: LoggedEvent): Verdict {
    this.#isGapBefore = false;
    const { shard, sequence, index } = event;
    const last = this.#places[shard];
    if (last !== undefined && last !== END && !isBehind(event, last)) return 'known';
    if ('previous' in event) {
      const chain = `${shard}:${event.account}`;
      const expected = this.#chains.get(chain);
      if (expected !== undefined && !isSame(expected, event.previous)) {
        const at = `${shard}:${sequence}.${index}`;
        if (this.#brokenAt !== at) {
          this.#brokenAt = at;
          return 'broken';
        }
        this.#isGapBefore = true;
      }
      this.#chains.set(chain, { sequence, index });
    }
    this.#places[shard] = { sequence, index };
    return 'new';
  }

  /** All of a shard up to there is known. Returns false where some of it was not told. */
  resumed({ position, complete }: EventOf<'resumed'>): boolean {
    const { shard, sequence } = position;
    const last = this.#places[shard];
    const isFirst = last === undefined || last === END;
    // A log that ends before what was seen of it is another one, or has lost its end.
    const wentBack = !isFirst && sequence < last.sequence;
    this.#places[shard] = { sequence, index: LAST_INDEX };
    if (complete && !wentBack) return true;
    for (const chain of this.#chains.keys()) if (chain.startsWith(`${shard}:`)) this.#chains.delete(chain);
    return false;
  }
}

function isBehind(one: LogPlace, other: LogPlace): boolean {
  return one.sequence > other.sequence || (one.sequence === other.sequence && one.index > other.index);
}

function isSame(one: LogPlace, other: LogPlace | null): boolean {
  return one.sequence === (other?.sequence ?? 0) && one.index === (other?.index ?? 0);
}
