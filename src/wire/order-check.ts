/**
 * The check of a binary record from a client: its shape and what can be told of it without knowing instruments, orders
 * or sessions. Once per order, so it reads words and allocates nothing.
 */

import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { MAX_BOOK_DEPTH, MAX_ORDER_LINES } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import {
  CLIENT_ID_TEXT_WORDS,
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_STOP_PRICE,
  ORDER_TARGET,
  ORDER_TARGET_TEXT_WORD,
  ORDER_TERMS,
  ORDER_TEXT_WORD,
  ORDER_VERSION,
  orderFlags,
  orderKind,
  orderLines,
  orderSide,
  orderTimeInForce,
  orderType,
  orderVersion,
} from './order-record.js';
import { isTextId } from './text.js';
import { isWhole, isZero } from './words.js';

const { TextClientId, TargetByClientId, TargetText, AmendPrice, AmendSize } = CommandFlag;
const CANCEL_FLAGS = TextClientId | TargetByClientId | TargetText;
const AMEND_FLAGS = CANCEL_FLAGS | AmendPrice | AmendSize;

/**
 * The code to reject the record at word `at` with, 0 where its shape is right. `linesAvailable` counts the lines from
 * there to the end of the message. Session and receive time are not looked at: the gateway writes them.
 *
 * With any code but Malformed and WrongVersion the record's own count of lines is from 1 to 3 and within the message, so
 * that the next record can be found.
 */
export function checkOrderRecord(words: Int32Array, at: number, linesAvailable: number): RejectCode | 0 {
  if (linesAvailable < 1) return RejectCode.Malformed;
  const head = words[at]!;
  if (orderVersion(head) !== ORDER_VERSION) return RejectCode.WrongVersion;
  const lines = orderLines(head);
  if (lines < 1 || lines > MAX_ORDER_LINES || lines > linesAvailable) return RejectCode.Malformed;
  const kind = orderKind(head);
  const allowed = flagsOf(kind);
  if (allowed < 0) return RejectCode.UnknownKind;
  const flags = orderFlags(words[at + ORDER_TERMS]!);
  if ((flags & ~allowed) !== 0) return RejectCode.BadFlags;
  if ((flags & TargetText) !== 0 && (flags & TargetByClientId) === 0) return RejectCode.BadFlags;

  if (lines !== ((flags & TargetText) !== 0 ? 3 : (flags & TextClientId) !== 0 ? 2 : 1))
    return RejectCode.Malformed;
  if (words[at + ORDER_ACCOUNT]! <= 0) return RejectCode.AccountNotYours;

  return (
    checkOwnId(words, at, kind, flags) ||
    checkRareFields(words, at, lines, flags) ||
    checkTarget(words, at, kind, flags) ||
    checkInstrument(words, at, kind, flags) ||
    (kind === CommandKind.New ? checkNew(words, at) : checkOther(words, at, kind, flags))
  );
}

/** The flags that have a meaning for a kind, -1 for a kind that is not for clients. */
function flagsOf(kind: number): number {
  switch (kind) {
    case CommandKind.New:
      return TextClientId;
    case CommandKind.Cancel:
      return CANCEL_FLAGS;
    case CommandKind.Amend:
      return AMEND_FLAGS;
    case CommandKind.ReadBook:
      return 0;
    default:
      return -1;
  }
}

function checkOwnId(words: Int32Array, at: number, kind: number, flags: number): RejectCode | 0 {
  const low = words[at + ORDER_CLIENT_ID]!;
  const high = words[at + ORDER_CLIENT_ID + 1]!;
  if ((flags & TextClientId) !== 0) {
    if ((low | high) !== 0) return RejectCode.BadClientId;
    return isTextId(words, at + ORDER_TEXT_WORD) ? 0 : RejectCode.BadClientId;
  }
  if ((low | high) === 0) return kind === CommandKind.ReadBook ? 0 : RejectCode.MissingClientId;
  // From 2^52 up ids are made by gateways.
  return high >>> 20 === 0 ? 0 : RejectCode.BadClientId;
}

/** Lines 2 and 3: what they hold besides texts has no meaning yet, so it must be zero until it has. */
function checkRareFields(words: Int32Array, at: number, lines: number, flags: number): RejectCode | 0 {
  if (lines === 1) return 0;
  if (!isZero(words, at + ORDER_STOP_PRICE, at + ORDER_TEXT_WORD - 1)) return RejectCode.Malformed;
  if ((flags & TextClientId) === 0 && !isZero(words, at + ORDER_TEXT_WORD - 1, at + 2 * LINE_WORDS))
    return RejectCode.Malformed;
  if (lines === 2) return 0;
  if (!isTextId(words, at + ORDER_TARGET_TEXT_WORD)) return RejectCode.BadClientId;
  if (!isZero(words, at + ORDER_TARGET_TEXT_WORD + CLIENT_ID_TEXT_WORDS, at + 3 * LINE_WORDS))
    return RejectCode.Malformed;
  return 0;
}

function checkTarget(words: Int32Array, at: number, kind: number, flags: number): RejectCode | 0 {
  const target = at + ORDER_TARGET;
  const none = (words[target]! | words[target + 1]!) === 0;
  // A new order's target words are its display size, which has no meaning yet.
  if (kind === CommandKind.New || kind === CommandKind.ReadBook || (flags & TargetText) !== 0)
    return none ? 0 : RejectCode.Malformed;
  if (none) return (flags & TargetByClientId) !== 0 ? RejectCode.BadClientId : RejectCode.Malformed;
  return isWhole(words, target) ? 0 : RejectCode.NumberOutOfRange;
}

/** An order id names its shard; everything else is routed by its instrument. */
function checkInstrument(words: Int32Array, at: number, kind: number, flags: number): RejectCode | 0 {
  const instrument = words[at + ORDER_INSTRUMENT]!;
  const byOrderId =
    (kind === CommandKind.Cancel || kind === CommandKind.Amend) && (flags & TargetByClientId) === 0;
  return instrument > 0 || (instrument === 0 && byOrderId) ? 0 : RejectCode.UnknownInstrument;
}

function checkNew(words: Int32Array, at: number): RejectCode | 0 {
  const side = orderSide(words[at]!);
  if (side !== Side.Buy && side !== Side.Sell) return RejectCode.BadSide;
  const terms = words[at + ORDER_TERMS]!;
  if (orderType(terms) !== OrderType.Limit) return RejectCode.BadOrderType;
  const timeInForce = orderTimeInForce(terms);
  if (timeInForce !== TimeInForce.GoodTillCancel && timeInForce !== TimeInForce.ImmediateOrCancel)
    return RejectCode.BadTimeInForce;
  return isWhole(words, at + ORDER_PRICE) && isWhole(words, at + ORDER_SIZE)
    ? 0
    : RejectCode.NumberOutOfRange;
}

function checkOther(words: Int32Array, at: number, kind: number, flags: number): RejectCode | 0 {
  const terms = words[at + ORDER_TERMS]!;
  if (orderSide(words[at]!) !== 0 || (terms & 0xffff) !== 0) return RejectCode.Malformed;
  const price = at + ORDER_PRICE;
  const size = at + ORDER_SIZE;
  if ((flags & AmendPrice) === 0) {
    if (!isZero(words, price, price + 2)) return RejectCode.Malformed;
  } else if (!isWhole(words, price)) return RejectCode.NumberOutOfRange;
  if (kind === CommandKind.ReadBook) {
    const depth = words[size]!;
    return words[size + 1] === 0 && depth >= 1 && depth <= MAX_BOOK_DEPTH ? 0 : RejectCode.NumberOutOfRange;
  }
  if ((flags & AmendSize) === 0) return isZero(words, size, size + 2) ? 0 : RejectCode.Malformed;
  return isWhole(words, size) ? 0 : RejectCode.NumberOutOfRange;
}
