/**
 * The order record: what a client sends, what crosses the ring, and what stands in the journal. One line of 64 bytes,
 * little-endian; a record with rare fields has two lines, one that names its target by text has three.
 *
 * ```
 * word  byte   0               1               2               3
 *  0     0  │ version = 1   │ kind          │ lines, 1..3   │ side          │
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
 * line 2
 * 16    64  │ stop price in ticks, i64                                      │
 * 18    72  │ expiry, ns since the epoch, u64                               │
 * 20    80  │ minimum size in lots, u64                                     │
 * 22    88  │ zero          │ zero          │ zero          │ text length   │
 * 23    92  │ client id as text, 36 bytes                                   │
 * line 3
 * 32   128  │ zero          │ zero          │ zero          │ text length   │
 * 33   132  │ client id of the target as text, 36 bytes                     │
 * 42   168  │ zero up to byte 191                                           │
 * ```
 */

export const ORDER_VERSION = 1;

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
