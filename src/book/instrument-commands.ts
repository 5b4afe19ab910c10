import { CommandFlag, TimeInForce } from '../model/command.js';
import { CancelReason, EventKind } from '../model/event.js';
import { InstrumentState } from '../model/instrument-state.js';
import { RejectCode } from '../model/reject.js';
import { EVENT_PRICE, EVENT_SIZE } from '../wire/event-record.js';
import { ORDER_PRICE, ORDER_SIZE, orderFlags, orderType } from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import { holdAuction } from './auctions.js';
import type { Book } from './book.js';
import { cancelOrdersIn } from './cancel-all.js';
import { cancelOrder } from './departures.js';
import { type GeneralRoom, touch } from './general-room.js';
import * as live from './live-order.js';
import { keepOperatorAnswer, openOperatorAnswer } from './operator-answers.js';
import { showPrice, standingPrice } from './stop-prices.js';

const { PreOpen, Auction, Continuous, Closed } = InstrumentState;

/** Takes an instrument into another state. Returns 0, or, with nothing changed, why it is rejected. */
export function changeState(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  const number = room.listings.find(words[at + 2]!);
  if (number < 0) return RejectCode.InstrumentNotListed;
  const book = room.listings.books[number]!;
  const { specials } = book;
  const state = orderType(words[at + 1]!) as InstrumentState;
  const before = specials.state;
  if (state === before) return RejectCode.StateUnchanged;
  touch(room, book);
  const to = openOperatorAnswer(room, words, at, EventKind.StateChanged, state, book.instrumentId);
  keepOperatorAnswer(room, to);
  specials.state = state;
  if ((orderFlags(words[at + 1]!) & CommandFlag.CancelOrders) !== 0)
    cancelOrdersIn(room, book.instrumentId, CancelReason.Halted);
  if (state === Continuous) resume(room, book);
  else if (state === Closed) close(room, book, before);
  return 0;
}

/** Sets the reference and the mark price. Returns 0, or, with nothing changed, why it is rejected. */
export function changePrices(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  const number = room.listings.find(words[at + 2]!);
  if (number < 0) return RejectCode.InstrumentNotListed;
  const book = room.listings.books[number]!;
  const { specials } = book;
  const flags = orderFlags(words[at + 1]!);
  const namesReference = (flags & CommandFlag.AmendPrice) !== 0;
  const namesMark = (flags & CommandFlag.AmendSize) !== 0;
  const reference = namesReference ? readWhole(words, at + ORDER_PRICE) : specials.referenceTicks;
  const mark = namesMark ? readWhole(words, at + ORDER_SIZE) : specials.markTicks;
  const isSound = (price: number) => price === 0 || book.takesPrice(price);
  if (!isSound(reference) || !isSound(mark)) return RejectCode.PriceOutOfRange;
  touch(room, book);
  specials.referenceTicks = reference;
  specials.markTicks = mark;
  const to = openOperatorAnswer(room, words, at, EventKind.PricesChanged, 0, book.instrumentId);
  writeWhole(room.events.words, to + EVENT_PRICE, reference);
  writeWhole(room.events.words, to + EVENT_SIZE, mark);
  keepOperatorAnswer(room, to);
  if (namesMark && mark !== 0) showPrice(room, book, mark);
  return 0;
}

/** Trading begins or goes on: with an auction of what crosses, and a look at the stops that waited. */
function resume(room: GeneralRoom, book: Book): void {
  holdAuction(room, book, book.specials.atOpen);
  const price = standingPrice(book);
  if (price !== 0) showPrice(room, book, price);
}

/** The day ends: with an auction, where orders were collected for one. */
function close(room: GeneralRoom, book: Book, before: InstrumentState): void {
  const { specials } = book;
  if (before === PreOpen || before === Auction) holdAuction(room, book, specials.atClose);
  const isOver = (slot: number) => {
    const time = room.rare.of(slot)?.timeInForce;
    return time === TimeInForce.Day || time === TimeInForce.AtClose;
  };
  const { orders } = room;
  const slots: number[] = [];
  for (let slot = 0; slot < orders.used; slot++)
    if (live.orderId(orders, slot) !== 0 && live.bookNumber(orders, slot) === book.number && isOver(slot))
      slots.push(slot);
  slots.sort((a, b) => live.orderId(orders, a) - live.orderId(orders, b));
  for (const slot of slots) cancelOrder(room, slot, CancelReason.Closed);
}
