import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { CancelReason, EventKind } from '../model/event.js';
import { accepts } from '../model/instrument-state.js';
import { selfTradeOf } from '../model/order-terms.js';
import { RejectCode } from '../model/reject.js';
import { quoteCount, quoteWord } from '../wire/command-fields.js';
import { EVENT_SIZE } from '../wire/event-record.js';
import {
  ORDER_SESSION,
  orderFlags,
  QUOTE_ASK_PRICE,
  QUOTE_ASK_SIZE,
  QUOTE_BID_PRICE,
  QUOTE_BID_SIZE,
} from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import { countCommand } from './account-rules.js';
import { openAnswer } from './answers.js';
import type { Book } from './book.js';
import { cancelOrder, quoteKeyOf } from './departures.js';
import { enter } from './entering.js';
import { writeAccepted } from './general-events.js';
import { type GeneralRoom, touch } from './general-room.js';
import { makeOrder } from './making.js';
import { accountFault, collarFault, hasSlots, notionalFault } from './order-checks.js';

/** Carries out a MassQuote command of sound shape. Returns 0, or, with nothing changed, why it is rejected. */
export function massQuote(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  const fault = quotesFault(room, words, at);
  if (fault !== 0) return fault;
  const account = room.accounts.slotOf(words[at + 3]!);
  const quotes = quoteCount(words, at);
  const flags = orderFlags(words[at + 1]!);
  const isText = (flags & CommandFlag.TextClientId) !== 0;
  const rule = room.accountRules.of(account);
  if (rule !== undefined) countCommand(rule, room.events.timeLow, room.events.timeHigh);
  const to = openAnswer(room.events, words, at, EventKind.Quoted, 0, 0, words[at + 2]!, account, isText);
  const { words: out } = room.events;
  out.fill(0, to + 12, to + 14);
  out.fill(0, to + 16, to + 24);
  writeWhole(out, to + EVENT_SIZE, quotes);
  room.clientIds.keep(room.events, to);
  const text = room.clientIds.newestText;
  for (let i = 0; i < quotes; i++) {
    const quote = quoteWord(at, i);
    const book = room.listings.books[room.listings.find(words[quote]!)]!;
    touch(room, book);
    withdraw(room, account, book, Side.Buy);
    withdraw(room, account, book, Side.Sell);
    const place = room.events.place + 1 + 2 * i;
    quoteSide(room, book, words, at, quote + QUOTE_BID_PRICE, Side.Buy, place, account, text);
    quoteSide(room, book, words, at, quote + QUOTE_ASK_PRICE, Side.Sell, place + 1, account, text);
  }
  return 0;
}

/** All that can be wrong with a mass quote, quote by quote, and then with the whole. */
function quotesFault(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  const quotes = quoteCount(words, at);
  const seen = new Set<number>();
  let orders = 0;
  for (let i = 0; i < quotes; i++) {
    const quote = quoteWord(at, i);
    const instrument = words[quote]!;
    const number = room.listings.find(instrument);
    if (number < 0) return RejectCode.InstrumentNotListed;
    const book = room.listings.books[number]!;
    const bidSize = readWhole(words, quote + QUOTE_BID_SIZE);
    const askSize = readWhole(words, quote + QUOTE_ASK_SIZE);
    const isCrossed =
      bidSize > 0 &&
      askSize > 0 &&
      readWhole(words, quote + QUOTE_BID_PRICE) >= readWhole(words, quote + QUOTE_ASK_PRICE);
    if (seen.has(instrument) || isCrossed) return RejectCode.BadQuote;
    seen.add(instrument);
    if (!accepts(book.specials.state, CommandKind.MassQuote, 0, 0, 0)) return RejectCode.NotInThisState;
    const fault =
      sideFault(book, words, quote + QUOTE_BID_PRICE) || sideFault(book, words, quote + QUOTE_ASK_PRICE);
    if (fault !== 0) return fault;
    orders += (bidSize > 0 ? 1 : 0) + (askSize > 0 ? 1 : 0);
  }
  const rule = room.accountRules.of(room.accounts.slotOf(words[at + 3]!));
  const fault = accountFault(room, rule);
  if (fault !== 0) return fault;
  return hasSlots(room, orders) ? 0 : RejectCode.BookFull;
}

/** What is wrong with one side, whose price stands at word `at` and its size behind it. */
function sideFault(book: Book, words: Int32Array, at: number): RejectCode | 0 {
  const price = readWhole(words, at);
  const size = readWhole(words, at + QUOTE_BID_SIZE - QUOTE_BID_PRICE);
  if (size === 0) return 0;
  if (!book.takesPrice(price)) return RejectCode.PriceOutOfRange;
  if (!book.takesSize(size)) return RejectCode.SizeOutOfRange;
  return notionalFault(book, price, size) || collarFault(book, OrderType.Limit, price);
}

/** Cancels the account's quoted order of a side, if there is one. */
function withdraw(room: GeneralRoom, account: number, book: Book, side: number): void {
  const slot = room.quotes.get(quoteKeyOf(account, book.number, side));
  if (slot !== undefined) cancelOrder(room, slot, CancelReason.Replaced);
}

/** Enters one side of a quote, if it has a size. */
function quoteSide(
  room: GeneralRoom,
  book: Book,
  words: Int32Array,
  at: number,
  priceWord: number,
  side: number,
  id: number,
  accountSlot: number,
  text: number,
): void {
  const sizeLots = readWhole(words, priceWord + QUOTE_ASK_SIZE - QUOTE_ASK_PRICE);
  if (sizeLots === 0) return;
  const isText = text >= 0;
  const selfTrade = selfTradeOf(orderFlags(words[at + 1]!));
  const { draft } = room;
  draft.id = id;
  draft.side = side;
  draft.accountSlot = accountSlot;
  draft.session = words[at + ORDER_SESSION]!;
  draft.priceTicks = readWhole(words, priceWord);
  draft.sizeLots = sizeLots;
  draft.clientIdLow = isText ? room.clientIds.texts.duplicate(text) : words[at + 4]!;
  draft.clientIdHigh = isText ? 0 : words[at + 5]!;
  draft.isText = isText;
  draft.selfTrade = selfTrade;
  const slot = makeOrder(room, book);
  room.clientIds.keepNoOrder(slot);
  const rare = room.rare.attach(slot);
  rare.isQuote = true;
  rare.hasOwnText = isText;
  rare.isTold = selfTrade !== 0;
  room.quotes.set(quoteKeyOf(accountSlot, book.number, side), slot);
  writeAccepted(room, slot);
  enter(room, book, slot, TimeInForce.GoodTillCancel);
}
