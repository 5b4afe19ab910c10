/** What the objects of several events have in common, read from their records. */

import { EventFlag } from '../model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../model/identity.js';
import type { Instrument } from '../model/instrument.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_INDEX,
  EVENT_INSTRUMENT,
  EVENT_PLACE,
  EVENT_PREVIOUS_INDEX,
  EVENT_PREVIOUS_PLACE,
  EVENT_TIME,
  eventBaseCells,
  eventFlags,
} from './event-record.js';
import type { InstrumentTable } from './instrument-table.js';
import { readByte, readText } from './text.js';
import { readBig, readWhole } from './words.js';

/** The client id of the event at word `at`: a text, or a number that is 0 where it has none. */
export function eventClientId(words: Int32Array, at: number): number | string {
  if (!hasEventFlag(words, at, EventFlag.TextClientId)) return readWhole(words, at + EVENT_CLIENT_ID);
  const text = at + eventBaseCells(words[at]!, words[at + 1]!) * CELL_WORDS;
  return readText(words, text * 4 + 4, readByte(words, text * 4));
}

export function eventClientIdOrNull(words: Int32Array, at: number): number | string | null {
  return eventClientId(words, at) || null;
}

export function hasEventFlag(words: Int32Array, at: number, flag: number): boolean {
  return (eventFlags(words[at + EVENT_CODE]!) & flag) !== 0;
}

/** @throws RangeError where the instrument is not in the table */
export function instrumentOf(words: Int32Array, at: number, instruments: InstrumentTable): Instrument {
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
export function timeNs(words: Int32Array, at: number): string {
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
export function inLog(words: Int32Array, at: number) {
  const place = readWhole(words, at + EVENT_PLACE);
  return {
    shard: shardOfPlace(place),
    sequence: sequenceOfPlace(place),
    index: words[at + EVENT_INDEX]! >>> 0,
    timeNs: timeNs(words, at),
  };
}

/** What every event of an account has, the markers aside. */
export function ofAccount(words: Int32Array, at: number) {
  const place = readWhole(words, at + EVENT_PLACE);
  return {
    shard: shardOfPlace(place),
    sequence: sequenceOfPlace(place),
    index: words[at + EVENT_INDEX]! >>> 0,
    previous: previous(words, at),
    timeNs: timeNs(words, at),
    account: words[at + EVENT_ACCOUNT]! >>> 0,
  };
}

/** The account's event before this one. */
export function previous(words: Int32Array, at: number) {
  const place = readWhole(words, at + EVENT_PREVIOUS_PLACE);
  if (place === 0) return null;
  return { sequence: sequenceOfPlace(place), index: words[at + EVENT_PREVIOUS_INDEX]! >>> 0 };
}

interface Markers {
  event: string;
  answer?: true | undefined;
  repeated?: true | undefined;
  orderDone?: true | undefined;
  refused?: true | undefined;
}

/** Sets what is there only where it is true. */
export function mark(object: Markers, words: Int32Array, at: number): void {
  const flags = eventFlags(words[at + EVENT_CODE]!);
  if ((flags & EventFlag.Answer) !== 0) object.answer = true;
  if ((flags & EventFlag.Repeated) !== 0) object.repeated = true;
  if ((flags & EventFlag.OrderDone) !== 0) object.orderDone = true;
  if ((flags & EventFlag.Refused) !== 0) object.refused = true;
}
