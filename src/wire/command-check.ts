/** The part of the shape check that is of all commands but new orders: what each kind says, and that it says no more. */

import { CommandFlag, CommandKind, SelfTrade, Side } from '../model/command.js';
import { CancelReason } from '../model/event.js';
import { InstrumentState } from '../model/instrument-state.js';
import { MAX_BOOK_DEPTH } from '../model/limits.js';
import { selfTradeOf } from '../model/order-terms.js';
import { RejectCode } from '../model/reject.js';
import { quoteCount, quoteWord } from './command-fields.js';
import {
  CLIENT_ID_TEXT_WORDS,
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SEND_TIME,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TARGET_TEXT_WORD,
  ORDER_TERMS,
  orderSide,
  orderTimeInForce,
  orderType,
  QUOTE_ASK_PRICE,
  QUOTE_ASK_SIZE,
  QUOTE_BID_PRICE,
  QUOTE_BID_SIZE,
} from './order-record.js';
import { isTextId } from './text.js';
import { isWhole, isZero } from './words.js';

const { Cancel: CANCEL, Amend: AMEND, CancelAll: CANCEL_ALL, MassQuote: MASS_QUOTE } = CommandKind;
const { List: LIST, Settings: SETTINGS, State: STATE, Prices: PRICES, Account: ACCOUNT } = CommandKind;
const { Time: TIME, ReadBook: READ_BOOK } = CommandKind;
const { TargetByClientId: BY_CLIENT_ID, TargetText: TARGET_TEXT } = CommandFlag;
const { AmendPrice: WITH_PRICE, AmendSize: WITH_SIZE, SetGroup: WITH_GROUP } = CommandFlag;
const { SetKillSwitch: WITH_KILL_SWITCH } = CommandFlag;

/** Words of a quote that are used. */
const QUOTE_WORDS = 10;

/** Why the record of a kind that is known, its lines and identity checked, is no such command; 0 where it is one. */
export function bodyFault(
  words: Int32Array,
  at: number,
  kind: number,
  flags: number,
  fromClient: boolean,
): RejectCode | 0 {
  const terms = words[at + ORDER_TERMS]!;
  if (orderTimeInForce(terms) !== 0) return RejectCode.Malformed;
  if (orderSide(words[at]!) !== 0 && kind !== CANCEL_ALL) return RejectCode.Malformed;
  const type = orderType(terms);
  switch (kind) {
    case CANCEL:
    case AMEND:
      if (type !== 0) return RejectCode.Malformed;
      return targetFault(words, at, flags, fromClient) || valuesFault(words, at, flags);
    case CANCEL_ALL:
      return cancelAllFault(words, at, type, fromClient);
    case MASS_QUOTE:
      return type === 0 ? massQuoteFault(words, at, flags, fromClient) : RejectCode.Malformed;
    case STATE:
      if (type < InstrumentState.PreOpen || type > InstrumentState.Closed) return RejectCode.Malformed;
      return isZero(words, at + ORDER_TARGET, at + ORDER_SEND_TIME) ? 0 : RejectCode.Malformed;
    case PRICES:
      if (type !== 0 || !isZero(words, at + ORDER_TARGET, at + ORDER_PRICE)) return RejectCode.Malformed;
      return valuesFault(words, at, flags);
    case ACCOUNT:
      return settingsOfAccountFault(words, at, type, flags) || valuesFault(words, at, flags);
    case READ_BOOK:
      return type === 0 ? readFault(words, at) : RejectCode.Malformed;
    case LIST:
      // What the listing itself holds is the instrument's to check.
      return type === 0 && isZero(words, at + ORDER_TARGET, at + ORDER_SEND_TIME + 2)
        ? 0
        : RejectCode.Malformed;
    case SETTINGS:
      // The window is checked where it is set, and so is the limit in the price field before it.
      return ownFault(words, at, type, ORDER_PRICE);
    case TIME:
      return ownFault(words, at, type, ORDER_SEND_TIME);
    default:
      return RejectCode.UnknownKind;
  }
}

/** The order that a cancel or an amend is about. */
function targetFault(words: Int32Array, at: number, flags: number, fromClient: boolean): RejectCode | 0 {
  const target = at + ORDER_TARGET;
  const isNone = (words[target]! | words[target + 1]!) === 0;
  if ((flags & TARGET_TEXT) !== 0) {
    const text = at + ORDER_TARGET_TEXT_WORD;
    if (!isNone || !isZero(words, text + CLIENT_ID_TEXT_WORDS, at + 3 * LINE_WORDS))
      return RejectCode.Malformed;
    return isTextId(words, text) ? 0 : RejectCode.BadClientId;
  }
  // In the log a target of zero is an order that there is none of.
  if (isNone && fromClient)
    return (flags & BY_CLIENT_ID) !== 0 ? RejectCode.BadClientId : RejectCode.Malformed;
  return isWhole(words, target) ? 0 : RejectCode.NumberOutOfRange;
}

/** Price and size, each a whole number where its flag is set and zero where not. */
function valuesFault(words: Int32Array, at: number, flags: number): RejectCode | 0 {
  const price = at + ORDER_PRICE;
  const size = at + ORDER_SIZE;
  if ((flags & WITH_PRICE) === 0 && !isZero(words, price, price + 2)) return RejectCode.Malformed;
  if ((flags & WITH_SIZE) === 0 && !isZero(words, size, size + 2)) return RejectCode.Malformed;
  return isWhole(words, price) && isWhole(words, size) ? 0 : RejectCode.NumberOutOfRange;
}

function cancelAllFault(words: Int32Array, at: number, reason: number, fromClient: boolean): RejectCode | 0 {
  if (orderSide(words[at]!) > Side.Sell) return RejectCode.BadSide;
  // Only a gateway knows that a session has ended.
  if (reason !== 0 && (fromClient || reason !== CancelReason.Disconnected)) return RejectCode.Malformed;
  return isZero(words, at + ORDER_TARGET, at + ORDER_SEND_TIME) ? 0 : RejectCode.Malformed;
}

function massQuoteFault(words: Int32Array, at: number, flags: number, fromClient: boolean): RejectCode | 0 {
  if (selfTradeOf(flags) > SelfTrade.DecrementBoth) return RejectCode.BadFlags;
  const quotes = quoteCount(words, at);
  if (!isZero(words, at + ORDER_TARGET, at + ORDER_SIZE)) return RejectCode.Malformed;
  if (words[at + ORDER_SIZE] !== quotes || words[at + ORDER_SIZE + 1] !== 0) return RejectCode.Malformed;
  if (words[at + ORDER_INSTRUMENT] !== words[quoteWord(at, 0)]) return RejectCode.Malformed;
  for (let i = 0; i < quotes; i++) {
    const fault = quoteFault(words, quoteWord(at, i), fromClient);
    if (fault !== 0) return fault;
  }
  return 0;
}

function quoteFault(words: Int32Array, quote: number, fromClient: boolean): RejectCode | 0 {
  if (fromClient && words[quote]! <= 0) return RejectCode.UnknownInstrument;
  if (words[quote + 1] !== 0 || !isZero(words, quote + QUOTE_WORDS, quote + LINE_WORDS))
    return RejectCode.Malformed;
  const isSound =
    isWhole(words, quote + QUOTE_BID_PRICE) &&
    isWhole(words, quote + QUOTE_BID_SIZE) &&
    isWhole(words, quote + QUOTE_ASK_PRICE) &&
    isWhole(words, quote + QUOTE_ASK_SIZE);
  return isSound ? 0 : RejectCode.NumberOutOfRange;
}

/** Whom an Account command is about, its group and its kill switch. */
function settingsOfAccountFault(
  words: Int32Array,
  at: number,
  killSwitch: number,
  flags: number,
): RejectCode | 0 {
  const group = words[at + ORDER_INSTRUMENT]!;
  if ((flags & WITH_KILL_SWITCH) === 0 ? killSwitch !== 0 : killSwitch > 1) return RejectCode.Malformed;
  if ((flags & WITH_GROUP) === 0 && group !== 0) return RejectCode.Malformed;
  const isSound = words[at + ORDER_TARGET]! > 0 && words[at + ORDER_TARGET + 1] === 0 && group >= 0;
  return isSound ? 0 : RejectCode.NumberOutOfRange;
}

function readFault(words: Int32Array, at: number): RejectCode | 0 {
  if (!isZero(words, at + ORDER_TARGET, at + ORDER_SIZE)) return RejectCode.Malformed;
  const depth = words[at + ORDER_SIZE]!;
  const isSound = words[at + ORDER_SIZE + 1] === 0 && depth >= 1 && depth <= MAX_BOOK_DEPTH;
  return isSound ? 0 : RejectCode.NumberOutOfRange;
}

/** Commands of the exchange itself, of one line: zero up to the word `used` of line 1, and no instrument. */
function ownFault(words: Int32Array, at: number, type: number, used: number): RejectCode | 0 {
  const isFree =
    type === 0 && words[at + ORDER_INSTRUMENT] === 0 && isZero(words, at + ORDER_TARGET, at + used);
  return isFree && isZero(words, at + ORDER_SEND_TIME, at + ORDER_SEND_TIME + 2) ? 0 : RejectCode.Malformed;
}
