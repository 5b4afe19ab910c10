/** Event records as objects, for msgpack and JSON clients. What the fields mean stands in `event-schema.ts`. */

import { sideNames } from '../model/command.js';
import { cancelReasonNames, EventFlag, EventKind } from '../model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../model/identity.js';
import type { Instrument } from '../model/instrument.js';
import { rejectReasons } from '../model/reject.js';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_COUNTER_ORDER,
  EVENT_CUMULATIVE,
  EVENT_INDEX,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PREVIOUS_INDEX,
  EVENT_PREVIOUS_PLACE,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_TEXT_CELLS,
  EVENT_TIME,
  EVENT_TRADE,
  eventBaseCells,
  eventCells,
  eventCodeOf,
  eventFlags,
  eventKind,
  eventSide,
} from './event-record.js';
import type { BookLevel, EventObject } from './event-schema.js';
import { instrumentObject, priceText, sizeText } from './instrument-object.js';
import { readInstrument } from './instrument-record.js';
import type { InstrumentTable } from './instrument-table.js';
import { readByte, readText } from './text.js';
import { readBig, readWhole } from './words.js';

export type { BookLevel, EventName, EventObject } from './event-schema.js';

/**
 * The object of the event at word `at`, which a shard or this gateway wrote.
 *
 * @throws RangeError where the kind is unknown, or the instrument of anything but a reject is not in the table
 */
export function eventObject(words: Int32Array, at: number, instruments: InstrumentTable): EventObject {
  const kind = eventKind(words[at]!);
  switch (kind) {
    case EventKind.Accepted:
      return {
        event: 'accepted',
        ...ofOrder(words, at, instruments),
        clientId: eventClientIdOrNull(words, at),
        clientOrderId: eventClientId(words, at),
      };
    case EventKind.Rejected:
      return rejected(words, at, instruments);
    case EventKind.Fill:
      return {
        event: 'fill',
        ...ofOrder(words, at, instruments),
        clientOrderId: eventClientId(words, at),
        liquidity: has(words, at, EventFlag.Maker) ? 'maker' : 'taker',
        trade: readWhole(words, at + EVENT_TRADE),
        counterOrderId: readWhole(words, at + EVENT_COUNTER_ORDER),
      };
    case EventKind.Cancelled: {
      const code = eventCodeOf(words[at + EVENT_CODE]!);
      return {
        event: 'cancelled',
        ...ofOrder(words, at, instruments),
        ...eitherId(words, at),
        reason: cancelReasonNames[code] ?? `reason ${code}`,
      };
    }
    case EventKind.Amended:
      return { event: 'amended', ...ofOrder(words, at, instruments), ...eitherId(words, at) };
    case EventKind.Listed: {
      const id = words[at + EVENT_INSTRUMENT]!;
      const instrument = readInstrument(words, at + EVENT_CELLS * CELL_WORDS, id);
      return { event: 'listed', ...inLog(words, at), instrument: instrumentObject(instrument) };
    }
    case EventKind.SettingsChanged:
      return {
        event: 'settings',
        ...inLog(words, at),
        clientIdWindow: readWhole(words, at + EVENT_SIZE),
      };
    case EventKind.Book:
      return book(words, at, instruments);
    default:
      throw new RangeError(`there is no event of kind ${kind}`);
  }
}

/** The client id of the event at word `at`: a text, or a number that is 0 where it has none. */
export function eventClientId(words: Int32Array, at: number): number | string {
  if (!has(words, at, EventFlag.TextClientId)) return readWhole(words, at + EVENT_CLIENT_ID);
  const text = at + eventBaseCells(eventKind(words[at]!)) * CELL_WORDS;
  return readText(words, text * 4 + 4, readByte(words, text * 4));
}

function eventClientIdOrNull(words: Int32Array, at: number): number | string | null {
  return eventClientId(words, at) || null;
}

function has(words: Int32Array, at: number, flag: number): boolean {
  return (eventFlags(words[at + EVENT_CODE]!) & flag) !== 0;
}

function instrumentOf(words: Int32Array, at: number, instruments: InstrumentTable): Instrument {
  const id = words[at + EVENT_INSTRUMENT]!;
  const instrument = instruments.byId(id);
  if (instrument === undefined)
    throw new RangeError(`an event names instrument ${id}, of which no listing was seen`);
  return instrument;
}

/** Where the event stands in a log. */
function inLog(words: Int32Array, at: number) {
  const place = readWhole(words, at + EVENT_PLACE);
  return {
    shard: shardOfPlace(place),
    sequence: sequenceOfPlace(place),
    index: words[at + EVENT_INDEX]! >>> 0,
    timeNs: readBig(words, at + EVENT_TIME).toString(),
  };
}

/** What all events of an account have. */
function ofAccount(words: Int32Array, at: number) {
  const previous = readWhole(words, at + EVENT_PREVIOUS_PLACE);
  return {
    ...inLog(words, at),
    previous:
      previous === 0
        ? null
        : { sequence: sequenceOfPlace(previous), index: words[at + EVENT_PREVIOUS_INDEX]! >>> 0 },
    account: words[at + EVENT_ACCOUNT]! >>> 0,
    ...(has(words, at, EventFlag.Answer) ? { answer: true as const } : undefined),
    ...(has(words, at, EventFlag.Repeated) ? { repeated: true as const } : undefined),
  };
}

/** What all events of an order have. */
function ofOrder(words: Int32Array, at: number, instruments: InstrumentTable) {
  const instrument = instrumentOf(words, at, instruments);
  const side = sideNames[eventSide(words[at]!)];
  if (side !== 'buy' && side !== 'sell')
    throw new RangeError(`an event of kind ${eventKind(words[at]!)} has no side`);
  return {
    ...ofAccount(words, at),
    symbol: instrument.symbol,
    orderId: readWhole(words, at + EVENT_ORDER),
    side,
    price: priceText(readWhole(words, at + EVENT_PRICE), instrument),
    size: sizeText(readWhole(words, at + EVENT_SIZE), instrument),
    remaining: sizeText(readWhole(words, at + EVENT_REMAINING), instrument),
    cumulative: sizeText(readWhole(words, at + EVENT_CUMULATIVE), instrument),
    ...(has(words, at, EventFlag.OrderDone) ? { orderDone: true as const } : undefined),
  };
}

/** An answer names its command; what happens to an order without being asked for names the order. */
function eitherId(words: Int32Array, at: number) {
  return has(words, at, EventFlag.Answer)
    ? { clientId: eventClientIdOrNull(words, at) }
    : { clientOrderId: eventClientId(words, at) };
}

function rejected(words: Int32Array, at: number, instruments: InstrumentTable): EventObject {
  const code = eventCodeOf(words[at + EVENT_CODE]!);
  const reason = rejectReasons[code];
  return {
    event: 'rejected',
    ...ofAccount(words, at),
    symbol: instruments.byId(words[at + EVENT_INSTRUMENT]!)?.symbol ?? null,
    clientId: eventClientIdOrNull(words, at),
    orderId: readWhole(words, at + EVENT_ORDER) || null,
    code,
    reason: reason?.name ?? `code-${code}`,
    text: sentence(words, at) ?? reason?.sentence ?? '',
    ...(has(words, at, EventFlag.Refused) ? { refused: true as const } : undefined),
  };
}

/** The sentence in the event's last cells, undefined where it has none. */
function sentence(words: Int32Array, at: number): string | undefined {
  if (!has(words, at, EventFlag.Sentence)) return undefined;
  const cells = EVENT_CELLS + (has(words, at, EventFlag.TextClientId) ? EVENT_TEXT_CELLS : 0);
  const start = (at + cells * CELL_WORDS) * 4;
  let end = (at + eventCells(words[at]!) * CELL_WORDS) * 4;
  while (end > start && readByte(words, end - 1) === 0) end--;
  return readText(words, start, end - start);
}

function book(words: Int32Array, at: number, instruments: InstrumentTable): EventObject {
  const instrument = instrumentOf(words, at, instruments);
  const { shard, sequence, timeNs } = inLog(words, at);
  const bids = words[at + BOOK_BIDS]!;
  const asks = words[at + BOOK_ASKS]!;
  const firstBid = at + EVENT_CELLS * CELL_WORDS;
  return {
    event: 'book',
    position: { shard, sequence },
    timeNs,
    symbol: instrument.symbol,
    clientId: readWhole(words, at + EVENT_CLIENT_ID) || null,
    bids: levels(words, firstBid, bids, instrument),
    asks: levels(words, firstBid + bids * CELL_WORDS, asks, instrument),
  };
}

/** One cell a level: price, size, number of orders. */
function levels(words: Int32Array, at: number, count: number, instrument: Instrument): BookLevel[] {
  return Array.from({ length: count }, (_, i) => {
    const cell = at + i * CELL_WORDS;
    return [
      priceText(readWhole(words, cell), instrument),
      sizeText(readWhole(words, cell + 2), instrument),
      words[cell + 4]! >>> 0,
    ];
  });
}
