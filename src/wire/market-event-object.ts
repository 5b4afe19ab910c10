/** Events of market data as objects, for msgpack and JSON clients. What the fields mean stands in `market-schema.ts`. */

import { sideNames } from '../model/command.js';
import { EventKind } from '../model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../model/identity.js';
import type { Instrument } from '../model/instrument.js';
import { MarketChannel, marketChannels } from '../model/market.js';
import { instrumentOf, timeNs } from './event-fields.js';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_PLACE,
  eventCodeOf,
  eventFlags,
  eventKind,
} from './event-record.js';
import type { BookLevel } from './event-schema.js';
import { priceText, sizeText } from './instrument-object.js';
import type { InstrumentTable } from './instrument-table.js';
import {
  LEVEL_ORDERS,
  LEVEL_PRICE,
  LEVEL_SIZE,
  MARKET_INTERVAL,
  MARKET_LEVELS,
  MARKET_NUMBER,
  MarketFlag,
  TOP_ASK,
  TOP_ASK_SIZE,
  TOP_BID,
  TOP_BID_SIZE,
  TOP_LAST_PRICE,
  TOP_STATE,
  TRADE_PRICE,
  TRADE_SIDE,
  TRADE_SIZE,
  TRADE_TIME,
  TRADES_COUNT,
  TRADES_FIRST,
} from './market-record.js';
import type { MarketEvent, MarketEventOf } from './market-schema.js';
import { nameOf, stateName } from './term-names.js';
import { readBig, readWhole } from './words.js';

type Interval = MarketEventOf<'trades'>['intervalMs'];

/** The object of the event of market data at word `at`. @throws RangeError where it is another kind */
export function marketEventObject(words: Int32Array, at: number, instruments: InstrumentTable): MarketEvent {
  const kind = eventKind(words[at]!);
  switch (kind) {
    case EventKind.Subscribed:
      return subscription('subscribed', words, at, instruments);
    case EventKind.Unsubscribed:
      return subscription('unsubscribed', words, at, instruments);
    case EventKind.Trades:
      return trades(words, at, instruments);
    case EventKind.Top:
      return top(words, at, instruments);
    case EventKind.Depth:
      return depth(words, at, instruments);
    default:
      throw new RangeError(`kind ${kind} is not an event of market data`);
  }
}

function subscription<Name extends 'subscribed' | 'unsubscribed'>(
  event: Name,
  words: Int32Array,
  at: number,
  instruments: InstrumentTable,
): { event: Name } & Omit<MarketEventOf<'subscribed'>, 'event'> {
  const channel = eventCodeOf(words[at + EVENT_CODE]!);
  return {
    event,
    channel: nameOf(marketChannels, channel) ?? 'trades',
    symbol: instrumentOf(words, at, instruments).symbol,
    intervalMs: words[at + MARKET_INTERVAL]! as Interval,
    ...(channel === MarketChannel.Depth ? { levels: words[at + MARKET_LEVELS]! } : {}),
  };
}

function trades(words: Int32Array, at: number, instruments: InstrumentTable): MarketEventOf<'trades'> {
  const instrument = instrumentOf(words, at, instruments);
  const first = readWhole(words, at + TRADES_FIRST);
  const object: MarketEventOf<'trades'> = {
    event: 'trades',
    symbol: instrument.symbol,
    intervalMs: words[at + MARKET_INTERVAL]! as Interval,
    number: readWhole(words, at + MARKET_NUMBER),
    trades: Array.from({ length: words[at + TRADES_COUNT]! }, (_, i) => {
      const cell = at + (EVENT_CELLS + i) * CELL_WORDS;
      return {
        trade: first + i,
        price: priceText(readWhole(words, cell + TRADE_PRICE), instrument),
        size: sizeText(readWhole(words, cell + TRADE_SIZE), instrument),
        side: sideNames[words[cell + TRADE_SIDE]!] as 'buy' | 'sell',
        timeNs: readBig(words, cell + TRADE_TIME).toString(),
      };
    }),
  };
  if ((flagsOf(words, at) & MarketFlag.Missed) !== 0) object.missed = true;
  return object;
}

function top(words: Int32Array, at: number, instruments: InstrumentTable): MarketEventOf<'top'> {
  const instrument = instrumentOf(words, at, instruments);
  const bidSize = readWhole(words, at + TOP_BID_SIZE);
  const askSize = readWhole(words, at + TOP_ASK_SIZE);
  const lastPrice = readWhole(words, at + TOP_LAST_PRICE);
  const object: MarketEventOf<'top'> = {
    event: 'top',
    symbol: instrument.symbol,
    intervalMs: words[at + MARKET_INTERVAL]! as Interval,
    number: readWhole(words, at + MARKET_NUMBER),
    bid: bidSize === 0 ? null : priceText(readWhole(words, at + TOP_BID), instrument),
    bidSize: bidSize === 0 ? null : sizeText(bidSize, instrument),
    ask: askSize === 0 ? null : priceText(readWhole(words, at + TOP_ASK), instrument),
    askSize: askSize === 0 ? null : sizeText(askSize, instrument),
    lastPrice: lastPrice === 0 ? null : priceText(lastPrice, instrument),
    state: stateName(words[at + TOP_STATE]!),
    position: positionOf(words, at),
    timeNs: timeNs(words, at),
  };
  if ((flagsOf(words, at) & MarketFlag.Snapshot) !== 0) object.snapshot = true;
  return object;
}

function depth(words: Int32Array, at: number, instruments: InstrumentTable): MarketEventOf<'depth'> {
  const instrument = instrumentOf(words, at, instruments);
  const bids = words[at + BOOK_BIDS]!;
  const firstBid = at + EVENT_CELLS * CELL_WORDS;
  const object: MarketEventOf<'depth'> = {
    event: 'depth',
    symbol: instrument.symbol,
    intervalMs: words[at + MARKET_INTERVAL]! as Interval,
    levels: words[at + MARKET_LEVELS]!,
    number: readWhole(words, at + MARKET_NUMBER),
    bids: levels(words, firstBid, bids, instrument),
    asks: levels(words, firstBid + bids * CELL_WORDS, words[at + BOOK_ASKS]!, instrument),
    position: positionOf(words, at),
    timeNs: timeNs(words, at),
  };
  if ((flagsOf(words, at) & MarketFlag.Snapshot) !== 0) object.snapshot = true;
  return object;
}

/** One cell a level: price, size, number of orders. */
export function levels(words: Int32Array, at: number, count: number, instrument: Instrument): BookLevel[] {
  return Array.from({ length: count }, (_, i) => {
    const cell = at + i * CELL_WORDS;
    return [
      priceText(readWhole(words, cell + LEVEL_PRICE), instrument),
      sizeText(readWhole(words, cell + LEVEL_SIZE), instrument),
      words[cell + LEVEL_ORDERS]! >>> 0,
    ];
  });
}

function positionOf(words: Int32Array, at: number) {
  const place = readWhole(words, at + EVENT_PLACE);
  return { shard: shardOfPlace(place), sequence: sequenceOfPlace(place) };
}

function flagsOf(words: Int32Array, at: number): number {
  return eventFlags(words[at + EVENT_CODE]!);
}
