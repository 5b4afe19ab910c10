import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { CancelReason, Standing } from '../model/event.js';
import { accepts, InstrumentState } from '../model/instrument-state.js';
import { RejectCode } from '../model/reject.js';
import { readWhole } from '../wire/words.js';
import { countCommand } from './account-rules.js';
import type { Book } from './book.js';
import { removeOrder } from './departures.js';
import { enter } from './entering.js';
import { answerAmended, answerCancelled, wholeRemaining } from './general-events.js';
import { bookOf, type GeneralRoom, touch } from './general-room.js';
import * as live from './live-order.js';
import { postOnlyPrice } from './new-orders.js';
import { accountFault, collarFault, notionalFault, priceFault } from './order-checks.js';
import { capped, pegPrice } from './pegs.js';
import type { RareTerms } from './rare-orders.js';
import { ladderOf, takeFrom, unrest } from './resting.js';
import { findTarget } from './targets.js';

const AMEND_PRICE = CommandFlag.AmendPrice << 16;
const AMEND_SIZE = CommandFlag.AmendSize << 16;
const POST_ONLY = CommandFlag.PostOnly | CommandFlag.PostOnlySlide;

/** Carries out a Cancel command of sound shape. Returns 0, or, with nothing changed, why it is rejected. */
export function cancel(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  const account = room.accounts.slotOf(words[at + 3]!);
  const slot = findTarget(room, words, at, account, words[at + 2]!);
  if (slot < 0) return RejectCode.UnknownOrder;
  answerCancelled(room, words, at, slot, CancelReason.Asked);
  removeOrder(room, slot);
  return 0;
}

/** Carries out an Amend command of sound shape. Returns 0, or, with nothing changed, why it is rejected. */
export function amend(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  const named = words[at + 1]!;
  if ((named & (AMEND_PRICE | AMEND_SIZE)) === 0) return RejectCode.NothingToAmend;
  const account = room.accounts.slotOf(words[at + 3]!);
  const slot = findTarget(room, words, at, account, words[at + 2]!);
  if (slot < 0) return RejectCode.UnknownOrder;
  const { orders } = room;
  const rare = room.rare.of(slot);
  const book = bookOf(room, live.bookNumber(orders, slot));
  if (!accepts(book.specials.state, CommandKind.Amend, 0, 0, 0)) return RejectCode.NotInThisState;

  const type = rare?.type ?? OrderType.Limit;
  const isPeg = type === OrderType.Pegged;
  const namesPrice = (named & AMEND_PRICE) !== 0;
  const field = namesPrice ? readWhole(words, at + 8) : isPeg ? rare!.capTicks : live.priceOf(orders, slot);
  const remaining = wholeRemaining(room, slot);
  const cumulative = live.cumulativeOf(orders, slot);
  const total = (named & AMEND_SIZE) !== 0 ? readWhole(words, at + 10) : remaining + cumulative;
  if (priceFault(book, type, field) !== 0 || isProtectedAuctionMarket(rare, field))
    return RejectCode.PriceOutOfRange;
  const rule = room.accountRules.of(account);
  if (total <= cumulative) {
    if (rule !== undefined) countCommand(rule, room.events.timeLow, room.events.timeHigh);
    answerCancelled(room, words, at, slot, CancelReason.AmendedToNothing);
    removeOrder(room, slot);
    return 0;
  }
  if (!book.takesSize(total)) return RejectCode.SizeOutOfRange;
  const fault =
    notionalFault(book, field, total) || collarFault(book, type, field) || accountFault(room, rule);
  if (fault !== 0) return fault;
  const price = amendedPrice(room, book, slot, rare, field, namesPrice);
  if (price < 0) return -price as RejectCode;
  const rest = total - cumulative;
  const isWaiting = rare !== undefined && rare.standing !== Standing.Active;
  const keepsPlace = price === live.priceOf(orders, slot) && rest <= remaining;
  if (!isWaiting && !keepsPlace && !hasRoom(room, book, slot, price, rest - remaining))
    return RejectCode.BookFull;

  touch(room, book);
  if (rule !== undefined) countCommand(rule, room.events.timeLow, room.events.timeHigh);
  if (isPeg) rare!.capTicks = field;
  if (isWaiting) {
    live.setPrice(orders, slot, price);
    live.setRemaining(orders, slot, rest);
  } else if (keepsPlace) {
    takeFrom(room, book, slot, remaining - rest);
  } else {
    unrest(room, book, slot);
    live.setPrice(orders, slot, price);
    live.setRemaining(orders, slot, rest);
  }
  answerAmended(room, words, at, slot);
  if (!isWaiting && !keepsPlace)
    enter(room, book, slot, rare?.timeInForce === undefined ? TimeInForce.GoodTillCancel : rare.timeInForce);
  return 0;
}

/** A market order that waits for an auction has no protection, and gets none. */
function isProtectedAuctionMarket(rare: RareTerms | undefined, priceTicks: number): boolean {
  return rare?.type === OrderType.Market && priceTicks !== 0;
}

/** The price that an amended order gets; a reject code with a minus sign where it may not have it. */
function amendedPrice(
  room: GeneralRoom,
  book: Book,
  slot: number,
  rare: RareTerms | undefined,
  field: number,
  namesPrice: boolean,
): number {
  const present = live.priceOf(room.orders, slot);
  if (!namesPrice) return present;
  const side = live.sideOf(room.orders, slot);
  if (rare?.type === OrderType.Pegged) {
    const price = pegPrice(room, book, side, rare.pegReference, rare.offset, field);
    if (price !== 0) return price;
    return field === 0 ? present : capped(present, side === Side.Buy, field);
  }
  const mayTrade = book.specials.state === InstrumentState.Continuous && field !== present;
  if (rare !== undefined && (rare.flags & POST_ONLY) !== 0 && mayTrade)
    return postOnlyPrice(book, side, field, rare.flags);
  return field;
}

/** Whether an order may come to rest at a price with so many more lots. */
function hasRoom(room: GeneralRoom, book: Book, slot: number, priceTicks: number, moreLots: number): boolean {
  return book.ladderHasRoom(ladderOf(room, book, slot), priceTicks, moreLots);
}
