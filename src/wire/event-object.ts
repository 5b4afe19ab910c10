/** Event records as objects, for msgpack and JSON clients. What the fields mean stands in `event-schema.ts`. */

import { EventFlag, EventKind } from '../model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../model/identity.js';
import { rejectReasons } from '../model/reject.js';
import {
  eventClientIdOrNull,
  hasEventFlag,
  inLog,
  instrumentOf,
  mark,
  ofAccount,
  timeNs,
} from './event-fields.js';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_LAST_PRICE,
  BOOK_STATE,
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_SIZE,
  EVENT_TEXT_CELLS,
  eventCells,
  eventCodeOf,
  eventKind,
} from './event-record.js';
import type { EventObject, EventOf } from './event-schema.js';
import { instrumentObject, priceText } from './instrument-object.js';
import { readInstrument } from './instrument-record.js';
import type { InstrumentTable } from './instrument-table.js';
import { levels } from './market-event-object.js';
import { accountChanged, auctionPrice, pricesChanged, stateChanged } from './operator-event-object.js';
import { accepted, amended, cancelled, fill, happened, repriced } from './order-event-object.js';
import { stateName } from './term-names.js';
import { readByte, readText } from './text.js';
import { readWhole } from './words.js';

export { eventClientId } from './event-fields.js';
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
      return accepted(words, at, instruments);
    case EventKind.Rejected:
      return rejected(words, at, instruments);
    case EventKind.Fill:
      return fill(words, at, instruments);
    case EventKind.Cancelled:
      return cancelled(words, at, instruments);
    case EventKind.Amended:
      return amended(words, at, instruments);
    case EventKind.AllCancelled:
      return allCancelled(words, at, instruments);
    case EventKind.Quoted:
      return quoted(words, at);
    case EventKind.Triggered:
      return happened('triggered', words, at, instruments);
    case EventKind.Refreshed:
      return happened('refreshed', words, at, instruments);
    case EventKind.Repriced:
      return repriced(words, at, instruments);
    case EventKind.Decremented:
      return happened('decremented', words, at, instruments);
    case EventKind.Listed:
      return listed(words, at);
    case EventKind.SettingsChanged:
      return {
        event: 'settingsChanged',
        ...inLog(words, at),
        clientIdWindow: readWhole(words, at + EVENT_SIZE),
        maxOpenOrders: readWhole(words, at + EVENT_PRICE),
      };
    case EventKind.StateChanged:
      return stateChanged(words, at, instruments);
    case EventKind.AuctionPrice:
      return auctionPrice(words, at, instruments);
    case EventKind.PricesChanged:
      return pricesChanged(words, at, instruments);
    case EventKind.AccountChanged:
      return accountChanged(words, at);
    case EventKind.TimePassed:
      return { event: 'timePassed', ...inLog(words, at) };
    case EventKind.Book:
      return book(words, at, instruments);
    case EventKind.Resumed:
      return resumed(words, at);
    default:
      throw new RangeError(`there is no event of kind ${kind}`);
  }
}

function rejected(words: Int32Array, at: number, instruments: InstrumentTable): EventOf<'rejected'> {
  const code = eventCodeOf(words[at + EVENT_CODE]!);
  const reason = rejectReasons[code];
  const object: EventOf<'rejected'> = {
    event: 'rejected',
    ...ofAccount(words, at),
    symbol: symbolOrNull(words, at, instruments),
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
  if (!hasEventFlag(words, at, EventFlag.Sentence)) return undefined;
  const cells = EVENT_CELLS + (hasEventFlag(words, at, EventFlag.TextClientId) ? EVENT_TEXT_CELLS : 0);
  const start = (at + cells * CELL_WORDS) * 4;
  let end = (at + eventCells(words[at]!) * CELL_WORDS) * 4;
  while (end > start && readByte(words, end - 1) === 0) end--;
  return readText(words, start, end - start);
}

function allCancelled(words: Int32Array, at: number, instruments: InstrumentTable): EventOf<'allCancelled'> {
  const object: EventOf<'allCancelled'> = {
    event: 'allCancelled',
    ...ofAccount(words, at),
    clientId: eventClientIdOrNull(words, at),
    symbol: symbolOrNull(words, at, instruments),
    orders: readWhole(words, at + EVENT_SIZE),
  };
  mark(object, words, at);
  return object;
}

function quoted(words: Int32Array, at: number): EventOf<'quoted'> {
  const object: EventOf<'quoted'> = {
    event: 'quoted',
    ...ofAccount(words, at),
    clientId: eventClientIdOrNull(words, at),
    quotes: readWhole(words, at + EVENT_SIZE),
  };
  mark(object, words, at);
  return object;
}

function symbolOrNull(words: Int32Array, at: number, instruments: InstrumentTable): string | null {
  return instruments.byId(words[at + EVENT_INSTRUMENT]!)?.symbol ?? null;
}

function listed(words: Int32Array, at: number): EventOf<'listed'> {
  const id = words[at + EVENT_INSTRUMENT]!;
  const instrument = readInstrument(words, at + EVENT_CELLS * CELL_WORDS, id);
  return { event: 'listed', ...inLog(words, at), instrument: instrumentObject(instrument) };
}

function resumed(words: Int32Array, at: number): EventOf<'resumed'> {
  const place = readWhole(words, at + EVENT_PLACE);
  return {
    event: 'resumed',
    position: { shard: shardOfPlace(place), sequence: sequenceOfPlace(place) },
    timeNs: timeNs(words, at),
    complete: eventCodeOf(words[at + EVENT_CODE]!) === 0,
    events: readWhole(words, at + EVENT_SIZE),
  };
}

function book(words: Int32Array, at: number, instruments: InstrumentTable): EventOf<'book'> {
  const instrument = instrumentOf(words, at, instruments);
  const place = readWhole(words, at + EVENT_PLACE);
  const bids = words[at + BOOK_BIDS]!;
  const asks = words[at + BOOK_ASKS]!;
  const lastPrice = readWhole(words, at + BOOK_LAST_PRICE);
  const firstBid = at + EVENT_CELLS * CELL_WORDS;
  return {
    event: 'book',
    position: { shard: shardOfPlace(place), sequence: sequenceOfPlace(place) },
    timeNs: timeNs(words, at),
    symbol: instrument.symbol,
    clientId: eventClientIdOrNull(words, at),
    state: stateName(words[at + BOOK_STATE]!),
    lastPrice: lastPrice === 0 ? null : priceText(lastPrice, instrument),
    bids: levels(words, firstBid, bids, instrument),
    asks: levels(words, firstBid + bids * CELL_WORDS, asks, instrument),
  };
}
