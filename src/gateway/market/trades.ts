import { EventKind } from '../../model/event.js';
import { MARKET_TRADES, MAX_MESSAGE_TRADES } from '../../model/limits.js';
import { CELL_WORDS, EVENT_CELLS, EVENT_CODE, eventCode, eventHead } from '../../wire/event-record.js';
import { beginMarketEvent, MarketFlag, TRADES_COUNT, TRADES_FIRST } from '../../wire/market-record.js';
import { writeWhole } from '../../wire/words.js';
import { MarketFeed } from './feed.js';
import type { TradeTaker } from './source.js';

const HEAD_WORDS = EVENT_CELLS * CELL_WORDS;

/** Trades whose numbers follow one another: one event. */
interface Run {
  readonly first: number;
  count: number;
  readonly isAfterGap: boolean;
}

/** Each trade, in its order. What comes within an interval is told together. */
export class TradesFeed extends MarketFeed implements TradeTaker {
  /** Cells of the trades that were not told yet, back to back. */
  #cells = new Int32Array(64 * CELL_WORDS);
  #words = 0;
  #runs: Run[] = [];
  #isAfterGap = false;

  take(number: number, cell: Int32Array): void {
    // Whoever asks for an interval that long does not want that many.
    if (this.#words >= MARKET_TRADES * CELL_WORDS) this.#drop();
    if (this.#words === this.#cells.length) {
      const grown = new Int32Array(2 * this.#words);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#cells.set(cell, this.#words);
    this.#words += CELL_WORDS;
    const run = this.#runs.at(-1);
    if (!this.#isAfterGap && run !== undefined && run.count < MAX_MESSAGE_TRADES) run.count++;
    else this.#runs.push({ first: number, count: 1, isAfterGap: this.#isAfterGap });
    this.#isAfterGap = false;
  }

  missed(): void {
    this.#isAfterGap = true;
  }

  protected news(): Int32Array | undefined {
    this.source.fetch();
    if (this.#runs.length === 0) return undefined;
    const words = new Int32Array(this.#runs.length * HEAD_WORDS + this.#words);
    let at = 0;
    let from = 0;
    for (const run of this.#runs) {
      const event = words.subarray(at);
      const cells = run.count * CELL_WORDS;
      this.number++;
      this.#begin(event, run);
      event.set(this.#cells.subarray(from, from + cells), HEAD_WORDS);
      from += cells;
      at += HEAD_WORDS + cells;
    }
    this.#forget();
    return words;
  }

  /** The same with the mark that something is missing before it; nothing but that mark where nothing is new. */
  protected whole(news: Int32Array | undefined): Int32Array {
    const words = news === undefined ? new Int32Array(HEAD_WORDS) : news.slice();
    if (news === undefined) this.#begin(words, { first: 0, count: 0, isAfterGap: true });
    else words[EVENT_CODE] = eventCode(0, MarketFlag.Missed);
    return words;
  }

  protected first(): undefined {
    return undefined;
  }

  #begin(event: Int32Array, { first, count, isAfterGap }: Run): void {
    beginMarketEvent(event, EventKind.Trades, this.topic, this.number);
    event[0] = eventHead(EventKind.Trades, EVENT_CELLS + count, 0);
    event[EVENT_CODE] = eventCode(0, isAfterGap ? MarketFlag.Missed : 0);
    writeWhole(event, TRADES_FIRST, first);
    event[TRADES_COUNT] = count;
  }

  #drop(): void {
    this.#forget();
    this.#isAfterGap = true;
  }

  #forget(): void {
    this.#words = 0;
    this.#runs = [];
  }
}
