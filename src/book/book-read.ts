import { EventFlag, EventKind } from '../model/event.js';
import { MAX_BOOK_DEPTH } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_LAST_PRICE,
  BOOK_STATE,
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_HEAD,
  EVENT_INSTRUMENT,
  EVENT_PLACE,
  EVENT_SESSION,
  EVENT_TIME,
  eventCode,
  eventHead,
} from '../wire/event-record.js';
import {
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_SESSION,
  ORDER_SIZE,
} from '../wire/order-record.js';
import { isWhole, readWhole, writeWhole } from '../wire/words.js';
import type { Book } from './book.js';
import type { EventWriter } from './event-writer.js';
import type { PriceLadder } from './price-ladder.js';

const ANSWER_FLAGS = EventFlag.Answer | EventFlag.LastOfCommand;

/** Writes the answer to a read of a book: its levels, best first, and as its position the last command. */
export function writeBook(words: Int32Array, at: number, book: Book, events: EventWriter): void {
  const depth = Math.min(Math.max(readWhole(words, at + ORDER_SIZE), 1), MAX_BOOK_DEPTH);
  const bids = countLevels(book.bids, depth);
  const asks = countLevels(book.asks, depth);
  const to = openRead(words, at, events, EventKind.Book, EVENT_CELLS + bids + asks, 0, ANSWER_FLAGS);
  events.words[to + BOOK_BIDS] = bids;
  events.words[to + BOOK_ASKS] = asks;
  events.words[to + BOOK_STATE] = book.specials.state;
  writeWhole(events.words, to + BOOK_LAST_PRICE, book.lastPriceTicks);
  writeLevels(events.words, to + EVENT_CELLS * CELL_WORDS, book.bids, bids);
  writeLevels(events.words, to + (EVENT_CELLS + bids) * CELL_WORDS, book.asks, asks);
}

/** Writes the answer to a read of an instrument that is not listed. */
export function writeUnknownInstrument(words: Int32Array, at: number, events: EventWriter): void {
  const flags = ANSWER_FLAGS | EventFlag.Refused;
  openRead(words, at, events, EventKind.Rejected, EVENT_CELLS, RejectCode.UnknownInstrument, flags);
}

/** Begins the answer to a read: who asked, place and time of the last command, and zero wherever nothing else stands. */
function openRead(
  words: Int32Array,
  at: number,
  events: EventWriter,
  kind: number,
  cells: number,
  code: number,
  flags: number,
): number {
  const to = events.claim(cells * CELL_WORDS);
  const out = events.words;
  out.fill(0, to, to + cells * CELL_WORDS);
  out[to + EVENT_HEAD] = eventHead(kind, cells, 0);
  out[to + EVENT_CODE] = eventCode(code, flags);
  out[to + EVENT_PLACE] = events.placeLow;
  out[to + EVENT_PLACE + 1] = events.placeHigh;
  out[to + EVENT_TIME] = events.timeLow;
  out[to + EVENT_TIME + 1] = events.timeHigh;
  out[to + EVENT_INSTRUMENT] = words[at + ORDER_INSTRUMENT]!;
  out[to + EVENT_ACCOUNT] = words[at + ORDER_ACCOUNT]!;
  out[to + EVENT_SESSION] = words[at + ORDER_SESSION]!;
  if (isWhole(words, at + ORDER_CLIENT_ID)) {
    out[to + EVENT_CLIENT_ID] = words[at + ORDER_CLIENT_ID]!;
    out[to + EVENT_CLIENT_ID + 1] = words[at + ORDER_CLIENT_ID + 1]!;
  }
  return to;
}

function countLevels(ladder: PriceLadder, depth: number): number {
  let count = 0;
  for (let level = ladder.bestLevel; level >= 0 && count < depth; level = ladder.worseLevel(level)) count++;
  return count;
}

function writeLevels(words: Int32Array, to: number, ladder: PriceLadder, count: number): void {
  let level = ladder.bestLevel;
  for (let cell = to; cell < to + count * CELL_WORDS; cell += CELL_WORDS) {
    writeWhole(words, cell, ladder.priceTicks(level));
    writeWhole(words, cell + 2, ladder.sizeLots(level));
    words[cell + 4] = ladder.orders(level);
    level = ladder.worseLevel(level);
  }
}
