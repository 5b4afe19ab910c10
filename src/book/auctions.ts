import { Side } from '../model/command.js';
import { CancelReason, Standing } from '../model/event.js';
import { findAuctionPrice, type Interest } from './auction-price.js';
import type { Book } from './book.js';
import { cancelOrder, retire } from './departures.js';
import { restOrCancel } from './entering.js';
import { wholeRemaining, writeAuctionPrice, writeTriggered } from './general-events.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { isMarketLike } from './matching.js';
import type { PriceLadder } from './price-ladder.js';
import { execute } from './trading.js';

/** An order that joined the auction, known by its id: the slot may be another's by the time it is looked at again. */
interface Joined {
  readonly slot: number;
  readonly id: number;
}

/**
 * Holds the auction of a book: the orders that waited for it join, what crosses trades at one price, and what is left of
 * those that joined is cancelled.
 *
 * @param waiting slots of the orders that waited, by order id; it is emptied
 */
export function holdAuction(room: GeneralRoom, book: Book, waiting: number[]): void {
  const { orders } = room;
  const joined = waiting.splice(0).map((slot): Joined => ({ slot, id: live.orderId(orders, slot) }));
  const markets: Joined[] = [];
  for (const order of joined) {
    room.rare.of(order.slot)!.standing = Standing.Active;
    writeTriggered(room, order.slot);
    if (isMarketLike(room, order.slot)) markets.push(order);
    else restOrCancel(room, book, order.slot);
  }
  while (uncross(room, book, markets)) {
    // Links may have taken so much away that it crosses still.
  }
  for (const order of joined)
    if (isLive(room, order)) cancelOrder(room, order.slot, CancelReason.AuctionRest);
}

/** Finds the price and trades at it. Returns false where nothing could trade. */
function uncross(room: GeneralRoom, book: Book, markets: readonly Joined[]): boolean {
  const { orders } = room;
  const buys = interestOf(room, book, Side.Buy, markets);
  const sells = interestOf(room, book, Side.Sell, markets);
  const found = findAuctionPrice(buys, sells, book.referenceTicks);
  if (found === undefined) return false;
  const { priceTicks, surplusLots } = found;
  let left = found.lots;
  while (left > 0) {
    const buy = firstAt(room, book, Side.Buy, markets, priceTicks);
    const sell = firstAt(room, book, Side.Sell, markets, priceTicks);
    if (buy < 0 || sell < 0) break;
    const lots = Math.min(live.remainingOf(orders, buy), live.remainingOf(orders, sell), left);
    const isBuyOlder = live.orderId(orders, buy) < live.orderId(orders, sell);
    const [maker, taker] = isBuyOlder ? [buy, sell] : [sell, buy];
    execute(room, book, taker, maker, lots, priceTicks);
    left -= lots;
    for (const market of markets)
      if (isLive(room, market) && live.remainingOf(orders, market.slot) === 0)
        retire(room, book, market.slot);
  }
  const side = surplusLots > 0 ? Side.Buy : surplusLots < 0 ? Side.Sell : Side.None;
  writeAuctionPrice(room, book, side, priceTicks, found.lots - left, Math.abs(surplusLots));
  return true;
}

function isLive(room: GeneralRoom, order: Joined): boolean {
  return live.orderId(room.orders, order.slot) === order.id;
}

/** All that a side would trade, price by price. */
function interestOf(room: GeneralRoom, book: Book, side: number, markets: readonly Joined[]): Interest {
  const lotsAt = new Map<number, number>();
  for (const ladder of [book.ladder(side), book.hiddenLadder(side)])
    for (let level = ladder.bestLevel; level >= 0; level = ladder.worseLevel(level)) {
      const price = ladder.priceTicks(level);
      let lots = lotsAt.get(price) ?? 0;
      for (let slot = ladder.firstOrder(level); slot >= 0; slot = live.nextOf(room.orders, slot))
        lots += wholeRemaining(room, slot);
      lotsAt.set(price, lots);
    }
  let marketLots = 0;
  for (const market of markets)
    if (isLive(room, market) && live.sideOf(room.orders, market.slot) === side)
      marketLots += live.remainingOf(room.orders, market.slot);
  return { lotsAt, marketLots };
}

/** The order of a side that trades next at the auction's price, -1 for none: market orders, then by priority. */
function firstAt(
  room: GeneralRoom,
  book: Book,
  side: number,
  markets: readonly Joined[],
  priceTicks: number,
): number {
  for (const market of markets)
    if (isLive(room, market) && live.sideOf(room.orders, market.slot) === side) return market.slot;
  const shown = book.ladder(side);
  const hidden = book.hiddenLadder(side);
  const ladder: PriceLadder = hidden.bestRank > shown.bestRank ? hidden : shown;
  return ladder.bestLevel >= 0 && ladder.bestRank >= ladder.rankOf(priceTicks)
    ? ladder.firstOrder(ladder.bestLevel)
    : -1;
}
