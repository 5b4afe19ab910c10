import type { BookLevel } from '../wire/event-schema.js';

/** Market data as the exchange tells it: docs/protocol.md, under _Market data_. */
export interface Topic {
  readonly channel: 'trades' | 'top' | 'depth';
  readonly symbol: string;
  /** How often at most something is told, in ms: 10, 20, 50, 100, 200, 500 or 1000. */
  readonly intervalMs: number;
  /** Of depth: levels of each side, 1 to 100. */
  readonly levels?: number | undefined;
}

interface OfFeed {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly number: number;
}

interface AsOf {
  readonly position: { readonly shard: number; readonly sequence: number };
  readonly timeNs: string;
}

/** One trade of an instrument. */
export interface Trade {
  /** Its number in the instrument, from 1. */
  readonly trade: number;
  readonly price: string;
  readonly size: string;
  /** Of the taker. */
  readonly side: 'buy' | 'sell';
  readonly timeNs: string;
}

export interface TradesEvent extends OfFeed {
  readonly event: 'trades';
  readonly missed?: true | undefined;
  readonly trades: readonly Trade[];
}

export interface TopEvent extends OfFeed, AsOf {
  readonly event: 'top';
  readonly snapshot?: true | undefined;
  readonly bid: string | null;
  readonly bidSize: string | null;
  readonly ask: string | null;
  readonly askSize: string | null;
  readonly lastPrice: string | null;
  readonly state: string;
}

export interface DepthEvent extends OfFeed, AsOf {
  readonly event: 'depth';
  readonly levels: number;
  readonly snapshot?: true | undefined;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export interface SubscribedEvent extends Topic {
  readonly event: 'subscribed';
}

export interface UnsubscribedEvent extends Topic {
  readonly event: 'unsubscribed';
}

export type FeedEvent = TradesEvent | TopEvent | DepthEvent;
export type MarketEvent = FeedEvent | SubscribedEvent | UnsubscribedEvent;
