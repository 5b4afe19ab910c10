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

/** What is used of the package; its own types name a file that is not there, and leave out the times in force. */
interface LimitOptions {
  readonly id: string;
  readonly side: 'buy' | 'sell';
  readonly size: number;
  readonly price: number;
  readonly timeInForce: 'GTC' | 'IOC';
}
interface ProcessedOrder {
  readonly id: string;
}
interface Processed {
  readonly done: readonly ProcessedOrder[];
  readonly partial: ProcessedOrder | null;
  readonly quantityLeft: number;
  readonly err: Error | null;
}
interface PriceQueue {
  price(): number;
}
interface OrderBook {
  readonly orders: Readonly<Record<string, unknown>>;
  readonly bids: { maxPriceQueue(): PriceQueue | undefined };
  readonly asks: { minPriceQueue(): PriceQueue | undefined };
  limit(options: LimitOptions): Processed;
  cancel(id: string): unknown;
}

/** Both builds of the package are meant for bundlers; only this one is understood by Node.js. */
const { OrderBook } = createRequire(import.meta.url)('nodejs-order-book') as {
  OrderBook: new () => OrderBook;
};

/** Ids that look like numbers make its tables slower by a third. */
const idOf = (id: number) => `o${id}`;

class NodejsOrderBook implements Contender {
  readonly #book = new OrderBook();
  /** Options of a new order, or the id of one to cancel. */
  readonly #calls: (LimitOptions | string)[] = [];
  #trades = 0;
  #tradedLots = 0;

  constructor(flow: Int32Array) {
    for (let at = 0; at < flow.length; at += OPERATION_WORDS) {
      const id = idOf(flow[at + OPERATION_ID]!);
      this.#calls.push(
        flow[at] === OperationType.Cancel
          ? id
          : {
              id,
              side: flow[at + OPERATION_SIDE] === OPERATION_BUY ? 'buy' : 'sell',
              size: flow[at + OPERATION_SIZE]!,
              price: flow[at + OPERATION_PRICE]!,
              timeInForce: flow[at] === OperationType.ImmediateOrCancel ? 'IOC' : 'GTC',
            },
      );
    }
  }

  run(): void {
    const book = this.#book;
    for (const call of this.#calls) {
      if (typeof call === 'string') book.cancel(call);
      else this.#count(call, book.limit(call));
    }
  }

  outcome(): Outcome {
    return {
      trades: this.#trades,
      tradedLots: this.#tradedLots,
      bestBidTicks: this.#book.bids.maxPriceQueue()?.price() ?? 0,
      bestAskTicks: this.#book.asks.minPriceQueue()?.price() ?? 0,
    };
  }

  trace(): string {
    return JSON.stringify([this.outcome(), Object.keys(this.#book.orders).length]);
  }

  /** Makers that are gone, and one that is not, stand in `done` and `partial`; so does the new order itself. */
  #count(order: LimitOptions, { done, partial, quantityLeft, err }: Processed): void {
    if (err !== null) throw err;
    if (quantityLeft === order.size) return;
    this.#tradedLots += order.size - quantityLeft;
    const newOrderDone = quantityLeft === 0 ? 1 : 0;
    const makerLeft = partial !== null && partial.id !== order.id ? 1 : 0;
    this.#trades += done.length - newOrderDone + makerLeft;
  }
}

export const makeNodejsOrderBook: ContenderMaker = (flow) => new NodejsOrderBook(flow);
