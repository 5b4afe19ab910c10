import { CommandFlag } from '../model/command.js';
import { Priority } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import type { Book } from './book.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import type { PriceLadder } from './price-ladder.js';

/** How orders come to rest in their ladder and leave it: the displayed one of their side, or the hidden one. */

/** The ladder in which an order rests. */
export function ladderOf(room: GeneralRoom, book: Book, slot: number): PriceLadder {
  const side = live.sideOf(room.orders, slot);
  return isHidden(room, slot) ? book.hiddenLadder(side) : book.ladder(side);
}

/** The ladder in which an order is to rest. */
export function openLadder(room: GeneralRoom, book: Book, slot: number): PriceLadder {
  const side = live.sideOf(room.orders, slot);
  return isHidden(room, slot) ? book.openHiddenLadder(side) : book.ladder(side);
}

function isHidden(room: GeneralRoom, slot: number): boolean {
  return ((room.rare.of(slot)?.flags ?? 0) & CommandFlag.Hidden) !== 0;
}

/** Puts an order, whose price and whole remaining size are set, at the back of its queue. False where there is no room. */
export function rest(room: GeneralRoom, book: Book, slot: number): boolean {
  const { orders } = room;
  const ladder = openLadder(room, book, slot);
  const price = live.priceOf(orders, slot);
  const whole = live.remainingOf(orders, slot);
  if (!ladder.hasPageFor(price) || ladder.totalSizeLots + whole > MAX_WHOLE) return false;
  const rare = room.rare.of(slot);
  if (rare !== undefined && rare.displayLots !== 0) {
    const slice = Math.min(rare.displayLots, whole);
    live.setRemaining(orders, slot, slice);
    rare.reserveLots = whole - slice;
  }
  if (
    book.instrument.priority === Priority.ProRataTopOrder &&
    ladder === book.ladder(live.sideOf(orders, slot)) &&
    ladder.rankOf(price) > ladder.bestRank
  )
    room.rare.attach(slot).isTop = true;
  ladder.append(slot);
  return true;
}

/** Takes a resting order out of its queue: its remaining size is its whole one again. */
export function unrest(room: GeneralRoom, book: Book, slot: number): void {
  ladderOf(room, book, slot).remove(slot);
  const rare = room.rare.of(slot);
  if (rare === undefined) return;
  rare.isTop = false;
  if (rare.reserveLots === 0) return;
  live.setRemaining(room.orders, slot, live.remainingOf(room.orders, slot) + rare.reserveLots);
  rare.reserveLots = 0;
}

/** Takes lots that do not trade from a resting order, which keeps its place: from an iceberg's reserve first. */
export function takeFrom(room: GeneralRoom, book: Book, slot: number, lots: number): void {
  const { orders } = room;
  const rare = room.rare.of(slot);
  let rest = lots;
  if (rare !== undefined && rare.reserveLots !== 0) {
    const fromReserve = Math.min(rare.reserveLots, lots);
    rare.reserveLots -= fromReserve;
    rest -= fromReserve;
  }
  if (rest === 0) return;
  ladderOf(room, book, slot).reduce(live.levelOf(orders, slot), rest);
  live.setRemaining(orders, slot, live.remainingOf(orders, slot) - rest);
}
