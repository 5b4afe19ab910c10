import { CommandFlag, OrderType, SELF_TRADE_SHIFT, TimeInForce } from '../../../src/model/command.js';
import { EventKind, Repricing, Standing } from '../../../src/model/event.js';
import { execute } from './matching.js';
import { type Market, makeOrder, type Order } from './order.js';
import { repricePegs } from './pegs.js';
import { tellAccepted } from './telling.js';
import { trail } from './trading.js';
import { forgetPrices, roundOfStops, startWaiting, triggerIfMet } from './waiting.js';
import { byId, isContinuous, stopReference, type World } from './world.js';

/** What follows a command, in each instrument that it touched. */
export function settle(world: World): void {
  for (const market of world.markets.values()) {
    if (!world.touched.has(market)) continue;
    if (market.isReopened) for (const order of market.waiting) trail(order, stopReference(market));
    settleStopsAndExits(world, market);
    if (isContinuous(market)) {
      repricePegs(world, market);
      settleStopsAndExits(world, market);
      tellTrailingStops(world, market);
    }
    forgetPrices(market);
    market.isReopened = false;
    for (const order of market.waiting) order.isMet = false;
  }
  world.touched.clear();
}

function settleStopsAndExits(world: World, market: Market): void {
  for (;;) {
    while (isContinuous(market) && roundOfStops(world, market));
    if (market.left.length === 0) return;
    const left = market.left.sort(byId);
    market.left = [];
    for (const entry of left) enterExits(world, entry);
  }
}

/** The exits of a bracket enter for what it has traded, as the two halves of a one-cancels-the-other. */
function enterExits(world: World, entry: Order): void {
  const { account, session, clientId, market, selfTrade, cumulative } = entry;
  const common = {
    account,
    session,
    clientId,
    market,
    selfTrade,
    side: 3 - entry.side,
    timeInForce: TimeInForce.GoodTillCancel,
    flags: CommandFlag.Linked | (selfTrade << SELF_TRADE_SHIFT),
    size: cumulative,
  };
  const takeProfit = makeOrder({
    ...common,
    id: entry.id + 1,
    type: OrderType.Limit,
    price: entry.exits!.takeProfit,
  });
  const stopLoss = makeOrder({
    ...common,
    id: entry.id + 2,
    type: OrderType.Stop,
    price: 0,
    stopField: entry.exits!.stopLoss,
    stopPrice: entry.exits!.stopLoss,
    awaitsStop: true,
  });
  takeProfit.link = stopLoss;
  stopLoss.link = takeProfit;
  for (const exit of [takeProfit, stopLoss]) world.live.set(exit.id, exit);
  tellAccepted(world, takeProfit, Standing.Active);
  tellAccepted(world, stopLoss, Standing.AwaitsStop);
  startWaiting(world, stopLoss);
  execute(world, takeProfit);
  triggerIfMet(world, stopLoss);
}

function tellTrailingStops(world: World, market: Market): void {
  for (const order of [...market.waiting].sort(byId)) {
    if (order.type !== OrderType.TrailingStop || order.stopPrice === order.toldStopPrice) continue;
    order.toldStopPrice = order.stopPrice;
    world.tell(order, EventKind.Repriced, { code: Repricing.TrailingStop, price: order.stopPrice! });
  }
}
