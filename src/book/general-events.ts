import { CommandFlag, SELF_TRADE_SHIFT } from '../model/command.js';
import { type CancelReason, EventFlag, EventKind } from '../model/event.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_COUNTER_ORDER,
  EVENT_CUMULATIVE,
  EVENT_DISPLAY_SIZE,
  EVENT_EXPIRY,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_STOP_PRICE,
  EVENT_TERMS,
  EVENT_TERMS_CELLS,
  EVENT_TERMS_MORE,
  EVENT_TEXT_CELLS,
  EVENT_TRADE,
  eventHead,
  FILL_CELLS,
} from '../wire/event-record.js';
import { writeWhole } from '../wire/words.js';
import { writeCommandText } from './answers.js';
import type { Book } from './book.js';
import { bookOf, type GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import * as pool from './order-pool.js';
import type { RareTerms } from './rare-orders.js';

/*
 * The events of the general path. Each speaks of a live order as it stands after what the event tells; sizes count an
 * iceberg's reserve in.
 */

const { LIVE_CLIENT_ID, LIVE_TERMS, ORDER_SHIFT, TERMS_TEXT } = pool;
const ANSWER = EventFlag.Answer << 16;
const TEXT = EventFlag.TextClientId << 16;
const DONE = EventFlag.OrderDone << 16;
const MAKER = EventFlag.Maker << 16;
const TERMS = EventFlag.Terms << 16;
const COMMAND_TEXT = CommandFlag.TextClientId << 16;

/** All that remains of an order, what an iceberg does not show too. */
export function wholeRemaining(room: GeneralRoom, slot: number): number {
  const reserve = room.rare.of(slot)?.reserveLots ?? 0;
  return live.remainingOf(room.orders, slot) + reserve;
}

/** Accepts the order in the slot by an event that is no answer: a quote, an exit. */
export function writeAccepted(room: GeneralRoom, slot: number): void {
  const terms = termsToTell(room.rare.of(slot));
  const size = wholeRemaining(room, slot);
  const cells = EVENT_CELLS + (terms === undefined ? 0 : EVENT_TERMS_CELLS);
  const code = terms === undefined ? 0 : TERMS;
  const at = writeOrderEvent(
    room,
    EventKind.Accepted,
    code,
    slot,
    cells,
    live.priceOf(room.orders, slot),
    size,
  );
  if (terms !== undefined) writeTerms(room, at, slot, terms);
}

/**
 * Answers the command at word `at`, which made the order in the slot, and keeps the answer for a retry.
 */
export function answerAccepted(room: GeneralRoom, words: Int32Array, at: number, slot: number): void {
  const terms = termsToTell(room.rare.of(slot));
  const cells = EVENT_CELLS + (terms === undefined ? 0 : EVENT_TERMS_CELLS);
  const code = terms === undefined ? 0 : TERMS;
  const size = wholeRemaining(room, slot);
  const price = live.priceOf(room.orders, slot);
  const to = writeAnswer(room, words, at, EventKind.Accepted, code, slot, cells, price, size, size);
  const index = room.events.index - 1;
  if (index !== 0) room.rare.attach(slot).answerIndex = index;
  if (terms === undefined) {
    room.clientIds.keepOrder(room.events, to, slot);
    return;
  }
  writeTerms(room, to, slot, terms);
  terms.acceptedTicks = price;
  room.clientIds.keepRareOrder(room.events, to, slot, price);
}

/** Answers an amend of the order in the slot, and keeps the answer. */
export function answerAmended(room: GeneralRoom, words: Int32Array, at: number, slot: number): void {
  const remaining = wholeRemaining(room, slot);
  const total = remaining + live.cumulativeOf(room.orders, slot);
  const price = live.priceOf(room.orders, slot);
  const to = writeAnswer(room, words, at, EventKind.Amended, 0, slot, EVENT_CELLS, price, total, remaining);
  room.clientIds.keep(room.events, to);
}

/** Answers a command by which all that remains of the order in the slot is cancelled, and keeps the answer. */
export function answerCancelled(
  room: GeneralRoom,
  words: Int32Array,
  at: number,
  slot: number,
  reason: CancelReason,
): void {
  const rest = wholeRemaining(room, slot);
  const price = live.priceOf(room.orders, slot);
  const code = reason | DONE;
  const to = writeAnswer(room, words, at, EventKind.Cancelled, code, slot, EVENT_CELLS, price, rest, 0);
  room.clientIds.keep(room.events, to);
}

/** All that remains of the order in the slot is cancelled. */
export function writeCancelled(room: GeneralRoom, slot: number, reason: CancelReason): void {
  const rest = wholeRemaining(room, slot);
  const price = live.priceOf(room.orders, slot);
  const at = writeOrderEvent(room, EventKind.Cancelled, reason | DONE, slot, EVENT_CELLS, price, rest);
  writeWhole(room.events.words, at + EVENT_REMAINING, 0);
}

/** One side of a trade: the order in the slot against `counterId`. */
export function writeFill(
  room: GeneralRoom,
  slot: number,
  counterId: number,
  isMaker: boolean,
  priceTicks: number,
  lots: number,
  trade: number,
): void {
  const isDone = wholeRemaining(room, slot) === 0;
  const code = (isMaker ? MAKER : 0) | (isDone ? DONE : 0);
  const at = writeOrderEvent(room, EventKind.Fill, code, slot, FILL_CELLS, priceTicks, lots);
  const { words } = room.events;
  writeWhole(words, at + EVENT_TRADE, trade);
  writeWhole(words, at + EVENT_COUNTER_ORDER, counterId);
}

/** A stop has become active, or an order joins its auction. */
export function writeTriggered(room: GeneralRoom, slot: number): void {
  const total = wholeRemaining(room, slot) + live.cumulativeOf(room.orders, slot);
  writeOrderEvent(room, EventKind.Triggered, 0, slot, EVENT_CELLS, live.priceOf(room.orders, slot), total);
}

/** An iceberg shows its next slice. */
export function writeRefreshed(room: GeneralRoom, slot: number): void {
  const slice = live.remainingOf(room.orders, slot);
  writeOrderEvent(room, EventKind.Refreshed, 0, slot, EVENT_CELLS, live.priceOf(room.orders, slot), slice);
}

/** A peg has another price, or a trailing stop another stop price. */
export function writeRepriced(room: GeneralRoom, slot: number, what: number, priceTicks: number): void {
  const total = wholeRemaining(room, slot) + live.cumulativeOf(room.orders, slot);
  writeOrderEvent(room, EventKind.Repriced, what, slot, EVENT_CELLS, priceTicks, total);
}

/** Self-trade prevention took lots from the order in the slot. */
export function writeDecremented(room: GeneralRoom, slot: number, lots: number): void {
  const code = wholeRemaining(room, slot) === 0 ? DONE : 0;
  writeOrderEvent(
    room,
    EventKind.Decremented,
    code,
    slot,
    EVENT_CELLS,
    live.priceOf(room.orders, slot),
    lots,
  );
}

/** An auction found its price. */
export function writeAuctionPrice(
  room: GeneralRoom,
  book: Book,
  side: number,
  priceTicks: number,
  lots: number,
  surplusLots: number,
): void {
  const { events } = room;
  const at = events.open(eventHead(EventKind.AuctionPrice, EVENT_CELLS, side), 0, book.instrumentId, 0);
  const { words } = events;
  words.fill(0, at + EVENT_ORDER, at + EVENT_CELLS * CELL_WORDS);
  writeWhole(words, at + EVENT_PRICE, priceTicks);
  writeWhole(words, at + EVENT_SIZE, lots);
  writeWhole(words, at + EVENT_REMAINING, surplusLots);
}

/** The terms that an Accepted event has to tell; undefined where the order is a plain limit order, GTC or IOC. */
function termsToTell(rare: RareTerms | undefined): RareTerms | undefined {
  return rare?.isTold === true ? rare : undefined;
}

/** An event of the order's own: with its client id, and its remaining and traded size. */
function writeOrderEvent(
  room: GeneralRoom,
  kind: number,
  code: number,
  slot: number,
  cells: number,
  priceTicks: number,
  sizeLots: number,
): number {
  const { events, orders, clientIds } = room;
  const order = slot << ORDER_SHIFT;
  const isText = (orders.words[order + LIVE_TERMS]! & TERMS_TEXT) !== 0;
  const at = open(room, kind, code, slot, cells, isText, priceTicks, sizeLots, wholeRemaining(room, slot));
  const { words } = events;
  const clientId = order + LIVE_CLIENT_ID;
  words[at + 14] = isText ? 0 : orders.words[clientId]!;
  words[at + 15] = isText ? 0 : orders.words[clientId + 1]!;
  if (isText) clientIds.texts.writeCells(orders.words[clientId]!, words, at + cells * CELL_WORDS);
  return at;
}

/** An event that answers the command at word `at`, with the command's client id. */
function writeAnswer(
  room: GeneralRoom,
  command: Int32Array,
  commandAt: number,
  kind: number,
  code: number,
  slot: number,
  cells: number,
  priceTicks: number,
  sizeLots: number,
  remainingLots: number,
): number {
  const isText = (command[commandAt + 1]! & COMMAND_TEXT) !== 0;
  const at = open(room, kind, code | ANSWER, slot, cells, isText, priceTicks, sizeLots, remainingLots);
  const { words } = room.events;
  if (isText) writeCommandText(command, commandAt, words, at, cells);
  else {
    words[at + 14] = command[commandAt + 4]!;
    words[at + 15] = command[commandAt + 5]!;
  }
  return at;
}

/** Writes all but the client id, and zero into what the cells hold beyond the first three. */
function open(
  room: GeneralRoom,
  kind: number,
  code: number,
  slot: number,
  cells: number,
  isText: boolean,
  priceTicks: number,
  sizeLots: number,
  remainingLots: number,
): number {
  const { events, orders } = room;
  const head = eventHead(kind, cells + (isText ? EVENT_TEXT_CELLS : 0), live.sideOf(orders, slot));
  const book = bookOf(room, live.bookNumber(orders, slot));
  const account = live.accountSlot(orders, slot);
  const at = events.open(head, code | (isText ? TEXT : 0), book.instrumentId, account);
  const { words } = events;
  writeWhole(words, at + EVENT_ORDER, live.orderId(orders, slot));
  writeWhole(words, at + EVENT_PRICE, priceTicks);
  writeWhole(words, at + EVENT_SIZE, sizeLots);
  writeWhole(words, at + EVENT_REMAINING, remainingLots);
  writeWhole(words, at + EVENT_CUMULATIVE, live.cumulativeOf(orders, slot));
  if (cells > EVENT_CELLS) words.fill(0, at + EVENT_CELLS * CELL_WORDS, at + cells * CELL_WORDS);
  return at;
}

function writeTerms(room: GeneralRoom, at: number, slot: number, rare: RareTerms): void {
  const { words } = room.events;
  const selfTrade = live.selfTradeMode(room.orders, slot) << SELF_TRADE_SHIFT;
  const flags = (rare.flags & ~CommandFlag.SelfTradeBits) | selfTrade;
  words[at + EVENT_TERMS] = rare.type | (rare.timeInForce << 8) | (flags << 16);
  words[at + EVENT_TERMS_MORE] = rare.pegReference | (rare.trailUnit << 8) | (rare.standing << 16);
  writeWhole(words, at + EVENT_DISPLAY_SIZE, rare.displayLots);
  writeWhole(words, at + EVENT_STOP_PRICE, rare.givenStopTicks);
  words[at + EVENT_EXPIRY] = rare.expiryLow;
  words[at + EVENT_EXPIRY + 1] = rare.expiryHigh;
}
