import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { Standing } from '../model/event.js';
import { accepts, InstrumentState } from '../model/instrument-state.js';
import { MAX_WHOLE } from '../model/limits.js';
import { selfTradeOf, TERMS_FLAGS } from '../model/order-terms.js';
import { RejectCode } from '../model/reject.js';
import {
  minimumSizeOf,
  pegReferenceOf,
  stopLossOf,
  stopPriceOf,
  takeProfitOf,
  trailUnitOf,
} from '../wire/command-fields.js';
import {
  ORDER_EXPIRY,
  ORDER_SESSION,
  orderFlags,
  orderTimeInForce,
  orderType,
} from '../wire/order-record.js';
import { readWhole } from '../wire/words.js';
import { countCommand } from './account-rules.js';
import type { Book } from './book.js';
import { isUnseen, link } from './departures.js';
import { enter } from './entering.js';
import { answerAccepted } from './general-events.js';
import { type GeneralRoom, touch } from './general-room.js';
import { makeOrder } from './making.js';
import { accountFault, collarFault, hasSlots, notionalFault, priceFault } from './order-checks.js';
import { pegPrice } from './pegs.js';
import type { RareTerms } from './rare-orders.js';
import { awaitStop, triggerIfMet } from './stops.js';
import { findLinkTarget } from './targets.js';

const F = CommandFlag;
const POST_ONLY = F.PostOnly | F.PostOnlySlide;

/** New orders of every kind. One object is used for all of them: what the command at hand says and what comes of it. */
export class NewOrders {
  readonly #room: GeneralRoom;
  #type = 0;
  #timeInForce = 0;
  #flags = 0;
  #side = 0;
  /** The price that it gets: its own, a peg's, or one slid. */
  #priceTicks = 0;
  #sizeLots = 0;
  #displayLots = 0;
  #stopTicks = 0;
  #minimumLots = 0;
  /** Slot of the order to link with, -1: none. */
  #other = -1;

  constructor(room: GeneralRoom) {
    this.#room = room;
  }

  /** Carries out a New command of sound shape. Returns 0, or, with nothing changed, why it is rejected. */
  enter(words: Int32Array, at: number): RejectCode | 0 {
    const room = this.#room;
    const number = room.listings.find(words[at + 2]!);
    if (number < 0) return RejectCode.InstrumentNotListed;
    const book = room.listings.books[number]!;
    const account = room.accounts.slotOf(words[at + 3]!);
    this.#read(words, at);
    const fault =
      this.#termsFault(book, words, at) ||
      this.#accountFault(words, at, account) ||
      this.#bookFault(book, words, at, account);
    if (fault !== 0) return fault;
    const slot = this.#make(book, words, at, account);
    answerAccepted(room, words, at, slot);
    this.#begin(book, slot);
    return 0;
  }

  #read(words: Int32Array, at: number): void {
    const terms = words[at + 1]!;
    this.#type = orderType(terms);
    this.#timeInForce = orderTimeInForce(terms);
    this.#flags = orderFlags(terms) & TERMS_FLAGS;
    this.#side = words[at]! >>> 24;
    this.#priceTicks = readWhole(words, at + 8);
    this.#sizeLots = readWhole(words, at + 10);
    this.#displayLots = readWhole(words, at + 6);
    this.#stopTicks = stopPriceOf(words, at);
    this.#minimumLots = minimumSizeOf(words, at);
    this.#other = -1;
  }

  /** State, price, size, notional, collar. */
  #termsFault(book: Book, words: Int32Array, at: number): RejectCode | 0 {
    const type = this.#type;
    const { state } = book.specials;
    if (!accepts(state, CommandKind.New, type, this.#timeInForce, this.#flags))
      return RejectCode.NotInThisState;
    const fault = priceFault(book, type, this.#priceTicks);
    if (fault !== 0) return fault;
    if ((type === OrderType.Stop || type === OrderType.StopLimit) && !book.takesPrice(this.#stopTicks))
      return RejectCode.PriceOutOfRange;
    if ((this.#flags & F.Bracket) !== 0)
      if (!book.takesPrice(takeProfitOf(words, at)) || !book.takesPrice(stopLossOf(words, at)))
        return RejectCode.PriceOutOfRange;
    const size = this.#sizeLots;
    if (!book.takesSize(size) || this.#displayLots > size || this.#minimumLots > size)
      return RejectCode.SizeOutOfRange;
    return notionalFault(book, this.#priceTicks, size) || collarFault(book, type, this.#priceTicks);
  }

  /** Open orders, rate, kill switch, expiry. */
  #accountFault(words: Int32Array, at: number, account: number): RejectCode | 0 {
    const room = this.#room;
    if (room.accounts.isFull(account)) return RejectCode.TooManyOpenOrders;
    const fault = accountFault(room, room.accountRules.of(account));
    if (fault !== 0) return fault;
    if (this.#timeInForce !== TimeInForce.GoodTillDate) return 0;
    const low = words[at + ORDER_EXPIRY]!;
    const high = words[at + ORDER_EXPIRY + 1]!;
    return isAfter(low, high, room.events.timeLow, room.events.timeHigh) ? 0 : RejectCode.ExpiryPassed;
  }

  /** The order to link with, a peg's reference, post-only, room. */
  #bookFault(book: Book, words: Int32Array, at: number, account: number): RejectCode | 0 {
    const room = this.#room;
    if ((this.#flags & F.Linked) !== 0) {
      const other = findLinkTarget(room, book, words, at, account);
      if (other < 0) return -other as RejectCode;
      this.#other = other;
    }
    if (this.#type === OrderType.Pegged) {
      const reference = pegReferenceOf(words, at);
      const price = pegPrice(room, book, this.#side, reference, this.#stopTicks, this.#priceTicks);
      if (price === 0) return RejectCode.NoPegReference;
      this.#priceTicks = price;
    }
    if ((this.#flags & POST_ONLY) !== 0) {
      const price = postOnlyPrice(book, this.#side, this.#priceTicks, this.#flags);
      if (price < 0) return -price as RejectCode;
      this.#priceTicks = price;
    }
    if (!hasSlots(room, (this.#flags & F.Bracket) !== 0 ? 3 : 1)) return RejectCode.BookFull;
    if (!this.#comesToRest || book.hasRoom(this.#side, this.#priceTicks, this.#sizeLots)) return 0;
    return RejectCode.BookFull;
  }

  /** Whether the order itself, as it comes in, may come to rest at its price. */
  get #comesToRest(): boolean {
    const isLimit = this.#type === OrderType.Limit || this.#type === OrderType.Pegged;
    const time = this.#timeInForce;
    return (
      isLimit &&
      (time === TimeInForce.GoodTillCancel || time === TimeInForce.GoodTillDate || time === TimeInForce.Day)
    );
  }

  #make(book: Book, words: Int32Array, at: number, account: number): number {
    const room = this.#room;
    const isText = (orderFlags(words[at + 1]!) & F.TextClientId) !== 0;
    const { draft } = room;
    draft.id = room.events.place;
    draft.side = this.#side;
    draft.accountSlot = account;
    draft.session = words[at + ORDER_SESSION]!;
    draft.priceTicks = this.#priceTicks;
    draft.sizeLots = this.#sizeLots;
    draft.clientIdLow = isText ? room.clientIds.newestText : words[at + 4]!;
    draft.clientIdHigh = words[at + 5]!;
    draft.isText = isText;
    draft.selfTrade = selfTradeOf(this.#flags);
    const slot = makeOrder(room, book);
    if (this.#isTold) this.#giveTerms(book, words, at, room.rare.attach(slot), slot);
    if (this.#other >= 0) link(room, book, slot, this.#other);
    const rule = room.accountRules.of(account);
    if (rule !== undefined) countCommand(rule, room.events.timeLow, room.events.timeHigh);
    return slot;
  }

  /** Whether it is more than a plain limit order, GTC or IOC. */
  get #isTold(): boolean {
    const time = this.#timeInForce;
    const isPlainTime = time === TimeInForce.GoodTillCancel || time === TimeInForce.ImmediateOrCancel;
    const isLimit = this.#type === OrderType.Limit;
    return (
      !isLimit || !isPlainTime || this.#flags !== 0 || this.#displayLots !== 0 || this.#minimumLots !== 0
    );
  }

  #giveTerms(book: Book, words: Int32Array, at: number, rare: RareTerms, slot: number): void {
    const room = this.#room;
    rare.isTold = true;
    rare.type = this.#type;
    rare.timeInForce = this.#timeInForce;
    rare.flags = this.#flags;
    rare.displayLots = this.#displayLots;
    rare.minimumLots = this.#minimumLots;
    if (this.#type === OrderType.Pegged) {
      rare.pegReference = pegReferenceOf(words, at);
      rare.offset = this.#stopTicks;
      rare.capTicks = readWhole(words, at + 8);
    } else if (this.#type === OrderType.TrailingStop) {
      rare.trailUnit = trailUnitOf(words, at);
      rare.offset = this.#stopTicks;
    } else rare.stopPriceTicks = this.#stopTicks;
    if (isStop(this.#type)) rare.standing = Standing.AwaitsStop;
    else if (isForAuction(this.#timeInForce)) rare.standing = Standing.AwaitsAuction;
    if (this.#timeInForce === TimeInForce.GoodTillDate) {
      rare.expiryLow = words[at + ORDER_EXPIRY]!;
      rare.expiryHigh = words[at + ORDER_EXPIRY + 1]!;
      room.expiries.push(slot, room.events.place, rare.expiryHigh >>> 0, rare.expiryLow >>> 0);
    }
    if (isUnseen(rare)) book.specials.unseen++;
    if ((this.#flags & F.Bracket) !== 0) {
      rare.takeProfitTicks = takeProfitOf(words, at);
      rare.stopLossTicks = stopLossOf(words, at);
      book.specials.brackets++;
      room.orders.reserve(2);
    }
  }

  /** Lets an accepted order wait, or trade and rest. */
  #begin(book: Book, slot: number): void {
    const room = this.#room;
    const { specials } = book;
    touch(room, book);
    const rare = room.rare.of(slot);
    if (rare === undefined || rare.standing === Standing.Active) {
      if (rare?.type === OrderType.Pegged) specials.pegs.push(slot);
      enter(room, book, slot, this.#timeInForce);
    } else if (rare.standing === Standing.AwaitsStop) {
      awaitStop(room, book, slot, rare);
      triggerIfMet(room, book, slot, rare);
    } else (this.#timeInForce === TimeInForce.AtOpen ? specials.atOpen : specials.atClose).push(slot);
  }
}

/**
 * The price that a post-only order gets: its own where it would not trade, the price before the best opposite one where it
 * slides; else the reject code with a minus sign. Where nothing trades as it comes, it is its own.
 */
export function postOnlyPrice(book: Book, side: number, priceTicks: number, flags: number): number {
  if (book.specials.state !== InstrumentState.Continuous) return priceTicks;
  const opposite = side === Side.Buy ? Side.Sell : Side.Buy;
  const shown = book.ladder(opposite);
  const bestRank = Math.max(shown.bestRank, book.hiddenLadder(opposite).bestRank);
  if (bestRank < shown.rankOf(priceTicks)) return priceTicks;
  if ((flags & F.PostOnlySlide) === 0) return -RejectCode.WouldTrade;
  const slid = side === Side.Buy ? -bestRank - 1 : bestRank + 1;
  return book.takesPrice(slid) && slid <= MAX_WHOLE ? slid : -RejectCode.PriceOutOfRange;
}

function isStop(type: number): boolean {
  return type === OrderType.Stop || type === OrderType.StopLimit || type === OrderType.TrailingStop;
}

function isForAuction(timeInForce: number): boolean {
  return timeInForce === TimeInForce.AtOpen || timeInForce === TimeInForce.AtClose;
}

/** True where the first time, in two halves, is after the second. */
export function isAfter(low: number, high: number, thanLow: number, thanHigh: number): boolean {
  return high >>> 0 === thanHigh >>> 0 ? low >>> 0 > thanLow >>> 0 : high >>> 0 > thanHigh >>> 0;
}
