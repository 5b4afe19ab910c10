import type { Engine } from '../src/book/engine.js';
import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../src/model/command.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TEXT_BYTE,
  ORDER_TEXT_LENGTH_BYTE,
  orderHead,
  orderTerms,
} from '../src/wire/order-record.js';
import { writeByte, writeText } from '../src/wire/text.js';
import { writeWhole } from '../src/wire/words.js';
import { applyRecords, type EventTally } from './bench-engine.js';
import { FLOW_INSTRUMENT, type OrderRecords } from './order-records.js';

/**
 * Something rare that a book may hold, so far from the flow that it changes nothing of what comes out. The flow must
 * not become slower by it: the common path does not pay for the rare types.
 */
export interface Feature {
  readonly name: string;
  /** Puts it into the book, before the flow. */
  prepare(engine: Engine): void;
  /** Puts it onto the commands of the flow. */
  change?(records: OrderRecords): void;
}

/** Owner of what is prepared: not the account that sends the flow. */
const RARE_ACCOUNT = 8;

/** Where no order of the flow ever trades: it stays between 20,000 and 40,000. */
const FAR_BID_TICKS = 1_000;

/** To add one: a line here. */
export const features: readonly Feature[] = [
  { name: 'plain', prepare: () => {} },
  { name: 'one resting order', prepare: (engine) => apply(engine, farOrder()) },
  { name: 'text client id', prepare: (engine) => apply(engine, withTextId(farOrder(), 'RARE-1')) },
];

/** @throws Error where there is none of that name */
export function findFeature(name: string): Feature {
  const feature = features.find((candidate) => candidate.name === name);
  if (feature === undefined) throw new Error(`there is no feature "${name}"`);
  return feature;
}

/** An order of three lines, as far as it may need them, that rests far from the flow. */
function farOrder(): Int32Array {
  const words = new Int32Array(3 * LINE_WORDS);
  words[0] = orderHead(CommandKind.New, 1, Side.Buy);
  words[1] = orderTerms(OrderType.Limit, TimeInForce.GoodTillCancel, 0);
  words[ORDER_INSTRUMENT] = FLOW_INSTRUMENT;
  words[ORDER_ACCOUNT] = RARE_ACCOUNT;
  writeWhole(words, ORDER_CLIENT_ID, 1);
  writeWhole(words, ORDER_PRICE, FAR_BID_TICKS);
  writeWhole(words, ORDER_SIZE, 1);
  return words;
}

function withTextId(words: Int32Array, text: string): Int32Array {
  words[0] = orderHead(CommandKind.New, 2, Side.Buy);
  words[1] = orderTerms(OrderType.Limit, TimeInForce.GoodTillCancel, CommandFlag.TextClientId);
  writeWhole(words, ORDER_CLIENT_ID, 0);
  writeByte(words, ORDER_TEXT_LENGTH_BYTE, writeText(words, ORDER_TEXT_BYTE, text));
  return words;
}

/** @throws Error where the book rejects it: a feature that is not there would be measured as free */
function apply(engine: Engine, words: Int32Array): void {
  const tally: EventTally = { trades: 0, tradedLots: 0, rejects: 0 };
  // Up to word 1, where no other record begins: one record, whatever its number of lines.
  applyRecords(engine, words, 0, 1, tally);
  if (tally.rejects > 0) throw new Error('what a feature needs in the book was rejected');
}
