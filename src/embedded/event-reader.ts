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
import type {
  EventFields,
  EventOf,
  MatchingEvent,
  OrderEvent,
  OrderEventFields,
  OrderTermsObject,
} from './events.js';
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
      const event = orderEvent(kind, words, at, instruments);
      if (has(words, at, EventFlag.Terms)) event.terms = termsAt(words, at);
      return event;
    }
    case 'rejected':
      return rejected(words, at, code, instruments);
    case 'fill': {
      const event = orderEvent(kind, words, at, instruments);
      event.liquidity = has(words, at, EventFlag.Maker) ? 'maker' : 'taker';
      event.tradeNumber = readWhole(words, at + EVENT_TRADE);
      event.counterOrderId = readWhole(words, at + EVENT_COUNTER_ORDER);
      return event;
    }
    case 'cancelled': {
      const event = orderEvent(kind, words, at, instruments);
      event.code = code;
      event.reason = cancelReasonNames[code] ?? `reason ${code}`;
      return event;
    }
    case 'repriced': {
      const event = orderEvent(kind, words, at, instruments);
      event.what = code === Repricing.TrailingStop ? 'trailingStop' : 'peg';
      return event;
    }
    case 'amended':
    case 'triggered':
    case 'refreshed':
    case 'decremented':
      return orderEvent(kind, words, at, instruments);
    default:
      return commandEvent(kind, words, at, code, instruments);
  }
}

type CommandEventKind = Exclude<MatchingEvent['kind'], OrderEvent['kind'] | 'rejected'>;

/** Events that are about no single order. Fields are spread last: Node.js 20 makes a slow object of it otherwise. */
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
      return { kind, clientId: clientIdAt(words, at), orders: size, ...fields };
    case 'quoted':
      return { kind, clientId: clientIdAt(words, at), quotes: size, ...fields };
    case 'listed':
      return { kind, listing: readInstrument(words, at + EVENT_CELLS * CELL_WORDS, instrumentId), ...fields };
    case 'settingsChanged':
      return { kind, clientIdWindow: size, maxOpenOrders: price, ...fields };
    case 'timePassed':
      return { kind, ...fields };
    case 'accountChanged':
      return {
        kind,
        changedAccount: readWhole(words, at + EVENT_ORDER),
        maxOrdersPerSecond: price,
        maxOpenOrders: size,
        selfTradeGroup: remaining,
        killSwitch: code === 1,
        ...fields,
      };
    case 'stateChanged':
    case 'auctionPrice':
    case 'pricesChanged': {
      const named = { instrument: symbolOf(instrumentId, instruments), instrumentId, ...fields };
      if (kind === 'stateChanged') return { kind, state: instrumentStateName(code), ...named };
      if (kind === 'pricesChanged')
        return { kind, referencePriceTicks: price, markPriceTicks: size, ...named };
      const side = eventSide(words[at]!);
      const surplusSide = side === 0 ? 'none' : sideName(side);
      return { kind, priceTicks: price, sizeLots: size, surplusLots: remaining, surplusSide, ...named };
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

/** An event on its way: what its kind has besides is still to come. */
type Draft<Event> = { -readonly [Field in keyof Event]: Event[Field] };

/**
 * What all events of an order have, field by field, and the caller adds the rest: to spread an object of so many fields
 * takes ten times as long as all else.
 */
function orderEvent<Kind extends OrderEvent['kind']>(
  kind: Kind,
  words: Int32Array,
  at: number,
  instruments: InstrumentTable,
): Draft<EventOf<Kind>> {
  const flags = eventFlags(words[at + 1]!);
  const instrumentId = words[at + EVENT_INSTRUMENT]!;
  const fields: OrderEventFields & { kind: Kind } = {
    kind,
    sequence: sequenceOfPlace(readWhole(words, at + EVENT_PLACE)),
    index: words[at + EVENT_INDEX]! >>> 0,
    timeNs: readBig(words, at + EVENT_TIME),
    account: words[at + EVENT_ACCOUNT]! >>> 0,
    isAnswer: (flags & EventFlag.Answer) !== 0,
    isLast: (flags & EventFlag.LastOfCommand) !== 0,
    isRepeat: (flags & EventFlag.Repeated) !== 0,
    instrument: symbolOf(instrumentId, instruments),
    instrumentId,
    orderId: readWhole(words, at + EVENT_ORDER),
    clientId: clientIdAt(words, at),
    side: sideName(eventSide(words[at]!)),
    priceTicks: readWhole(words, at + EVENT_PRICE),
    sizeLots: readWhole(words, at + EVENT_SIZE),
    remainingLots: readWhole(words, at + EVENT_REMAINING),
    cumulativeLots: readWhole(words, at + EVENT_CUMULATIVE),
    isOrderDone: (flags & EventFlag.OrderDone) !== 0,
  };
  return fields as unknown as Draft<EventOf<Kind>>;
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
    instrument: instruments.byId(instrumentId)?.symbol,
    instrumentId,
    clientId: clientIdAt(words, at),
    orderId: readWhole(words, at + EVENT_ORDER),
    code,
    reason: reason?.name ?? `code-${code}`,
    text: reason?.sentence ?? '',
    ...eventFields(words, at),
  };
}

/** The client id of an event: a text, or a number that is 0 where it has none. */
function clientIdAt(words: Int32Array, at: number): ClientId {
  if (!has(words, at, EventFlag.TextClientId)) return readWhole(words, at + EVENT_CLIENT_ID);
  const text = at + eventBaseCells(words[at]!, words[at + 1]!) * CELL_WORDS;
  return readText(words, text * 4 + 4, readByte(words, text * 4));
}
