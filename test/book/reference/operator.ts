import { TimeInForce } from '../../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../../src/model/event.js';
import { InstrumentState } from '../../../src/model/instrument-state.js';
import { RejectCode } from '../../../src/model/reject.js';
import type { ChangeAccount, ChangePrices, ChangeState } from '../commands.js';
import { uncross } from './auction.js';
import * as checks from './checks.js';
import type { Market, Order } from './order.js';
import { rest } from './queue.js';
import { trail } from './trading.js';
import { activate } from './waiting.js';
import { byId, type World } from './world.js';

/** State, prices and account. Each gives the code of its reject, or 0. */

const { PreOpen, Auction, Continuous, Closed } = InstrumentState;

export function changeState(world: World, command: ChangeState): number {
  const market = world.markets.get(command.instrument);
  if (market === undefined) return RejectCode.InstrumentNotListed;
  if (market.state === command.state) return RejectCode.StateUnchanged;
  const before = market.state;
  market.state = command.state;
  world.touch(market);
  const { clientId, instrument, state } = command;
  const answer = { kind: EventKind.StateChanged, flags: EventFlag.Answer, account: 0 };
  world.write({ ...answer, clientId, instrument, code: state });
  market.isReopened = state === Continuous;
  if (command.cancelOrders) {
    for (const order of ordersOf(world, market, () => true)) world.cancel(order, CancelReason.Halted);
  } else if (state === Continuous) {
    holdAuction(world, market, TimeInForce.AtOpen);
  } else if (state === Closed) {
    if (before === PreOpen || before === Auction) holdAuction(world, market, TimeInForce.AtClose);
    const { Day, AtClose } = TimeInForce;
    const isOver = (order: Order) =>
      order.timeInForce === Day || (order.timeInForce === AtClose && order.awaitsAuction);
    for (const order of ordersOf(world, market, isOver)) world.cancel(order, CancelReason.Closed);
  }
  return 0;
}

function ordersOf(world: World, market: Market, isMeant: (order: Order) => boolean): Order[] {
  return [...world.live.values()].filter((order) => order.market === market && isMeant(order)).sort(byId);
}

/** Those that waited for this auction join, the book is uncrossed, and what they have left is cancelled. */
function holdAuction(world: World, market: Market, timeInForce: number): void {
  const joining = market.waiting.filter((order) => order.timeInForce === timeInForce).sort(byId);
  for (const order of joining) {
    activate(world, order);
    if (order.price !== 0) rest(order);
  }
  uncross(
    world,
    market,
    joining.filter((order) => order.price === 0),
  );
  for (const order of joining) if (order.isLive) world.cancel(order, CancelReason.AuctionRest);
}

export function changePrices(world: World, command: ChangePrices): number {
  const { clientId, instrument, reference, mark } = command;
  const market = world.markets.get(instrument);
  if (market === undefined) return RejectCode.InstrumentNotListed;
  for (const price of [reference, mark])
    if (price !== undefined && price !== 0 && checks.priceFault(market, price) !== 0)
      return RejectCode.PriceOutOfRange;
  if (reference !== undefined) market.reference = reference;
  if (mark !== undefined) market.mark = mark;
  world.touch(market);
  world.write({
    kind: EventKind.PricesChanged,
    flags: EventFlag.Answer,
    account: 0,
    clientId,
    instrument,
    price: market.reference,
    size: market.mark,
  });
  if (mark !== undefined) for (const order of market.waiting) trail(order, mark);
  return 0;
}

export function changeAccount(world: World, command: ChangeAccount): number {
  const { clientId, subject, orderRate, openOrders, group, killSwitch } = command;
  const account = world.accountOf(subject);
  if (orderRate !== undefined) {
    account.orderRate = orderRate;
    account.secondBegan = undefined;
  }
  if (openOrders !== undefined) account.openOrders = openOrders;
  if (group !== undefined) account.group = group;
  if (killSwitch !== undefined) account.isStopped = killSwitch;
  world.write({
    kind: EventKind.AccountChanged,
    flags: EventFlag.Answer,
    account: 0,
    clientId,
    order: subject,
    price: account.orderRate,
    size: account.openOrders,
    remaining: account.group,
    code: account.isStopped ? 1 : 0,
  });
  if (killSwitch !== true) return 0;
  const orders = [...world.live.values()].filter((order) => order.account === subject).sort(byId);
  for (const order of orders) world.cancel(order, CancelReason.KillSwitch);
  return 0;
}
