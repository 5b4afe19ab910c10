import { EventFlag, EventKind } from '../model/event.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_COUNTER_ORDER,
  EVENT_HEAD,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_SIZE,
  EVENT_TIME,
  EVENT_TRADE,
  eventCells,
  eventFlags,
  eventKind,
  eventSide,
} from '../wire/event-record.js';
import { readWhole } from '../wire/words.js';
import { type SideName, sideName } from './names.js';

/** One trade: two orders of an instrument, at one price. */
export interface Trade {
  /** Number of the trade in its instrument, from 1. */
  readonly number: number;
  readonly instrumentId: number;
  /** Price in ticks, size in lots. */
  readonly priceTicks: number;
  readonly sizeLots: number;
  /** The side of the order that came later. */
  readonly takerSide: SideName;
  readonly takerOrderId: number;
  readonly takerAccount: number;
  readonly makerOrderId: number;
  readonly makerAccount: number;
  /** Sequence of the command in which it happened. */
  readonly sequence: number;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
}

/** Columns of a row. Each is a whole number under 2^53, so a row is floats throughout. */
const NUMBER = 0;
const INSTRUMENT = 1;
const PRICE = 2;
const SIZE = 3;
const SIDE = 4;
const TAKER_ORDER = 5;
const TAKER_ACCOUNT = 6;
const MAKER_ORDER = 7;
const MAKER_ACCOUNT = 8;
const SEQUENCE = 9;
const TIME_LOW = 10;
const TIME_HIGH = 11;
const COLUMNS = 12;

/**
 * The last trades, in a ring of numbers: to take one in makes no object. A trade is two fills, the taker's and right after
 * it the maker's.
 */
export class TradeTape {
  /** Trades taken in since the beginning. */
  count = 0;
  readonly capacity: number;
  readonly #rows: Float64Array;
  /** Rows that hold a trade: fewer than there is room for at first, and after `restore` from a shorter tape. */
  #kept = 0;
  #takerAccount = 0;
  #takerSide = 0;

  /** @param capacity how many trades are kept; 0 for none */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#rows = new Float64Array(capacity * COLUMNS);
  }

  /** How many are there to read. */
  get length(): number {
    return this.#kept;
  }

  /** Takes in the event at word `at`, of any kind. */
  take(words: Int32Array, at: number): void {
    if (eventKind(words[at]!) !== EventKind.Fill) return;
    if ((eventFlags(words[at + 1]!) & EventFlag.Maker) === 0) {
      this.#takerAccount = words[at + EVENT_ACCOUNT]! >>> 0;
      this.#takerSide = eventSide(words[at + EVENT_HEAD]!);
      return;
    }
    const { capacity } = this;
    const count = this.count;
    this.count = count + 1;
    if (capacity === 0) return;
    if (this.#kept < capacity) this.#kept++;
    const rows = this.#rows;
    const row = (count % capacity) * COLUMNS;
    rows[row + NUMBER] = readWhole(words, at + EVENT_TRADE);
    rows[row + INSTRUMENT] = words[at + EVENT_INSTRUMENT]!;
    rows[row + PRICE] = readWhole(words, at + EVENT_PRICE);
    rows[row + SIZE] = readWhole(words, at + EVENT_SIZE);
    rows[row + SIDE] = this.#takerSide;
    rows[row + TAKER_ORDER] = readWhole(words, at + EVENT_COUNTER_ORDER);
    rows[row + TAKER_ACCOUNT] = this.#takerAccount;
    rows[row + MAKER_ORDER] = readWhole(words, at + EVENT_ORDER);
    rows[row + MAKER_ACCOUNT] = words[at + EVENT_ACCOUNT]! >>> 0;
    rows[row + SEQUENCE] = readWhole(words, at + EVENT_PLACE);
    rows[row + TIME_LOW] = words[at + EVENT_TIME]! >>> 0;
    rows[row + TIME_HIGH] = words[at + EVENT_TIME + 1]! >>> 0;
  }

  /** The last `most` trades, of one instrument or of all, oldest first. */
  last(most: number, instrumentId?: number): Trade[] {
    const trades: Trade[] = [];
    for (let i = this.count - 1; i >= this.count - this.length && trades.length < most; i--) {
      const trade = tradeAt(this.#rows, (i % this.capacity) * COLUMNS);
      if (instrumentId === undefined || trade.instrumentId === instrumentId) trades.push(trade);
    }
    return trades.reverse();
  }

  /** All that is kept, oldest first, for a snapshot. */
  rows(): Float64Array {
    const rows = new Float64Array(this.length * COLUMNS);
    for (let i = 0; i < this.length; i++) {
      const from = ((this.count - this.length + i) % this.capacity) * COLUMNS;
      rows.set(this.#rows.subarray(from, from + COLUMNS), i * COLUMNS);
    }
    return rows;
  }

  /** Takes in the rows of another tape, of which `count` trades were taken in; keeps the last where there is less room. */
  restore(rows: Float64Array, count: number): void {
    this.count = count;
    const given = rows.length / COLUMNS;
    this.#kept = Math.min(given, this.capacity);
    for (let i = given - this.#kept; i < given; i++) {
      const to = ((count - given + i) % this.capacity) * COLUMNS;
      this.#rows.set(rows.subarray(i * COLUMNS, (i + 1) * COLUMNS), to);
    }
  }
}

/** The trades in the event records from word 0 to `length`. */
export function tradesIn(words: Int32Array, length: number): Trade[] {
  let trades = 0;
  for (let at = 0; at < length; at += eventCells(words[at]!) * CELL_WORDS) {
    const isMaker = (eventFlags(words[at + 1]!) & EventFlag.Maker) !== 0;
    if (eventKind(words[at]!) === EventKind.Fill && isMaker) trades++;
  }
  if (trades === 0) return [];
  const tape = new TradeTape(trades);
  for (let at = 0; at < length; at += eventCells(words[at]!) * CELL_WORDS) tape.take(words, at);
  return tape.last(trades);
}

function tradeAt(rows: Float64Array, row: number): Trade {
  return {
    number: rows[row + NUMBER]!,
    instrumentId: rows[row + INSTRUMENT]!,
    priceTicks: rows[row + PRICE]!,
    sizeLots: rows[row + SIZE]!,
    takerSide: sideName(rows[row + SIDE]!),
    takerOrderId: rows[row + TAKER_ORDER]!,
    takerAccount: rows[row + TAKER_ACCOUNT]!,
    makerOrderId: rows[row + MAKER_ORDER]!,
    makerAccount: rows[row + MAKER_ACCOUNT]!,
    sequence: rows[row + SEQUENCE]!,
    timeNs: (BigInt(rows[row + TIME_HIGH]!) << 32n) | BigInt(rows[row + TIME_LOW]!),
  };
}
