import { SelfTrade } from '../model/command.js';
import { Priority } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import type { Book } from './book.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import type { PriceLadder } from './price-ladder.js';
import { preventSelfTrade } from './self-trade.js';
import { isOwn, trade } from './trading.js';

/** An order of the level, as it stood when the shares were worked out. */
interface Share {
  readonly slot: number;
  readonly id: number;
  readonly sizeLots: number;
  lots: number;
}

/**
 * Lets a taker meet the displayed orders of the best opposite price, once around: own ones first, then the top order, then the others by
 * size. Returns false where self-trade prevention has taken the taker out of the book.
 */
export function shareLevel(room: GeneralRoom, book: Book, taker: number, mode: number): boolean {
  const { orders } = room;
  const ladder = book.ladder(live.opposite(live.sideOf(orders, taker)));
  const level = ladder.bestLevel;
  if (mode !== SelfTrade.Allowed) {
    let met = false;
    for (let maker = ladder.firstOrder(level); maker >= 0; ) {
      const next = live.nextOf(orders, maker);
      if (isOwn(room, taker, maker)) {
        met = true;
        if (!preventSelfTrade(room, book, taker, maker, mode)) return false;
      }
      maker = next;
    }
    // The level may be gone with them.
    if (met) return true;
  }
  const first = ladder.firstOrder(level);
  if (book.instrument.priority === Priority.ProRataTopOrder && room.rare.of(first)?.isTop === true) {
    trade(
      room,
      book,
      taker,
      first,
      Math.min(live.remainingOf(orders, taker), live.remainingOf(orders, first)),
    );
    return true;
  }
  for (const share of sharesOf(room, ladder, level, live.remainingOf(orders, taker))) {
    const isThere = live.orderId(orders, share.slot) === share.id;
    if (isThere && share.lots > 0) trade(room, book, taker, share.slot, share.lots);
  }
  return true;
}

/** What each order of the level gets of `wantedLots`, in time order. */
function sharesOf(room: GeneralRoom, ladder: PriceLadder, level: number, wantedLots: number): Share[] {
  const { orders } = room;
  const totalLots = ladder.sizeLots(level);
  const shares: Share[] = [];
  let leftLots = wantedLots;
  for (let slot = ladder.firstOrder(level); slot >= 0; slot = live.nextOf(orders, slot)) {
    const sizeLots = live.remainingOf(orders, slot);
    const lots = wantedLots >= totalLots ? sizeLots : proportion(wantedLots, sizeLots, totalLots);
    shares.push({ slot, id: live.orderId(orders, slot), sizeLots, lots });
    leftLots -= lots;
  }
  // What rounding leaves goes by time.
  for (const share of shares) {
    const more = Math.min(Math.max(leftLots, 0), share.sizeLots - share.lots);
    share.lots += more;
    leftLots -= more;
  }
  return shares;
}

/** ⌊wanted × size ⁄ total⌋, exactly. */
function proportion(wantedLots: number, sizeLots: number, totalLots: number): number {
  const product = wantedLots * sizeLots;
  if (product <= MAX_WHOLE) return Math.floor(product / totalLots);
  return Number((BigInt(wantedLots) * BigInt(sizeLots)) / BigInt(totalLots));
}
