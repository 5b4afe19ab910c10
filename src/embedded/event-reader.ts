import { cancelReasonNames, EventFlag, Repricing } from '../model/event.js';
import { sequenceOfPlace } from '../model/identity.js';
import type { Instrument } from '../model/instrument.js';
import { rejectReasons } from '../model/reject.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_COUNTER_ORDER,
  EVENT_CUMULATIVE,
  EVENT_DISPLAY_SIZE,
  EVENT_EXPIRY,
  EVENT_INDEX,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_STOP_PRICE,
  EVENT_TERMS,
  EVENT_TERMS_MORE,
  EVENT_TIME,
  EVENT_TRADE,
  eventBaseCells,
  eventCells,
  eventCodeOf,
  eventFlags,
  eventKind,
  eventSide,
} from '../wire/event-record.js';
import { readInstrument } from '../wire/instrument-record.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import { readByte, readText } from '../wire/text.js';
import { readBig, readWhole } from '../wire/words.js';
import type { EventFields, MatchingEvent, OrderEventFields, OrderTermsObject } from './events.js';
import type { ClientId } from './input-check.js';
import { eventKindName, instrumentStateName, sideName } from './names.js';
import { orderTermsObject } from './order-terms-object.js';

/** The objects of all event records from word 0 to `length`. @throws RangeError where one is of an unknown kind */
export function readEvents(words: Int32Array, length: number, instruments: InstrumentTable): MatchingEvent[] {
  const events: MatchingEvent[] = [];
  for (let at = 0; at < length; at += eventCells(words[at]!) * CELL_WORDS)
    events.push(readEvent(words, at, instruments));
  return events;
}

function readEvent(words: Int32Array, at: number, instruments: InstrumentTable): MatchingEvent {
  const kind = eventKindName(eventKind(words[at]!));
  const code = eventCodeOf(words[at + 1]!);
  switch (kind) {
    case 'accepted': {
      const fields = orderFields(words, at, instruments);
      return has(words, at, EventFlag.Terms)
        ? { kind, ...fields, terms: termsAt(words, at) }
        : { kind, ...fields };
    }
    case 'rejected':
      return rejected(words, at, code, instruments);
    case 'fill':
      return {
        kind,
        ...orderFields(words, at, instruments),
        liquidity: has(words, at, EventFlag.Maker) ? 'maker' : 'taker',
        tradeNumber: readWhole(words, at + EVENT_TRADE),
        counterOrderId: readWhole(words, at + EVENT_COUNTER_ORDER),
      };
    case 'cancelled': {
      const reason = cancelReasonNames[code] ?? `reason ${code}`;
      return { kind, ...orderFields(words, at, instruments), code, reason };
    }
    case 'repriced': {
      const what = code === Repricing.TrailingStop ? 'trailingStop' : 'peg';
      return { kind, ...orderFields(words, at, instruments), what };
    }
    case 'amended':
    case 'triggered':
    case 'refreshed':
    case 'decremented':
      return { kind, ...orderFields(words, at, instruments) };
    default:
      return commandEvent(kind, words, at, code, instruments);
  }
}

type CommandEventKind = Exclude<
  MatchingEvent['kind'],
  Extract<MatchingEvent, OrderEventFields>['kind'] | 'rejected'
>;

/** Events that are about no single order. */
function commandEvent(
  kind: CommandEventKind,
  words: Int32Array,
  at: number,
  code: number,
  instruments: InstrumentTable,
): MatchingEvent {
  const fields = eventFields(words, at);
  const instrumentId = words[at + EVENT_INSTRUMENT]!;
  const price = readWhole(words, at + EVENT_PRICE);
  const size = readWhole(words, at + EVENT_SIZE);
  const remaining = readWhole(words, at + EVENT_REMAINING);
  switch (kind) {
    case 'allCancelled':
      return { kind, ...fields, clientId: clientIdAt(words, at), orders: size };
    case 'quoted':
      return { kind, ...fields, clientId: clientIdAt(words, at), quotes: size };
    case 'listed':
      return { kind, ...fields, listing: readInstrument(words, at + EVENT_CELLS * CELL_WORDS, instrumentId) };
    case 'settingsChanged':
      return { kind, ...fields, clientIdWindow: size };
    case 'timePassed':
      return { kind, ...fields };
    case 'accountChanged':
      return {
        kind,
        ...fields,
        changedAccount: readWhole(words, at + EVENT_ORDER),
        maxOrdersPerSecond: price,
        maxOpenOrders: size,
        selfTradeGroup: remaining,
        killSwitch: code === 1,
      };
    case 'stateChanged':
    case 'auctionPrice':
    case 'pricesChanged': {
      const named = { ...fields, instrument: symbolOf(instrumentId, instruments), instrumentId };
      if (kind === 'stateChanged') return { kind, ...named, state: instrumentStateName(code) };
      if (kind === 'pricesChanged')
        return { kind, ...named, referencePriceTicks: price, markPriceTicks: size };
      const side = eventSide(words[at]!);
      const surplusSide = side === 0 ? 'none' : sideName(side);
      return { kind, ...named, priceTicks: price, sizeLots: size, surplusLots: remaining, surplusSide };
    }
  }
}

function has(words: Int32Array, at: number, flag: number): boolean {
  return (eventFlags(words[at + 1]!) & flag) !== 0;
}

function symbolOf(instrumentId: number, instruments: InstrumentTable): string {
  const instrument: Instrument | undefined = instruments.byId(instrumentId);
  if (instrument === undefined)
    throw new RangeError(`an event names instrument ${instrumentId}, which is not listed`);
  return instrument.symbol;
}

function eventFields(words: Int32Array, at: number): EventFields {
  return {
    sequence: sequenceOfPlace(readWhole(words, at + EVENT_PLACE)),
    index: words[at + EVENT_INDEX]! >>> 0,
    timeNs: readBig(words, at + EVENT_TIME),
    account: words[at + EVENT_ACCOUNT]! >>> 0,
    isAnswer: has(words, at, EventFlag.Answer),
    isLast: has(words, at, EventFlag.LastOfCommand),
    isRepeat: has(words, at, EventFlag.Repeated),
  };
}

function orderFields(words: Int32Array, at: number, instruments: InstrumentTable): OrderEventFields {
  const instrumentId = words[at + EVENT_INSTRUMENT]!;
  return {
    ...eventFields(words, at),
    instrument: symbolOf(instrumentId, instruments),
    instrumentId,
    orderId: readWhole(words, at + EVENT_ORDER),
    clientId: clientIdAt(words, at),
    side: sideName(eventSide(words[at]!)),
    priceTicks: readWhole(words, at + EVENT_PRICE),
    sizeLots: readWhole(words, at + EVENT_SIZE),
    remainingLots: readWhole(words, at + EVENT_REMAINING),
    cumulativeLots: readWhole(words, at + EVENT_CUMULATIVE),
    isOrderDone: has(words, at, EventFlag.OrderDone),
  };
}

function termsAt(words: Int32Array, at: number): OrderTermsObject {
  const byte = (at + EVENT_TERMS) * 4;
  const more = (at + EVENT_TERMS_MORE) * 4;
  return orderTermsObject({
    type: readByte(words, byte),
    timeInForce: readByte(words, byte + 1),
    flags: words[at + EVENT_TERMS]! >>> 16,
    pegReference: readByte(words, more),
    trailUnit: readByte(words, more + 1),
    standing: readByte(words, more + 2),
    displaySizeLots: readWhole(words, at + EVENT_DISPLAY_SIZE),
    stopPriceTicks: readWhole(words, at + EVENT_STOP_PRICE),
    expiresAtNs: readBig(words, at + EVENT_EXPIRY),
  });
}

function rejected(words: Int32Array, at: number, code: number, instruments: InstrumentTable): MatchingEvent {
  const instrumentId = words[at + EVENT_INSTRUMENT]!;
  const reason = rejectReasons[code];
  return {
    kind: 'rejected',
    ...eventFields(words, at),
    instrument: instruments.byId(instrumentId)?.symbol,
    instrumentId,
    clientId: clientIdAt(words, at),
    orderId: readWhole(words, at + EVENT_ORDER),
    code,
    reason: reason?.name ?? `code-${code}`,
    text: reason?.sentence ?? '',
  };
}

/** The client id of an event: a text, or a number that is 0 where it has none. */
function clientIdAt(words: Int32Array, at: number): ClientId {
  if (!has(words, at, EventFlag.TextClientId)) return readWhole(words, at + EVENT_CLIENT_ID);
  const text = at + eventBaseCells(words[at]!, words[at + 1]!) * CELL_WORDS;
  return readText(words, text * 4 + 4, readByte(words, text * 4));
}
