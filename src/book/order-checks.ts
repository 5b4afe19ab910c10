import { OrderType } from '../model/command.js';
import { MAX_WHOLE } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import { type AccountRule, isOverRate } from './account-rules.js';
import type { Book } from './book.js';
import type { GeneralRoom } from './general-room.js';

/** The checks that new orders, amends and quotes share, each in the words of docs/orders.md. */

/** True where 0 in the price field means that there is no such price: a protection or a cap. */
export function mayLackPrice(type: number): boolean {
  return type !== OrderType.Limit && type !== OrderType.StopLimit;
}

/** `price-out-of-range` of a price field. */
export function priceFault(book: Book, type: number, priceTicks: number): RejectCode | 0 {
  if (priceTicks === 0 && mayLackPrice(type)) return 0;
  return book.takesPrice(priceTicks) ? 0 : RejectCode.PriceOutOfRange;
}

/** `notional-out-of-range`: of the price field, or of the reference price where there is none. */
export function notionalFault(book: Book, priceTicks: number, sizeLots: number): RejectCode | 0 {
  const { minNotional, maxNotional } = book.instrument;
  if (minNotional === 0 && maxNotional === 0) return 0;
  const price = priceTicks !== 0 ? priceTicks : book.referenceTicks;
  if (price === 0) return 0;
  const notional = price * sizeLots;
  // Bounds are at most MAX_WHOLE, and what is rounded above that is above that.
  if (notional > MAX_WHOLE) return maxNotional !== 0 ? RejectCode.NotionalOutOfRange : 0;
  const isInside = notional >= minNotional && (maxNotional === 0 || notional <= maxNotional);
  return isInside ? 0 : RejectCode.NotionalOutOfRange;
}

/** `outside-collar`. A pegged order's cap is not checked. */
export function collarFault(book: Book, type: number, priceTicks: number): RejectCode | 0 {
  const { collarTicks } = book.instrument;
  const reference = book.referenceTicks;
  if (collarTicks === 0 || reference === 0 || priceTicks === 0 || type === OrderType.Pegged) return 0;
  return Math.abs(priceTicks - reference) <= collarTicks ? 0 : RejectCode.OutsideCollar;
}

/** `too-many-orders` and `account-stopped`. */
export function accountFault(room: GeneralRoom, rule: AccountRule | undefined): RejectCode | 0 {
  if (rule === undefined) return 0;
  if (isOverRate(rule, room.events.timeLow, room.events.timeHigh)) return RejectCode.TooManyOrders;
  return rule.isStopped ? RejectCode.AccountStopped : 0;
}

/** `book-full`: whether so many more orders have a slot, besides those that are promised to exits. */
export function hasSlots(room: GeneralRoom, orders: number): boolean {
  return room.orders.free >= orders;
}
