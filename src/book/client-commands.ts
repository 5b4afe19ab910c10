import { CommandFlag, CommandKind, TimeInForce } from '../model/command.js';
import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import { RejectCode } from '../model/reject.js';
import {
  EVENT_CUMULATIVE,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  eventCode,
} from '../wire/event-record.js';
import {
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SESSION,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TARGET_TEXT_WORD,
  orderFlags,
  orderSide,
  orderTimeInForce,
} from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import type { Accounts } from './accounts.js';
import { openAnswer, writeReject } from './answers.js';
import type { BookRoom } from './book.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import type { Listings } from './listings.js';
import type { OrderIndex } from './order-index.js';
import {
  LIVE_ACCOUNT,
  LIVE_CLIENT_ID,
  LIVE_CUMULATIVE,
  LIVE_ID,
  LIVE_LEVEL,
  LIVE_PRICE,
  LIVE_REMAINING,
  LIVE_TERMS,
  ORDER_FLOATS,
  ORDER_WORDS,
  type OrderPool,
  TERMS_BOOK_SHIFT,
  TERMS_SIDE,
  TERMS_TEXT,
} from './order-pool.js';
import type { PricePages } from './price-pages.js';

const TWO_32 = 4_294_967_296;

/** New, cancel and amend: the commands that belong to an account and carry a client id. */
export class ClientCommands {
  readonly #events: EventWriter;
  readonly #accounts: Accounts;
  readonly #orders: OrderPool;
  readonly #orderIndex: OrderIndex;
  readonly #clientIds: ClientIds;
  readonly #pages: PricePages;
  readonly #listings: Listings;

  constructor(room: BookRoom, listings: Listings) {
    this.#events = room.events;
    this.#accounts = room.accounts;
    this.#orders = room.orders;
    this.#orderIndex = room.orderIndex;
    this.#clientIds = room.clientIds;
    this.#pages = room.pages;
    this.#listings = listings;
  }

  /** Carries out a command of sound shape, or gives the first answer again where it is a retry. */
  apply(words: Int32Array, at: number, kind: number): void {
    const clientIds = this.#clientIds;
    if (!clientIds.admit(words, at)) {
      // The command that has the id keeps it: a reject of this one is not remembered.
      if (clientIds.isRetry) clientIds.repeat(words[at + ORDER_SESSION]!, this.#events);
      else writeReject(this.#events, this.#accounts, words, at, RejectCode.ClientIdReused);
      return;
    }
    const fault = clientIds.late ? RejectCode.TooLate : this.#carryOut(words, at, kind);
    if (fault === 0) return;
    const to = writeReject(this.#events, this.#accounts, words, at, fault);
    clientIds.keep(this.#events.words, to);
  }

  /** Returns 0, or, with no event written and nothing changed, why the command is rejected. */
  #carryOut(words: Int32Array, at: number, kind: number): RejectCode | 0 {
    const account = this.#accounts.slotOf(words[at + ORDER_ACCOUNT]!);
    if (kind === CommandKind.New) return this.#enter(words, at, account);
    if (kind === CommandKind.Cancel) return this.#cancel(words, at, account);
    return this.#amend(words, at, account);
  }

  #enter(words: Int32Array, at: number, account: number): RejectCode | 0 {
    const bookNumber = this.#listings.find(words[at + ORDER_INSTRUMENT]!);
    if (bookNumber < 0) return RejectCode.InstrumentNotListed;
    const book = this.#listings.books[bookNumber]!;
    const size = readWhole(words, at + ORDER_SIZE);
    if (!book.takesPrice(readWhole(words, at + ORDER_PRICE))) return RejectCode.PriceOutOfRange;
    if (!book.takesSize(size)) return RejectCode.SizeOutOfRange;
    const side = orderSide(words[at]!);
    const mayRest = orderTimeInForce(words[at + 1]!) === TimeInForce.GoodTillCancel;
    if (this.#orders.isFull || (mayRest && (this.#pages.isFull || !book.hasRoom(side, size))))
      return RejectCode.BookFull;

    const isText = isTextFlag(words[at + 1]!);
    const slot = this.#orders.allocate();
    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    orders[order + LIVE_ID] = this.#events.placeLow;
    orders[order + LIVE_ID + 1] = this.#events.placeHigh;
    orders[order + LIVE_CLIENT_ID] = isText ? this.#clientIds.newestText : words[at + ORDER_CLIENT_ID]!;
    orders[order + LIVE_CLIENT_ID + 1] = words[at + ORDER_CLIENT_ID + 1]!;
    orders[order + LIVE_ACCOUNT] = account;
    orders[order + LIVE_TERMS] = side | (isText ? TERMS_TEXT : 0) | (bookNumber << TERMS_BOOK_SHIFT);
    orders[order + LIVE_LEVEL] = -1;
    orders[order + LIVE_PRICE] = words[at + ORDER_PRICE]!;
    orders[order + LIVE_PRICE + 1] = words[at + ORDER_PRICE + 1]!;
    floats[slot * ORDER_FLOATS + LIVE_REMAINING] = size;
    floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE] = 0;

    const to = openAnswer(
      this.#events,
      words,
      at,
      EventKind.Accepted,
      side,
      0,
      book.instrumentId,
      account,
      isText,
    );
    const out = this.#events.words;
    out[to + EVENT_ORDER] = this.#events.placeLow;
    out[to + EVENT_ORDER + 1] = this.#events.placeHigh;
    out[to + EVENT_PRICE] = words[at + ORDER_PRICE]!;
    out[to + EVENT_PRICE + 1] = words[at + ORDER_PRICE + 1]!;
    out[to + EVENT_SIZE] = words[at + ORDER_SIZE]!;
    out[to + EVENT_SIZE + 1] = words[at + ORDER_SIZE + 1]!;
    out[to + EVENT_REMAINING] = words[at + ORDER_SIZE]!;
    out[to + EVENT_REMAINING + 1] = words[at + ORDER_SIZE + 1]!;
    out[to + EVENT_CUMULATIVE] = 0;
    out[to + EVENT_CUMULATIVE + 1] = 0;
    this.#clientIds.keep(out, to);
    this.#clientIds.keepOrder(slot);
    book.enter(slot, mayRest);
    return 0;
  }

  #cancel(words: Int32Array, at: number, account: number): RejectCode | 0 {
    const slot = this.#targetOf(words, at, account);
    if (slot < 0) return RejectCode.UnknownOrder;
    return this.#cancelResting(words, at, slot, CancelReason.Asked);
  }

  #amend(words: Int32Array, at: number, account: number): RejectCode | 0 {
    const flags = orderFlags(words[at + 1]!);
    if ((flags & (CommandFlag.AmendPrice | CommandFlag.AmendSize)) === 0) return RejectCode.NothingToAmend;
    const slot = this.#targetOf(words, at, account);
    if (slot < 0) return RejectCode.UnknownOrder;

    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    const terms = orders[order + LIVE_TERMS]!;
    const side = terms & TERMS_SIDE;
    const book = this.#listings.books[terms >>> TERMS_BOOK_SHIFT]!;
    const remaining = floats[slot * ORDER_FLOATS + LIVE_REMAINING]!;
    const cumulative = floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE]!;
    const oldPrice = readWhole(orders, order + LIVE_PRICE);
    const price = (flags & CommandFlag.AmendPrice) !== 0 ? readWhole(words, at + ORDER_PRICE) : oldPrice;
    const total =
      (flags & CommandFlag.AmendSize) !== 0 ? readWhole(words, at + ORDER_SIZE) : remaining + cumulative;
    if (!book.takesPrice(price)) return RejectCode.PriceOutOfRange;
    if (total <= cumulative) return this.#cancelResting(words, at, slot, CancelReason.AmendedToNothing);
    if (!book.takesSize(total)) return RejectCode.SizeOutOfRange;
    const rest = total - cumulative;
    const keepsPlace = price === oldPrice && rest <= remaining;
    if (!keepsPlace && (this.#pages.isFull || !book.hasRoom(side, rest - remaining)))
      return RejectCode.BookFull;

    if (keepsPlace) {
      book.shrink(slot, rest);
    } else {
      book.lift(slot);
      writeWhole(orders, order + LIVE_PRICE, price);
      floats[slot * ORDER_FLOATS + LIVE_REMAINING] = rest;
    }
    const isText = isTextFlag(words[at + 1]!);
    const to = openAnswer(
      this.#events,
      words,
      at,
      EventKind.Amended,
      side,
      0,
      book.instrumentId,
      account,
      isText,
    );
    const out = this.#events.words;
    out[to + EVENT_ORDER] = orders[order + LIVE_ID]!;
    out[to + EVENT_ORDER + 1] = orders[order + LIVE_ID + 1]!;
    writeWhole(out, to + EVENT_PRICE, price);
    writeWhole(out, to + EVENT_SIZE, total);
    writeWhole(out, to + EVENT_REMAINING, rest);
    writeWhole(out, to + EVENT_CUMULATIVE, cumulative);
    this.#clientIds.keep(out, to);
    if (!keepsPlace) book.reenter(slot);
    return 0;
  }

  /** Answers a command by cancelling all that remains of a resting order. */
  #cancelResting(words: Int32Array, at: number, slot: number, reason: CancelReason): 0 {
    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    const terms = orders[order + LIVE_TERMS]!;
    const book = this.#listings.books[terms >>> TERMS_BOOK_SHIFT]!;
    const rest = floats[slot * ORDER_FLOATS + LIVE_REMAINING]!;
    const cumulative = floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE]!;
    const code = eventCode(reason, EventFlag.OrderDone);
    const account = orders[order + LIVE_ACCOUNT]!;
    const isText = isTextFlag(words[at + 1]!);
    const side = terms & TERMS_SIDE;
    const to = openAnswer(
      this.#events,
      words,
      at,
      EventKind.Cancelled,
      side,
      code,
      book.instrumentId,
      account,
      isText,
    );
    const out = this.#events.words;
    out[to + EVENT_ORDER] = orders[order + LIVE_ID]!;
    out[to + EVENT_ORDER + 1] = orders[order + LIVE_ID + 1]!;
    out[to + EVENT_PRICE] = orders[order + LIVE_PRICE]!;
    out[to + EVENT_PRICE + 1] = orders[order + LIVE_PRICE + 1]!;
    out[to + EVENT_SIZE] = rest | 0;
    out[to + EVENT_SIZE + 1] = (rest / TWO_32) | 0;
    out[to + EVENT_REMAINING] = 0;
    out[to + EVENT_REMAINING + 1] = 0;
    out[to + EVENT_CUMULATIVE] = cumulative | 0;
    out[to + EVENT_CUMULATIVE + 1] = (cumulative / TWO_32) | 0;
    this.#clientIds.keep(out, to);
    book.drop(slot);
    return 0;
  }

  /**
   * The resting order that a cancel or an amend means, or -1. It must be of the same account and, where the command
   * names an instrument, of that one.
   */
  #targetOf(words: Int32Array, at: number, account: number): number {
    const flags = orderFlags(words[at + 1]!);
    const low = words[at + ORDER_TARGET]!;
    const high = words[at + ORDER_TARGET + 1]!;
    const accountNumber = words[at + ORDER_ACCOUNT]!;
    let slot: number;
    if ((flags & CommandFlag.TargetByClientId) === 0) slot = this.#orderIndex.find(low, high);
    else if ((flags & CommandFlag.TargetText) === 0)
      slot = this.#clientIds.findOrder(low, high, account, accountNumber);
    else slot = this.#clientIds.findOrderByText(words, at + ORDER_TARGET_TEXT_WORD, account, accountNumber);
    if (slot < 0) return -1;
    const orders = this.#orders.words;
    if (orders[slot * ORDER_WORDS + LIVE_ACCOUNT] !== account) return -1;
    const instrument = words[at + ORDER_INSTRUMENT]!;
    if (instrument === 0) return slot;
    const book = orders[slot * ORDER_WORDS + LIVE_TERMS]! >>> TERMS_BOOK_SHIFT;
    return this.#listings.books[book]!.instrumentId === instrument ? slot : -1;
  }
}

function isTextFlag(terms: number): boolean {
  return (orderFlags(terms) & CommandFlag.TextClientId) !== 0;
}
