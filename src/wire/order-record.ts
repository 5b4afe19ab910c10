import { CommandFlag, CommandKind } from '../model/command.js';

/**
 * The order record: what a client sends, what crosses the ring, and what stands in the journal. One line of 64 bytes,
 * little-endian; a record with rare fields has two lines, one with a target by text, a link or exits has three.
 *
 * ```
 * word  byte   0               1               2               3
 *  0     0  │ version = 1   │ kind          │ lines         │ side          │
 *  1     4  │ order type    │ time in force │ flags                         │
 *  2     8  │ instrument, u32                                               │
 *  3    12  │ account, u32                                                  │
 *  4    16  │ client id, u64 under 2^52 (0 where it is a text)              │
 *  6    24  │ new: display size · cancel, amend: target order or client id  │
 *  8    32  │ price in ticks, i64                                           │
 * 10    40  │ size in lots, u64 (amend: new total · read: depth)            │
 * 12    48  │ send time, ns since the epoch, u64 (0: not given)             │
 * 14    56  │ session, u32: written by the gateway, ignored from clients    │
 * 15    60  │ receive time, low 32 bits of ns: written by the gateway       │
 * line 2: where the client id is a text, the type is not limit or market, the time in force is GTD, there is a
 * minimum size, or there is a line 3
 * 16    64  │ stop: stop price · trailing: distance · pegged: offset, i64   │
 * 18    72  │ expiry, ns since the epoch, u64                               │
 * 20    80  │ minimum size in lots, u64                                     │
 * 22    88  │ peg reference │ trail unit    │ zero          │ text length   │
 * 23    92  │ client id as text, 36 bytes                                   │
 * line 3: where the target is named by text, and in new orders with flag Linked or Bracket
 * 32   128  │ zero          │ zero          │ zero          │ text length   │
 * 33   132  │ client id of the target as text, 36 bytes                     │
 * 42   168  │ linked new: the other order's id, or its client id, u64       │
 * 44   176  │ bracket: take-profit price in ticks, i64                      │
 * 46   184  │ bracket: stop-loss price in ticks, i64                        │
 * ```
 *
 * The other kinds use the same line 1, with these words of their own (what is not named is zero):
 *
 * - cancel all: instrument (0: all of the shard), side (0: both), and in place of the order type the cancel reason
 *   (0: asked; only a gateway gives another);
 * - mass quote: instrument of the first quote, word 10 the number of quotes, two lines (line 2 for the text client id
 *   alone), then a line for each quote;
 * - state: in place of the order type the new state;
 * - prices: word 8 the reference price, word 10 the mark price, as the flags say;
 * - account: word 6 the account that it is about, word 8 the most orders per second, word 10 the most open orders, word 2
 *   the self-trade group, in place of the order type the kill switch, as the flags say;
 * - time: line 1 with nothing but its head.
 *
 * Commands of the operator (state, prices, account) are of account 0 and carry a client id like any other.
 *
 * ```
 * a quote, 64 bytes; a size of 0 is no quote on that side
 *  0     0  │ instrument, u32
 *  1     4  │ zero
 *  2     8  │ bid price in ticks, i64
 *  4    16  │ bid size in lots, u64
 *  6    24  │ ask price in ticks, i64
 *  8    32  │ ask size in lots, u64
 * 10    40  │ zero up to byte 63
 * ```
 */

export const ORDER_VERSION = 1;

// What stands here is compiled in; an imported binding is read from memory at each use.
const { New: NEW, MassQuote: MASS_QUOTE } = CommandKind;
const BRACKET = CommandFlag.Bracket << 16;

/** Words of one line. */
export const LINE_WORDS = 16;

export const ORDER_HEAD = 0;
export const ORDER_TERMS = 1;
export const ORDER_INSTRUMENT = 2;
export const ORDER_ACCOUNT = 3;
export const ORDER_CLIENT_ID = 4;
export const ORDER_TARGET = 6;
export const ORDER_DISPLAY_SIZE = 6;
export const ORDER_PRICE = 8;
export const ORDER_SIZE = 10;
export const ORDER_SEND_TIME = 12;
export const ORDER_SESSION = 14;
export const ORDER_RECEIVED = 15;
export const ORDER_STOP_PRICE = 16;
export const ORDER_EXPIRY = 18;
export const ORDER_MINIMUM_SIZE = 20;
export const ORDER_PEG = 22;
/** Byte of the peg reference and of the trail unit. */
export const ORDER_PEG_REFERENCE_BYTE = 88;
export const ORDER_TRAIL_UNIT_BYTE = 89;
export const ORDER_LINKED = 42;
export const ORDER_TAKE_PROFIT = 44;
export const ORDER_STOP_LOSS = 46;
/** Word of a mass quote at which its quotes begin, and the words of a quote. */
export const QUOTES_AT = 32;
export const QUOTE_BID_PRICE = 2;
export const QUOTE_BID_SIZE = 4;
export const QUOTE_ASK_PRICE = 6;
export const QUOTE_ASK_SIZE = 8;
/** Byte of the length of the text client id; the text follows. */
export const ORDER_TEXT_LENGTH_BYTE = 91;
export const ORDER_TEXT_BYTE = 92;
export const ORDER_TEXT_WORD = 23;
/** Byte of the length of the target's text client id; the text follows. */
export const ORDER_TARGET_TEXT_LENGTH_BYTE = 131;
export const ORDER_TARGET_TEXT_BYTE = 132;
export const ORDER_TARGET_TEXT_WORD = 33;
/** Words of a text client id, zero padded. */
export const CLIENT_ID_TEXT_WORDS = 9;

/** Word 0 of a record. */
export function orderHead(kind: number, lines: number, side: number): number {
  return ORDER_VERSION | (kind << 8) | (lines << 16) | (side << 24);
}

/** Word 1 of a record. */
export function orderTerms(type: number, timeInForce: number, flags: number): number {
  return type | (timeInForce << 8) | (flags << 16);
}

export function orderVersion(head: number): number {
  return head & 0xff;
}

export function orderKind(head: number): number {
  return (head >>> 8) & 0xff;
}

export function orderLines(head: number): number {
  return (head >>> 16) & 0xff;
}

export function orderSide(head: number): number {
  return head >>> 24;
}

export function orderType(terms: number): number {
  return terms & 0xff;
}

export function orderTimeInForce(terms: number): number {
  return (terms >>> 8) & 0xff;
}

export function orderFlags(terms: number): number {
  return terms >>> 16;
}

/**
 * How many sequence numbers the command at word `at` takes: one, and one more for each order that it may make besides
 * the first, so that every order has an id of its own. It depends on the record alone, never on what comes of it.
 *
 * A mass quote takes one for itself and two for each quote (bid, then ask); a new order with exits takes three (itself,
 * take-profit, stop-loss).
 */
export function sequencesOf(words: Int32Array, at: number): number {
  const head = words[at]!;
  const kind = orderKind(head);
  if (kind === NEW) return (words[at + ORDER_TERMS]! & BRACKET) === 0 ? 1 : 3;
  if (kind !== MASS_QUOTE) return 1;
  const quotes = orderLines(head) - 2;
  return quotes > 0 ? 1 + 2 * quotes : 1;
}
