import { SelfTrade, Side } from '../../../src/model/command.js';
import { Priority } from '../../../src/model/instrument.js';
import type { Order } from './order.js';
import { opposite } from './queue.js';
import type { World } from './world.js';

interface Counted {
  readonly isOwn: boolean;
  readonly displaySize: number;
  slice: number;
  remaining: number;
}

interface Count {
  /** Lots of the taker that are not used up. */
  left: number;
  traded: number;
  /** An own order has ended it. */
  hasEnded: boolean;
}

/** How much of an order could trade at once, if nothing changed but what its own trades and self-trade mode change. */
export function tradeable(world: World, taker: Order, limit: number): number {
  const isOwn = (maker: Order) => taker.selfTrade !== SelfTrade.Allowed && world.isOwn(taker, maker);
  const within = opposite(taker).filter((maker) =>
    taker.side === Side.Buy ? maker.price <= limit : maker.price >= limit,
  );
  const count = { left: taker.remaining, traded: 0, hasEnded: false };
  for (const price of new Set(within.map((each) => each.price))) {
    const orders = (hidden: boolean) =>
      within
        .filter((each) => each.price === price && each.hidden === hidden)
        .map((each) => ({
          isOwn: isOwn(each),
          displaySize: each.displaySize,
          slice: each.slice,
          remaining: each.remaining,
        }));
    const displayed = orders(false);
    if (taker.market.instrument.priority === Priority.PriceTime) countQueue(count, taker, displayed);
    else {
      countQueue(
        count,
        taker,
        displayed.filter((each) => each.isOwn),
      );
      countQueue(
        count,
        taker,
        displayed.filter((each) => !each.isOwn),
      );
    }
    countQueue(count, taker, orders(true));
  }
  return count.traded;
}

/** Goes through orders of one price in the order of their queue. */
function countQueue(count: Count, taker: Order, queue: Counted[]): void {
  while (queue.length > 0 && count.left > 0 && !count.hasEnded) {
    const first = queue.shift()!;
    if (!first.isOwn) {
      const lots = Math.min(count.left, first.slice);
      count.left -= lots;
      count.traded += lots;
      first.remaining -= lots;
      first.slice = Math.min(first.displaySize, first.remaining);
      if (first.displaySize > 0 && first.remaining > 0) queue.push(first);
    } else if (taker.selfTrade === SelfTrade.DecrementBoth) {
      count.left -= Math.min(count.left, first.remaining);
    } else if (taker.selfTrade !== SelfTrade.CancelMaker) {
      count.hasEnded = true;
    }
  }
}
