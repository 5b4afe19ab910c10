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
import type { BookLevel, EventName, EventObject } from './event-schema.js';
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
    case EventKind.Accepted: {
      const object = ofOrder<EventOf<'accepted'>>('accepted', words, at, instruments);
      object.clientId = eventClientIdOrNull(words, at);
      object.clientOrderId = eventClientId(words, at);
      return object;
    }
    case EventKind.Rejected:
      return rejected(words, at, instruments);
    case EventKind.Fill: {
      const object = ofOrder<EventOf<'fill'>>('fill', words, at, instruments);
      object.clientOrderId = eventClientId(words, at);
      object.liquidity = has(words, at, EventFlag.Maker) ? 'maker' : 'taker';
      object.trade = readWhole(words, at + EVENT_TRADE);
      object.counterOrderId = readWhole(words, at + EVENT_COUNTER_ORDER);
      return object;
    }
    case EventKind.Cancelled: {
      const object = ofOrder<EventOf<'cancelled'>>('cancelled', words, at, instruments);
      const code = eventCodeOf(words[at + EVENT_CODE]!);
      addEitherId(object, words, at);
      object.reason = cancelReasonNames[code] ?? `reason ${code}`;
      return object;
    }
    case EventKind.Amended: {
      const object = ofOrder<EventOf<'amended'>>('amended', words, at, instruments);
      addEitherId(object, words, at);
      return object;
    }
    case EventKind.Listed: {
      const id = words[at + EVENT_INSTRUMENT]!;
      const instrument = readInstrument(words, at + EVENT_CELLS * CELL_WORDS, id);
      return { event: 'listed', ...inLog(words, at), instrument: instrumentObject(instrument) };
    }
    case EventKind.SettingsChanged:
      return { event: 'settings', ...inLog(words, at), clientIdWindow: readWhole(words, at + EVENT_SIZE) };
    case EventKind.Book:
      return book(words, at, instruments);
    default:
      throw new RangeError(`there is no event of kind ${kind}`);
  }
}

/** The client id of the event at word `at`: a text, or a number that is 0 where it has none. */
export function eventClientId(words: Int32Array, at: number): number | string {
  if (!has(words, at, EventFlag.TextClientId)) return readWhole(words, at + EVENT_CLIENT_ID);
  const text = at + eventBaseCells(words[at]!, words[at + 1]!) * CELL_WORDS;
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

let timeLow = 0;
let timeHigh = 0;
let timeText = '0';

/** The time in digits. All events of a group have the same, so the last one is kept. */
function timeNs(words: Int32Array, at: number): string {
  const low = words[at + EVENT_TIME]!;
  const high = words[at + EVENT_TIME + 1]!;
  if (low !== timeLow || high !== timeHigh) {
    timeText = readBig(words, at + EVENT_TIME).toString();
    timeLow = low;
    timeHigh = high;
  }
  return timeText;
}

/** Where the event stands in a log. */
function inLog(words: Int32Array, at: number) {
  const place = readWhole(words, at + EVENT_PLACE);
  return {
    shard: shardOfPlace(place),
    sequence: sequenceOfPlace(place),
    index: words[at + EVENT_INDEX]! >>> 0,
    timeNs: timeNs(words, at),
  };
}

/** The account's event before this one. */
function previous(words: Int32Array, at: number) {
  const place = readWhole(words, at + EVENT_PREVIOUS_PLACE);
  if (place === 0) return null;
  return { sequence: sequenceOfPlace(place), index: words[at + EVENT_PREVIOUS_INDEX]! >>> 0 };
}

type EventOf<Name extends EventName> = Extract<EventObject, { event: Name }>;
type OrderEvent = EventOf<'accepted' | 'fill' | 'cancelled' | 'amended'>;

interface Markers {
  event: string;
  answer?: true | undefined;
  repeated?: true | undefined;
  orderDone?: true | undefined;
  refused?: true | undefined;
}

/** What is there only where it is true. */
function mark(object: Markers, words: Int32Array, at: number): void {
  const flags = eventFlags(words[at + EVENT_CODE]!);
  if ((flags & EventFlag.Answer) !== 0) object.answer = true;
  if ((flags & EventFlag.Repeated) !== 0) object.repeated = true;
  if ((flags & EventFlag.OrderDone) !== 0) object.orderDone = true;
  if ((flags & EventFlag.Refused) !== 0) object.refused = true;
}

/**
 * What all events of an order have. The caller adds what its kind has besides, field by field: to spread an object of
 * so many fields takes longer than all the rest.
 */
function ofOrder<Event extends OrderEvent>(
  event: Event['event'],
  words: Int32Array,
  at: number,
  instruments: InstrumentTable,
): Event {
  const instrument = instrumentOf(words, at, instruments);
  const side = sideNames[eventSide(words[at]!)];
  if (side !== 'buy' && side !== 'sell')
    throw new RangeError(`an event of kind ${eventKind(words[at]!)} has no side`);
  const place = readWhole(words, at + EVENT_PLACE);
  const object = {
    event,
    shard: shardOfPlace(place),
    sequence: sequenceOfPlace(place),
    index: words[at + EVENT_INDEX]! >>> 0,
    previous: previous(words, at),
    timeNs: timeNs(words, at),
    account: words[at + EVENT_ACCOUNT]! >>> 0,
    symbol: instrument.symbol,
    orderId: readWhole(words, at + EVENT_ORDER),
    side,
    price: priceText(readWhole(words, at + EVENT_PRICE), instrument),
    size: sizeText(readWhole(words, at + EVENT_SIZE), instrument),
    remaining: sizeText(readWhole(words, at + EVENT_REMAINING), instrument),
    cumulative: sizeText(readWhole(words, at + EVENT_CUMULATIVE), instrument),
  };
  mark(object, words, at);
  return object as unknown as Event;
}

/** An answer names its command; what happens to an order without being asked for names the order. */
function addEitherId(object: EventOf<'cancelled' | 'amended'>, words: Int32Array, at: number): void {
  if (has(words, at, EventFlag.Answer)) object.clientId = eventClientIdOrNull(words, at);
  else object.clientOrderId = eventClientId(words, at);
}

function rejected(words: Int32Array, at: number, instruments: InstrumentTable): EventObject {
  const code = eventCodeOf(words[at + EVENT_CODE]!);
  const reason = rejectReasons[code];
  const place = readWhole(words, at + EVENT_PLACE);
  const object: EventOf<'rejected'> = {
    event: 'rejected',
    shard: shardOfPlace(place),
    sequence: sequenceOfPlace(place),
    index: words[at + EVENT_INDEX]! >>> 0,
    previous: previous(words, at),
    timeNs: timeNs(words, at),
    account: words[at + EVENT_ACCOUNT]! >>> 0,
    symbol: instruments.byId(words[at + EVENT_INSTRUMENT]!)?.symbol ?? null,
    clientId: eventClientIdOrNull(words, at),
    orderId: readWhole(words, at + EVENT_ORDER) || null,
    code,
    reason: reason?.name ?? `code-${code}`,
    text: sentence(words, at) ?? reason?.sentence ?? '',
  };
  mark(object, words, at);
  return object;
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
  const place = readWhole(words, at + EVENT_PLACE);
  const bids = words[at + BOOK_BIDS]!;
  const asks = words[at + BOOK_ASKS]!;
  const firstBid = at + EVENT_CELLS * CELL_WORDS;
  return {
    event: 'book',
    position: { shard: shardOfPlace(place), sequence: sequenceOfPlace(place) },
    timeNs: timeNs(words, at),
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
