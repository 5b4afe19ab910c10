import { OrderType, PegReference, Side } from '../model/command.js';
import { Repricing } from '../model/event.js';
import type { Book } from './book.js';
import { enter } from './entering.js';
import { writeRepriced } from './general-events.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { unrest } from './resting.js';

/** How pegged orders follow the best displayed prices of the orders that are not pegged. */

/**
 * The price that a peg should have now, in ticks; 0 where what it follows has no price.
 *
 * @param offset added to what it follows, in ticks, signed
 * @param capTicks no price beyond this, 0: none
 */
export function pegPrice(
  room: GeneralRoom,
  book: Book,
  side: number,
  reference: number,
  offset: number,
  capTicks: number,
): number {
  const isBuy = side === Side.Buy;
  let price: number;
  if (reference === PegReference.Mid) {
    const bid = bestUnpegged(room, book, Side.Buy);
    const ask = bestUnpegged(room, book, Side.Sell);
    if (bid === 0 || ask === 0) return 0;
    price = isBuy ? Math.floor((bid + ask) / 2) : Math.ceil((bid + ask) / 2);
  } else {
    price = bestUnpegged(room, book, reference === PegReference.Best ? side : live.opposite(side));
    if (price === 0) return 0;
  }
  price += offset;
  if (capTicks !== 0) price = capped(price, isBuy, capTicks);
  const { minPriceTicks, maxPriceTicks } = book.instrument;
  return Math.min(Math.max(price, minPriceTicks), maxPriceTicks);
}

/** A price within the cap of its side. */
export function capped(priceTicks: number, isBuy: boolean, capTicks: number): number {
  return isBuy ? Math.min(priceTicks, capTicks) : Math.max(priceTicks, capTicks);
}

/** Gives every peg of the book its price anew, by order id; those whose price is another one go back and may trade. */
export function repricePegs(room: GeneralRoom, book: Book): boolean {
  const { orders } = room;
  const pegs = [...book.specials.pegs];
  const ids = pegs.map((slot) => live.orderId(orders, slot));
  let repriced = false;
  pegs.forEach((slot, i) => {
    // One that was repriced before may have traded with it.
    if (live.orderId(orders, slot) !== ids[i]) return;
    const price = duePrice(room, book, slot);
    if (price === 0) return;
    repriced = true;
    unrest(room, book, slot);
    live.setPrice(orders, slot, price);
    writeRepriced(room, slot, Repricing.Peg, price);
    enter(room, book, slot, room.rare.of(slot)!.timeInForce);
  });
  return repriced;
}

/** Notes what the pegs follow now: while that stands, they need not be looked at. */
export function noteFollowed(room: GeneralRoom, book: Book): void {
  const { specials } = book;
  specials.followedBidTicks = bestUnpegged(room, book, Side.Buy);
  specials.followedAskTicks = bestUnpegged(room, book, Side.Sell);
  specials.arePegsStale = specials.pegs.some((slot) => duePrice(room, book, slot) !== 0);
}

/** The price that a peg should have and has not; 0 where it has it, or finds none. */
function duePrice(room: GeneralRoom, book: Book, slot: number): number {
  const rare = room.rare.of(slot)!;
  const side = live.sideOf(room.orders, slot);
  const price = pegPrice(room, book, side, rare.pegReference, rare.offset, rare.capTicks);
  return price === live.priceOf(room.orders, slot) ? 0 : price;
}

/** The best displayed price of a side at which an order stands that is not pegged; 0 for none. */
function bestUnpegged(room: GeneralRoom, book: Book, side: number): number {
  const ladder = book.ladder(side);
  for (let level = ladder.bestLevel; level >= 0; level = ladder.worseLevel(level))
    for (let slot = ladder.firstOrder(level); slot >= 0; slot = live.nextOf(room.orders, slot))
      if (room.rare.of(slot)?.type !== OrderType.Pegged) return ladder.priceTicks(level);
  return 0;
}
