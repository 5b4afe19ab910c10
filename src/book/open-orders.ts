import { CommandFlag, OrderType, SELF_TRADE_SHIFT, TimeInForce } from '../model/command.js';
import { Standing } from '../model/event.js';
import { wholeRemaining } from './general-events.js';
import { bookOf, type GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import * as pool from './order-pool.js';

const { LIVE_CLIENT_ID, LIVE_TERMS, ORDER_SHIFT, TERMS_TEXT } = pool;

/** A live order, resting or waiting. Prices in ticks, sizes in lots. */
export interface OpenOrder {
  readonly orderId: number;
  /** Of a quoted order or an exit that of the command which made it. */
  readonly clientOrderId: number | string;
  readonly account: number;
  readonly instrumentId: number;
  readonly side: number;
  readonly type: number;
  readonly timeInForce: number;
  /** `CommandFlag`, those that are terms. */
  readonly flags: number;
  /** Limit, protection or a peg's present price; 0: none. */
  readonly priceTicks: number;
  /** Remaining and traded. */
  readonly sizeLots: number;
  readonly remainingLots: number;
  readonly cumulativeLots: number;
  /** What of it the book shows. */
  readonly displayedLots: number;
  /** The price that meets a stop; there only for one that waits. */
  readonly stopPriceTicks?: number;
  readonly standing: number;
  /** When it expires, in ns since the epoch; there only where it is good till a date. */
  readonly expiresAtNs?: bigint;
}

export interface OpenOrderFilter {
  readonly account?: number;
  readonly instrumentId?: number;
}

/** All live orders that the filter lets through, by order id. It looks through all there are. */
export function openOrders(room: GeneralRoom, filter: OpenOrderFilter): OpenOrder[] {
  const { orders } = room;
  const found: OpenOrder[] = [];
  for (let slot = 0; slot < orders.used; slot++) {
    if (live.orderId(orders, slot) === 0) continue;
    const order = openOrder(room, slot);
    if (filter.account !== undefined && order.account !== filter.account) continue;
    if (filter.instrumentId !== undefined && order.instrumentId !== filter.instrumentId) continue;
    found.push(order);
  }
  return found.sort((a, b) => a.orderId - b.orderId);
}

/** The live order in a slot. */
export function openOrder(room: GeneralRoom, slot: number): OpenOrder {
  const { orders, accounts } = room;
  const rare = room.rare.of(slot);
  const standing = rare?.standing ?? Standing.Active;
  const isShown = live.levelOf(orders, slot) >= 0 && ((rare?.flags ?? 0) & CommandFlag.Hidden) === 0;
  const remainingLots = wholeRemaining(room, slot);
  const cumulativeLots = live.cumulativeOf(orders, slot);
  return {
    orderId: live.orderId(orders, slot),
    clientOrderId: clientOrderId(room, slot),
    account: accounts.numberOf(live.accountSlot(orders, slot)),
    instrumentId: bookOf(room, live.bookNumber(orders, slot)).instrumentId,
    side: live.sideOf(orders, slot),
    type: rare?.type ?? OrderType.Limit,
    timeInForce: rare?.timeInForce ?? TimeInForce.GoodTillCancel,
    flags: (rare?.flags ?? 0) | (live.selfTradeMode(orders, slot) << SELF_TRADE_SHIFT),
    priceTicks: live.priceOf(orders, slot),
    sizeLots: remainingLots + cumulativeLots,
    remainingLots,
    cumulativeLots,
    displayedLots: isShown ? live.remainingOf(orders, slot) : 0,
    ...(standing === Standing.AwaitsStop ? { stopPriceTicks: rare!.stopPriceTicks } : {}),
    standing,
    ...(rare?.timeInForce === TimeInForce.GoodTillDate
      ? { expiresAtNs: (BigInt(rare.expiryHigh >>> 0) << 32n) | BigInt(rare.expiryLow >>> 0) }
      : {}),
  };
}

function clientOrderId(room: GeneralRoom, slot: number): number | string {
  const { words } = room.orders;
  const order = slot << ORDER_SHIFT;
  const id = order + LIVE_CLIENT_ID;
  if ((words[order + LIVE_TERMS]! & TERMS_TEXT) !== 0) return room.clientIds.texts.read(words[id]!);
  return words[id + 1]! * 4_294_967_296 + (words[id]! >>> 0);
}
