import type { Engine } from '../book/engine.js';
import { CommandKind, Side } from '../model/command.js';
import { MAX_BOOK_DEPTH } from '../model/limits.js';
import { BOOK_ASKS, BOOK_BIDS, CELL_WORDS, EVENT_CELLS } from '../wire/event-record.js';
import { LINE_WORDS, ORDER_INSTRUMENT, ORDER_SIZE, orderHead } from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';

/** One price of a book: what all its displayed orders have together. */
export interface BookLevel {
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly orders: number;
}

/** A book: the best price of each side first. */
export interface BookDepth {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/**
 * Reads the books of an engine. The answer to a read is written behind the events of the last command and given up at once,
 * so that those can still be read.
 */
export class BookReader {
  readonly #engine: Engine;
  readonly #record = new Int32Array(LINE_WORDS);

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#record[0] = orderHead(CommandKind.ReadBook, 1, 0);
  }

  /** The best price of a side in ticks, 0 where it is empty. Allocates nothing. */
  bestTicks(instrumentId: number, side: number): number {
    return this.#best(instrumentId, side, 0);
  }

  /** What the best price of a side shows in lots, 0 where it is empty. Allocates nothing. */
  bestLots(instrumentId: number, side: number): number {
    return this.#best(instrumentId, side, 2);
  }

  /** Up to `levels` prices of each side. */
  depth(instrumentId: number, levels: number): BookDepth {
    // A read has a bound; a whole book is read level by level.
    if (levels > MAX_BOOK_DEPTH)
      return {
        bids: this.#engine.levels(instrumentId, Side.Buy).slice(0, levels),
        asks: this.#engine.levels(instrumentId, Side.Sell).slice(0, levels),
      };
    const at = this.#read(instrumentId, levels);
    const { words } = this.#engine.events;
    const bids = words[at + BOOK_BIDS]!;
    const firstBid = at + EVENT_CELLS * CELL_WORDS;
    return {
      bids: levelsAt(words, firstBid, bids),
      asks: levelsAt(words, firstBid + bids * CELL_WORDS, words[at + BOOK_ASKS]!),
    };
  }

  #best(instrumentId: number, side: number, word: number): number {
    const at = this.#read(instrumentId, 1);
    const { words } = this.#engine.events;
    const bids = words[at + BOOK_BIDS]!;
    const count = side === Side.Buy ? bids : words[at + BOOK_ASKS]!;
    if (count === 0) return 0;
    const cell = side === Side.Buy ? EVENT_CELLS : EVENT_CELLS + bids;
    return readWhole(words, at + cell * CELL_WORDS + word);
  }

  /** Returns the word at which the answer stands until the next event is written. */
  #read(instrumentId: number, levels: number): number {
    const { events } = this.#engine;
    const at = events.length;
    this.#record[ORDER_INSTRUMENT] = instrumentId;
    writeWhole(this.#record, ORDER_SIZE, levels);
    this.#engine.readBook(this.#record, 0);
    events.length = at;
    return at;
  }
}

function levelsAt(words: Int32Array, at: number, count: number): BookLevel[] {
  return Array.from({ length: count }, (_, index) => {
    const cell = at + index * CELL_WORDS;
    return {
      priceTicks: readWhole(words, cell),
      sizeLots: readWhole(words, cell + 2),
      orders: words[cell + 4]! >>> 0,
    };
  });
}
