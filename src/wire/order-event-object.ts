/** Events of orders as objects: the most frequent ones, so their fields are set one by one. */

import { CommandFlag, sideNames, TrailUnit } from '../model/command.js';
import { cancelReasonNames, EventFlag, Repricing } from '../model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../model/identity.js';
import type { Instrument } from '../model/instrument.js';
import { selfTradeOf } from '../model/order-terms.js';
import { eventClientIdOrNull, hasEventFlag, instrumentOf, mark, previous, timeNs } from './event-fields.js';
import {
  EVENT_ACCOUNT,
  EVENT_CODE,
  EVENT_COUNTER_ORDER,
  EVENT_CUMULATIVE,
  EVENT_DISPLAY_SIZE,
  EVENT_EXPIRY,
  EVENT_INDEX,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_STOP_PRICE,
  EVENT_TERMS,
  EVENT_TERMS_MORE,
  EVENT_TRADE,
  eventCodeOf,
  eventKind,
  eventSide,
} from './event-record.js';
import type { EventOf } from './event-schema.js';
import { priceText, sizeText } from './instrument-object.js';
import type { InstrumentTable } from './instrument-table.js';
import { orderFlags, orderTimeInForce, orderType } from './order-record.js';
import { nameOf, orderTypes, pegReferences, selfTradeModes, standings, timesInForce } from './term-names.js';
import { readBig, readWhole } from './words.js';

type Accepted = EventOf<'accepted'>;
type OrderEvent =
  | Accepted
  | EventOf<'fill' | 'cancelled' | 'amended' | 'triggered' | 'refreshed' | 'repriced' | 'decremented'>;

export function accepted(words: Int32Array, at: number, instruments: InstrumentTable): Accepted {
  const object = ofOrder<Accepted>('accepted', words, at, instruments);
  const clientId = eventClientIdOrNull(words, at);
  // The order of a command that may make several, and an exit, is accepted without being an answer.
  if (hasEventFlag(words, at, EventFlag.Answer)) object.clientId = clientId;
  object.clientOrderId = clientId;
  if (hasEventFlag(words, at, EventFlag.Terms))
    addTerms(object, words, at, instrumentOf(words, at, instruments));
  return object;
}

export function fill(words: Int32Array, at: number, instruments: InstrumentTable): EventOf<'fill'> {
  const object = ofOrder<EventOf<'fill'>>('fill', words, at, instruments);
  object.clientOrderId = eventClientIdOrNull(words, at);
  object.liquidity = hasEventFlag(words, at, EventFlag.Maker) ? 'maker' : 'taker';
  object.trade = readWhole(words, at + EVENT_TRADE);
  object.counterOrderId = readWhole(words, at + EVENT_COUNTER_ORDER);
  return object;
}

export function cancelled(words: Int32Array, at: number, instruments: InstrumentTable): EventOf<'cancelled'> {
  const object = ofOrder<EventOf<'cancelled'>>('cancelled', words, at, instruments);
  const code = eventCodeOf(words[at + EVENT_CODE]!);
  addEitherId(object, words, at);
  object.reason = cancelReasonNames[code] ?? `reason ${code}`;
  return object;
}

export function amended(words: Int32Array, at: number, instruments: InstrumentTable): EventOf<'amended'> {
  const object = ofOrder<EventOf<'amended'>>('amended', words, at, instruments);
  addEitherId(object, words, at);
  return object;
}

export function repriced(words: Int32Array, at: number, instruments: InstrumentTable): EventOf<'repriced'> {
  const object = ofOrder<EventOf<'repriced'>>('repriced', words, at, instruments);
  object.clientOrderId = eventClientIdOrNull(words, at);
  const isStop = eventCodeOf(words[at + EVENT_CODE]!) === Repricing.TrailingStop;
  object.what = isStop ? 'trailingStop' : 'peg';
  return object;
}

/** Triggered, refreshed or decremented: an order, and nothing besides. */
export function happened<Name extends 'triggered' | 'refreshed' | 'decremented'>(
  event: Name,
  words: Int32Array,
  at: number,
  instruments: InstrumentTable,
): EventOf<Name> {
  const object = ofOrder<EventOf<'triggered' | 'refreshed' | 'decremented'>>(event, words, at, instruments);
  object.clientOrderId = eventClientIdOrNull(words, at);
  return object as EventOf<Name>;
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
  const clientId = eventClientIdOrNull(words, at);
  if (hasEventFlag(words, at, EventFlag.Answer)) object.clientId = clientId;
  else object.clientOrderId = clientId;
}

/** The terms that an order has, from the cell that follows the first three. */
function addTerms(object: Accepted, words: Int32Array, at: number, instrument: Instrument): void {
  const terms = words[at + EVENT_TERMS]!;
  const more = words[at + EVENT_TERMS_MORE]!;
  const flags = orderFlags(terms);
  const displaySize = readWhole(words, at + EVENT_DISPLAY_SIZE);
  const expiresAt = readBig(words, at + EVENT_EXPIRY);
  object.orderType = nameOf(orderTypes, orderType(terms));
  object.timeInForce = nameOf(timesInForce, orderTimeInForce(terms));
  if (displaySize !== 0) object.displaySize = sizeText(displaySize, instrument);
  addStop(object, readWhole(words, at + EVENT_STOP_PRICE), (more >>> 8) & 0xff, instrument);
  if (object.orderType === 'pegged') object.pegReference = nameOf(pegReferences, more & 0xff);
  if (expiresAt !== 0n) object.expiresAtNs = expiresAt.toString();
  if ((flags & CommandFlag.Hidden) !== 0) object.hidden = true;
  if ((flags & CommandFlag.PostOnly) !== 0) object.postOnly = 'reject';
  if ((flags & CommandFlag.PostOnlySlide) !== 0) object.postOnly = 'slide';
  if ((flags & CommandFlag.AllOrNone) !== 0) object.allOrNone = true;
  if (selfTradeOf(flags) !== 0) object.selfTrade = nameOf(selfTradeModes, selfTradeOf(flags));
  if ((flags & CommandFlag.Linked) !== 0) object.linked = true;
  if ((flags & CommandFlag.Bracket) !== 0) object.bracket = true;
  object.standing = nameOf(standings, (more >>> 16) & 0xff);
}

/** What one field of the record is for each type: a stop price, a distance or an offset. */
function addStop(object: Accepted, value: number, trailUnit: number, instrument: Instrument): void {
  switch (object.orderType) {
    case 'stop':
    case 'stopLimit':
      object.stopPrice = priceText(value, instrument);
      break;
    case 'trailingStop':
      if (trailUnit === TrailUnit.BasisPoints) object.trailBasisPoints = value;
      else object.trail = priceText(value, instrument);
      break;
    case 'pegged':
      object.pegOffset = priceText(value, instrument);
      break;
  }
}
