/** Events of what the operator does, as objects. They belong to account 0, which has no chain. */

import { sideNames } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { eventClientIdOrNull, inLog, instrumentOf, mark } from './event-fields.js';
import {
  EVENT_CODE,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  eventCodeOf,
  eventSide,
} from './event-record.js';
import type { EventOf } from './event-schema.js';
import { priceText, sizeText } from './instrument-object.js';
import type { InstrumentTable } from './instrument-table.js';
import { stateName } from './term-names.js';
import { readWhole } from './words.js';

export function stateChanged(
  words: Int32Array,
  at: number,
  instruments: InstrumentTable,
): EventOf<'stateChanged'> {
  const object: EventOf<'stateChanged'> = {
    event: 'stateChanged',
    ...inLog(words, at),
    clientId: eventClientIdOrNull(words, at),
    symbol: instrumentOf(words, at, instruments).symbol,
    state: stateName(eventCodeOf(words[at + EVENT_CODE]!)),
  };
  mark(object, words, at);
  return object;
}

/** No answer: what came of the state that an auction was left for. */
export function auctionPrice(
  words: Int32Array,
  at: number,
  instruments: InstrumentTable,
): EventOf<'auctionPrice'> {
  const instrument = instrumentOf(words, at, instruments);
  const side = sideNames[eventSide(words[at]!)];
  return {
    event: 'auctionPrice',
    ...inLog(words, at),
    symbol: instrument.symbol,
    price: priceText(readWhole(words, at + EVENT_PRICE), instrument),
    size: sizeText(readWhole(words, at + EVENT_SIZE), instrument),
    surplus: sizeText(readWhole(words, at + EVENT_REMAINING), instrument),
    surplusSide: side === 'buy' || side === 'sell' ? side : null,
  };
}

export function pricesChanged(
  words: Int32Array,
  at: number,
  instruments: InstrumentTable,
): EventOf<'pricesChanged'> {
  const instrument = instrumentOf(words, at, instruments);
  const object: EventOf<'pricesChanged'> = {
    event: 'pricesChanged',
    ...inLog(words, at),
    clientId: eventClientIdOrNull(words, at),
    symbol: instrument.symbol,
    reference: priceOrNull(readWhole(words, at + EVENT_PRICE), instrument),
    mark: priceOrNull(readWhole(words, at + EVENT_SIZE), instrument),
  };
  mark(object, words, at);
  return object;
}

export function accountChanged(words: Int32Array, at: number): EventOf<'accountChanged'> {
  const object: EventOf<'accountChanged'> = {
    event: 'accountChanged',
    ...inLog(words, at),
    clientId: eventClientIdOrNull(words, at),
    subject: readWhole(words, at + EVENT_ORDER),
    maxOrdersPerSecond: readWhole(words, at + EVENT_PRICE),
    maxOpenOrders: readWhole(words, at + EVENT_SIZE),
    group: readWhole(words, at + EVENT_REMAINING),
    killSwitch: eventCodeOf(words[at + EVENT_CODE]!) === 1,
  };
  mark(object, words, at);
  return object;
}

function priceOrNull(ticks: number, instrument: Instrument): string | null {
  return ticks === 0 ? null : priceText(ticks, instrument);
}
