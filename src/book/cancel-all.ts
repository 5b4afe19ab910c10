import { CommandFlag } from '../model/command.js';
import { CancelReason, EventKind } from '../model/event.js';
import { RejectCode } from '../model/reject.js';
import { EVENT_SIZE } from '../wire/event-record.js';
import { ORDER_SESSION, orderFlags, orderType } from '../wire/order-record.js';
import { writeWhole } from '../wire/words.js';
import { openAnswer } from './answers.js';
import { cancelOrder } from './departures.js';
import { bookOf, type GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { liveOrdersOf } from './open-order-limits.js';

const ANY = -1;

/** Which live orders; ANY where it does not matter. */
interface Wanted {
  readonly accountSlot: number;
  readonly instrument: number;
  readonly side: number;
  readonly session: number;
}

/**
 * Carries out a CancelAll command of sound shape. Returns 0, or, with nothing changed, why it is rejected.
 */
export function cancelAll(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  const instrument = words[at + 2]!;
  if (instrument !== 0 && room.listings.find(instrument) < 0) return RejectCode.InstrumentNotListed;
  const account = words[at + 3]!;
  const side = words[at]! >>> 24;
  const terms = words[at + 1]!;
  const accountSlot = room.accounts.slotOf(account);
  const found = findOrders(room, {
    accountSlot: account === 0 ? ANY : accountSlot,
    instrument: instrument === 0 ? ANY : instrument,
    side: side === 0 ? ANY : side,
    session: (orderFlags(terms) & CommandFlag.OnlySession) === 0 ? ANY : words[at + ORDER_SESSION]!,
  });
  const isText = (orderFlags(terms) & CommandFlag.TextClientId) !== 0;
  const to = openAnswer(
    room.events,
    words,
    at,
    EventKind.AllCancelled,
    side,
    0,
    instrument,
    accountSlot,
    isText,
  );
  const { words: out } = room.events;
  out.fill(0, to + 12, to + 14);
  out.fill(0, to + 16, to + 24);
  writeWhole(out, to + EVENT_SIZE, found.length);
  room.clientIds.keep(room.events, to);
  cancelEach(room, found, (orderType(terms) || CancelReason.Asked) as CancelReason);
  return 0;
}

/** Cancels every live order of an account. */
export function cancelOrdersOf(room: GeneralRoom, accountSlot: number, reason: CancelReason): void {
  cancelEach(room, findOrders(room, { accountSlot, instrument: ANY, side: ANY, session: ANY }), reason);
}

/** Cancels every live order of an instrument. */
export function cancelOrdersIn(room: GeneralRoom, instrument: number, reason: CancelReason): void {
  cancelEach(room, findOrders(room, { accountSlot: ANY, instrument, side: ANY, session: ANY }), reason);
}

/**
 * Ids of live orders, ascending. It looks through all slots that were ever used, or until it has seen all that the account
 * has: no order knows the next one of its account, since this is a rare command.
 */
function findOrders(room: GeneralRoom, wanted: Wanted): number[] {
  const { orders } = room;
  const ids: number[] = [];
  let left = wanted.accountSlot === ANY ? orders.used : liveOrdersOf(room, wanted.accountSlot);
  for (let slot = 0; slot < orders.used && left > 0; slot++) {
    const id = live.orderId(orders, slot);
    if (id === 0) continue;
    if (wanted.accountSlot !== ANY && live.accountSlot(orders, slot) !== wanted.accountSlot) continue;
    left--;
    if (wanted.side !== ANY && live.sideOf(orders, slot) !== wanted.side) continue;
    if (wanted.session !== ANY && live.sessionOf(orders, slot) !== wanted.session) continue;
    const book = bookOf(room, live.bookNumber(orders, slot));
    if (wanted.instrument !== ANY && book.instrumentId !== wanted.instrument) continue;
    ids.push(id);
  }
  return ids.sort((a, b) => a - b);
}

function cancelEach(room: GeneralRoom, ids: readonly number[], reason: CancelReason): void {
  for (const id of ids) {
    const slot = room.orderIndex.find(id | 0, Math.floor(id / 2 ** 32));
    if (slot < 0) throw new Error(`order ${id} is live and not in the index`);
    cancelOrder(room, slot, reason);
  }
}
