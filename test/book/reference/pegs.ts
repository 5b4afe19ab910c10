import { OrderType, PegReference, Side } from '../../../src/model/command.js';
import { EventKind, Repricing } from '../../../src/model/event.js';
import { execute } from './matching.js';
import type { Market, Order } from './order.js';
import { sideOf, take } from './queue.js';
import { byId, type World } from './world.js';

type Peg = Pick<Order, 'market' | 'side' | 'pegReference' | 'stopField' | 'cap'>;

/** The price that a peg should have; undefined where its reference has none. */
export function pegPrice(peg: Peg): number | undefined {
  const reference = referenceOf(peg);
  return reference === undefined ? undefined : within(peg, reference + peg.stopField);
}

/** A price brought within the cap, then within the instrument's bounds. */
export function within(peg: Peg, price: number): number {
  const { minPriceTicks, maxPriceTicks } = peg.market.instrument;
  let capped = price;
  if (peg.cap !== 0) capped = peg.side === Side.Buy ? Math.min(price, peg.cap) : Math.max(price, peg.cap);
  return Math.min(Math.max(capped, minPriceTicks), maxPriceTicks);
}

function referenceOf(peg: Peg): number | undefined {
  const { market, side, pegReference } = peg;
  const bid = bestOf(market, Side.Buy);
  const ask = bestOf(market, Side.Sell);
  const isBuy = side === Side.Buy;
  if (pegReference === PegReference.Best) return isBuy ? bid : ask;
  if (pegReference === PegReference.Opposite) return isBuy ? ask : bid;
  if (bid === undefined || ask === undefined) return undefined;
  return isBuy ? Math.floor((bid + ask) / 2) : Math.ceil((bid + ask) / 2);
}

/** The best displayed price of orders that are not pegged. */
function bestOf(market: Market, side: number): number | undefined {
  return sideOf(market, side).find((each) => !each.hidden && each.type !== OrderType.Pegged)?.price;
}

/** Each pegged order, by order id, gets its price anew. */
export function repricePegs(world: World, market: Market): void {
  const pegs = [...market.bids, ...market.asks].filter((each) => each.type === OrderType.Pegged).sort(byId);
  for (const peg of pegs) {
    if (!peg.isLive) continue;
    const price = pegPrice(peg);
    if (price === undefined || price === peg.price) continue;
    take(peg);
    peg.price = price;
    world.tell(peg, EventKind.Repriced, { code: Repricing.Peg });
    execute(world, peg);
  }
}
