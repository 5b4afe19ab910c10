/** The part of the shape check that is of new orders alone: how many lines, which terms, whose other half. */

import { CommandFlag, OrderType, TimeInForce } from '../model/command.js';
import { termsFault } from '../model/order-terms.js';
import { RejectCode } from '../model/reject.js';
import { readOrderTerms } from './command-fields.js';
import {
  CLIENT_ID_TEXT_WORDS,
  ORDER_DISPLAY_SIZE,
  ORDER_LINKED,
  ORDER_MINIMUM_SIZE,
  ORDER_PEG,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_STOP_LOSS,
  ORDER_STOP_PRICE,
  ORDER_TAKE_PROFIT,
  ORDER_TARGET_TEXT_WORD,
  ORDER_TERMS,
  orderLines,
  orderTimeInForce,
  orderType,
} from './order-record.js';
import { isTextId } from './text.js';
import { isSigned, isWhole, isZero } from './words.js';

const { TextClientId: TEXT, TargetByClientId: BY_CLIENT_ID, TargetText: TARGET_TEXT } = CommandFlag;
const { Linked: LINKED, Bracket: BRACKET } = CommandFlag;
const { Stop: STOP, Pegged: PEGGED } = OrderType;

/**
 * The lines that a new order must have. Line 3 is there where the order has another half or exits, line 2 where it or
 * line 3 has something to say; one that says nothing would make two records of the same order.
 */
export function newOrderLines(words: Int32Array, at: number, flags: number): number {
  if ((flags & (TARGET_TEXT | LINKED | BRACKET)) !== 0) return 3;
  const terms = words[at + ORDER_TERMS]!;
  const type = orderType(terms);
  if ((flags & TEXT) !== 0 || orderTimeInForce(terms) === TimeInForce.GoodTillDate) return 2;
  // A type that there is none of asks for no line; it is refused for itself.
  if (type >= STOP && type <= PEGGED) return 2;
  const mayHaveMinimum = orderLines(words[at]!) === 2;
  return mayHaveMinimum && !isZero(words, at + ORDER_MINIMUM_SIZE, at + ORDER_MINIMUM_SIZE + 2) ? 2 : 1;
}

/** Why a New record of the right flags and lines is none; 0 where it is one. */
export function newOrderFault(words: Int32Array, at: number, lines: number, flags: number): RejectCode | 0 {
  if (lines >= 2 && ((words[at + ORDER_PEG]! >>> 16) & 0xff) !== 0) return RejectCode.Malformed;
  const terms = readOrderTerms(words, at);
  return (
    termsFault(terms) ||
    (lines === 3 ? linkFault(words, at, flags) : 0) ||
    numbersFault(words, at, lines, terms.type)
  );
}

/** The other half of one-cancels-the-other is named once: by a number, or by a text. */
function linkFault(words: Int32Array, at: number, flags: number): RejectCode | 0 {
  const text = at + ORDER_TARGET_TEXT_WORD;
  const number = at + ORDER_LINKED;
  const hasNumber = !isZero(words, number, number + 2);
  if ((flags & TARGET_TEXT) !== 0) {
    if (!isTextId(words, text)) return RejectCode.BadClientId;
    return hasNumber ? RejectCode.Malformed : 0;
  }
  if (!isZero(words, text - 1, text + CLIENT_ID_TEXT_WORDS)) return RejectCode.Malformed;
  if ((flags & LINKED) === 0) return hasNumber ? RejectCode.Malformed : 0;
  if (!hasNumber) return (flags & BY_CLIENT_ID) !== 0 ? RejectCode.BadClientId : RejectCode.Malformed;
  return isWhole(words, number) ? 0 : RejectCode.NumberOutOfRange;
}

function numbersFault(words: Int32Array, at: number, lines: number, type: number): RejectCode | 0 {
  const isSound =
    isWhole(words, at + ORDER_PRICE) &&
    isWhole(words, at + ORDER_SIZE) &&
    isWhole(words, at + ORDER_DISPLAY_SIZE) &&
    (lines < 2 ||
      (isWhole(words, at + ORDER_MINIMUM_SIZE) &&
        (type === PEGGED
          ? isSigned(words, at + ORDER_STOP_PRICE)
          : isWhole(words, at + ORDER_STOP_PRICE)))) &&
    (lines < 3 || (isWhole(words, at + ORDER_TAKE_PROFIT) && isWhole(words, at + ORDER_STOP_LOSS)));
  return isSound ? 0 : RejectCode.NumberOutOfRange;
}
