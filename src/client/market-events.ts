import type { MarketEventOf } from '../wire/market-schema.js';

/** What can be kept up with: docs/protocol.md, under _Market data_. */
export interface Topic {
  readonly channel: 'trades' | 'top' | 'depth';
  readonly symbol: string;
  /** How often at most something is told, in ms. */
  readonly intervalMs: IntervalMs;
  /** Of depth: levels of each side, 1 to 100. */
  readonly levels?: number | undefined;
}

export type IntervalMs = MarketEventOf<'trades'>['intervalMs'];
export type DepthEvent = MarketEventOf<'depth'>;
export type TopEvent = MarketEventOf<'top'>;
export type FeedEvent = MarketEventOf<'trades' | 'top' | 'depth'>;
/** One trade: its number in the instrument, price, size, side of the taker, and time. */
export type Trade = MarketEventOf<'trades'>['trades'][number];
