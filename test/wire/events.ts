import { EventFlag, EventKind } from '../../src/model/event.js';
import { placeOf } from '../../src/model/identity.js';
import * as layout from '../../src/wire/event-record.js';
import { writeByte, writeText } from '../../src/wire/text.js';
import { writeBig, writeWhole } from '../../src/wire/words.js';

/** An event as a shard would write it. */
export interface EventFields {
  readonly kind: number;
  readonly side?: number;
  readonly code?: number;
  readonly flags?: number;
  readonly place?: number;
  readonly index?: number;
  readonly instrument?: number;
  readonly account?: number;
  readonly previousIndex?: number;
  readonly previousPlace?: number;
  readonly timeNs?: bigint;
  readonly order?: number;
  readonly clientId?: number | string;
  readonly price?: number;
  readonly size?: number;
  readonly remaining?: number;
  readonly cumulative?: number;
  readonly trade?: number;
  readonly counterOrder?: number;
}

export const TIME_NS = 1_790_000_000_123_456_789n;

/** Whole numbers of an event, by the word at which they stand. */
const wholes = {
  place: layout.EVENT_PLACE,
  previousPlace: layout.EVENT_PREVIOUS_PLACE,
  order: layout.EVENT_ORDER,
  price: layout.EVENT_PRICE,
  size: layout.EVENT_SIZE,
  remaining: layout.EVENT_REMAINING,
  cumulative: layout.EVENT_CUMULATIVE,
} as const;

/** The words of an event of account 42 on instrument 7, its command at shard 2, sequence 1000. */
export function eventWords(fields: EventFields): Int32Array {
  const { kind, clientId = 0, flags = 0 } = fields;
  const isText = typeof clientId === 'string';
  const base = kind === EventKind.Fill ? 4 : 3;
  const cells = base + (isText ? 2 : 0);
  const words = new Int32Array(cells * 8);
  words[0] = layout.eventHead(kind, cells, fields.side ?? 0);
  words[1] = layout.eventCode(fields.code ?? 0, flags | (isText ? EventFlag.TextClientId : 0));
  words[layout.EVENT_INDEX] = fields.index ?? 0;
  words[layout.EVENT_INSTRUMENT] = fields.instrument ?? 7;
  words[layout.EVENT_ACCOUNT] = fields.account ?? 42;
  words[layout.EVENT_PREVIOUS_INDEX] = fields.previousIndex ?? 0;
  writeBig(words, layout.EVENT_TIME, fields.timeNs ?? TIME_NS);
  writeWhole(words, layout.EVENT_PLACE, placeOf(2, 1000));
  for (const [name, at] of Object.entries(wholes)) {
    const value = fields[name as keyof typeof wholes];
    if (value !== undefined) writeWhole(words, at, value);
  }
  if (kind === EventKind.Fill) {
    writeWhole(words, layout.EVENT_TRADE, fields.trade ?? 1);
    writeWhole(words, layout.EVENT_COUNTER_ORDER, fields.counterOrder ?? 1);
  }
  if (isText) writeByte(words, base * 32, writeText(words, base * 32 + 4, clientId));
  else writeWhole(words, layout.EVENT_CLIENT_ID, clientId);
  return words;
}
