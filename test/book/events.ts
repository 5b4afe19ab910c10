import { EventFlag, EventKind } from '../../src/model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../../src/model/identity.js';
import type { Instrument } from '../../src/model/instrument.js';
import * as layout from '../../src/wire/event-record.js';
import { readInstrument } from '../../src/wire/instrument-record.js';
import { readText } from '../../src/wire/text.js';
import { readBig, readWhole } from '../../src/wire/words.js';

/** An event of the log, every field of it, as plain values. */
export interface SeenEvent {
  readonly kind: number;
  readonly side: number;
  readonly code: number;
  readonly flags: number;
  readonly shard: number;
  readonly sequence: number;
  readonly index: number;
  readonly instrument: number;
  readonly account: number;
  /** Of the account's event before this one; 0 and 0 for none. */
  readonly previousSequence: number;
  /** With flag Repeated: the session that asked again. */
  readonly previousIndex: number;
  readonly time: number;
  readonly order: number;
  readonly clientId: number | string;
  readonly price: number;
  readonly size: number;
  readonly remaining: number;
  readonly cumulative: number;
  readonly trade?: number;
  readonly counterOrder?: number;
  readonly listed?: Instrument;
  readonly terms?: SeenTerms;
}

/** The cell of rare terms. */
export interface SeenTerms {
  readonly type: number;
  readonly timeInForce: number;
  /** As in the command. */
  readonly flags: number;
  readonly pegReference: number;
  readonly trailUnit: number;
  readonly standing: number;
  readonly displaySize: number;
  readonly stopPrice: number;
  readonly expiry: bigint;
}

/** All events in the first `length` words. Throws where a reserved word is not zero. */
export function readEvents(words: Int32Array, length: number): SeenEvent[] {
  const events: SeenEvent[] = [];
  let at = 0;
  while (at < length) {
    events.push(readEvent(words, at));
    at += layout.eventCells(words[at]!) * layout.CELL_WORDS;
  }
  if (at !== length) throw new Error(`the last event ends at word ${at}, not at ${length}`);
  return events;
}

function readEvent(words: Int32Array, at: number): SeenEvent {
  const head = words[at]!;
  const kind = layout.eventKind(head);
  const flags = layout.eventFlags(words[at + 1]!);
  const place = readWhole(words, at + layout.EVENT_PLACE);
  const previous = readWhole(words, at + layout.EVENT_PREVIOUS_PLACE);
  const isText = (flags & EventFlag.TextClientId) !== 0;
  const text = at + layout.eventBaseCells(head, words[at + 1]!) * layout.CELL_WORDS;
  const end = at + layout.eventCells(head) * layout.CELL_WORDS;
  if ((head & 0xff) !== layout.EVENT_VERSION) throw new Error(`version ${head & 0xff}`);
  if (previous !== 0 && shardOfPlace(previous) !== shardOfPlace(place))
    throw new Error('chain leaves the shard');
  const event = {
    kind,
    side: layout.eventSide(head),
    code: layout.eventCodeOf(words[at + 1]!),
    flags,
    shard: shardOfPlace(place),
    sequence: sequenceOfPlace(place),
    index: words[at + layout.EVENT_INDEX]!,
    instrument: words[at + layout.EVENT_INSTRUMENT]! >>> 0,
    account: words[at + layout.EVENT_ACCOUNT]! >>> 0,
    previousSequence: sequenceOfPlace(previous),
    previousIndex: words[at + layout.EVENT_PREVIOUS_INDEX]!,
    time: readWhole(words, at + layout.EVENT_TIME),
    order: sequenceOfPlace(readWhole(words, at + layout.EVENT_ORDER)),
    clientId: isText
      ? readText(words, (text + 1) * 4, words[text]!)
      : readWhole(words, at + layout.EVENT_CLIENT_ID),
    price: readWhole(words, at + layout.EVENT_PRICE),
    size: readWhole(words, at + layout.EVENT_SIZE),
    remaining: readWhole(words, at + layout.EVENT_REMAINING),
    cumulative: readWhole(words, at + layout.EVENT_CUMULATIVE),
  };
  let used = isText ? text + layout.EVENT_TEXT_CELLS * layout.CELL_WORDS : text;
  if (isText) expectZero(words, text + 10, used);
  if (kind === EventKind.Listed) {
    const listed = readInstrument(words, used, event.instrument);
    used += 32;
    if (used !== end) throw new Error(`a listing of ${end - at} words`);
    return { ...event, listed };
  }
  if (used !== end) throw new Error(`an event of kind ${kind} with ${end - at} words, not ${used - at}`);
  if ((flags & EventFlag.Terms) !== 0) return { ...event, terms: readTerms(words, at) };
  if (kind !== EventKind.Fill) return event;
  expectZero(words, at + 28, at + 32);
  const trade = readWhole(words, at + layout.EVENT_TRADE);
  return {
    ...event,
    trade,
    counterOrder: sequenceOfPlace(readWhole(words, at + layout.EVENT_COUNTER_ORDER)),
  };
}

function readTerms(words: Int32Array, at: number): SeenTerms {
  const head = words[at + layout.EVENT_TERMS]!;
  const more = words[at + layout.EVENT_TERMS_MORE]!;
  if (more >>> 24 !== 0) throw new Error(`the last byte of word 25 is ${more >>> 24}`);
  return {
    type: head & 0xff,
    timeInForce: (head >>> 8) & 0xff,
    flags: head >>> 16,
    pegReference: more & 0xff,
    trailUnit: (more >>> 8) & 0xff,
    standing: (more >>> 16) & 0xff,
    displaySize: readWhole(words, at + layout.EVENT_DISPLAY_SIZE),
    stopPrice: readWhole(words, at + layout.EVENT_STOP_PRICE),
    expiry: readBig(words, at + layout.EVENT_EXPIRY),
  };
}

function expectZero(words: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++)
    if (words[i] !== 0) throw new Error(`word ${i - from} of reserved words is ${words[i]}`);
}
