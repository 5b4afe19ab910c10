/*
 * Shared between threads: the follower of the instrument's shard writes, gateways read.
 */

import { MARKET_TRADES, MAX_BOOK_DEPTH } from '../model/limits.js';
import { CELL_WORDS, EVENT_CELLS, eventCells, sequenceOfEvent } from '../wire/event-record.js';
import { readWhole, writeWhole } from '../wire/words.js';

/** Most words of the picture: a book event of full depth. */
export const PICTURE_WORDS = (EVENT_CELLS + 2 * MAX_BOOK_DEPTH) * CELL_WORDS;

/**
 * One watched instrument: a picture of its book, and its last trades.
 *
 * ```
 * word 0        version of the picture: odd while it is written, 0 before the first
 * word 1        low 32 bits of the number of the last trade that is told
 * word 2        low 32 bits of the number of the last trade that is told or being written
 * words 4, 5    the whole number of the last trade that is told, for the next writer
 * words 6, 7    trades with this number or a lower one were never told here
 * words 8, 9    sequence of the last picture, for the next writer
 * word 32       the picture: the answer to a read of the book (`event-record.ts`), best levels up to MAX_BOOK_DEPTH
 * word 1664     trades: MARKET_TRADES cells (`market-record.ts`), each at the low bits of its number
 * ```
 *
 * All words are read and written with Atomics, so that none is seen before those that were written before it. A reader never
 * makes the writer wait: it copies and looks whether it may have seen something half written.
 */
const VERSION = 0;
const TOLD = 1;
const CLAIMED = 2;
const LAST_TRADE = 4;
const UNTOLD = 6;
const SEQUENCE = 8;
const PICTURE = 32;
const TRADES = PICTURE + Math.ceil(PICTURE_WORDS / 32) * 32;
const TRADE_MASK = MARKET_TRADES - 1;

export function allocateMarketBoard(): SharedArrayBuffer {
  return new SharedArrayBuffer((TRADES + MARKET_TRADES * CELL_WORDS) * 4);
}

/** Whether a follower has told anything on a board. */
export function isMarketBoardBegun(board: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(board), VERSION) !== 0;
}

/** The follower's side. Another follower may go on where one has died. */
export class MarketBoardWriter {
  readonly #words: Int32Array;
  readonly #pair = new Int32Array(2);
  #lastTrade: number;
  #sequence: number;

  constructor(board: SharedArrayBuffer) {
    this.#words = new Int32Array(board);
    this.#lastTrade = this.#load(LAST_TRADE);
    this.#sequence = this.#load(SEQUENCE);
  }

  /** Says up to which number trades are not told here: those before the first reader. */
  begin(lastTrade: number): void {
    this.#store(UNTOLD, lastTrade);
    this.#setLastTrade(lastTrade);
  }

  /** Tells a trade, given as its cell. One that was told already is left out. */
  trade(number: number, cell: Int32Array): void {
    if (number <= this.#lastTrade) return;
    // Whoever replays from behind what was told last has not seen those in between.
    if (number !== this.#lastTrade + 1) this.#store(UNTOLD, number - 1);
    const words = this.#words;
    Atomics.store(words, CLAIMED, number | 0);
    const at = TRADES + (number & TRADE_MASK) * CELL_WORDS;
    for (let i = 0; i < CELL_WORDS; i++) Atomics.store(words, at + i, cell[i]!);
    this.#setLastTrade(number);
  }

  /** Shows the book event at word `at`. One of an earlier command than the last is left out: who replays is not there yet. */
  show(event: Int32Array, at: number): void {
    const sequence = sequenceOfEvent(event, at);
    if (sequence < this.#sequence) return;
    const words = this.#words;
    // One that died while it wrote has left an odd number, and half a picture.
    const version = Atomics.load(words, VERSION) | 1;
    Atomics.store(words, VERSION, version);
    const length = eventCells(event[at]!) * CELL_WORDS;
    for (let i = 0; i < length; i++) Atomics.store(words, PICTURE + i, event[at + i]!);
    // Never 0 again.
    Atomics.store(words, VERSION, version === -1 ? 2 : version + 1);
    this.#sequence = sequence;
    this.#store(SEQUENCE, sequence);
  }

  #setLastTrade(number: number): void {
    this.#lastTrade = number;
    this.#store(LAST_TRADE, number);
    Atomics.store(this.#words, CLAIMED, number | 0);
    Atomics.store(this.#words, TOLD, number | 0);
  }

  #load(at: number): number {
    return loadWhole(this.#words, at, this.#pair);
  }

  #store(at: number, value: number): void {
    writeWhole(this.#pair, 0, value);
    Atomics.store(this.#words, at, this.#pair[0]!);
    Atomics.store(this.#words, at + 1, this.#pair[1]!);
  }
}

/** A gateway's side. */
export class MarketBoardReader {
  /** The picture that was copied last: the answer to a read of the book. */
  readonly picture = new Int32Array(PICTURE_WORDS);
  readonly #words: Int32Array;
  readonly #pair = new Int32Array(2);
  readonly #cell = new Int32Array(CELL_WORDS);
  #version = 0;
  #lastTrade: number;

  /** Tells trades from here on. */
  constructor(board: SharedArrayBuffer) {
    this.#words = new Int32Array(board);
    // The halves change one after the other, and the low one is told once more behind both.
    do this.#lastTrade = loadWhole(this.#words, LAST_TRADE, this.#pair);
    while ((this.#lastTrade | 0) !== Atomics.load(this.#words, TOLD));
  }

  /**
   * Copies the picture where there is another one. False where it is being written right now: then `picture` may be half of
   * one; look again.
   */
  look(): boolean {
    const words = this.#words;
    const version = Atomics.load(words, VERSION);
    if (version === this.#version) return true;
    // Until it is whole again.
    this.#version = 0;
    if ((version & 1) !== 0) return false;
    const { picture } = this;
    picture[0] = Atomics.load(words, PICTURE);
    const length = Math.min(eventCells(picture[0]) * CELL_WORDS, PICTURE_WORDS);
    for (let i = 1; i < length; i++) picture[i] = Atomics.load(words, PICTURE + i);
    if (Atomics.load(words, VERSION) !== version) return false;
    this.#version = version;
    return true;
  }

  /** Which picture was copied last: another number for another one. */
  get version(): number {
    return this.#version;
  }

  /**
   * Hands out the trades since the last call, in order: number and cell, which is used again. Calls `missed` before the first
   * one that follows a gap, with how many there were.
   */
  trades(take: (number: number, cell: Int32Array) => void, missed: (count: number) => void): void {
    const words = this.#words;
    const cell = this.#cell;
    const last = this.#lastTrade + ((Atomics.load(words, TOLD) - (this.#lastTrade | 0)) | 0);
    const untold = loadWhole(words, UNTOLD, this.#pair);
    let lost = 0;
    let number = this.#lastTrade + 1;
    // Trades that nobody told, and trades that others stand in place of.
    const first = Math.max(number, untold + 1, last + 1 - MARKET_TRADES);
    if (first <= last && first > number) {
      lost += first - number;
      number = first;
    }
    for (; number <= last; number++) {
      const at = TRADES + (number & TRADE_MASK) * CELL_WORDS;
      for (let i = 0; i < CELL_WORDS; i++) cell[i] = Atomics.load(words, at + i);
      const ahead = (Atomics.load(words, CLAIMED) - (number | 0)) | 0;
      if (ahead >= MARKET_TRADES) {
        lost++;
        continue;
      }
      if (lost > 0) missed(lost);
      lost = 0;
      take(number, cell);
    }
    this.#lastTrade = last;
    if (lost > 0) missed(lost);
  }
}

/** A whole number whose halves may change one after the other. */
function loadWhole(words: Int32Array, at: number, pair: Int32Array): number {
  do {
    pair[1] = Atomics.load(words, at + 1);
    pair[0] = Atomics.load(words, at);
  } while (pair[1] !== Atomics.load(words, at + 1));
  return readWhole(pair, 0);
}
