import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../../../src/model/command.js';
import { Standing } from '../../../src/model/event.js';
import { accepts, type InstrumentState } from '../../../src/model/instrument-state.js';
import { type OrderTerms, selfTradeOf, termsFault } from '../../../src/model/order-terms.js';
import { RejectCode } from '../../../src/model/reject.js';
import type { NewOrder } from '../commands.js';
import { flagsOfNew, timeInForceOf } from '../new-flags.js';
import * as checks from './checks.js';
import { executeNew } from './matching.js';
import { type Market, makeOrder, type Order } from './order.js';
import { pegPrice } from './pegs.js';
import { isBetter, sideOf } from './queue.js';
import { findTarget } from './targets.js';
import { tellAccepted } from './telling.js';
import { arriveStop } from './waiting.js';
import type { World } from './world.js';

/** Why the terms of a new order do not go together, 0 where they do: a fault of shape. */
export function newFault(command: NewOrder): number {
  return termsFault(termsOf(command));
}

export function termsOf(command: NewOrder): OrderTerms {
  return {
    side: command.side,
    type: command.type ?? OrderType.Limit,
    timeInForce: timeInForceOf(command),
    flags: flagsOfNew(command),
    priceTicks: command.price,
    sizeLots: command.size,
    displaySizeLots: command.displaySize ?? 0,
    stopPriceTicks: command.stopPrice ?? 0,
    hasExpiry: BigInt(command.expiry ?? 0) !== 0n,
    minimumSizeLots: command.minimumSize ?? 0,
    pegReference: command.pegReference ?? 0,
    trailUnit: command.trailUnit ?? 0,
    takeProfitTicks: command.bracket?.takeProfit ?? 0,
    stopLossTicks: command.bracket?.stopLoss ?? 0,
  };
}

/** Checks a new order of sound shape and carries it out: the order, or the code of the reject. */
export function enterNew(world: World, command: NewOrder): Order | number {
  const market = world.markets.get(command.instrument);
  if (market === undefined) return RejectCode.InstrumentNotListed;
  const terms = termsOf(command);
  const expiry = BigInt(command.expiry ?? 0);
  const fault = faultOfTerms(market, terms) || faultOfAccount(world, command.account, expiry);
  if (fault !== 0) return fault;

  const link = command.linkedTo && findTarget(world, command.account, 0, command.linkedTo);
  if (command.linkedTo !== undefined) {
    if (link === undefined) return RejectCode.UnknownOrder;
    if (link.market !== market || link.link !== undefined || link.exits !== undefined)
      return RejectCode.NotLinkable;
  }
  const price = priceOf(market, terms);
  if (typeof price !== 'number') return price.fault;

  checks.countAccepted(world, world.accountOf(command.account));
  const order = makeNew(world, command, market, terms, price);
  if (link !== undefined) {
    order.link = link;
    link.link = order;
  }
  arrive(world, order);
  return order;
}

/** Checks 2 to 6. */
function faultOfTerms(market: Market, terms: OrderTerms): number {
  const { type, timeInForce, flags, priceTicks, sizeLots, stopPriceTicks } = terms;
  if (!accepts(market.state as InstrumentState, CommandKind.New, type, timeInForce, flags))
    return RejectCode.NotInThisState;
  const hasStop = type === OrderType.Stop || type === OrderType.StopLimit;
  const hasExits = (flags & CommandFlag.Bracket) !== 0;
  const isTooLarge = terms.displaySizeLots > sizeLots || terms.minimumSizeLots > sizeLots;
  return (
    checks.priceFieldFault(market, type, priceTicks) ||
    (hasStop && checks.priceFault(market, stopPriceTicks)) ||
    (hasExits && checks.priceFault(market, terms.takeProfitTicks)) ||
    (hasExits && checks.priceFault(market, terms.stopLossTicks)) ||
    checks.sizeFault(market, sizeLots) ||
    (isTooLarge && RejectCode.SizeOutOfRange) ||
    checks.notionalFault(market, priceTicks, sizeLots) ||
    checks.collarFault(market, type, priceTicks)
  );
}

/** Checks 7 to 10. */
function faultOfAccount(world: World, number: number, expiry: bigint): number {
  const account = world.accountOf(number);
  const most = account.openOrders !== 0 ? account.openOrders : world.maxOpenOrders;
  const open = [...world.live.values()].filter((order) => order.account === number).length;
  if (most !== 0 && open >= most) return RejectCode.TooManyOpenOrders;
  const fault = checks.rateFault(world, account) || checks.killSwitchFault(account);
  if (fault !== 0) return fault;
  return expiry !== 0n && expiry <= world.time ? RejectCode.ExpiryPassed : 0;
}

/** Checks 12 and 13: the price that the order gets. */
function priceOf(market: Market, terms: OrderTerms): number | { fault: number } {
  const { side, flags, priceTicks } = terms;
  if (terms.type === OrderType.Pegged) {
    const { pegReference, stopPriceTicks: stopField } = terms;
    const price = pegPrice({ market, side, pegReference, stopField, cap: priceTicks });
    return price ?? { fault: RejectCode.NoPegReference };
  }
  return postOnlyPrice(market, side, flags, priceTicks);
}

/** The price that an order gets by its being post-only; any other order gets its own. */
export function postOnlyPrice(
  market: Market,
  side: number,
  flags: number,
  price: number,
): number | { fault: number } {
  const best = sideOf(market, 3 - side)[0];
  if (best === undefined || isBetter(side, best.price, price)) return price;
  if ((flags & CommandFlag.PostOnly) !== 0) return { fault: RejectCode.WouldTrade };
  if ((flags & CommandFlag.PostOnlySlide) === 0) return price;
  const slid = side === Side.Buy ? best.price - 1 : best.price + 1;
  return checks.priceFault(market, slid) === 0 ? slid : { fault: RejectCode.PriceOutOfRange };
}

function makeNew(world: World, command: NewOrder, market: Market, terms: OrderTerms, price: number): Order {
  const { type, flags } = terms;
  const isPegged = type === OrderType.Pegged;
  const isStop = type === OrderType.Stop || type === OrderType.StopLimit;
  const { AtOpen, AtClose } = TimeInForce;
  const order = makeOrder({
    id: world.sequence,
    account: command.account,
    session: command.session ?? 0,
    clientId: command.clientId,
    market,
    side: terms.side,
    type,
    timeInForce: terms.timeInForce,
    flags,
    displaySize: terms.displaySizeLots,
    hidden: (flags & CommandFlag.Hidden) !== 0,
    minimumSize: terms.minimumSizeLots,
    expiry: BigInt(command.expiry ?? 0),
    pegReference: terms.pegReference,
    trailUnit: terms.trailUnit,
    stopField: terms.stopPriceTicks,
    selfTrade: selfTradeOf(flags),
    exits: command.bracket,
    price,
    cap: isPegged ? terms.priceTicks : 0,
    stopPrice: isStop ? terms.stopPriceTicks : undefined,
    awaitsStop: isStop || type === OrderType.TrailingStop,
    awaitsAuction: terms.timeInForce === AtOpen || terms.timeInForce === AtClose,
    size: terms.sizeLots,
  });
  world.live.set(order.id, order);
  return order;
}

function arrive(world: World, order: Order): void {
  world.touch(order.market);
  if (order.awaitsStop) {
    tellAccepted(world, order, Standing.AwaitsStop, true);
    arriveStop(world, order);
  } else if (order.awaitsAuction) {
    tellAccepted(world, order, Standing.AwaitsAuction, true);
    order.market.waiting.push(order);
  } else {
    tellAccepted(world, order, Standing.Active, true);
    executeNew(world, order);
  }
}
