import { EventFlag, EventKind } from '../model/event.js';
import { instrumentFault } from '../model/instrument.js';
import { MAX_SYMBOL_BYTES } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_SIZE,
  eventCode,
  eventHead,
} from '../wire/event-record.js';
import { INSTRUMENT_WORDS, LIST_LINES, readInstrument, writeInstrument } from '../wire/instrument-record.js';
import {
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  orderFlags,
  orderLines,
} from '../wire/order-record.js';
import { isPrintable, readByte } from '../wire/text.js';
import { readWhole, writeWhole } from '../wire/words.js';
import { NO_ACCOUNT } from './accounts.js';
import { copyClientId } from './answers.js';
import { MAX_CLIENT_ID_WINDOW } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import type { GeneralRoom } from './general-room.js';
import type { Listings } from './listings.js';
import { limitAll } from './open-order-limits.js';
import { MAX_LIVE_ORDERS } from './order-pool.js';

/*
 * Commands of the exchange itself. They belong to no account, and remember no client id: listing an instrument twice
 * is rejected by itself, and setting them twice changes nothing.
 */

/** Lists the instrument of a List record and answers Listed. Returns 0, or, with no event written, why it cannot be listed. */
export function applyListing(
  events: EventWriter,
  listings: Listings,
  words: Int32Array,
  at: number,
): RejectCode | 0 {
  if (orderFlags(words[at + 1]!) !== 0) return RejectCode.BadFlags;
  if (orderLines(words[at]!) !== LIST_LINES || at + LIST_LINES * LINE_WORDS > words.length)
    return RejectCode.Malformed;
  const symbolBytes = readByte(words, (at + LINE_WORDS) * 4);
  // `readInstrument` cuts a symbol that is too long and throws where it is not UTF-8.
  if (symbolBytes > MAX_SYMBOL_BYTES || !isPrintable(words, (at + LINE_WORDS) * 4 + 1, symbolBytes))
    return RejectCode.BadInstrument;
  const instrument = readInstrument(words, at + LINE_WORDS, words[at + ORDER_INSTRUMENT]!);
  if (instrumentFault(instrument) !== undefined) return RejectCode.BadInstrument;
  const refusal = listings.add(instrument);
  if (refusal !== 0) return refusal;
  const to = openOperatorAnswer(
    events,
    words,
    at,
    EventKind.Listed,
    INSTRUMENT_WORDS / CELL_WORDS,
    instrument.id,
  );
  writeInstrument(events.words, to + EVENT_CELLS * CELL_WORDS, instrument);
  return 0;
}

/** Sets client-id window and most open orders of an account, and answers SettingsChanged. Returns 0, or, with no event written, why it cannot be set. */
export function applySettings(room: GeneralRoom, words: Int32Array, at: number): RejectCode | 0 {
  if (orderFlags(words[at + 1]!) !== 0) return RejectCode.BadFlags;
  if (orderLines(words[at]!) !== 1) return RejectCode.Malformed;
  const window = readWhole(words, at + ORDER_SIZE);
  if (window < 1 || window > MAX_CLIENT_ID_WINDOW) return RejectCode.NumberOutOfRange;
  const maxOpenOrders = readWhole(words, at + ORDER_PRICE);
  if (maxOpenOrders < 0 || maxOpenOrders > MAX_LIVE_ORDERS) return RejectCode.NumberOutOfRange;
  room.clientIds.resize(window);
  limitAll(room, maxOpenOrders);
  const { events } = room;
  const to = openOperatorAnswer(events, words, at, EventKind.SettingsChanged, 0, 0);
  writeWhole(events.words, to + EVENT_PRICE, maxOpenOrders);
  writeWhole(events.words, to + EVENT_SIZE, window);
  return 0;
}

function openOperatorAnswer(
  events: EventWriter,
  words: Int32Array,
  at: number,
  kind: number,
  moreCells: number,
  instrument: number,
): number {
  const head = eventHead(kind, EVENT_CELLS + moreCells, 0);
  const to = events.open(head, eventCode(0, EventFlag.Answer), instrument, NO_ACCOUNT);
  events.words.fill(0, to + EVENT_ORDER, to + EVENT_CELLS * CELL_WORDS);
  copyClientId(words, at, events.words, to);
  return to;
}
