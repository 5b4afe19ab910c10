import { CommandFlag, CommandKind, TimeInForce } from '../model/command.js';
import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import { RejectCode } from '../model/reject.js';
import { EVENT_CELLS, eventCode, eventHead } from '../wire/event-record.js';
import { ORDER_TARGET_TEXT_WORD } from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import type { Accounts } from './accounts.js';
import { writeReject } from './answers.js';
import type { BookRoom } from './book.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import type { Listings } from './listings.js';
import type { OrderEvents } from './order-events.js';
import type { OrderIndex } from './order-index.js';
import * as pool from './order-pool.js';
import { writeRepeatedAnswer } from './repeated-answer.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_CUMULATIVE, LIVE_ID, LIVE_LEVEL, LIVE_PRICE } = pool;
const { LIVE_REMAINING, LIVE_SESSION, LIVE_TERMS, ORDER_FLOATS_SHIFT, ORDER_SHIFT } = pool;
const { TERMS_BOOK_MASK, TERMS_BOOK_SHIFT, TERMS_SIDE, TERMS_TEXT } = pool;
const { New: NEW, Cancel: CANCEL } = CommandKind;

/** Flags as they stand in word 1 of a record. */
const TEXT = CommandFlag.TextClientId << 16;
const BY_CLIENT_ID = CommandFlag.TargetByClientId << 16;
const TARGET_TEXT = CommandFlag.TargetText << 16;
const AMEND_PRICE = CommandFlag.AmendPrice << 16;
const AMEND_SIZE = CommandFlag.AmendSize << 16;

const GOOD_TILL_CANCEL = TimeInForce.GoodTillCancel;

const ACCEPTED = eventHead(EventKind.Accepted, EVENT_CELLS, 0);
const CANCELLED = eventHead(EventKind.Cancelled, EVENT_CELLS, 0);
const AMENDED = eventHead(EventKind.Amended, EVENT_CELLS, 0);
const ASKED = eventCode(CancelReason.Asked, EventFlag.OrderDone);
const AMENDED_TO_NOTHING = eventCode(CancelReason.AmendedToNothing, EventFlag.OrderDone);

/**
 * New, cancel and amend: the commands that belong to an account and carry a client id.
 *
 * Where words of a record are read by number, the number is the word of the layout that `wire/order-record.ts` draws.
 */
export class ClientCommands {
  declare private readonly events: EventWriter;
  declare private readonly accounts: Accounts;
  declare private readonly orders: pool.OrderPool;
  declare private readonly orderIndex: OrderIndex;
  declare private readonly orderEvents: OrderEvents;
  declare private readonly clientIds: ClientIds;
  declare private readonly listings: Listings;

  constructor(room: BookRoom, listings: Listings) {
    this.events = room.events;
    this.accounts = room.accounts;
    this.orders = room.orders;
    this.orderIndex = room.orderIndex;
    this.orderEvents = room.orderEvents;
    this.clientIds = room.clientIds;
    this.listings = listings;
  }

  /** Carries out a command of sound shape, or gives the first answer again where it is a retry. */
  apply(words: Int32Array, at: number, kind: number): void {
    const clientIds = this.clientIds;
    if (!clientIds.admit(words, at)) {
      // The command that has the id keeps it: a reject of this one is not remembered.
      if (clientIds.isRetry) writeRepeatedAnswer(words, at, clientIds, this.listings, this.events);
      else writeReject(this.events, this.accounts, words, at, RejectCode.ClientIdReused);
      return;
    }
    const fault = clientIds.late ? RejectCode.TooLate : this.#carryOut(words, at, kind);
    if (fault === 0) return;
    writeReject(this.events, this.accounts, words, at, fault);
    clientIds.keepReject(this.events, fault);
  }

  /** Returns 0, or, with no event written and nothing changed, why the command is rejected. */
  #carryOut(words: Int32Array, at: number, kind: number): RejectCode | 0 {
    const account = this.accounts.slotOf(words[at + 3]!);
    if (kind === NEW) return this.#enter(words, at, account);
    if (kind === CANCEL) return this.#cancel(words, at, account);
    return this.#amend(words, at, account);
  }

  #enter(words: Int32Array, at: number, account: number): RejectCode | 0 {
    const bookNumber = this.listings.find(words[at + 2]!);
    if (bookNumber < 0) return RejectCode.InstrumentNotListed;
    const book = this.listings.books[bookNumber]!;
    const price = readWhole(words, at + 8);
    const size = readWhole(words, at + 10);
    if (!book.takesPrice(price)) return RejectCode.PriceOutOfRange;
    if (!book.takesSize(size)) return RejectCode.SizeOutOfRange;
    const terms = words[at + 1]!;
    const side = words[at]! >>> 24;
    const mayRest = ((terms >>> 8) & 0xff) === GOOD_TILL_CANCEL;
    if (this.orders.isFull || (mayRest && !book.hasRoom(side, price, size))) return RejectCode.BookFull;

    const isText = (terms & TEXT) !== 0;
    const slot = this.orders.allocate();
    const { words: orders, floats } = this.orders;
    const order = slot << ORDER_SHIFT;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    orders[order + LIVE_ID] = this.events.placeLow;
    orders[order + LIVE_ID + 1] = this.events.placeHigh;
    orders[order + LIVE_CLIENT_ID] = isText ? this.clientIds.newestText : words[at + 4]!;
    orders[order + LIVE_CLIENT_ID + 1] = words[at + 5]!;
    orders[order + LIVE_ACCOUNT] = account;
    orders[order + LIVE_TERMS] = side | (isText ? TERMS_TEXT : 0) | (bookNumber << TERMS_BOOK_SHIFT);
    orders[order + LIVE_SESSION] = words[at + 14]!;
    orders[order + LIVE_LEVEL] = -1;
    orders[order + LIVE_PRICE] = words[at + 8]!;
    orders[order + LIVE_PRICE + 1] = words[at + 9]!;
    floats[orderFloat + LIVE_REMAINING] = size;
    floats[orderFloat + LIVE_CUMULATIVE] = 0;
    this.clientIds.keepOrder(this.events, slot);
    this.orderEvents.answer(words, at, ACCEPTED, 0, isText, slot, book.instrumentId);
    book.enter(slot, mayRest);
    return 0;
  }

  #cancel(words: Int32Array, at: number, account: number): RejectCode | 0 {
    const slot = this.#targetOf(words, at, account);
    return slot < 0 ? RejectCode.UnknownOrder : this.#cancelResting(words, at, slot, ASKED);
  }

  #amend(words: Int32Array, at: number, account: number): RejectCode | 0 {
    const terms = words[at + 1]!;
    if ((terms & (AMEND_PRICE | AMEND_SIZE)) === 0) return RejectCode.NothingToAmend;
    const slot = this.#targetOf(words, at, account);
    if (slot < 0) return RejectCode.UnknownOrder;

    const { words: orders, floats } = this.orders;
    const order = slot << ORDER_SHIFT;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    const side = orders[order + LIVE_TERMS]! & TERMS_SIDE;
    const book = this.listings.books[(orders[order + LIVE_TERMS]! >>> TERMS_BOOK_SHIFT) & TERMS_BOOK_MASK]!;
    const remaining = floats[orderFloat + LIVE_REMAINING]!;
    const cumulative = floats[orderFloat + LIVE_CUMULATIVE]!;
    const oldPrice = readWhole(orders, order + LIVE_PRICE);
    const price = (terms & AMEND_PRICE) !== 0 ? readWhole(words, at + 8) : oldPrice;
    const total = (terms & AMEND_SIZE) !== 0 ? readWhole(words, at + 10) : remaining + cumulative;
    if (!book.takesPrice(price)) return RejectCode.PriceOutOfRange;
    if (total <= cumulative) return this.#cancelResting(words, at, slot, AMENDED_TO_NOTHING);
    if (!book.takesSize(total)) return RejectCode.SizeOutOfRange;
    const rest = total - cumulative;
    const keepsPlace = price === oldPrice && rest <= remaining;
    if (!keepsPlace && !book.hasRoom(side, price, rest - remaining)) return RejectCode.BookFull;

    if (keepsPlace) {
      book.shrink(slot, rest);
    } else {
      book.lift(slot);
      writeWhole(orders, order + LIVE_PRICE, price);
      floats[orderFloat + LIVE_REMAINING] = rest;
    }
    const isText = (terms & TEXT) !== 0;
    const to = this.orderEvents.answer(words, at, AMENDED, 0, isText, slot, book.instrumentId);
    this.clientIds.keep(this.events, to);
    if (!keepsPlace) book.reenter(slot);
    return 0;
  }

  /** Answers a command by cancelling all that remains of a resting order. */
  #cancelResting(words: Int32Array, at: number, slot: number, code: number): 0 {
    const orders = this.orders.words;
    const book =
      this.listings.books[
        (orders[(slot << ORDER_SHIFT) + LIVE_TERMS]! >>> TERMS_BOOK_SHIFT) & TERMS_BOOK_MASK
      ]!;
    const isText = (words[at + 1]! & TEXT) !== 0;
    const to = this.orderEvents.answer(words, at, CANCELLED, code, isText, slot, book.instrumentId);
    this.clientIds.keep(this.events, to);
    book.drop(slot);
    return 0;
  }

  /**
   * The resting order that a cancel or an amend means, or -1. It must be of the same account and, where the command
   * names an instrument, of that one.
   */
  #targetOf(words: Int32Array, at: number, account: number): number {
    const terms = words[at + 1]!;
    const number = words[at + 3]!;
    let slot: number;
    if ((terms & BY_CLIENT_ID) === 0) slot = this.orderIndex.find(words[at + 6]!, words[at + 7]!);
    else if ((terms & TARGET_TEXT) === 0)
      slot = this.clientIds.findOrder(words[at + 6]!, words[at + 7]!, number);
    else slot = this.clientIds.findOrderByText(words, at + ORDER_TARGET_TEXT_WORD, number);
    if (slot < 0) return -1;
    const orders = this.orders.words;
    const order = slot << ORDER_SHIFT;
    if (orders[order + LIVE_ACCOUNT] !== account) return -1;
    const instrument = words[at + 2]!;
    if (instrument === 0) return slot;
    return this.listings.books[(orders[order + LIVE_TERMS]! >>> TERMS_BOOK_SHIFT) & TERMS_BOOK_MASK]!
      .instrumentId === instrument
      ? slot
      : -1;
  }
}
