/** The rarer fields of order records. Lines that a record does not have count as zeros, so that nobody needs to ask. */

import { CommandFlag } from '../model/command.js';
import type { OrderTerms } from '../model/order-terms.js';
import {
  LINE_WORDS,
  ORDER_DISPLAY_SIZE,
  ORDER_EXPIRY,
  ORDER_LINKED,
  ORDER_MINIMUM_SIZE,
  ORDER_PEG,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_STOP_LOSS,
  ORDER_STOP_PRICE,
  ORDER_TAKE_PROFIT,
  ORDER_TARGET,
  ORDER_TERMS,
  ORDER_TEXT_WORD,
  orderFlags,
  orderLines,
  orderSide,
  orderTimeInForce,
  orderType,
  QUOTES_AT,
} from './order-record.js';
import { isTextIdAfter } from './text.js';
import { readBig, readWhole } from './words.js';

/** All that a New record says besides who and where. Makes an object: for orders that are more than plain limits. */
export function readOrderTerms(words: Int32Array, at: number): OrderTerms {
  const head = words[at]!;
  const terms = words[at + ORDER_TERMS]!;
  return {
    side: orderSide(head),
    type: orderType(terms),
    timeInForce: orderTimeInForce(terms),
    flags: orderFlags(terms),
    priceTicks: readWhole(words, at + ORDER_PRICE),
    sizeLots: readWhole(words, at + ORDER_SIZE),
    displaySizeLots: readWhole(words, at + ORDER_DISPLAY_SIZE),
    stopPriceTicks: stopPriceOf(words, at),
    hasExpiry: hasLine(words, at, 2) && (words[at + ORDER_EXPIRY]! | words[at + ORDER_EXPIRY + 1]!) !== 0,
    minimumSizeLots: minimumSizeOf(words, at),
    pegReference: pegReferenceOf(words, at),
    trailUnit: trailUnitOf(words, at),
    takeProfitTicks: takeProfitOf(words, at),
    stopLossTicks: stopLossOf(words, at),
  };
}

/** New: the stop price in ticks, a trailing stop's distance in its unit, or a peg's offset in ticks, signed; 0: none. */
export function stopPriceOf(words: Int32Array, at: number): number {
  return hasLine(words, at, 2) ? readWhole(words, at + ORDER_STOP_PRICE) : 0;
}

/** New: the expiry in nanoseconds since the epoch, 0: none. */
export function expiryOf(words: Int32Array, at: number): bigint {
  return hasLine(words, at, 2) ? readBig(words, at + ORDER_EXPIRY) : 0n;
}

/** New: the smallest size, in lots, that must trade at once; 0: any. */
export function minimumSizeOf(words: Int32Array, at: number): number {
  return hasLine(words, at, 2) ? readWhole(words, at + ORDER_MINIMUM_SIZE) : 0;
}

/** New: `PegReference`, 0: none. */
export function pegReferenceOf(words: Int32Array, at: number): number {
  return hasLine(words, at, 2) ? words[at + ORDER_PEG]! & 0xff : 0;
}

/** New: `TrailUnit`, 0: none. */
export function trailUnitOf(words: Int32Array, at: number): number {
  return hasLine(words, at, 2) ? (words[at + ORDER_PEG]! >>> 8) & 0xff : 0;
}

/** New with exits: the take-profit price in ticks, 0: none. */
export function takeProfitOf(words: Int32Array, at: number): number {
  return hasLine(words, at, 3) ? readWhole(words, at + ORDER_TAKE_PROFIT) : 0;
}

/** New with exits: the stop-loss price in ticks, 0: none. */
export function stopLossOf(words: Int32Array, at: number): number {
  return hasLine(words, at, 3) ? readWhole(words, at + ORDER_STOP_LOSS) : 0;
}

/**
 * The word at which the number of a command's target stands: an order id, or a client order id with flag
 * TargetByClientId. Of a linked new order it is in line 3, of all others in line 1. Zero where the target is a text.
 */
export function targetWord(words: Int32Array, at: number): number {
  return (
    at + ((orderFlags(words[at + ORDER_TERMS]!) & CommandFlag.Linked) !== 0 ? ORDER_LINKED : ORDER_TARGET)
  );
}

/** Mass quote: how many quotes it holds. */
export function quoteCount(words: Int32Array, at: number): number {
  return Math.max(0, orderLines(words[at]!) - 2);
}

/** Mass quote: the word at which quote `index`, from 0, begins. */
export function quoteWord(at: number, index: number): number {
  return at + QUOTES_AT + index * LINE_WORDS;
}

/** True where the record, whatever else is wrong with it, has a text client id that an answer can repeat. */
export function hasTextClientId(words: Int32Array, at: number): boolean {
  const flags = orderFlags(words[at + ORDER_TERMS]!);
  if ((flags & CommandFlag.TextClientId) === 0) return false;
  return (
    hasLine(words, at, 2) && at + 2 * LINE_WORDS <= words.length && isTextIdAfter(words, at + ORDER_TEXT_WORD)
  );
}

function hasLine(words: Int32Array, at: number, line: number): boolean {
  return orderLines(words[at]!) >= line;
}
