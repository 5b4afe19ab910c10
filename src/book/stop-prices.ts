import { OrderType, Side, TrailUnit } from '../model/command.js';
import { InstrumentState } from '../model/instrument-state.js';
import type { Book } from './book.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import type { RareTerms } from './rare-orders.js';

/** Which prices meet a stop, and how a trailing one follows. */

/** Shows a trade to the stops: they are met by it, or follow. With a mark set, trades mean nothing to them. */
export function followPrice(room: GeneralRoom, book: Book, priceTicks: number): void {
  if (book.specials.markTicks === 0) showPrice(room, book, priceTicks);
}

/** Shows the stops a price that counts for them. */
export function showPrice(room: GeneralRoom, book: Book, priceTicks: number): void {
  const { specials } = book;
  if (specials.state !== InstrumentState.Continuous) {
    // What waits is compared when trading resumes. Only a trailing stop without a price begins to have one.
    for (const slot of specials.trailing) {
      const rare = room.rare.of(slot)!;
      const side = live.sideOf(room.orders, slot);
      if (rare.stopPriceTicks === 0 || !isMet(rare.stopPriceTicks, side, priceTicks))
        follow(rare, side, priceTicks);
    }
    return;
  }
  if (priceTicks < specials.lowTicks) specials.lowTicks = priceTicks;
  if (priceTicks > specials.highTicks) specials.highTicks = priceTicks;
  for (const slot of specials.trailing) {
    const rare = room.rare.of(slot)!;
    const side = live.sideOf(room.orders, slot);
    if (rare.isMet) continue;
    if (rare.stopPriceTicks !== 0 && isMet(rare.stopPriceTicks, side, priceTicks)) rare.isMet = true;
    else follow(rare, side, priceTicks);
  }
}

/** True where a price meets the stop price of an order of this side. */
export function isMet(stopPriceTicks: number, side: number, priceTicks: number): boolean {
  return side === Side.Buy ? priceTicks >= stopPriceTicks : priceTicks <= stopPriceTicks;
}

/** The price that stops look at when nothing trades: the mark, or the last trade's; 0 for none. */
export function standingPrice(book: Book): number {
  return book.specials.markTicks !== 0 ? book.specials.markTicks : book.lastPriceTicks;
}

/** Moves the stop price of a trailing stop towards the market, if that is where this price puts it. */
export function follow(rare: RareTerms, side: number, priceTicks: number): void {
  if (rare.type !== OrderType.TrailingStop) return;
  const distance =
    rare.trailUnit === TrailUnit.Ticks ? rare.offset : Math.max(basisPointsOf(priceTicks, rare.offset), 1);
  const stop = side === Side.Buy ? priceTicks + distance : Math.max(priceTicks - distance, 1);
  const isNearer = side === Side.Buy ? stop < rare.stopPriceTicks : stop > rare.stopPriceTicks;
  if (rare.stopPriceTicks === 0 || isNearer) rare.stopPriceTicks = stop;
}

/** So many ten-thousandths of a price, rounded down, without a product over 2^53. */
function basisPointsOf(priceTicks: number, basisPoints: number): number {
  const rest = priceTicks % 10_000;
  return ((priceTicks - rest) / 10_000) * basisPoints + Math.floor((rest * basisPoints) / 10_000);
}
