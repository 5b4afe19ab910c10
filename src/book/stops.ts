import { OrderType, Side } from '../model/command.js';
import { Repricing, Standing } from '../model/event.js';
import { InstrumentState } from '../model/instrument-state.js';
import type { Book } from './book.js';
import { stopWaiting } from './departures.js';
import { enter } from './entering.js';
import { writeRepriced, writeTriggered } from './general-events.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import type { OrderHeap } from './order-heap.js';
import type { RareTerms } from './rare-orders.js';
import { follow, isMet, standingPrice } from './stop-prices.js';
import { cancelOther } from './trading.js';

/** How stops wait, are met and become active. */

/** Lets a stop that has just been accepted wait. */
export function awaitStop(room: GeneralRoom, book: Book, slot: number, rare: RareTerms): void {
  const { specials } = book;
  const side = live.sideOf(room.orders, slot);
  rare.standing = Standing.AwaitsStop;
  if (rare.type === OrderType.TrailingStop) {
    specials.trailing.push(slot);
    const price = standingPrice(book);
    if (price !== 0) follow(rare, side, price);
    return;
  }
  const isBuy = side === Side.Buy;
  const key = isBuy ? rare.stopPriceTicks : -rare.stopPriceTicks;
  (isBuy ? specials.buyStops : specials.sellStops).push(slot, live.orderId(room.orders, slot), key, 0);
}

/** Triggers a waiting stop that is met already, in a continuous instrument. */
export function triggerIfMet(room: GeneralRoom, book: Book, slot: number, rare: RareTerms): void {
  const price = standingPrice(book);
  if (book.specials.state !== InstrumentState.Continuous || price === 0) return;
  if (rare.type === OrderType.TrailingStop) return;
  if (isMet(rare.stopPriceTicks, live.sideOf(room.orders, slot), price)) trigger(room, book, slot, rare);
}

/** Triggers one round of stops: those that are met. Returns false where none is. */
export function triggerRound(room: GeneralRoom, book: Book): boolean {
  const { orders } = room;
  const { specials } = book;
  const met: number[] = [];
  takeMet(room, specials.buyStops, specials.highTicks, met);
  takeMet(room, specials.sellStops, -specials.lowTicks, met);
  for (const slot of specials.trailing) if (room.rare.of(slot)!.isMet) met.push(slot);
  specials.beginTrades();
  if (met.length === 0) return false;
  met.sort((a, b) => compareStops(room, a, b));
  const ids = met.map((slot) => live.orderId(orders, slot));
  met.forEach((slot, i) => {
    // An earlier one of the round may have cancelled it.
    if (live.orderId(orders, slot) === ids[i]) trigger(room, book, slot, room.rare.of(slot)!);
  });
  return true;
}

/** Tells the new stop prices of trailing stops, by order id. */
export function tellTrailing(room: GeneralRoom, book: Book): void {
  for (const slot of book.specials.trailing) {
    const rare = room.rare.of(slot)!;
    if (rare.stopPriceTicks === rare.toldStopTicks) continue;
    rare.toldStopTicks = rare.stopPriceTicks;
    writeRepriced(room, slot, Repricing.TrailingStop, rare.stopPriceTicks);
  }
}

/** Makes a waiting stop active: it trades as if it had just arrived. */
function trigger(room: GeneralRoom, book: Book, slot: number, rare: RareTerms): void {
  stopWaiting(book, slot, rare, live.sideOf(room.orders, slot));
  rare.standing = Standing.Active;
  rare.isMet = false;
  writeTriggered(room, slot);
  const other = rare.link;
  if (other >= 0) cancelOther(room, other, live.orderId(room.orders, other));
  enter(room, book, slot, rare.timeInForce);
}

/** Takes the stops out of a heap whose key is at most `upTo`. */
function takeMet(room: GeneralRoom, heap: OrderHeap, upTo: number, met: number[]): void {
  for (let slot = heap.first(); slot >= 0 && heap.firstKey <= upTo; slot = heap.first()) {
    heap.pop();
    room.rare.of(slot)!.isMet = true;
    met.push(slot);
  }
}

/** Buys by ascending stop price, then sells by descending, equal prices by order id. */
function compareStops(room: GeneralRoom, a: number, b: number): number {
  const { orders, rare } = room;
  const side = live.sideOf(orders, a);
  if (side !== live.sideOf(orders, b)) return side === Side.Buy ? -1 : 1;
  const difference = rare.of(a)!.stopPriceTicks - rare.of(b)!.stopPriceTicks;
  if (difference !== 0) return side === Side.Buy ? difference : -difference;
  return live.orderId(orders, a) - live.orderId(orders, b);
}
