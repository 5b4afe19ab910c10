import { CommandKind } from '../model/command.js';
import type { Instrument, Priority } from '../model/instrument.js';
import {
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  orderHead,
  orderTerms,
} from './order-record.js';
import { readByte, readText, writeByte, writeText } from './text.js';
import { readWhole, writeWhole } from './words.js';

/**
 * The listing of an instrument as a record of three lines: line 1 as in `order-record.ts` (kind List, no account, no
 * client id), then 128 bytes that a Listed event repeats in its cells:
 *
 * ```
 * byte  0  symbol length, u8           byte 48  smallest price in ticks, i64
 *       1  symbol, 31 bytes            byte 56  largest price in ticks, i64
 *      32  tick size in units, u64     byte 64  smallest size in lots, u64
 *      40  lot size in units, u64      byte 72  largest size in lots, u64
 *      80  price decimals, u8           81  size decimals, u8
 *      82  priority, u8                 83  zero
 *      88  smallest notional, u64       96  largest notional, u64 (0: none)
 *     104  collar in ticks, u64 (0: none), then zero up to byte 127
 * ```
 */
export const INSTRUMENT_WORDS = 32;

export const LIST_LINES = 3;

/** Writes the 128 bytes at word `at`. */
export function writeInstrument(words: Int32Array, at: number, instrument: Instrument): void {
  words.fill(0, at, at + INSTRUMENT_WORDS);
  const byte = at * 4;
  writeByte(words, byte, writeText(words, byte + 1, instrument.symbol));
  writeWhole(words, at + 8, instrument.tickSize);
  writeWhole(words, at + 10, instrument.lotSize);
  writeWhole(words, at + 12, instrument.minPriceTicks);
  writeWhole(words, at + 14, instrument.maxPriceTicks);
  writeWhole(words, at + 16, instrument.minSizeLots);
  writeWhole(words, at + 18, instrument.maxSizeLots);
  writeByte(words, byte + 80, instrument.priceDecimals);
  writeByte(words, byte + 81, instrument.sizeDecimals);
  writeByte(words, byte + 82, instrument.priority);
  writeWhole(words, at + 22, instrument.minNotional);
  writeWhole(words, at + 24, instrument.maxNotional);
  writeWhole(words, at + 26, instrument.collarTicks);
}

/** Reads the 128 bytes at word `at`. Throws TypeError where the symbol is not UTF-8. */
export function readInstrument(words: Int32Array, at: number, id: number): Instrument {
  const byte = at * 4;
  return {
    id,
    symbol: readText(words, byte + 1, Math.min(readByte(words, byte), 31)),
    priceDecimals: readByte(words, byte + 80),
    sizeDecimals: readByte(words, byte + 81),
    tickSize: readWhole(words, at + 8),
    lotSize: readWhole(words, at + 10),
    minPriceTicks: readWhole(words, at + 12),
    maxPriceTicks: readWhole(words, at + 14),
    minSizeLots: readWhole(words, at + 16),
    maxSizeLots: readWhole(words, at + 18),
    // A number that is none is found by `instrumentFault`.
    priority: readByte(words, byte + 82) as Priority,
    minNotional: readWhole(words, at + 22),
    maxNotional: readWhole(words, at + 24),
    collarTicks: readWhole(words, at + 26),
  };
}

/** Writes the whole listing record at word `at`. */
export function writeListing(words: Int32Array, at: number, instrument: Instrument): void {
  words.fill(0, at, at + LINE_WORDS);
  words[at] = orderHead(CommandKind.List, LIST_LINES, 0);
  words[at + ORDER_INSTRUMENT] = instrument.id;
  writeInstrument(words, at + LINE_WORDS, instrument);
}

/** What a log says of a shard as a whole. */
export interface LogSettings {
  /** Commands whose client ids are remembered. */
  readonly clientIdWindow: number;
  /** Most open orders of an account that has no limit of its own; 0: any number. */
  readonly maxOpenOrders: number;
}

/** Writes a Settings record of one line: the client-id window in the size field, most open orders in the price field. */
export function writeSettings(words: Int32Array, at: number, settings: LogSettings): void {
  words.fill(0, at, at + LINE_WORDS);
  words[at] = orderHead(CommandKind.Settings, 1, 0);
  words[at + 1] = orderTerms(0, 0, 0);
  writeWhole(words, at + ORDER_PRICE, settings.maxOpenOrders);
  writeWhole(words, at + ORDER_SIZE, settings.clientIdWindow);
}
