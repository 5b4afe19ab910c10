import { EventKind } from '../../model/event.js';
import { MAX_BOOK_DEPTH } from '../../model/limits.js';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_LAST_PRICE,
  BOOK_STATE,
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_PLACE,
  EVENT_TIME,
  eventCode,
  eventHead,
} from '../../wire/event-record.js';
import { beginMarketEvent, LEVEL_PRICE, MARKET_NUMBER, MarketFlag } from '../../wire/market-record.js';
import { readWhole, writeWhole } from '../../wire/words.js';
import { type FeedParts, PictureFeed } from './picture-feed.js';

const FIRST_LEVEL = EVENT_CELLS * CELL_WORDS;

/** What a position, a time, a state and a last price take of an event. */
const COPIED_PAIRS = [EVENT_PLACE, EVENT_TIME, BOOK_STATE, BOOK_LAST_PRICE];

/** Where all levels are others, each is in the change twice: taken away and set. */
const CHANGE_WORDS = FIRST_LEVEL + 4 * MAX_BOOK_DEPTH * CELL_WORDS;

/** The best levels of a book: all of them first, then those that have changed. */
export class DepthFeed extends PictureFeed {
  readonly #change = new Int32Array(CHANGE_WORDS);

  constructor(...parts: FeedParts) {
    super(FIRST_LEVEL + 2 * MAX_BOOK_DEPTH * CELL_WORDS, ...parts);
  }

  protected changes(told: Int32Array, next: Int32Array): Int32Array | undefined {
    const changed = this.number === 0 ? Number.POSITIVE_INFINITY : this.#compare(told, next);
    if (changed === 0) return undefined;
    this.number++;
    writeWhole(next, MARKET_NUMBER, this.number);
    // A change that would be longer than all there is.
    if (changed > next[BOOK_BIDS]! + next[BOOK_ASKS]!) return this.whole();
    writeWhole(this.#change, MARKET_NUMBER, this.number);
    return this.#change.slice(0, FIRST_LEVEL + changed * CELL_WORDS);
  }

  protected whole(): Int32Array {
    const words = this.told;
    const levels = words[BOOK_BIDS]! + words[BOOK_ASKS]!;
    return words.slice(0, FIRST_LEVEL + levels * CELL_WORDS);
  }

  /** The best levels of a picture, as an event that stands by itself. */
  protected write(event: Int32Array, picture: Int32Array): void {
    const { levels } = this.topic;
    const bids = Math.min(picture[BOOK_BIDS]!, levels);
    const asks = Math.min(picture[BOOK_ASKS]!, levels);
    const firstAsk = FIRST_LEVEL + picture[BOOK_BIDS]! * CELL_WORDS;
    this.#begin(event, picture, bids, asks);
    event[EVENT_CODE] = eventCode(0, MarketFlag.Snapshot);
    event.set(picture.subarray(FIRST_LEVEL, FIRST_LEVEL + bids * CELL_WORDS), FIRST_LEVEL);
    event.set(picture.subarray(firstAsk, firstAsk + asks * CELL_WORDS), FIRST_LEVEL + bids * CELL_WORDS);
  }

  #begin(event: Int32Array, picture: Int32Array, bids: number, asks: number): void {
    beginMarketEvent(event, EventKind.Depth, this.topic, this.number);
    event[0] = eventHead(EventKind.Depth, EVENT_CELLS + bids + asks, 0);
    for (const word of COPIED_PAIRS) {
      event[word] = picture[word]!;
      event[word + 1] = picture[word + 1]!;
    }
    event[BOOK_BIDS] = bids;
    event[BOOK_ASKS] = asks;
  }

  /** Writes into `#change` how the levels have changed; returns how many have. */
  #compare(told: Int32Array, next: Int32Array): number {
    const toldAsks = FIRST_LEVEL + told[BOOK_BIDS]! * CELL_WORDS;
    const nextAsks = FIRST_LEVEL + next[BOOK_BIDS]! * CELL_WORDS;
    const change = this.#change;
    const afterBids = compareSide(
      { words: told, at: FIRST_LEVEL, end: toldAsks },
      { words: next, at: FIRST_LEVEL, end: nextAsks },
      -1,
      change,
      FIRST_LEVEL,
    );
    const afterAsks = compareSide(
      { words: told, at: toldAsks, end: toldAsks + told[BOOK_ASKS]! * CELL_WORDS },
      { words: next, at: nextAsks, end: nextAsks + next[BOOK_ASKS]! * CELL_WORDS },
      1,
      change,
      afterBids,
    );
    const bids = (afterBids - FIRST_LEVEL) / CELL_WORDS;
    const asks = (afterAsks - afterBids) / CELL_WORDS;
    // A change that is too long is not told, and its head need not fit.
    this.#begin(change, next, bids, asks);
    return bids + asks;
  }
}

/** The levels of one side, best first. */
interface Levels {
  readonly words: Int32Array;
  at: number;
  readonly end: number;
}

/** Writes the levels that are other than those told, best first, at word `to`; `sign` is 1 where lower is better. */
function compareSide(told: Levels, next: Levels, sign: number, change: Int32Array, to: number): number {
  let at = to;
  while (told.at < told.end || next.at < next.end) {
    const order =
      told.at >= told.end
        ? 1
        : next.at >= next.end
          ? -1
          : sign *
            (readWhole(told.words, told.at + LEVEL_PRICE) - readWhole(next.words, next.at + LEVEL_PRICE));
    if (order < 0) {
      change.fill(0, at, at + CELL_WORDS);
      change[at] = told.words[told.at]!;
      change[at + 1] = told.words[told.at + 1]!;
      at += CELL_WORDS;
      told.at += CELL_WORDS;
      continue;
    }
    if (order > 0 || !isSameLevel(told, next)) {
      for (let i = 0; i < CELL_WORDS; i++) change[at + i] = next.words[next.at + i]!;
      at += CELL_WORDS;
    }
    next.at += CELL_WORDS;
    if (order === 0) told.at += CELL_WORDS;
  }
  return at;
}

function isSameLevel(told: Levels, next: Levels): boolean {
  for (let i = 0; i < CELL_WORDS; i++) if (told.words[told.at + i] !== next.words[next.at + i]) return false;
  return true;
}
