import { CommandFlag, CommandKind, OrderType, Side } from '../../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../../src/model/event.js';
import { accepts, type InstrumentState } from '../../../src/model/instrument-state.js';
import { RejectCode } from '../../../src/model/reject.js';
import type { Amend, Cancel, CancelAll } from '../commands.js';
import * as checks from './checks.js';
import { execute } from './matching.js';
import { postOnlyPrice } from './new-order.js';
import type { Order } from './order.js';
import { pegPrice, within } from './pegs.js';
import { shrink, take } from './queue.js';
import { findTarget } from './targets.js';
import { byId, isContinuous, type World } from './world.js';

/** Cancel, cancel all and amend. Each gives the code of its reject, or 0. */

export function cancel(world: World, command: Cancel): number {
  const order = findTarget(world, command.account, command.instrument, command.target);
  if (order === undefined) return RejectCode.UnknownOrder;
  world.cancel(order, CancelReason.Asked, { clientId: command.clientId });
  return 0;
}

export function cancelAll(world: World, command: CancelAll): number {
  const { account, clientId, instrument, side = Side.None, onlySession, session = 0 } = command;
  if (instrument !== 0 && !world.markets.has(instrument)) return RejectCode.InstrumentNotListed;
  const orders = [...world.live.values()]
    .filter(
      (order) =>
        (account === 0 || order.account === account) &&
        (instrument === 0 || order.market.instrument.id === instrument) &&
        (side === Side.None || order.side === side) &&
        (!onlySession || order.session === session),
    )
    .sort(byId);
  world.write({
    kind: EventKind.AllCancelled,
    flags: EventFlag.Answer,
    account,
    clientId,
    instrument,
    side,
    size: orders.length,
  });
  const reason = command.reason || CancelReason.Asked;
  for (const order of orders) world.cancel(order, reason);
  return 0;
}

export function amend(world: World, command: Amend): number {
  if (command.price === undefined && command.size === undefined) return RejectCode.NothingToAmend;
  const order = findTarget(world, command.account, command.instrument, command.target);
  if (order === undefined) return RejectCode.UnknownOrder;
  const { market, type, cumulative } = order;
  if (!accepts(market.state as InstrumentState, CommandKind.Amend, 0, 0, 0)) return RejectCode.NotInThisState;
  const isPegged = type === OrderType.Pegged;
  const field = command.price ?? (isPegged ? order.cap : order.price);
  const total = command.size ?? order.remaining + cumulative;
  const account = world.accountOf(order.account);
  const fault = priceFieldFault(order, field);
  if (fault !== 0) return fault;
  if (total <= cumulative) {
    checks.countAccepted(world, account);
    world.cancel(order, CancelReason.AmendedToNothing, { clientId: command.clientId });
    return 0;
  }
  const laterFault =
    checks.sizeFault(market, total) ||
    checks.notionalFault(market, field, total) ||
    checks.collarFault(market, type, field) ||
    checks.rateFault(world, account) ||
    checks.killSwitchFault(account);
  if (laterFault !== 0) return laterFault;
  const price = amendedPrice(order, command.price);
  if (typeof price !== 'number') return price.fault;

  checks.countAccepted(world, account);
  change(world, order, command, price, total - cumulative);
  return 0;
}

function change(world: World, order: Order, command: Amend, price: number, remaining: number): void {
  const isPegged = order.type === OrderType.Pegged;
  const keepsPlace = price === order.price && remaining <= order.remaining;
  const wasResting = order.isResting;
  if (wasResting && !keepsPlace) take(order);
  if (isPegged && command.price !== undefined) order.cap = command.price;
  order.price = price;
  order.remaining = remaining;
  shrink(order);
  world.touch(order.market);
  world.tell(order, EventKind.Amended, { flags: EventFlag.Answer, clientId: command.clientId });
  if (wasResting && !keepsPlace) execute(world, order);
}

/** A market order that waits for its auction has no protection, and gets none. */
function priceFieldFault(order: Order, price: number): number {
  if (order.type === OrderType.Market && price !== 0) return RejectCode.PriceOutOfRange;
  return checks.priceFieldFault(order.market, order.type, price);
}

/** The price that an order has after an amend that names this price, or none. */
function amendedPrice(order: Order, named: number | undefined): number | { fault: number } {
  const { market, side, flags } = order;
  if (named === undefined) return order.price;
  if (order.type === OrderType.Pegged) {
    const peg = { ...order, cap: named };
    return pegPrice(peg) ?? within(peg, order.price);
  }
  const isPostOnly = (flags & (CommandFlag.PostOnly | CommandFlag.PostOnlySlide)) !== 0;
  if (!isPostOnly || named === order.price || !isContinuous(market)) return named;
  return postOnlyPrice(market, side, flags, named);
}
