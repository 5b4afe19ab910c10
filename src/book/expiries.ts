import { CancelReason } from '../model/event.js';
import { cancelOrder } from './departures.js';
import type { GeneralRoom } from './general-room.js';
import { isAfter } from './new-orders.js';

/** Cancels the orders whose expiry is at or before the stamp of the command at hand, by expiry, then by order id. */
export function expireDue(room: GeneralRoom): void {
  const { expiries } = room;
  for (let slot = expiries.first(); slot >= 0; slot = expiries.first()) {
    if (isAfter(expiries.firstSecondKey, expiries.firstKey, room.events.timeLow, room.events.timeHigh))
      return;
    cancelOrder(room, slot, CancelReason.Expired);
  }
}
