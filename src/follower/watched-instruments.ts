import type { Engine } from '../book/engine.js';
import { CommandKind } from '../model/command.js';
import { EventFlag, EventKind } from '../model/event.js';
import { MAX_BOOK_DEPTH } from '../model/limits.js';
import {
  CELL_WORDS,
  EVENT_CODE,
  EVENT_INSTRUMENT,
  EVENT_PRICE,
  EVENT_SIZE,
  EVENT_TIME,
  EVENT_TRADE,
  eventFlags,
  eventKind,
  eventSide,
  nextEvent,
} from '../wire/event-record.js';
import { TRADE_PRICE, TRADE_SIDE, TRADE_SIZE, TRADE_TIME } from '../wire/market-record.js';
import { LINE_WORDS, ORDER_INSTRUMENT, ORDER_SIZE, orderHead } from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import { isMarketBoardBegun, MarketBoardWriter } from './market-board.js';

interface Watched {
  readonly board: MarketBoardWriter;
  /** It is told from this sequence on: what the shard had done when somebody asked. */
  readonly from: number;
  isTold: boolean;
  /** Whoever asked knows that it is told. */
  isAnnounced: boolean;
  hasChanged: boolean;
}

/**
 * What a follower tells of the instruments that somebody watches: each trade as it replays it, the book once per turn where it
 * has changed. The others cost nothing.
 */
export class WatchedInstruments {
  readonly #engine: Engine;
  readonly #watched = new Map<number, Watched>();
  readonly #cell = new Int32Array(CELL_WORDS);
  readonly #read = new Int32Array(LINE_WORDS);

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#read[0] = orderHead(CommandKind.ReadBook, 1, 0);
    writeWhole(this.#read, ORDER_SIZE, MAX_BOOK_DEPTH);
  }

  /** @param from sequence that the shard has reached: what was before it is old */
  watch(instrument: number, board: SharedArrayBuffer, from: number): void {
    // One that another follower has told of goes on where that one stopped.
    const isTold = isMarketBoardBegun(board);
    const writer = new MarketBoardWriter(board);
    this.#watched.set(instrument, { board: writer, from, isTold, isAnnounced: false, hasChanged: isTold });
  }

  unwatch(instrument: number): void {
    this.#watched.delete(instrument);
  }

  /** Looks at events that were replayed, words 0 to `length`. */
  take(words: Int32Array, length: number): void {
    if (this.#watched.size === 0) return;
    for (let at = 0; at < length; at = nextEvent(words, at)) {
      const watched = this.#watched.get(words[at + EVENT_INSTRUMENT]!);
      if (watched === undefined || !watched.isTold) continue;
      watched.hasChanged = true;
      if (eventKind(words[at]!) === EventKind.Fill) this.#trade(watched.board, words, at);
    }
  }

  /** Shows the books that have changed, and announces those that are told from now on. */
  show(announce: (instrument: number) => void): void {
    for (const [instrument, watched] of this.#watched) {
      if (!watched.isTold) this.#begin(instrument, watched);
      if (watched.hasChanged) {
        watched.hasChanged = false;
        this.#show(instrument, watched.board);
      }
      if (watched.isAnnounced || !watched.isTold) continue;
      watched.isAnnounced = true;
      announce(instrument);
    }
  }

  #begin(instrument: number, watched: Watched): void {
    const engine = this.#engine;
    if (engine.sequence < watched.from) return;
    if (!engine.instruments().some(({ id }) => id === instrument)) return;
    watched.board.begin(engine.instrumentStatus(instrument).trades);
    watched.isTold = true;
    watched.hasChanged = true;
  }

  #trade(board: MarketBoardWriter, words: Int32Array, at: number): void {
    // Each trade is two fills: the taker's tells which side it came from.
    if ((eventFlags(words[at + EVENT_CODE]!) & EventFlag.Maker) !== 0) return;
    const cell = this.#cell;
    cell[TRADE_PRICE] = words[at + EVENT_PRICE]!;
    cell[TRADE_PRICE + 1] = words[at + EVENT_PRICE + 1]!;
    cell[TRADE_SIZE] = words[at + EVENT_SIZE]!;
    cell[TRADE_SIZE + 1] = words[at + EVENT_SIZE + 1]!;
    cell[TRADE_TIME] = words[at + EVENT_TIME]!;
    cell[TRADE_TIME + 1] = words[at + EVENT_TIME + 1]!;
    cell[TRADE_SIDE] = eventSide(words[at]!);
    board.trade(readWhole(words, at + EVENT_TRADE), cell);
  }

  /** A read of the book, as clients have it; its answer is given up at once. */
  #show(instrument: number, board: MarketBoardWriter): void {
    const { events } = this.#engine;
    const at = events.length;
    this.#read[ORDER_INSTRUMENT] = instrument;
    this.#engine.readBook(this.#read, 0);
    if (eventKind(events.words[at]!) === EventKind.Book) board.show(events.words, at);
    events.length = at;
  }
}
