import { MAX_BOOK_DEPTH } from './limits.js';

/** What of an instrument is told to whoever wants to know. The numbers are on the wire: never reuse one. */
export const MarketChannel = {
  /** Each trade. */
  Trades: 1,
  /** Best prices, last price, state. */
  Top: 2,
  /** The levels of the book. */
  Depth: 3,
} as const;
export type MarketChannel = (typeof MarketChannel)[keyof typeof MarketChannel];

export const marketChannels = {
  trades: MarketChannel.Trades,
  top: MarketChannel.Top,
  depth: MarketChannel.Depth,
} as const;

/** How often at most a subscription is told, in milliseconds. A few values, so that subscribers share what is encoded. */
export const MARKET_INTERVALS_MS = [10, 20, 50, 100, 200, 500, 1000] as const;

export const DEFAULT_INTERVAL_MS = 100;

/** Levels of each side, where a depth subscription does not say. */
export const DEFAULT_MARKET_LEVELS = 10;

/** One feed of market data: whoever subscribes to the same gets the same messages. */
export interface MarketTopic {
  readonly channel: MarketChannel;
  /** Number of the instrument. */
  readonly instrument: number;
  /** One of MARKET_INTERVALS_MS. */
  readonly intervalMs: number;
  /** Depth: levels of each side, 1 to MAX_BOOK_DEPTH; 0 in the other channels. */
  readonly levels: number;
}

export function isInterval(ms: number): boolean {
  return MARKET_INTERVALS_MS.some((one) => one === ms);
}

/** Whether a channel has so many levels. */
export function hasLevels(channel: MarketChannel, levels: number): boolean {
  if (channel !== MarketChannel.Depth) return levels === 0;
  return Number.isInteger(levels) && levels >= 1 && levels <= MAX_BOOK_DEPTH;
}
