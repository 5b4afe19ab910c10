import { CommandFlag, OrderType, Side, TimeInForce } from '../model/command.js';
import { RejectCode } from '../model/reject.js';
import {
  CLIENT_ID_TEXT_WORDS,
  LINE_WORDS,
  ORDER_CLIENT_ID,
  ORDER_STOP_PRICE,
  ORDER_TARGET_TEXT_WORD,
  ORDER_TEXT_WORD,
  orderFlags,
  orderLines,
} from '../wire/order-record.js';
import { isTextId } from '../wire/text.js';
import { isWhole, isZero } from '../wire/words.js';

/*
 * The shape of a command, checked once more: gateways have checked it, but what stands in the log is applied whatever
 * it holds. A fault of shape is answered as a gateway would: it uses up no client id.
 *
 * A text must be zero padded, and what has no meaning yet must be zero: two records say the same only where their words
 * are the same, and no wish (a display size, a stop price) is ever passed over in silence.
 */

// What stands here is compiled in; an imported binding is read from memory at each use.
const { TextClientId: TEXT, TargetByClientId: BY_CLIENT_ID, TargetText: TARGET_TEXT } = CommandFlag;
const { AmendPrice: AMEND_PRICE, AmendSize: AMEND_SIZE } = CommandFlag;
const { Buy: BUY, Sell: SELL } = Side;
const { GoodTillCancel: GOOD_TILL_CANCEL, ImmediateOrCancel: IMMEDIATE_OR_CANCEL } = TimeInForce;
const LIMIT = OrderType.Limit;

const NEW_FLAGS = TEXT;
const CANCEL_FLAGS = TEXT | BY_CLIENT_ID | TARGET_TEXT;
const AMEND_FLAGS = CANCEL_FLAGS | AMEND_PRICE | AMEND_SIZE;

/** Why the record at word `at` is no New command; 0 where it is one. */
export function newFault(words: Int32Array, at: number): RejectCode | 0 {
  const head = words[at]!;
  const terms = words[at + 1]!;
  // The usual case in one comparison each: one line and a side, a limit order without a flag.
  const isUsual = (head & 0x00ff_0000) === 1 << 16 && terms >>> 16 === 0 && words[at + 3] !== 0;
  const fault = isUsual ? numberIdentityFault(words, at) : identityFault(words, at, NEW_FLAGS);
  if (fault !== 0) return fault;
  const side = head >>> 24;
  if (side !== BUY && side !== SELL) return RejectCode.BadSide;
  if ((terms & 0xff) !== LIMIT) return RejectCode.BadOrderType;
  const timeInForce = (terms >>> 8) & 0xff;
  if (timeInForce !== GOOD_TILL_CANCEL && timeInForce !== IMMEDIATE_OR_CANCEL)
    return RejectCode.BadTimeInForce;
  if ((words[at + 6]! | words[at + 7]!) !== 0) return RejectCode.Malformed;
  // The high halves of price and size have at most 21 bits.
  return (words[at + 9]! | words[at + 11]!) >>> 21 === 0 ? 0 : RejectCode.NumberOutOfRange;
}

/** Why the record at word `at` is no Cancel command; 0 where it is one. */
export function cancelFault(words: Int32Array, at: number): RejectCode | 0 {
  const fault = identityFault(words, at, CANCEL_FLAGS);
  return fault !== 0 ? fault : targetFault(words, at);
}

/** Why the record at word `at` is no Amend command; 0 where it is one. */
export function amendFault(words: Int32Array, at: number): RejectCode | 0 {
  const fault = identityFault(words, at, AMEND_FLAGS);
  if (fault !== 0) return fault;
  const flags = words[at + 1]! >>> 16;
  if ((flags & AMEND_PRICE) !== 0 && !isWhole(words, at + 8)) return RejectCode.NumberOutOfRange;
  if ((flags & AMEND_SIZE) !== 0 && !isWhole(words, at + 10)) return RejectCode.NumberOutOfRange;
  return targetFault(words, at);
}

/** True where the record has a text client id that can be repeated in an answer. */
export function hasTextClientId(words: Int32Array, at: number): boolean {
  return (
    (orderFlags(words[at + 1]!) & TEXT) !== 0 &&
    orderLines(words[at]!) >= 2 &&
    at + 2 * LINE_WORDS <= words.length &&
    isTextId(words, at + ORDER_TEXT_WORD)
  );
}

/** Checks what all commands of clients share: flags, lines, account, client id, and that unused lines are zero. */
function identityFault(words: Int32Array, at: number, allowed: number): RejectCode | 0 {
  const flags = words[at + 1]! >>> 16;
  if ((flags & ~allowed) !== 0) return RejectCode.BadFlags;
  const lines = (words[at]! >>> 16) & 0xff;
  if (words[at + 3] === 0) return RejectCode.Malformed;
  if ((flags & (TEXT | TARGET_TEXT)) !== 0) return textIdentityFault(words, at, flags, lines);
  if (lines !== 1) return RejectCode.Malformed;
  return numberIdentityFault(words, at);
}

function numberIdentityFault(words: Int32Array, at: number): RejectCode | 0 {
  const high = words[at + 5]!;
  if ((words[at + 4]! | high) === 0) return RejectCode.MissingClientId;
  return high >>> 21 === 0 ? 0 : RejectCode.BadClientId;
}

function textIdentityFault(words: Int32Array, at: number, flags: number, lines: number): RejectCode | 0 {
  const targetText = (flags & TARGET_TEXT) !== 0;
  if (lines !== (targetText ? 3 : 2) || at + lines * LINE_WORDS > words.length) return RejectCode.Malformed;
  if (!isZero(words, at + ORDER_STOP_PRICE, at + ORDER_TEXT_WORD - 1)) return RejectCode.Malformed;
  if ((flags & TEXT) === 0) {
    if (!isZero(words, at + ORDER_TEXT_WORD - 1, at + ORDER_TEXT_WORD + CLIENT_ID_TEXT_WORDS))
      return RejectCode.Malformed;
    return numberIdentityFault(words, at);
  }
  if ((words[at + ORDER_CLIENT_ID]! | words[at + ORDER_CLIENT_ID + 1]!) !== 0) return RejectCode.BadClientId;
  if (words[at + ORDER_TEXT_WORD - 1] === 0) return RejectCode.MissingClientId;
  return isTextId(words, at + ORDER_TEXT_WORD) ? 0 : RejectCode.BadClientId;
}

function targetFault(words: Int32Array, at: number): RejectCode | 0 {
  const flags = words[at + 1]! >>> 16;
  if ((flags & TARGET_TEXT) === 0) return words[at + 7]! >>> 21 === 0 ? 0 : RejectCode.NumberOutOfRange;
  if ((flags & BY_CLIENT_ID) === 0) return RejectCode.BadFlags;
  const text = at + ORDER_TARGET_TEXT_WORD;
  if (!isZero(words, text + CLIENT_ID_TEXT_WORDS, at + 3 * LINE_WORDS)) return RejectCode.Malformed;
  return isTextId(words, text) ? 0 : RejectCode.BadClientId;
}
