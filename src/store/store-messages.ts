import type { DrillName } from '../metrics/drill.js';
import type { StoreAnswer, StoreQuery } from './store-query.js';

/** Which store, and where it is. */
export type StoreTarget =
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'redis'; readonly url: string };

/** What a store's thread is started with. */
export interface StoreThreadData {
  /** Its place on the store board. */
  readonly store: number;
  readonly target: StoreTarget;
  /** The data directory. */
  readonly directory: string;
  readonly shards: number;
  readonly board: SharedArrayBuffer;
  readonly storeBoard: SharedArrayBuffer;
  /** By shard: rung when its log has grown. */
  readonly doorbells: readonly SharedArrayBuffer[];
  readonly writeMs: number;
  readonly delayMs: number;
  /** How far it steps back behind the threads that answer orders. */
  readonly niceness: number;
}

/** What the main thread says to a store. */
export type StoreOrder =
  | { readonly order: 'query'; readonly id: number; readonly query: StoreQuery }
  /** The shards have stopped: write what is left, and end. */
  | { readonly order: 'finish' }
  /** Die: a drill. */
  | { readonly order: 'drill'; readonly how: DrillName };

/** What a store's thread says. */
export type StoreReport =
  /** It was reached for the first time, and goes on from where it is. */
  | { readonly event: 'reached' }
  /** It will never work as it is: one sentence. */
  | { readonly event: 'refused'; readonly message: string }
  | { readonly event: 'answer'; readonly id: number; readonly answer: StoreAnswer }
  | { readonly event: 'warning'; readonly sentence: string }
  | { readonly event: 'finished' }
  | { readonly event: 'failed'; readonly message: string; readonly stack?: string | undefined };
