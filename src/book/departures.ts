import { CommandFlag, OrderType, Side, TimeInForce } from '../model/command.js';
import { type CancelReason, Standing } from '../model/event.js';
import type { Book } from './book.js';
import { writeCancelled } from './general-events.js';
import { bookOf, type GeneralRoom, touch } from './general-room.js';
import * as live from './live-order.js';
import * as pool from './order-pool.js';
import type { RareTerms } from './rare-orders.js';
import { unrest } from './resting.js';
import { removeFrom } from './specials.js';

const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_ID, LIVE_TERMS, ORDER_SHIFT, TERMS_TEXT } = pool;

/** How orders leave: cancelled, or traded whole. Whatever an order held or waited in is given back here. */

/** Cancels all that remains of a live order, resting or waiting, with an event. */
export function cancelOrder(room: GeneralRoom, slot: number, reason: CancelReason): void {
  writeCancelled(room, slot, reason);
  removeOrder(room, slot);
}

/** Takes a live order, resting or waiting, out of the book for good. Writes no event. */
export function removeOrder(room: GeneralRoom, slot: number): void {
  const book = bookOf(room, live.bookNumber(room.orders, slot));
  touch(room, book);
  if (live.levelOf(room.orders, slot) >= 0) unrest(room, book, slot);
  retire(room, book, slot);
}

/** Frees an order that stands in no queue. */
export function retire(room: GeneralRoom, book: Book, slot: number): void {
  const rare = room.rare.of(slot);
  if (rare !== undefined) releaseRare(room, book, slot, rare);
  const { words } = room.orders;
  const order = slot << ORDER_SHIFT;
  room.orderIndex.remove(slot, words[order + LIVE_ID]!, words[order + LIVE_TERMS]!);
  room.clientIds.releaseOrder(slot);
  room.accounts.addRoom(words[order + LIVE_ACCOUNT]!, 1);
  room.orders.release(slot);
}

/**
 * Gives back what rare terms hold, of an order that stands in no queue and is about to be freed. The plain path calls it for
 * resting orders that trade whole.
 */
export function releaseRare(room: GeneralRoom, book: Book, slot: number, rare: RareTerms): void {
  const { specials } = book;
  if (rare.standing === Standing.AwaitsStop) stopWaiting(book, slot, rare, live.sideOf(room.orders, slot));
  else if (rare.standing === Standing.AwaitsAuction)
    removeFrom(rare.timeInForce === TimeInForce.AtOpen ? specials.atOpen : specials.atClose, slot);
  else if (rare.type === OrderType.Pegged) removeFrom(specials.pegs, slot);
  if (isUnseen(rare)) specials.unseen--;
  if (rare.link >= 0) unlink(room, book, slot, rare);
  if (rare.takeProfitTicks !== 0) leaveExits(room, book, slot, rare);
  if (rare.timeInForce === TimeInForce.GoodTillDate) room.expiries.members--;
  if (rare.isQuote) room.quotes.delete(quoteKey(room, slot));
  if (rare.hasOwnText)
    room.clientIds.texts.release(room.orders.words[(slot << ORDER_SHIFT) + LIVE_CLIENT_ID]!);
  room.rare.detach(slot);
}

/** Counts a stop out that waits no more. One that is met has left its heap; another's entry there goes by itself. */
export function stopWaiting(book: Book, slot: number, rare: RareTerms, side: number): void {
  const { specials } = book;
  if (rare.type === OrderType.TrailingStop) removeFrom(specials.trailing, slot);
  else if (!rare.isMet) (side === Side.Buy ? specials.buyStops : specials.sellStops).members--;
}

/** Whether an order of these terms keeps something out of sight while it lives. */
export function isUnseen(rare: RareTerms): boolean {
  return rare.displayLots !== 0 || (rare.flags & CommandFlag.Hidden) !== 0;
}

/** Ends the link of an order; the other half stays. */
export function unlink(room: GeneralRoom, book: Book, slot: number, rare: RareTerms): void {
  const other = room.rare.of(rare.link);
  if (other === undefined || other.link !== slot)
    throw new Error(
      `the order in slot ${slot} is linked with slot ${rare.link}, which is not linked with it`,
    );
  other.link = -1;
  rare.link = -1;
  book.specials.links -= 2;
}

/** Ties two live orders of a book together. */
export function link(room: GeneralRoom, book: Book, slot: number, other: number): void {
  room.rare.attach(slot).link = other;
  room.rare.attach(other).link = slot;
  book.specials.links += 2;
}

/** The name under which a quoted order is found again. */
export function quoteKey(room: GeneralRoom, slot: number): number {
  const { orders } = room;
  return quoteKeyOf(live.accountSlot(orders, slot), live.bookNumber(orders, slot), live.sideOf(orders, slot));
}

export function quoteKeyOf(accountSlot: number, bookNumber: number, side: number): number {
  return (accountSlot * 2 ** 21 + bookNumber) * 4 + side;
}

/** The entry of a bracket leaves: its exits are due if it has traded. */
function leaveExits(room: GeneralRoom, book: Book, slot: number, rare: RareTerms): void {
  const { orders } = room;
  book.specials.brackets--;
  room.orders.reserve(-2);
  const sizeLots = live.cumulativeOf(orders, slot);
  if (sizeLots === 0) return;
  const order = slot << ORDER_SHIFT;
  const isText = (orders.words[order + LIVE_TERMS]! & TERMS_TEXT) !== 0;
  const clientId = orders.words[order + LIVE_CLIENT_ID]!;
  touch(room, book);
  book.specials.pendingExits.push({
    entryId: live.orderId(orders, slot),
    accountSlot: live.accountSlot(orders, slot),
    session: live.sessionOf(orders, slot),
    side: live.opposite(live.sideOf(orders, slot)),
    sizeLots,
    takeProfitTicks: rare.takeProfitTicks,
    stopLossTicks: rare.stopLossTicks,
    selfTrade: live.selfTradeMode(orders, slot),
    clientIdLow: isText ? room.clientIds.texts.duplicate(clientId) : clientId,
    clientIdHigh: isText ? 0 : orders.words[order + LIVE_CLIENT_ID + 1]!,
    isText,
  });
}
