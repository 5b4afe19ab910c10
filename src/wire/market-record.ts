/**
 * The records of market data: what a client sends to subscribe, and what it is told. Between a gateway and its client
 * alone; none of them is ever in a log.
 *
 * Subscribe (kind 67), unsubscribe (68), one line of 64 bytes; what is not named is zero:
 *
 * ```
 * word  byte   0               1               2               3
 *  0     0  │ version = 1   │ kind          │ lines = 1     │ zero          │
 *  1     4  │ channel: 1 trades, 2 top, 3 depth             │ zero          │
 *  2     8  │ instrument, u32                                               │
 *  8    32  │ interval in ms, u64 (0: 100)                                  │
 * 10    40  │ levels of each side, u64 (depth; 0: 10)                       │
 * ```
 *
 * Subscribed (68), unsubscribed (69), trades (70), top (71), depth (72): cells of 32 bytes, the first three of which are
 *
 * ```
 *  0     0  │ version = 1   │ kind          │ cells         │ zero          │
 *  1     4  │ (un)subscribed: channel       │ bit 0: a whole picture (top,  │
 *           │                               │ depth), bit 1: some missed    │
 *  2     8  │ position, u64 (top, depth): last command that the book has    │
 *           │ seen, shard and sequence                                      │
 *  4    16  │ zero                                                          │
 *  5    20  │ instrument, u32                                               │
 *  6    24  │ interval in ms, u32                                           │
 *  7    28  │ levels, u32 (depth)                                           │
 *  8    32  │ number of the message in its feed, u64                        │
 * 10    40  │ time, ns since the epoch, u64: of that last command           │
 * 12    48  │ trades: number of the first · top: last price (0: none)       │
 * 14    56  │ top: state of the instrument                                  │
 * 16    64  │ trades: how many · top: bid · depth: cells of bids            │
 * 18    72  │ top: size of the bid (0: none) · depth: cells of asks         │
 * 20    80  │ top: ask · depth: state of the instrument                     │
 * 22    88  │ top: size of the ask (0: none) · depth: last price (0: none)  │
 * a trade, one cell; numbers count on from the first
 * +0     0  │ price in ticks, i64                                           │
 * +2     8  │ size in lots, u64                                             │
 * +4    16  │ time, ns since the epoch, u64                                 │
 * +6    24  │ side of the taker: 1 buy, 2 sell                              │
 * a level, one cell; bids first, best first
 * +0     0  │ price in ticks, i64                                           │
 * +2     8  │ size in lots, u64: in a change 0 takes the level away         │
 * +4    16  │ orders, u32                                                   │
 * ```
 */

import { CommandKind } from '../model/command.js';
import type { EventKind } from '../model/event.js';
import {
  DEFAULT_INTERVAL_MS,
  DEFAULT_MARKET_LEVELS,
  MarketChannel,
  type MarketTopic,
} from '../model/market.js';
import { RejectCode } from '../model/reject.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_INSTRUMENT,
  EVENT_TIME,
  eventCode,
  eventHead,
} from './event-record.js';
import {
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SEND_TIME,
  ORDER_SESSION,
  ORDER_SIZE,
  ORDER_TERMS,
  ORDER_VERSION,
  orderHead,
  orderKind,
  orderLines,
  orderVersion,
} from './order-record.js';
import { isWhole, isZero, readWhole, writeBig, writeWhole } from './words.js';

export const MARKET_INTERVAL = 6;
export const MARKET_LEVELS = 7;
export const MARKET_NUMBER = 8;
export const TRADES_FIRST = 12;
export const TRADES_COUNT = 16;
export const TOP_LAST_PRICE = 12;
export const TOP_STATE = 14;
export const TOP_BID = 16;
export const TOP_BID_SIZE = 18;
export const TOP_ASK = 20;
export const TOP_ASK_SIZE = 22;

/** Words within the cell of a trade. */
export const TRADE_PRICE = 0;
export const TRADE_SIZE = 2;
export const TRADE_TIME = 4;
export const TRADE_SIDE = 6;

/** Words within the cell of a level. */
export const LEVEL_PRICE = 0;
export const LEVEL_SIZE = 2;
export const LEVEL_ORDERS = 4;

/** Bits of the flags of an event of market data. */
export const MarketFlag = {
  /** Top, depth: stands by itself, whatever was told before; its number need not follow. */
  Snapshot: 1 << 0,
  /** Trades: some before these could not be told; numbers may not follow. */
  Missed: 1 << 1,
} as const;

const MARKET_START = EVENT_CELLS * CELL_WORDS;

/** Clears the first three cells of an event of market data and writes what all of them have. */
export function beginMarketEvent(words: Int32Array, kind: number, topic: MarketTopic, number: number): void {
  words.fill(0, 0, MARKET_START);
  words[0] = eventHead(kind, EVENT_CELLS, 0);
  words[EVENT_INSTRUMENT] = topic.instrument;
  words[MARKET_INTERVAL] = topic.intervalMs;
  words[MARKET_LEVELS] = topic.levels;
  writeWhole(words, MARKET_NUMBER, number);
}

/** The answer to a subscribe or an unsubscribe. */
export function subscriptionEvent(
  kind: typeof EventKind.Subscribed | typeof EventKind.Unsubscribed,
  topic: MarketTopic,
  epochNs: bigint,
): Int32Array {
  const words = new Int32Array(MARKET_START);
  beginMarketEvent(words, kind, topic, 0);
  words[EVENT_CODE] = eventCode(topic.channel, 0);
  writeBig(words, EVENT_TIME, epochNs);
  return words;
}

/** Writes a subscribe or unsubscribe at word `at`: for clients, and for tests of them. */
export function writeSubscription(words: Int32Array, at: number, kind: number, topic: MarketTopic): void {
  words.fill(0, at, at + LINE_WORDS);
  words[at] = orderHead(kind, 1, 0);
  words[at + ORDER_TERMS] = topic.channel;
  words[at + ORDER_INSTRUMENT] = topic.instrument;
  writeWhole(words, at + ORDER_PRICE, topic.intervalMs);
  writeWhole(words, at + ORDER_SIZE, topic.levels);
}

export function isSubscription(kind: number): boolean {
  return kind === CommandKind.Subscribe || kind === CommandKind.Unsubscribe;
}

/**
 * What the subscribe or unsubscribe at word `at` is about, or the code to reject it with: Malformed, WrongVersion, or
 * BadSubscription for a channel that there is not. Whether there is such a feed is for others to say.
 */
export function readSubscription(words: Int32Array, at: number): MarketTopic | RejectCode {
  const head = words[at]!;
  if (orderVersion(head) !== ORDER_VERSION) return RejectCode.WrongVersion;
  if (orderLines(head) !== 1 || head !== orderHead(orderKind(head), 1, 0)) return RejectCode.Malformed;
  // The client id, account and send time of commands mean nothing here, and the gateway's own two words are ignored.
  if (!isZero(words, at + 3, at + ORDER_PRICE) || !isZero(words, at + ORDER_SEND_TIME, at + ORDER_SESSION))
    return RejectCode.Malformed;
  if (!isWhole(words, at + ORDER_PRICE) || !isWhole(words, at + ORDER_SIZE))
    return RejectCode.BadSubscription;
  const channel = words[at + ORDER_TERMS]! as MarketChannel;
  if (channel < MarketChannel.Trades || channel > MarketChannel.Depth) return RejectCode.BadSubscription;
  const levels = readWhole(words, at + ORDER_SIZE);
  return {
    channel,
    instrument: words[at + ORDER_INSTRUMENT]!,
    intervalMs: readWhole(words, at + ORDER_PRICE) || DEFAULT_INTERVAL_MS,
    levels: levels === 0 && channel === MarketChannel.Depth ? DEFAULT_MARKET_LEVELS : levels,
  };
}
