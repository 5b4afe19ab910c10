import { OrderType, SelfTrade, Side } from '../model/command.js';
import { Priority } from '../model/instrument.js';
import type { Book } from './book.js';
import { type GeneralRoom, touch } from './general-room.js';
import * as live from './live-order.js';
import { shareLevel } from './pro-rata.js';
import { preventSelfTrade } from './self-trade.js';
import { isOwn, trade } from './trading.js';

/** Matching with everything there is: hidden orders, icebergs, self-trade prevention, pro-rata, links, stops. */

/** True for an order that trades at any price up to its protection, and never rests. */
export function isMarketLike(room: GeneralRoom, slot: number): boolean {
  const type = room.rare.of(slot)?.type ?? OrderType.Limit;
  return type === OrderType.Market || type === OrderType.Stop || type === OrderType.TrailingStop;
}

/** The worst price at which an order trades, in ticks: 0 for a sell without one, infinity for a buy. */
export function limitOf(room: GeneralRoom, book: Book, slot: number): number {
  const price = live.priceOf(room.orders, slot);
  if (price !== 0 || !isMarketLike(room, slot)) return price;
  const isBuy = live.sideOf(room.orders, slot) === Side.Buy;
  const { collarTicks } = book.instrument;
  const reference = book.referenceTicks;
  if (collarTicks === 0 || reference === 0) return isBuy ? Number.POSITIVE_INFINITY : 0;
  return isBuy ? reference + collarTicks : Math.max(reference - collarTicks, 0);
}

/**
 * Trades the order in the slot, which stands in no queue, with the other side while prices cross. Returns false where
 * self-trade prevention has taken it out of the book.
 */
export function match(room: GeneralRoom, book: Book, taker: number): boolean {
  const { orders } = room;
  const side = live.opposite(live.sideOf(orders, taker));
  const shown = book.ladder(side);
  const hidden = book.hiddenLadder(side);
  const limitRank = shown.rankOf(limitOf(room, book, taker));
  const mode = live.selfTradeMode(orders, taker);
  const isShared = book.instrument.priority !== Priority.PriceTime;
  touch(room, book);
  while (live.remainingOf(orders, taker) > 0) {
    const isHidden = hidden.bestRank > shown.bestRank;
    const ladder = isHidden ? hidden : shown;
    if (ladder.bestLevel < 0 || ladder.bestRank < limitRank) return true;
    if (isShared && !isHidden) {
      if (!shareLevel(room, book, taker, mode)) return false;
      continue;
    }
    const maker = ladder.firstOrder(ladder.bestLevel);
    if (mode !== SelfTrade.Allowed && isOwn(room, taker, maker)) {
      if (!preventSelfTrade(room, book, taker, maker, mode)) return false;
      continue;
    }
    trade(
      room,
      book,
      taker,
      maker,
      Math.min(live.remainingOf(orders, taker), live.remainingOf(orders, maker)),
    );
  }
  return true;
}
