import { CommandFlag, TimeInForce } from '../model/command.js';
import { CancelReason } from '../model/event.js';
import { InstrumentState } from '../model/instrument-state.js';
import type { Book } from './book.js';
import { cancelOrder, retire } from './departures.js';
import { type GeneralRoom, touch } from './general-room.js';
import * as live from './live-order.js';
import { isMarketLike, match } from './matching.js';
import type { RareTerms } from './rare-orders.js';
import { rest } from './resting.js';
import { TradableCount } from './tradable.js';

/**
 * Lets an active order, which stands in no queue, trade and then rest or leave, as its time in force says. Where the
 * instrument is not continuous it only rests.
 */
export function enter(room: GeneralRoom, book: Book, slot: number, timeInForce: number): void {
  touch(room, book);
  if (book.specials.state !== InstrumentState.Continuous) {
    restOrCancel(room, book, slot);
    return;
  }
  const refusal = entryRefusal(room, book, slot, room.rare.of(slot));
  if (refusal !== 0) {
    cancelOrder(room, slot, refusal);
    return;
  }
  if (!match(room, book, slot)) return;
  if (live.remainingOf(room.orders, slot) === 0) retire(room, book, slot);
  else if (timeInForce === TimeInForce.FillOrKill) cancelOrder(room, slot, CancelReason.FillOrKill);
  else if (isMarketLike(room, slot)) cancelOrder(room, slot, CancelReason.MarketRest);
  else if (timeInForce === TimeInForce.ImmediateOrCancel)
    cancelOrder(room, slot, CancelReason.ImmediateOrCancelRest);
  else restOrCancel(room, book, slot);
}

/** Puts an active order to rest; cancels it where its price has no room. */
export function restOrCancel(room: GeneralRoom, book: Book, slot: number): void {
  if (!rest(room, book, slot)) cancelOrder(room, slot, CancelReason.NoRoom);
}

/** Why an order that must trade so much at once may not trade at all; 0 where it may. */
function entryRefusal(
  room: GeneralRoom,
  book: Book,
  slot: number,
  rare: RareTerms | undefined,
): CancelReason | 0 {
  if (rare === undefined) return 0;
  const mustFill = rare.timeInForce === TimeInForce.FillOrKill || (rare.flags & CommandFlag.AllOrNone) !== 0;
  if (!mustFill && rare.minimumLots === 0) return 0;
  const tradable = TradableCount.of(room, book, slot);
  if (mustFill && tradable < live.remainingOf(room.orders, slot)) return CancelReason.FillOrKill;
  return tradable < rare.minimumLots ? CancelReason.MinimumSize : 0;
}
