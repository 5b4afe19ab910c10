import type { Engine } from '../src/book/engine.js';
import {
  CommandFlag,
  CommandKind,
  OrderType,
  PegReference,
  SELF_TRADE_SHIFT,
  Side,
  TimeInForce,
  TrailUnit,
} from '../src/model/command.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_DISPLAY_SIZE,
  ORDER_EXPIRY,
  ORDER_INSTRUMENT,
  ORDER_LINKED,
  ORDER_PEG_REFERENCE_BYTE,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_STOP_LOSS,
  ORDER_STOP_PRICE,
  ORDER_TAKE_PROFIT,
  ORDER_TARGET,
  ORDER_TEXT_BYTE,
  ORDER_TEXT_LENGTH_BYTE,
  ORDER_TRAIL_UNIT_BYTE,
  orderHead,
  orderSide,
  orderTerms,
  QUOTE_ASK_PRICE,
  QUOTE_ASK_SIZE,
  QUOTE_BID_PRICE,
  QUOTE_BID_SIZE,
  QUOTES_AT,
} from '../src/wire/order-record.js';
import { writeByte, writeText } from '../src/wire/text.js';
import { writeBig, writeWhole } from '../src/wire/words.js';
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

/** Stop prices that the flow never meets. */
const FAR_STOP_TICKS = 90_000;

const { Limit, Stop, TrailingStop, Pegged } = OrderType;
const { GoodTillCancel, GoodTillDate } = TimeInForce;

/** To add one: a line here. */
export const features: readonly Feature[] = [
  { name: 'plain', prepare: () => {} },
  { name: 'one resting order', prepare: (engine) => apply(engine, farOrder()) },
  { name: 'text client id', prepare: (engine) => apply(engine, withTextId(farOrder(), 'RARE-1')) },
  { name: 'stop', prepare: (engine) => apply(engine, farStop()) },
  { name: 'trailing stop', prepare: (engine) => apply(engine, farTrailingStop()) },
  { name: 'iceberg', prepare: (engine) => apply(engine, iceberg(farOrder())) },
  { name: 'hidden order', prepare: (engine) => apply(engine, withFlags(farOrder(), CommandFlag.Hidden)) },
  { name: 'pegged order', prepare: (engine) => preparePeg(engine) },
  { name: 'one cancels the other', prepare: (engine) => prepareLink(engine) },
  { name: 'bracket', prepare: (engine) => apply(engine, bracket(farOrder())) },
  { name: 'good till date', prepare: (engine) => apply(engine, goodTillDate(farOrder())) },
  {
    name: 'self-trade mode',
    prepare: (engine) => apply(engine, withFlags(farOrder(), 1 << SELF_TRADE_SHIFT)),
  },
  { name: 'quotes', prepare: (engine) => apply(engine, quote()) },
  { name: 'limits of another account', prepare: (engine) => apply(engine, accountLimits()) },
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

function withFlags(words: Int32Array, flags: number): Int32Array {
  words[1]! |= flags << 16;
  return words;
}

function withLines(words: Int32Array, lines: number): Int32Array {
  words[0] = orderHead(CommandKind.New, lines, orderSide(words[0]!));
  return words;
}

function farStop(): Int32Array {
  const words = withLines(farOrder(), 2);
  words[1] = orderTerms(Stop, GoodTillCancel, 0);
  writeWhole(words, ORDER_PRICE, 0);
  writeWhole(words, ORDER_STOP_PRICE, FAR_STOP_TICKS);
  return words;
}

function farTrailingStop(): Int32Array {
  const words = farStop();
  words[1] = orderTerms(TrailingStop, GoodTillCancel, 0);
  writeByte(words, ORDER_TRAIL_UNIT_BYTE, TrailUnit.Ticks);
  return words;
}

function iceberg(words: Int32Array): Int32Array {
  writeWhole(words, ORDER_SIZE, 10);
  writeWhole(words, ORDER_DISPLAY_SIZE, 1);
  return words;
}

function bracket(words: Int32Array): Int32Array {
  writeWhole(words, ORDER_TAKE_PROFIT, FAR_STOP_TICKS);
  writeWhole(words, ORDER_STOP_LOSS, 1);
  return withFlags(withLines(words, 3), CommandFlag.Bracket);
}

function goodTillDate(words: Int32Array): Int32Array {
  words[1] = orderTerms(Limit, GoodTillDate, 0);
  writeBig(words, ORDER_EXPIRY, 2n ** 62n);
  return withLines(words, 2);
}

/** A peg far behind the best price of its side, which a far order makes. */
function preparePeg(engine: Engine): void {
  apply(engine, farOrder());
  const words = withLines(farOrder(), 2);
  words[1] = orderTerms(Pegged, GoodTillCancel, 0);
  writeWhole(words, ORDER_CLIENT_ID, 2);
  writeWhole(words, ORDER_PRICE, FAR_BID_TICKS);
  writeByte(words, ORDER_PEG_REFERENCE_BYTE, PegReference.Best);
  apply(engine, words);
}

function prepareLink(engine: Engine): void {
  apply(engine, farOrder());
  const words = withFlags(withLines(farOrder(), 3), CommandFlag.Linked | CommandFlag.TargetByClientId);
  writeWhole(words, ORDER_CLIENT_ID, 2);
  writeWhole(words, ORDER_LINKED, 1);
  apply(engine, words);
}

function quote(): Int32Array {
  const words = new Int32Array(3 * LINE_WORDS);
  words[0] = orderHead(CommandKind.MassQuote, 3, 0);
  words[ORDER_INSTRUMENT] = FLOW_INSTRUMENT;
  words[ORDER_ACCOUNT] = RARE_ACCOUNT;
  writeWhole(words, ORDER_CLIENT_ID, 1);
  writeWhole(words, ORDER_SIZE, 1);
  words[QUOTES_AT] = FLOW_INSTRUMENT;
  writeWhole(words, QUOTES_AT + QUOTE_BID_PRICE, FAR_BID_TICKS);
  writeWhole(words, QUOTES_AT + QUOTE_BID_SIZE, 1);
  writeWhole(words, QUOTES_AT + QUOTE_ASK_PRICE, FAR_STOP_TICKS);
  writeWhole(words, QUOTES_AT + QUOTE_ASK_SIZE, 1);
  return words;
}

function accountLimits(): Int32Array {
  const words = new Int32Array(LINE_WORDS);
  words[0] = orderHead(CommandKind.Account, 1, 0);
  words[1] = orderTerms(0, 0, CommandFlag.SetOpenOrders);
  writeWhole(words, ORDER_CLIENT_ID, 1);
  writeWhole(words, ORDER_TARGET, RARE_ACCOUNT);
  writeWhole(words, ORDER_SIZE, 100);
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
