import { EventHash } from '../wire/event-hash.js';
import { CLIENT_ID_TEXT_WORDS } from '../wire/order-record.js';
import type { RareTerms } from './rare-orders.js';

/**
 * The snapshot of an engine: words of 32 bits, little-endian; a number of 64 bits is two words, the low half first.
 *
 * It tells the state and nothing else: not where things stood in memory, and not by which path they came there. Two
 * engines in the same state give the same bytes. Orders are told in the order in which they will trade, and name each
 * other by their ids; only accounts have numbers here, by the order in which they were first seen.
 *
 * ```
 * word  0  "TKSN", then the version of this layout
 *       2  version of the matching rules, then the shard
 *       4  length of all in bytes, u64
 *       6  checksum: two lanes over the words before and the words behind
 *       8  sequence, u64
 *      10  place of the command applied last, then its time in ns since the epoch (zero where there was none)
 *      14  client-id window, then the commands that are in it
 *      16  time of the newest command that has left the window, ns since the epoch (0: none)
 *      18  accounts, then instruments
 *      20  live orders, then slots that are promised to exits of brackets
 *      22  most open orders of an account that has no limit of its own, u64 (0: any number)
 *      24  the accounts, the instruments each with its orders, the commands of the window from the oldest on; then zero up
 *          to an even number of words
 *
 * account, by the order in which they were first seen (the first is 0: nobody)
 * word  0  account
 *       1  index, then place of its last event (0: none yet)
 *       4  bit 0: it has a rule; bit 1: the kill switch is thrown
 *       5  zero
 * its rule
 *       6  most commands in a second (0: no limit), then most live orders (0: as many as accounts without a rule), u64 each
 *      10  commands in the second, u64
 *      12  beginning of the second, ns since the epoch
 *      14  self-trade group (0: none)
 *      15  zero (live orders in snapshots of before; they are counted)
 *
 * instrument, by the order of listing
 * word  0  id
 *       1  state
 *       2  reference, then mark, then price of the last trade in ticks, u64 each (0: none)
 *       8  trades so far, u64
 *      10  orders of its five queues: bids, asks, hidden bids, hidden asks, those that wait; then zero
 *      16  128 bytes as in `wire/instrument-record.ts`, then the orders: best price first, then as they queue; those that
 *          wait by id
 *
 * order
 * word  0  id, then price in ticks, i64 each
 *       4  remaining size (of a resting iceberg, what it shows), then traded size in lots, u64 each
 *       8  account: its number here
 *       9  session
 *      10  terms: bits 0 to 6 as in `order-pool.ts`; its client id is remembered in the window (bit 8), beside it (bit 9)
 *      11  zero
 *      12  client id, u64 (a text: 0)
 * remembered beside it: content and time of its command, two words each
 * a text, unless it is remembered in the window: ten words, as in an order record, the first one with the length
 * rare terms (bit 6; where they say no more than those of a plain order, there are none): type, time in force (bits 8 to 15), flags (from bit 16); standing, peg reference, trail unit, likewise;
 * RARE_MARKS, a bit each; zero; then RARE_NUMBERS, i64 each; the id of the order that it is linked with (0: none); expiry,
 * ns since the epoch
 *
 * command of the window
 * word  0  content (a hash), then place, then time, two words each
 *       6  kind (bits 0 to 2, `Remembered`), text (bit 3), the order it made lives (bit 4), side of a cancelled order
 *          (bits 5 and 6), from bit 8 on: reject code, or number of the cancelled order's book
 *       7  account
 *       8  client id, u64, or ten words of text
 * cancelled: order id, price in ticks, cancelled size, traded size, 64 bits each
 * accepted with rare terms: the price in ticks that it got, i64, then the index of the answer, and zero
 * any other answer: the words 8 to 21 of `answer-log.ts`
 * ```
 */
export const MAGIC = 0x4e534b54;
export const LAYOUT_VERSION = 1;

export const HEADER_WORDS = 24;
export const HEADER_VERSION = 1;
export const HEADER_RULES = 2;
export const HEADER_SHARD = 3;
export const HEADER_LENGTH = 4;
export const HEADER_CHECKSUM = 6;
export const HEADER_SEQUENCE = 8;
export const HEADER_PLACE = 10;
export const HEADER_TIME = 12;
export const HEADER_WINDOW = 14;
export const HEADER_REMEMBERED = 15;
export const HEADER_DROPPED = 16;
export const HEADER_ACCOUNTS = 18;
export const HEADER_INSTRUMENTS = 19;
export const HEADER_ORDERS = 20;
export const HEADER_PROMISED = 21;
export const HEADER_OPEN_ORDERS = 22;

export const ACCOUNT_HAS_RULE = 1 << 0;
export const ACCOUNT_STOPPED = 1 << 1;

export const INSTRUMENT_QUEUES = 10;
export const INSTRUMENT_HEAD_WORDS = 16;
/** Queues of a book: both sides displayed, both hidden, and those that wait. */
export const QUEUES = 5;
export const WAITING = 4;

export const ORDER_WORDS = 14;
export const ORDER_TERMS_MASK = 0x7f;
export const ORDER_IN_WINDOW = 1 << 8;
export const ORDER_KEPT = 1 << 9;

/** A text and the word before it, which has the length in its last byte. */
export const TEXT_RECORD_WORDS = 1 + CLIENT_ID_TEXT_WORDS;

/** What came of a command of the window. */
export const Remembered = { Accepted: 1, Rejected: 2, Cancelled: 3, AcceptedRare: 4, Any: 5 } as const;
export const REMEMBERED_KIND = 0b111;
export const REMEMBERED_TEXT = 1 << 3;
export const REMEMBERED_LIVE = 1 << 4;
export const REMEMBERED_SIDE_SHIFT = 5;
export const REMEMBERED_NUMBER_SHIFT = 8;
/** Words of any other answer. */
export const ANY_WORDS = 14;

/** Rare terms that are numbers of up to 53 bits, in the order of the snapshot. */
export const RARE_NUMBERS = [
  'displayLots',
  'minimumLots',
  'reserveLots',
  'stopPriceTicks',
  'toldStopTicks',
  'offset',
  'capTicks',
  'takeProfitTicks',
  'stopLossTicks',
  'acceptedTicks',
  'answerIndex',
] as const satisfies readonly (keyof RareTerms)[];

/** Rare terms that are true or false, by their bit. No stop is met and has not been triggered between two commands. */
export const RARE_MARKS = [
  'isQuote',
  'isTop',
  'isTold',
  'hasOwnText',
] as const satisfies readonly (keyof RareTerms)[];

/** The checksum of a snapshot. Each lane finds every change within one word, so no flipped bit goes unseen. */
export function checksumOf(words: Int32Array, length: number): EventHash {
  const hash = new EventHash();
  hash.update(words, 0, HEADER_CHECKSUM);
  hash.update(words, HEADER_CHECKSUM + 2, length);
  return hash;
}
