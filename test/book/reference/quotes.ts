import { CommandKind, OrderType, SELF_TRADE_SHIFT, Side, TimeInForce } from '../../../src/model/command.js';
import { CancelReason, EventFlag, EventKind, Standing } from '../../../src/model/event.js';
import { accepts, type InstrumentState } from '../../../src/model/instrument-state.js';
import { RejectCode } from '../../../src/model/reject.js';
import type { MassQuote, Quote } from '../commands.js';
import * as checks from './checks.js';
import { execute } from './matching.js';
import { type Market, makeOrder } from './order.js';
import { tellAccepted } from './telling.js';
import type { World } from './world.js';

/** Replaces an account's quotes. Gives the code of the reject, or 0. */
export function massQuote(world: World, command: MassQuote): number {
  const { account: number, quotes, clientId } = command;
  const named = new Set<number>();
  for (const quote of quotes) {
    const fault = quoteFault(world, quote, named);
    if (fault !== 0) return fault;
    named.add(quote.instrument);
  }
  const account = world.accountOf(number);
  const fault = checks.rateFault(world, account) || checks.killSwitchFault(account);
  if (fault !== 0) return fault;

  checks.countAccepted(world, account);
  world.write({
    kind: EventKind.Quoted,
    flags: EventFlag.Answer,
    account: number,
    clientId,
    instrument: quotes[0]!.instrument,
    size: quotes.length,
  });
  quotes.forEach((quote, i) => {
    const market = world.markets.get(quote.instrument)!;
    world.touch(market);
    const id = world.sequence + 1 + 2 * i;
    for (const side of [Side.Buy, Side.Sell]) withdraw(world, market, number, side);
    enter(world, command, market, id, Side.Buy, quote.bidPrice, quote.bidSize);
    enter(world, command, market, id + 1, Side.Sell, quote.askPrice, quote.askSize);
  });
  return 0;
}

function quoteFault(world: World, quote: Quote, named: ReadonlySet<number>): number {
  const { bidPrice, bidSize, askPrice, askSize } = quote;
  const market = world.markets.get(quote.instrument);
  if (market === undefined) return RejectCode.InstrumentNotListed;
  if (named.has(quote.instrument)) return RejectCode.BadQuote;
  if (bidSize > 0 && askSize > 0 && bidPrice >= askPrice) return RejectCode.BadQuote;
  if (!accepts(market.state as InstrumentState, CommandKind.MassQuote, 0, 0, 0))
    return RejectCode.NotInThisState;
  return sideFault(market, bidPrice, bidSize) || sideFault(market, askPrice, askSize);
}

function sideFault(market: Market, price: number, size: number): number {
  if (size === 0) return 0;
  return (
    checks.priceFault(market, price) ||
    checks.sizeFault(market, size) ||
    checks.notionalFault(market, price, size) ||
    checks.collarFault(market, OrderType.Limit, price)
  );
}

function withdraw(world: World, market: Market, account: number, side: number): void {
  for (const order of [...world.live.values()])
    if (order.isQuote && order.market === market && order.account === account && order.side === side)
      world.cancel(order, CancelReason.Replaced);
}

function enter(
  world: World,
  command: MassQuote,
  market: Market,
  id: number,
  side: number,
  price: number,
  size: number,
): void {
  if (size === 0) return;
  const { account, session = 0, clientId, selfTrade = 0 } = command;
  const order = makeOrder({
    id,
    account,
    session,
    clientId,
    market,
    side,
    type: OrderType.Limit,
    timeInForce: TimeInForce.GoodTillCancel,
    flags: selfTrade << SELF_TRADE_SHIFT,
    selfTrade,
    isQuote: true,
    price,
    size,
  });
  world.live.set(id, order);
  tellAccepted(world, order, Standing.Active);
  execute(world, order);
}
