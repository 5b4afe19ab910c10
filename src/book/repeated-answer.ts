import { CommandFlag, OrderType, Side, TimeInForce } from '../model/command.js';
import { CancelReason, EventFlag, EventKind, Standing } from '../model/event.js';
import { TERMS_FLAGS } from '../model/order-terms.js';
import { pegReferenceOf, trailUnitOf } from '../wire/command-fields.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_DISPLAY_SIZE,
  EVENT_EXPIRY,
  EVENT_PRICE,
  EVENT_STOP_PRICE,
  EVENT_TERMS,
  EVENT_TERMS_CELLS,
  EVENT_TERMS_MORE,
  EVENT_TEXT_CELLS,
  eventCells,
  eventHead,
} from '../wire/event-record.js';
import {
  ORDER_DISPLAY_SIZE,
  ORDER_EXPIRY,
  ORDER_SESSION,
  ORDER_STOP_PRICE,
  orderFlags,
  orderLines,
  orderTimeInForce,
  orderType,
} from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import {
  ENTRY_MORE,
  ENTRY_PLACE,
  ENTRY_TIME,
  FORM_ACCEPTED,
  FORM_ANY,
  FORM_BOOK_SHIFT,
  FORM_CANCELLED,
  FORM_CODE_SHIFT,
  FORM_MASK,
  FORM_RARE,
  FORM_SIDE_SHIFT,
} from './answer-log.js';
import { writeCommandText, writeRejectFields } from './answers.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import type { Listings } from './listings.js';
import type { RareOrders } from './rare-orders.js';

const TEXT = CommandFlag.TextClientId << 16;
const REPEATED = (EventFlag.Answer | EventFlag.Repeated) << 16;
const TERMS = EventFlag.Terms << 16;
const TEXT_ID = EventFlag.TextClientId << 16;
const ASKED = CancelReason.Asked | (EventFlag.OrderDone << 16);

/**
 * Writes the first answer to a command again, for the session that asks again: from what is remembered of the answer, and
 * from the retry itself, which has the same content. The event stands outside the account's chain.
 *
 * Where words are read and written by number, the number is the word of the layout that `wire/order-record.ts`,
 * `wire/event-record.ts` or `answer-log.ts` draws.
 */
export function writeRepeatedAnswer(
  words: Int32Array,
  at: number,
  clientIds: ClientIds,
  listings: Listings,
  rare: RareOrders,
  events: EventWriter,
): void {
  const kept = clientIds.knownKeptOrder;
  const keptTerms = kept < 0 ? undefined : rare.of(kept);
  if (keptTerms?.isTold === true || (kept < 0 && clientIds.knownForm === FORM_RARE)) {
    writeRareAnswer(words, at, clientIds, keptTerms?.acceptedTicks ?? 0, events);
    return;
  }
  const entries = clientIds.knownWords;
  const entry = clientIds.knownWord;
  const form = clientIds.knownForm;
  const kind = form & FORM_MASK;
  const isText = (words[at + 1]! & TEXT) !== 0;
  const cells = isText ? EVENT_CELLS + EVENT_TEXT_CELLS : EVENT_CELLS;
  const ownSide = words[at]! >>> 24;
  let head: number;
  if (kind === FORM_ANY) head = entries[entry + ENTRY_MORE]!;
  else if (kind === FORM_CANCELLED)
    head = eventHead(EventKind.Cancelled, cells, (form >> FORM_SIDE_SHIFT) & 3);
  else if (form !== FORM_ACCEPTED)
    head = eventHead(EventKind.Rejected, cells, ownSide <= Side.Sell ? ownSide : 0);
  else head = eventHead(EventKind.Accepted, cells, ownSide);
  const to = events.claim(eventCells(head) * CELL_WORDS);
  const out = events.words;
  out[to] = head;
  out[to + 1] = REPEATED | (isText ? TEXT_ID : 0);
  out[to + 2] = entries[entry + ENTRY_PLACE]!;
  out[to + 3] = entries[entry + ENTRY_PLACE + 1]!;
  out[to + 4] = 0;
  out[to + 6] = words[at + 3]!;
  out[to + 7] = words[at + ORDER_SESSION]!;
  out[to + 8] = 0;
  out[to + 9] = 0;
  out[to + 10] = entries[entry + ENTRY_TIME]!;
  out[to + 11] = entries[entry + ENTRY_TIME + 1]!;
  out[to + 14] = words[at + 4]!;
  out[to + 15] = words[at + 5]!;
  if (kind === FORM_ANY) {
    out[to + 1]! |= entries[entry + ENTRY_MORE + 1]!;
    out[to + 5] = entries[entry + ENTRY_MORE + 2]!;
    out[to + 12] = entries[entry + 12]!;
    out[to + 13] = entries[entry + 13]!;
    for (let i = 0; i < 8; i++) out[to + 16 + i] = entries[entry + 14 + i]!;
  } else if (kind === FORM_CANCELLED) {
    out[to + 1]! |= ASKED;
    out[to + 5] = listings.books[form >>> FORM_BOOK_SHIFT]!.instrumentId;
    for (let i = 0; i < 2; i++) {
      out[to + 12 + i] = entries[entry + 8 + i]!;
      out[to + 16 + i] = entries[entry + 10 + i]!;
      out[to + 20 + i] = 0;
    }
    const { pairs } = clientIds.log;
    writeWhole(out, to + 18, pairs[(entry + 12) >> 1]!);
    writeWhole(out, to + 22, pairs[(entry + 14) >> 1]!);
  } else if (form !== FORM_ACCEPTED) {
    out[to + 1]! |= form >>> FORM_CODE_SHIFT;
    out[to + 5] = words[at + 2]!;
    writeRejectFields(words, at, out, to);
  } else {
    out[to + 5] = words[at + 2]!;
    for (let i = 0; i < 2; i++) {
      // The id of an order is the place of the command that made it.
      out[to + 12 + i] = entries[entry + ENTRY_PLACE + i]!;
      out[to + 16 + i] = words[at + 8 + i]!;
      out[to + 18 + i] = words[at + 10 + i]!;
      out[to + 20 + i] = words[at + 10 + i]!;
      out[to + 22 + i] = 0;
    }
  }
  if (isText) writeCommandText(words, at, out, to);
}

/**
 * Accepts an order with rare terms once more. All but the price that it got stands in the retry: of an order whose id has
 * left the window, the caller knows it.
 */
function writeRareAnswer(
  words: Int32Array,
  at: number,
  clientIds: ClientIds,
  keptTicks: number,
  events: EventWriter,
): void {
  const entries = clientIds.knownWords;
  const entry = clientIds.knownWord;
  const priceTicks = clientIds.knownKeptOrder < 0 ? readWhole(entries, entry + ENTRY_MORE) : keptTicks;
  const isText = (words[at + 1]! & TEXT) !== 0;
  const cellsBefore = EVENT_CELLS + EVENT_TERMS_CELLS;
  const cells = cellsBefore + (isText ? EVENT_TEXT_CELLS : 0);
  const to = events.claim(cells * CELL_WORDS);
  const out = events.words;
  out[to] = eventHead(EventKind.Accepted, cells, words[at]! >>> 24);
  out[to + 1] = REPEATED | TERMS | (isText ? TEXT_ID : 0);
  out[to + 4] = 0;
  out[to + 5] = words[at + 2]!;
  out[to + 6] = words[at + 3]!;
  out[to + 7] = words[at + ORDER_SESSION]!;
  out[to + 8] = 0;
  out[to + 9] = 0;
  for (let i = 0; i < 2; i++) {
    out[to + 2 + i] = entries[entry + ENTRY_PLACE + i]!;
    out[to + 10 + i] = entries[entry + ENTRY_TIME + i]!;
    out[to + 12 + i] = entries[entry + ENTRY_PLACE + i]!;
    out[to + 14 + i] = words[at + 4 + i]!;
    out[to + 18 + i] = words[at + 10 + i]!;
    out[to + 20 + i] = words[at + 10 + i]!;
    out[to + 22 + i] = 0;
  }
  writeWhole(out, to + EVENT_PRICE, priceTicks);
  writeCommandTerms(words, at, out, to);
  if (isText) writeCommandText(words, at, out, to, cellsBefore);
}

/** Writes the cell of rare terms from the command that gave them. */
function writeCommandTerms(words: Int32Array, at: number, out: Int32Array, to: number): void {
  const terms = words[at + 1]!;
  const time = orderTimeInForce(terms);
  const isForAuction = time === TimeInForce.AtOpen || time === TimeInForce.AtClose;
  const type = orderType(terms);
  const isStop = type === OrderType.Stop || type === OrderType.StopLimit || type === OrderType.TrailingStop;
  const standing = isStop ? Standing.AwaitsStop : isForAuction ? Standing.AwaitsAuction : Standing.Active;
  const hasLine = orderLines(words[at]!) >= 2;
  out[to + EVENT_TERMS] = (terms & 0xffff) | ((orderFlags(terms) & TERMS_FLAGS) << 16);
  out[to + EVENT_TERMS_MORE] = pegReferenceOf(words, at) | (trailUnitOf(words, at) << 8) | (standing << 16);
  for (let i = 0; i < 2; i++) {
    out[to + EVENT_DISPLAY_SIZE + i] = words[at + ORDER_DISPLAY_SIZE + i]!;
    out[to + EVENT_STOP_PRICE + i] = hasLine ? words[at + ORDER_STOP_PRICE + i]! : 0;
    out[to + EVENT_EXPIRY + i] = hasLine ? words[at + ORDER_EXPIRY + i]! : 0;
  }
}
