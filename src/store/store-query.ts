import type { SqlRow } from './sql-session.js';

/** What is asked of a store over HTTP. */
export type StoreQuery =
  | { readonly of: 'order'; readonly orderId: number }
  | {
      readonly of: 'orders';
      readonly account: number;
      /** Only those that are open, only those that are done, or one status by its number. */
      readonly status: 'all' | 'open' | 'done' | number;
      /** Only the order with this client order id. */
      readonly clientOrderId: number | string | undefined;
      /** Orders behind this id. */
      readonly after: number;
      readonly limit: number;
      /** Orders of the account that are wanted besides, whatever their row says: their rows have `page` 0, the others 1. */
      readonly also?: readonly number[];
    }
  | {
      readonly of: 'trades';
      readonly instrument: number;
      /** Times in ns since the epoch: from, inclusive; to, exclusive. */
      readonly fromNs: string;
      readonly toNs: string;
      /** Trades behind this one: its time, place and index. */
      readonly after: readonly [string, string, number] | undefined;
      readonly limit: number;
    };

/** Rows as they stand in the tables, and up to which sequence of each shard they are complete. */
export interface StoreAnswer {
  readonly positions: Readonly<Record<number, number>>;
  readonly rows: readonly SqlRow[];
  /** Why there is no answer, in a sentence. */
  readonly fault?: string;
}
