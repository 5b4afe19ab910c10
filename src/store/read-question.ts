import type { StoreQuery } from './store-query.js';
import type { StoredOrder, StoredTrade } from './stored-order.js';

/** What a client asks of orders and trades, on its way from a gateway to the main thread. */
export interface ReadQuestion {
  readonly query: StoreQuery;
  /** By shard: the answer has all up to this sequence. Of trades only what the store has. */
  readonly until: readonly number[];
}

/** Sequences by shard up to which an answer is complete. */
export type Positions = Readonly<Record<number, number>>;

export type ReadAnswer =
  | { readonly of: 'order'; readonly positions: Positions; readonly order: StoredOrder | undefined }
  | {
      readonly of: 'orders';
      readonly positions: Positions;
      readonly orders: readonly StoredOrder[];
      readonly next: number | undefined;
    }
  | {
      readonly of: 'trades';
      readonly positions: Positions;
      readonly trades: readonly StoredTrade[];
      /** Whether there are more behind the last one. */
      readonly isMore: boolean;
    }
  /** Why there is none, in a word and a sentence. */
  | { readonly of: 'fault'; readonly reason: 'store-away' | 'store-behind'; readonly sentence: string };
