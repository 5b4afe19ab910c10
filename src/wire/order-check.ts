/**
 * The shape of a command's record: all that can be told of it without knowing instruments, orders or sessions. Gateways
 * check what clients send; the engine checks once more, as what stands in the log is applied whatever it holds. Once per
 * order, so it reads words, and for a plain order allocates nothing.
 *
 * What has no meaning in a command must be zero: two records say the same only where their words are the same, and no
 * wish is ever passed over in silence.
 */

import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { MAX_ORDER_LINES, MAX_QUOTES } from '../model/limits.js';
import { TERMS_FLAGS } from '../model/order-terms.js';
import { RejectCode } from '../model/reject.js';
import { bodyFault } from './command-check.js';
import { newOrderFault, newOrderLines } from './new-order-check.js';
import {
  CLIENT_ID_TEXT_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_STOP_PRICE,
  ORDER_TERMS,
  ORDER_TEXT_WORD,
  ORDER_VERSION,
  orderFlags,
  orderHead,
  orderKind,
  orderLines,
  orderTerms,
  orderVersion,
} from './order-record.js';
import { isTextId, isTextIdAfter } from './text.js';
import { isZero } from './words.js';

// What stands here is compiled in; an imported binding is read from memory at each use.
const { New: NEW, Cancel: CANCEL, Amend: AMEND, CancelAll: CANCEL_ALL, MassQuote: MASS_QUOTE } = CommandKind;
const { List: LIST, Settings: SETTINGS, State: STATE, Prices: PRICES, Account: ACCOUNT } = CommandKind;
const { Time: TIME, ReadBook: READ_BOOK } = CommandKind;
const { TextClientId: TEXT, TargetByClientId: BY_CLIENT_ID, TargetText: TARGET_TEXT } = CommandFlag;
const { Linked: LINKED } = CommandFlag;
const { Buy: BUY, Sell: SELL } = Side;

const TARGET_FLAGS = TEXT | BY_CLIENT_ID | TARGET_TEXT;
const NEW_FLAGS = TARGET_FLAGS | TERMS_FLAGS;
const AMEND_FLAGS = TARGET_FLAGS | CommandFlag.AmendPrice | CommandFlag.AmendSize;
const PRICES_FLAGS = TEXT | CommandFlag.AmendPrice | CommandFlag.AmendSize;
const ACCOUNT_FLAGS =
  TEXT |
  CommandFlag.SetOrderRate |
  CommandFlag.SetOpenOrders |
  CommandFlag.SetGroup |
  CommandFlag.SetKillSwitch;

/** Word 0 of a plain new order, less its side, and its word 1: one line, a limit order without flags, GTC or IOC. */
const PLAIN_HEAD = orderHead(NEW, 1, 0);
const PLAIN_GTC = orderTerms(OrderType.Limit, TimeInForce.GoodTillCancel, 0);
const PLAIN_IOC = orderTerms(OrderType.Limit, TimeInForce.ImmediateOrCancel, 0);

/** The gateway's name for `commandFault` of what a client sends. */
export function checkOrderRecord(words: Int32Array, at: number, linesAvailable: number): RejectCode | 0 {
  return commandFault(words, at, linesAvailable, true);
}

/**
 * The code to reject the record at word `at` with, 0 where its shape is right. Session and receive time are not looked
 * at: the gateway writes them.
 *
 * With any code but Malformed and WrongVersion the record's own count of lines is from 1 to MAX_ORDER_LINES and within
 * the message, so that the next record can be found.
 *
 * @param linesAvailable lines from there to the end of the message
 * @param fromClient true for what a client sends: kinds, accounts and client ids that are the exchange's own are refused,
 *   and an instrument must be named where the command needs one. False for what stands in the log
 */
export function commandFault(
  words: Int32Array,
  at: number,
  linesAvailable: number,
  fromClient: boolean,
): RejectCode | 0 {
  if (linesAvailable < 1) return RejectCode.Malformed;
  if (isPlainNew(words, at, fromClient)) return 0;
  const head = words[at]!;
  if (orderVersion(head) !== ORDER_VERSION) return RejectCode.WrongVersion;
  const lines = orderLines(head);
  if (lines < 1 || lines > MAX_ORDER_LINES || lines > linesAvailable) return RejectCode.Malformed;
  const kind = orderKind(head);
  const allowed = flagsOf(kind, fromClient);
  if (allowed < 0) return RejectCode.UnknownKind;
  const flags = orderFlags(words[at + ORDER_TERMS]!);
  if ((flags & ~allowed) !== 0) return RejectCode.BadFlags;
  if ((flags & TARGET_TEXT) !== 0 && (flags & BY_CLIENT_ID) === 0) return RejectCode.BadFlags;
  if (kind === NEW && (flags & BY_CLIENT_ID) !== 0 && (flags & LINKED) === 0) return RejectCode.BadFlags;
  if (lines !== linesOf(words, at, kind, flags)) return RejectCode.Malformed;

  return (
    accountFault(words, at, kind, fromClient) ||
    identityFault(words, at, kind, lines, flags, fromClient) ||
    (fromClient ? instrumentFault(words, at, kind, flags) : 0) ||
    (kind === NEW ? newOrderFault(words, at, lines, flags) : bodyFault(words, at, kind, flags, fromClient))
  );
}

/** The usual case, in a few comparisons: a limit order of one line, GTC or IOC, with nothing wrong with it. */
function isPlainNew(words: Int32Array, at: number, fromClient: boolean): boolean {
  const head = words[at]!;
  if ((head & 0xff_ffff) !== PLAIN_HEAD) return false;
  const terms = words[at + ORDER_TERMS]!;
  if (terms !== PLAIN_GTC && terms !== PLAIN_IOC) return false;
  const side = head >>> 24;
  if (side !== BUY && side !== SELL) return false;
  const idHigh = words[at + 5]!;
  if ((words[at + 4]! | idHigh) === 0 || (words[at + 6]! | words[at + 7]!) !== 0) return false;
  // The high halves of client id, price and size have at most 21 bits, those of a client's ids 20.
  if ((idHigh | words[at + 9]! | words[at + 11]!) >>> 21 !== 0) return false;
  if (!fromClient) return words[at + 3] !== 0;
  return words[at + 2]! > 0 && words[at + 3]! > 0 && idHigh >>> 20 === 0;
}

/** The flags that have a meaning for a kind, -1 for a kind that is unknown on that side. */
function flagsOf(kind: number, fromClient: boolean): number {
  switch (kind) {
    case NEW:
      return NEW_FLAGS;
    case CANCEL:
      return TARGET_FLAGS;
    case AMEND:
      return AMEND_FLAGS;
    case CANCEL_ALL:
      return TEXT | CommandFlag.OnlySession;
    case MASS_QUOTE:
      return TEXT | CommandFlag.SelfTradeBits;
    case STATE:
      return TEXT | CommandFlag.CancelOrders;
    case PRICES:
      return PRICES_FLAGS;
    case ACCOUNT:
      return ACCOUNT_FLAGS;
    case LIST:
    case SETTINGS:
    case TIME:
      return fromClient ? -1 : 0;
    case READ_BOOK:
      return fromClient ? 0 : -1;
    default:
      return -1;
  }
}

/** The lines that the record must have, 0 where no count would be right. */
function linesOf(words: Int32Array, at: number, kind: number, flags: number): number {
  if (kind === NEW) return newOrderLines(words, at, flags);
  if (kind === LIST) return 3;
  if (kind === MASS_QUOTE) {
    // As many as the record has itself, where that can be.
    const quotes = orderLines(words[at]!) - 2;
    return quotes >= 1 && quotes <= MAX_QUOTES ? quotes + 2 : 0;
  }
  return (flags & TARGET_TEXT) !== 0 ? 3 : (flags & TEXT) !== 0 ? 2 : 1;
}

/** Account 0 is the operator's; whether a session may act for it, or for any other, is checked elsewhere. */
function accountFault(words: Int32Array, at: number, kind: number, fromClient: boolean): RejectCode | 0 {
  const account = words[at + ORDER_ACCOUNT]!;
  const isSound =
    kind === CANCEL_ALL
      ? account >= 0 || !fromClient
      : isOwn(kind)
        ? account === 0
        : fromClient
          ? account > 0
          : account !== 0;
  return isSound ? 0 : fromClient ? RejectCode.AccountNotYours : RejectCode.Malformed;
}

/** Commands of the operator and of the exchange itself: no account is theirs. */
function isOwn(kind: number): boolean {
  return kind >= LIST && kind < READ_BOOK;
}

/** The command's own client id, as a number or as a text in line 2. */
function identityFault(
  words: Int32Array,
  at: number,
  kind: number,
  lines: number,
  flags: number,
  fromClient: boolean,
): RejectCode | 0 {
  const low = words[at + ORDER_CLIENT_ID]!;
  const high = words[at + ORDER_CLIENT_ID + 1]!;
  const text = at + ORDER_TEXT_WORD;
  if ((flags & TEXT) !== 0) {
    if ((low | high) !== 0) return RejectCode.BadClientId;
    if (words[text - 1] === 0 && !fromClient) return RejectCode.MissingClientId;
    // Beside the text's length a new order has its peg reference and its trail unit.
    if (!(kind === NEW ? isTextIdAfter(words, text) : isTextId(words, text))) return RejectCode.BadClientId;
  } else {
    if (kind === LIST || kind === SETTINGS || kind === TIME)
      return (low | high) === 0 ? 0 : RejectCode.Malformed;
    if ((low | high) === 0 && kind !== READ_BOOK) return RejectCode.MissingClientId;
    // From 2^52 up ids are made by gateways.
    if (high >>> (fromClient ? 20 : 21) !== 0) return RejectCode.BadClientId;
    if (lines > 1) {
      const lengthByte = words[text - 1]! >>> 24;
      if (lengthByte !== 0 || !isZero(words, text, text + CLIENT_ID_TEXT_WORDS)) return RejectCode.Malformed;
    }
  }
  if (kind === NEW || lines === 1) return 0;
  // Line 2 of all others is for the text alone.
  const isFree = isZero(words, at + ORDER_STOP_PRICE, text - 1) && (words[text - 1]! & 0xff_ffff) === 0;
  return isFree ? 0 : RejectCode.Malformed;
}

/** An order id names its shard, and all of an account's orders need no instrument; everything else is routed by it. */
function instrumentFault(words: Int32Array, at: number, kind: number, flags: number): RejectCode | 0 {
  // The self-trade group of an account stands where others have their instrument.
  if (kind === ACCOUNT) return 0;
  const instrument = words[at + ORDER_INSTRUMENT]!;
  const mayLack =
    kind === CANCEL_ALL || ((kind === CANCEL || kind === AMEND) && (flags & BY_CLIENT_ID) === 0);
  return instrument > 0 || (instrument === 0 && mayLack) ? 0 : RejectCode.UnknownInstrument;
}
