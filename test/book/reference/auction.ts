import { Side } from '../../../src/model/command.js';
import { EventKind } from '../../../src/model/event.js';
import type { Market, Order } from './order.js';
import { trade } from './trading.js';
import { referencePrice, type World } from './world.js';

interface Candidate {
  readonly price: number;
  readonly executable: number;
  /** Over 0 where buyers are over. */
  readonly surplus: number;
}

/** Trades a book, and market orders by id, at one price; again where links have left it crossed. */
export function uncross(world: World, market: Market, marketOrders: readonly Order[]): void {
  for (;;) {
    const found = auctionPrice(market, marketOrders);
    if (found === undefined) return;
    const executed = tradeAt(world, market, marketOrders, found);
    const { surplus, price } = found;
    world.write({
      kind: EventKind.AuctionPrice,
      account: 0,
      instrument: market.instrument.id,
      side: surplus > 0 ? Side.Buy : surplus < 0 ? Side.Sell : Side.None,
      price,
      size: executed,
      remaining: Math.abs(surplus),
    });
  }
}

function auctionPrice(market: Market, marketOrders: readonly Order[]): Candidate | undefined {
  const prices = new Set([...market.bids, ...market.asks].map((order) => order.price));
  const reference = referencePrice(market);
  if (reference !== 0) prices.add(reference);
  const all = [...prices].map((price) => candidate(market, marketOrders, price));
  const most = Math.max(0, ...all.map((each) => each.executable));
  if (most === 0) return undefined;
  const full = all.filter((each) => each.executable === most);
  const least = Math.min(...full.map((each) => Math.abs(each.surplus)));
  const left = full.filter((each) => Math.abs(each.surplus) === least).sort((a, b) => a.price - b.price);
  if (left.every((each) => each.surplus > 0)) return left.at(-1);
  if (left.every((each) => each.surplus < 0)) return left[0];
  if (reference === 0) return left.at(-1);
  const distance = (each: Candidate) => Math.abs(each.price - reference);
  return left.reduce((best, each) => (distance(each) <= distance(best) ? each : best));
}

function candidate(market: Market, marketOrders: readonly Order[], price: number): Candidate {
  const buys = sum(eligible(market, marketOrders, Side.Buy, price));
  const sells = sum(eligible(market, marketOrders, Side.Sell, price));
  return { price, executable: Math.min(buys, sells), surplus: buys - sells };
}

/** What trades at a price, by priority: market orders by order id, then the book. */
function eligible(market: Market, marketOrders: readonly Order[], side: number, price: number): Order[] {
  const ofSide = marketOrders.filter((order) => order.isLive && order.side === side);
  const resting =
    side === Side.Buy
      ? market.bids.filter((order) => order.price >= price)
      : market.asks.filter((order) => order.price <= price);
  return [...ofSide, ...resting];
}

function sum(orders: readonly Order[]): number {
  return orders.reduce((total, order) => total + order.remaining, 0);
}

/** Returns the lots executed: less than what is executable, where links take orders away. */
function tradeAt(
  world: World,
  market: Market,
  marketOrders: readonly Order[],
  { price, executable }: Candidate,
): number {
  let executed = 0;
  while (executed < executable) {
    const buy = eligible(market, marketOrders, Side.Buy, price)[0];
    const sell = eligible(market, marketOrders, Side.Sell, price)[0];
    if (buy === undefined || sell === undefined) break;
    const lots = Math.min(atATime(buy), atATime(sell), executable - executed);
    const [maker, taker] = buy.id < sell.id ? [buy, sell] : [sell, buy];
    trade(world, taker, maker, price, lots);
    executed += lots;
  }
  return executed;
}

function atATime(order: Order): number {
  return order.isResting ? order.slice : order.remaining;
}
