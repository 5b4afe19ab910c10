import { EventFlag, EventKind } from '../model/event.js';

const TERMS = EventFlag.Terms << 16;

/**
 * The event record: what a shard answers, what crosses the ring back, and what a binary client receives. Cells of 32
 * bytes, little-endian. Three cells, a fourth for a fill or for rare terms, two more for a text client id, then a sentence
 * if any.
 *
 * ```
 * word  byte   0               1               2               3
 *  0     0  │ version = 1   │ kind          │ cells         │ side          │
 *  1     4  │ code: reject code or cancel   │ flags                         │
 *           │ reason                        │                               │
 *  2     8  │ place: shard and sequence of the command, u64                 │
 *  4    16  │ index of the event within its command, u32                    │
 *  5    20  │ instrument, u32                                               │
 *  6    24  │ account, u32                                                  │
 *  7    28  │ index of the account's event before this one, u32             │
 *  8    32  │ place of the account's event before this one, u64 (0: none)   │
 * 10    40  │ time, ns since the epoch, u64                                 │
 * 12    48  │ order id, u64 (0: none)                                       │
 * 14    56  │ client id of the command (an answer) or of the order (a fill) │
 * 16    64  │ price in ticks, i64                                           │
 * 18    72  │ size in lots: of the order, fill, cancelled rest or new total │
 * 20    80  │ remaining size of the order, u64                              │
 * 22    88  │ cumulative (traded) size of the order, u64                    │
 * fill
 * 24    96  │ number of the trade in its instrument, u64 from 1             │
 * 26   104  │ order id of the other side, u64                               │
 * 28   112  │ zero up to byte 127                                           │
 * rare terms (one cell, flag Terms: an accepted order that is more than a plain limit order, GTC or IOC)
 * 24    96  │ order type    │ time in force │ flags, as in the command      │
 * 25   100  │ peg reference │ trail unit    │ standing      │ zero          │
 * 26   104  │ display size in lots, u64                                     │
 * 28   112  │ stop price, distance or offset, i64                           │
 * 30   120  │ expiry, ns since the epoch, u64                               │
 * text client id (two cells, after the above)
 * +0        │ text length   │ zero                                          │
 * +1        │ text, 36 bytes, zero padded; then zero up to the cell's end   │
 * ```
 *
 * With flag Repeated, word 7 is the session that asked again, and words 8 and 9 are zero.
 *
 * A book (the answer to a read): words 2 and 3 are the position, the last command that it has seen, and words 10 and 11
 * that command's time (both 0 before the first; the same where a read is refused); word 14 is the client id of the read; word 16 the number of bid cells that follow, word 18 the number of ask cells after them;
 * word 7 the session that asked; word 20 the instrument's state, word 22 the price of the last trade (0: none). Each such cell: price i64, size u64, number of orders u32, zero.
 *
 * Resumed: words 2 and 3 are the position up to which the session knows all of the shard now; code 0, or 1 where what it
 * missed lies too far back; size the events that were told before this one.
 *
 * What the fields mean where it is not plain from their names:
 *
 * - cancelled: price of the order (0: none), size the cancelled rest; decremented: size the lots taken;
 * - triggered: price the limit (0: none); size, remaining and cumulative as in amended;
 * - refreshed: size the slice that shows; remaining all that is left of the order;
 * - repriced: code 0 a peg's new price, code 1 a trailing stop's new stop price; size the order's total;
 * - all cancelled: size the number of orders; quoted: size the number of quotes;
 * - state changed: code the new state; auction price: size the lots executed, remaining the surplus, side the surplus's;
 * - prices changed: price the reference, size the mark, 0 for none;
 * - account changed: words 12 and 13 the account that it is about, price the most orders per second, size the most open
 *   orders, remaining the self-trade group, code 1 where the kill switch is thrown;
 * - time passed: nothing.
 *
 * State, auction price, prices, account and time belong to account 0, which has no chain.
 *
 * Listed: after three cells the 128 bytes of the instrument (lines 2 and 3 of its listing record, `instrument-record.ts`).
 */

export const EVENT_VERSION = 1;

/** Words of one cell. */
export const CELL_WORDS = 8;

/** Cells of an event without extras, and of a fill. */
export const EVENT_CELLS = 3;
export const FILL_CELLS = 4;
export const EVENT_TEXT_CELLS = 2;
export const EVENT_TERMS_CELLS = 1;

export const EVENT_HEAD = 0;
export const EVENT_CODE = 1;
export const EVENT_PLACE = 2;
export const EVENT_INDEX = 4;
export const EVENT_INSTRUMENT = 5;
export const EVENT_ACCOUNT = 6;
export const EVENT_PREVIOUS_INDEX = 7;
export const EVENT_SESSION = 7;
export const EVENT_PREVIOUS_PLACE = 8;
export const EVENT_TIME = 10;
export const EVENT_ORDER = 12;
export const EVENT_CLIENT_ID = 14;
export const EVENT_PRICE = 16;
export const EVENT_SIZE = 18;
export const EVENT_REMAINING = 20;
export const EVENT_CUMULATIVE = 22;
export const EVENT_TRADE = 24;
export const EVENT_COUNTER_ORDER = 26;
/** The cell of rare terms. */
export const EVENT_TERMS = 24;
export const EVENT_TERMS_MORE = 25;
export const EVENT_DISPLAY_SIZE = 26;
export const EVENT_STOP_PRICE = 28;
export const EVENT_EXPIRY = 30;
export const BOOK_BIDS = 16;
export const BOOK_ASKS = 18;
export const BOOK_STATE = 20;
export const BOOK_LAST_PRICE = 22;

/** Word 0 of an event. */
export function eventHead(kind: number, cells: number, side: number): number {
  return EVENT_VERSION | (kind << 8) | (cells << 16) | (side << 24);
}

/** Word 1 of an event. */
export function eventCode(code: number, flags: number): number {
  return code | (flags << 16);
}

export function eventKind(head: number): number {
  return (head >>> 8) & 0xff;
}

export function eventCells(head: number): number {
  return (head >>> 16) & 0xff;
}

export function eventSide(head: number): number {
  return head >>> 24;
}

export function eventCodeOf(word: number): number {
  return word & 0xffff;
}

export function eventFlags(word: number): number {
  return word >>> 16;
}

/** Cells that an event has before its text and its sentence: `head` is its word 0, `code` its word 1. */
export function eventBaseCells(head: number, code: number): number {
  if (eventKind(head) === EventKind.Fill) return FILL_CELLS;
  return (code & TERMS) !== 0 ? EVENT_CELLS + EVENT_TERMS_CELLS : EVENT_CELLS;
}

/** Sequence of the command that an event is of: the place without its shard. */
export function sequenceOfEvent(words: Int32Array, at: number): number {
  return (words[at + EVENT_PLACE + 1]! & 0xffff) * 4_294_967_296 + (words[at + EVENT_PLACE]! >>> 0);
}

/** The word behind the event at word `at`. */
export function nextEvent(words: Int32Array, at: number): number {
  return at + eventCells(words[at]!) * CELL_WORDS;
}
