import { OrderType } from '../../../src/model/command.js';
import { RejectCode } from '../../../src/model/reject.js';
import type { Account, Market } from './order.js';
import { referencePrice, type World } from './world.js';

/** Checks that several commands make: each gives the code of its reject, or 0. */

const SECOND = 1_000_000_000;

export function priceFault(market: Market, price: number): number {
  const { minPriceTicks, maxPriceTicks } = market.instrument;
  return price < minPriceTicks || price > maxPriceTicks ? RejectCode.PriceOutOfRange : 0;
}

/** The price field of an order: 0 is a price only where it means none. */
export function priceFieldFault(market: Market, type: number, price: number): number {
  const mustHave = type === OrderType.Limit || type === OrderType.StopLimit;
  return price === 0 && !mustHave ? 0 : priceFault(market, price);
}

export function sizeFault(market: Market, size: number): number {
  const { minSizeLots, maxSizeLots } = market.instrument;
  return size < minSizeLots || size > maxSizeLots ? RejectCode.SizeOutOfRange : 0;
}

/** The product is under 2^53: listing has seen to it, and both factors are within the instrument's bounds. */
export function notionalFault(market: Market, price: number, size: number): number {
  const { minNotional, maxNotional } = market.instrument;
  const counted = price !== 0 ? price : referencePrice(market);
  if (counted === 0) return 0;
  const notional = counted * size;
  const isOutside = notional < minNotional || (maxNotional !== 0 && notional > maxNotional);
  return isOutside ? RejectCode.NotionalOutOfRange : 0;
}

export function collarFault(market: Market, type: number, price: number): number {
  const { collarTicks } = market.instrument;
  const reference = referencePrice(market);
  if (collarTicks === 0 || reference === 0 || price === 0 || type === OrderType.Pegged) return 0;
  return Math.abs(price - reference) > collarTicks ? RejectCode.OutsideCollar : 0;
}

export function rateFault(world: World, account: Account): number {
  if (account.orderRate === 0 || hasNewSecond(world, account)) return 0;
  return account.accepted >= account.orderRate ? RejectCode.TooManyOrders : 0;
}

/** Counts a new, amend or mass-quote command that is accepted. */
export function countAccepted(world: World, account: Account): void {
  if (hasNewSecond(world, account)) {
    account.secondBegan = world.time;
    account.accepted = 0;
  }
  account.accepted++;
}

function hasNewSecond(world: World, account: Account): boolean {
  return account.secondBegan === undefined || world.time - account.secondBegan >= SECOND;
}

export function killSwitchFault(account: Account): number {
  return account.isStopped ? RejectCode.AccountStopped : 0;
}
