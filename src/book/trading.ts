import { CancelReason } from '../model/event.js';
import type { Book } from './book.js';
import { cancelOrder, retire } from './departures.js';
import { writeFill, writeRefreshed } from './general-events.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { ladderOf, rest } from './resting.js';
import { followPrice } from './stop-prices.js';

/** One trade, and what follows from it at once. */

/** True where two orders belong to one account or group. */
export function isOwn(room: GeneralRoom, a: number, b: number): boolean {
  return room.accountRules.areSame(live.accountSlot(room.orders, a), live.accountSlot(room.orders, b));
}

/** Trades lots of a resting order, at its price, with a taker that stands in no queue. */
export function trade(room: GeneralRoom, book: Book, taker: number, maker: number, lots: number): void {
  const { orders } = room;
  execute(room, book, taker, maker, lots, live.priceOf(orders, maker));
}

/**
 * Trades lots between two orders at a price. Those that rest are reduced in their queue; a resting one that is traded out leaves, or
 * shows its next slice. Halves that were linked with either are cancelled.
 */
export function execute(
  room: GeneralRoom,
  book: Book,
  taker: number,
  maker: number,
  lots: number,
  priceTicks: number,
): void {
  const { orders } = room;
  const takersOther = room.rare.of(taker)?.link ?? -1;
  const takersOtherId = takersOther < 0 ? 0 : live.orderId(orders, takersOther);
  const makersOther = room.rare.of(maker)?.link ?? -1;
  const makersOtherId = makersOther < 0 ? 0 : live.orderId(orders, makersOther);
  fillOne(room, book, taker, lots);
  fillOne(room, book, maker, lots);
  const number = book.nextTrade(priceTicks);
  const takerId = live.orderId(orders, taker);
  writeFill(room, taker, live.orderId(orders, maker), false, priceTicks, lots, number);
  writeFill(room, maker, takerId, true, priceTicks, lots, number);
  followPrice(room, book, priceTicks);
  leaveOrShowMore(room, book, taker);
  leaveOrShowMore(room, book, maker);
  cancelOther(room, takersOther, takersOtherId);
  if (makersOther !== taker) cancelOther(room, makersOther, makersOtherId);
}

function fillOne(room: GeneralRoom, book: Book, slot: number, lots: number): void {
  const { orders } = room;
  live.setRemaining(orders, slot, live.remainingOf(orders, slot) - lots);
  live.addCumulative(orders, slot, lots);
  const level = live.levelOf(orders, slot);
  if (level >= 0) ladderOf(room, book, slot).reduce(level, lots);
}

/** A resting order whose slice is traded out shows the next one at the back of the queue, or leaves. */
function leaveOrShowMore(room: GeneralRoom, book: Book, slot: number): void {
  const { orders } = room;
  if (live.remainingOf(orders, slot) > 0 || live.levelOf(orders, slot) < 0) return;
  ladderOf(room, book, slot).remove(slot);
  const rare = room.rare.of(slot);
  if (rare === undefined || rare.reserveLots === 0) {
    retire(room, book, slot);
    return;
  }
  rare.isTop = false;
  live.setRemaining(orders, slot, rare.reserveLots);
  rare.reserveLots = 0;
  // Its price had room a moment ago.
  if (!rest(room, book, slot)) throw new Error(`the order in slot ${slot} finds no room at its own price`);
  writeRefreshed(room, slot);
}

/** Cancels the other half of a link, if it is still there. */
export function cancelOther(room: GeneralRoom, other: number, otherId: number): void {
  if (other >= 0 && live.orderId(room.orders, other) === otherId)
    cancelOrder(room, other, CancelReason.Linked);
}
