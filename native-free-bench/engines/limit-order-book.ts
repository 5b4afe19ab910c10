import { createRequire } from 'node:module';
import {
  OPERATION_BUY,
  OPERATION_ID,
  OPERATION_PRICE,
  OPERATION_SIDE,
  OPERATION_SIZE,
  OPERATION_WORDS,
  OperationType,
} from '../flow-file.js';
import type { Outcome } from '../outcome.js';
import type { Contender, ContenderMaker } from './contender.js';

/** What is used of the package, which has no types. */
interface LimitOrder {
  readonly orderId: string;
  readonly sizeRemaining: string;
}
interface PriceLevel {
  readonly price: string;
}
interface LimitOrderBook {
  readonly orders: Readonly<Record<string, LimitOrder>>;
  readonly bidLevels: { readonly queue: readonly PriceLevel[] };
  readonly askLevels: { readonly queue: readonly PriceLevel[] };
  add(order: LimitOrder): { readonly makers: readonly unknown[]; readonly filled: string };
  remove(orderId: string): LimitOrder | null;
}

const { LimitOrder, LimitOrderBook } = createRequire(import.meta.url)('limit-order-book') as {
  LimitOrder: new (orderId: string, side: 'bid' | 'ask', price: string, size: string) => LimitOrder;
  LimitOrderBook: new () => LimitOrderBook;
};

/** A new order as the package wants it, and whether what is left of it goes at once. */
interface Entry {
  readonly order: LimitOrder;
  readonly immediate: boolean;
}

class LimitOrderBookContender implements Contender {
  readonly #book = new LimitOrderBook();
  /** A new order, or the id of one to cancel. */
  readonly #calls: (Entry | string)[] = [];
  #trades = 0;
  #tradedLots = 0;

  constructor(flow: Int32Array) {
    for (let at = 0; at < flow.length; at += OPERATION_WORDS) {
      const id = String(flow[at + OPERATION_ID]);
      if (flow[at] === OperationType.Cancel) {
        this.#calls.push(id);
        continue;
      }
      const side = flow[at + OPERATION_SIDE] === OPERATION_BUY ? 'bid' : 'ask';
      const price = String(flow[at + OPERATION_PRICE]);
      const order = new LimitOrder(id, side, price, String(flow[at + OPERATION_SIZE]));
      this.#calls.push({ order, immediate: flow[at] === OperationType.ImmediateOrCancel });
    }
  }

  run(): void {
    const book = this.#book;
    for (const call of this.#calls) {
      if (typeof call === 'string') {
        book.remove(call);
        continue;
      }
      const { order, immediate } = call;
      const { makers, filled } = book.add(order);
      if (makers.length > 0) {
        this.#trades += makers.length;
        this.#tradedLots += Number(filled);
      }
      // It has no immediate-or-cancel orders: what is left of one is cancelled.
      if (immediate && order.sizeRemaining !== '0') book.remove(order.orderId);
    }
  }

  outcome(): Outcome {
    return {
      trades: this.#trades,
      tradedLots: this.#tradedLots,
      bestBidTicks: Number(this.#book.bidLevels.queue[0]?.price ?? 0),
      bestAskTicks: Number(this.#book.askLevels.queue[0]?.price ?? 0),
    };
  }

  trace(): string {
    return JSON.stringify([this.outcome(), Object.keys(this.#book.orders).length]);
  }
}

export const makeLimitOrderBook: ContenderMaker = (flow) => new LimitOrderBookContender(flow);
