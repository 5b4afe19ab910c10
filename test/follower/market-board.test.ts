import { describe, expect, it } from 'vitest';
import {
  allocateMarketBoard,
  isMarketBoardBegun,
  MarketBoardReader,
  MarketBoardWriter,
} from '../../src/follower/market-board.js';
import { EventKind } from '../../src/model/event.js';
import { placeOf } from '../../src/model/identity.js';
import { MARKET_TRADES } from '../../src/model/limits.js';
import { BOOK_BIDS, EVENT_CELLS, EVENT_PLACE, eventHead } from '../../src/wire/event-record.js';
import { readWhole, writeWhole } from '../../src/wire/words.js';

/** A book of so many bids, all of one price, as of a sequence. */
function book(sequence: number, levels = 1): Int32Array {
  const words = new Int32Array((EVENT_CELLS + levels) * 8);
  words[0] = eventHead(EventKind.Book, EVENT_CELLS + levels, 0);
  writeWhole(words, EVENT_PLACE, placeOf(3, sequence));
  words[BOOK_BIDS] = levels;
  return words;
}

function tradeCell(number: number): Int32Array {
  const cell = new Int32Array(8);
  writeWhole(cell, 0, number * 10);
  writeWhole(cell, 2, 7);
  return cell;
}

function tell(writer: MarketBoardWriter, from: number, to: number): void {
  for (let number = from; number <= to; number++) writer.trade(number, tradeCell(number));
}

/** What a reader is handed: numbers, and how many were missed where they were. */
function fetch(reader: MarketBoardReader): (number | string)[] {
  const told: (number | string)[] = [];
  reader.trades(
    (number, cell) => {
      expect(readWhole(cell, 0)).toBe(number * 10);
      told.push(number);
    },
    (count) => told.push(`${count} missed`),
  );
  return told;
}

describe('a market board', () => {
  it('shows the last picture, whole', () => {
    const board = allocateMarketBoard();
    expect(isMarketBoardBegun(board)).toBe(false);
    const writer = new MarketBoardWriter(board);
    writer.show(book(5), 0);
    expect(isMarketBoardBegun(board)).toBe(true);
    const reader = new MarketBoardReader(board);
    expect(reader.look()).toBe(true);
    const first = reader.version;
    expect(reader.picture.subarray(0, 32)).toEqual(book(5));
    expect(reader.look()).toBe(true);
    expect(reader.version).toBe(first);
    writer.show(book(6, 200), 0);
    expect(reader.look()).toBe(true);
    expect(reader.version).not.toBe(first);
    expect(reader.picture).toEqual(book(6, 200));
  });

  it('shows no half picture, and the next writer makes it whole again', () => {
    const board = allocateMarketBoard();
    const writer = new MarketBoardWriter(board);
    writer.show(book(5), 0);
    const reader = new MarketBoardReader(board);
    expect(reader.look()).toBe(true);
    // As one leaves it that dies while it writes.
    Atomics.add(new Int32Array(board), 0, 1);
    expect(reader.look()).toBe(false);
    const next = new MarketBoardWriter(board);
    next.show(book(4), 0);
    expect(reader.look()).toBe(false);
    next.show(book(5), 0);
    expect(reader.look()).toBe(true);
    expect(reader.picture.subarray(0, 32)).toEqual(book(5));
  });

  it('tells each trade once, from when the reader came, also where another writer goes on', () => {
    const board = allocateMarketBoard();
    const writer = new MarketBoardWriter(board);
    writer.begin(100);
    tell(writer, 101, 103);
    const reader = new MarketBoardReader(board);
    expect(fetch(reader)).toEqual([]);
    tell(writer, 104, 105);
    expect(fetch(reader)).toEqual([104, 105]);
    expect(fetch(reader)).toEqual([]);
    const next = new MarketBoardWriter(board);
    tell(next, 90, 106);
    expect(fetch(reader)).toEqual([106]);
  });

  it('counts what a reader was too slow for, and what no writer has told', () => {
    const board = allocateMarketBoard();
    const writer = new MarketBoardWriter(board);
    const reader = new MarketBoardReader(board);
    tell(writer, 1, MARKET_TRADES + 5);
    const told = fetch(reader);
    expect(told.slice(0, 2)).toEqual(['5 missed', 6]);
    expect(told).toHaveLength(MARKET_TRADES + 1);
    tell(new MarketBoardWriter(board), MARKET_TRADES + 9, MARKET_TRADES + 10);
    expect(fetch(reader)).toEqual(['3 missed', MARKET_TRADES + 9, MARKET_TRADES + 10]);
  });

  it('leaves out what is overwritten right now', () => {
    const board = allocateMarketBoard();
    const writer = new MarketBoardWriter(board);
    const reader = new MarketBoardReader(board);
    tell(writer, 1, MARKET_TRADES);
    // The next trade has begun to take the place of the first.
    Atomics.store(new Int32Array(board), 2, MARKET_TRADES + 1);
    const told = fetch(reader);
    expect(told.slice(0, 2)).toEqual(['1 missed', 2]);
  });

  it('counts on past 2^32', () => {
    const board = allocateMarketBoard();
    const writer = new MarketBoardWriter(board);
    const before = 2 ** 32 - 2;
    writer.begin(before);
    const reader = new MarketBoardReader(board);
    tell(writer, before + 1, before + 4);
    expect(fetch(reader)).toEqual([before + 1, before + 2, before + 3, before + 4]);
    expect(fetch(new MarketBoardReader(board))).toEqual([]);
  });
});
