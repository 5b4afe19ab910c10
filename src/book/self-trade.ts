import { SelfTrade } from '../model/command.js';
import { CancelReason } from '../model/event.js';
import type { Book } from './book.js';
import { cancelOrder, removeOrder } from './departures.js';
import { wholeRemaining, writeDecremented } from './general-events.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { takeFrom } from './resting.js';

/**
 * Carries out what the taker's mode says, where it meets a resting order of its own account or group. Returns false where
 * the taker is gone.
 */
export function preventSelfTrade(
  room: GeneralRoom,
  book: Book,
  taker: number,
  maker: number,
  mode: number,
): boolean {
  if (mode === SelfTrade.CancelMaker || mode === SelfTrade.CancelBoth)
    cancelOrder(room, maker, CancelReason.SelfTrade);
  if (mode === SelfTrade.CancelMaker) return true;
  if (mode !== SelfTrade.DecrementBoth) {
    cancelOrder(room, taker, CancelReason.SelfTrade);
    return false;
  }
  return decrementBoth(room, book, taker, maker);
}

/** Takes the smaller remainder from both. */
function decrementBoth(room: GeneralRoom, book: Book, taker: number, maker: number): boolean {
  const { orders } = room;
  const lots = Math.min(wholeRemaining(room, taker), wholeRemaining(room, maker));
  live.setRemaining(orders, taker, live.remainingOf(orders, taker) - lots);
  takeFrom(room, book, maker, lots);
  writeDecremented(room, taker, lots);
  writeDecremented(room, maker, lots);
  const isTakerGone = live.remainingOf(orders, taker) === 0;
  if (wholeRemaining(room, maker) === 0) removeOrder(room, maker);
  if (isTakerGone) removeOrder(room, taker);
  return !isTakerGone;
}
