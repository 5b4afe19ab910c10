import { SelfTrade } from '../model/command.js';
import { Priority } from '../model/instrument.js';
import type { Book } from './book.js';
import { wholeRemaining } from './general-events.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { limitOf } from './matching.js';
import type { PriceLadder } from './price-ladder.js';
import { isOwn } from './trading.js';

/** Counts, without changing anything, what an order could trade at once: for fill or kill and for minimum sizes. */
export class TradableCount {
  readonly #room: GeneralRoom;
  readonly #taker: number;
  readonly #mode: number;
  /** Lots that could trade, and lots of the taker that nothing has used up yet. */
  #traded = 0;
  #left: number;
  /** Self-trade prevention would have taken the taker out. */
  #isStopped = false;

  private constructor(room: GeneralRoom, taker: number) {
    this.#room = room;
    this.#taker = taker;
    this.#mode = live.selfTradeMode(room.orders, taker);
    this.#left = live.remainingOf(room.orders, taker);
  }

  /** Lots that the order in the slot, which stands in no queue, would trade if it were matched now. */
  static of(room: GeneralRoom, book: Book, taker: number): number {
    const count = new TradableCount(room, taker);
    const side = live.opposite(live.sideOf(room.orders, taker));
    const shown = book.ladder(side);
    const hidden = book.hiddenLadder(side);
    const limitRank = shown.rankOf(limitOf(room, book, taker));
    let shownLevel = shown.bestLevel;
    let hiddenLevel = hidden.bestLevel;
    while (!count.#isOver) {
      const shownRank = rankAt(shown, shownLevel);
      const hiddenRank = rankAt(hidden, hiddenLevel);
      const rank = Math.max(shownRank, hiddenRank);
      if (rank === Number.NEGATIVE_INFINITY || rank < limitRank) break;
      if (shownRank === rank) {
        count.#countShown(shown, shownLevel, book.instrument.priority !== Priority.PriceTime);
        shownLevel = shown.worseLevel(shownLevel);
      } else {
        count.#countQueue(hidden, hiddenLevel);
        hiddenLevel = hidden.worseLevel(hiddenLevel);
      }
    }
    return count.#traded;
  }

  get #isOver(): boolean {
    return this.#isStopped || this.#left === 0;
  }

  /** A displayed level: what shows first, then the reserves behind it. */
  #countShown(ladder: PriceLadder, level: number, ownFirst: boolean): void {
    const { orders, rare } = this.#room;
    const isPrevented = this.#mode !== SelfTrade.Allowed;
    if (ownFirst && isPrevented)
      for (let slot = ladder.firstOrder(level); slot >= 0 && !this.#isOver; slot = live.nextOf(orders, slot))
        if (isOwn(this.#room, this.#taker, slot)) this.#meetOwn(slot);
    if (ownFirst) this.#countOthers(ladder, level);
    else this.#countQueue(ladder, level);
    for (let slot = ladder.firstOrder(level); slot >= 0 && !this.#isOver; slot = live.nextOf(orders, slot)) {
      if (isPrevented && isOwn(this.#room, this.#taker, slot)) continue;
      this.#trade(rare.of(slot)?.reserveLots ?? 0);
    }
  }

  /** What shows of a level, in time order, own orders met in their turn. */
  #countQueue(ladder: PriceLadder, level: number): void {
    const { orders } = this.#room;
    for (let slot = ladder.firstOrder(level); slot >= 0 && !this.#isOver; slot = live.nextOf(orders, slot)) {
      if (this.#mode !== SelfTrade.Allowed && isOwn(this.#room, this.#taker, slot)) this.#meetOwn(slot);
      else this.#trade(live.remainingOf(orders, slot));
    }
  }

  /** What shows of a level but for own orders. */
  #countOthers(ladder: PriceLadder, level: number): void {
    const { orders } = this.#room;
    const isPrevented = this.#mode !== SelfTrade.Allowed;
    for (let slot = ladder.firstOrder(level); slot >= 0 && !this.#isOver; slot = live.nextOf(orders, slot))
      if (!isPrevented || !isOwn(this.#room, this.#taker, slot)) this.#trade(live.remainingOf(orders, slot));
  }

  #trade(lots: number): void {
    const traded = Math.min(lots, this.#left);
    this.#traded += traded;
    this.#left -= traded;
  }

  #meetOwn(slot: number): void {
    if (this.#mode === SelfTrade.CancelTaker || this.#mode === SelfTrade.CancelBoth) this.#isStopped = true;
    else if (this.#mode === SelfTrade.DecrementBoth)
      this.#left -= Math.min(wholeRemaining(this.#room, slot), this.#left);
  }
}

function rankAt(ladder: PriceLadder, level: number): number {
  return level < 0 ? Number.NEGATIVE_INFINITY : ladder.rankOf(ladder.priceTicks(level));
}
