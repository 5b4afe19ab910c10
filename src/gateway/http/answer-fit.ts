import { CommandFlag, CommandKind, OrderType } from '../../model/command.js';
import { CancelReason, EventKind } from '../../model/event.js';
import {
  EVENT_CODE,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_SIZE,
  eventCodeOf,
  eventKind,
  eventSide,
} from '../../wire/event-record.js';
import {
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TERMS,
  ORDER_TEXT_BYTE,
  ORDER_TEXT_LENGTH_BYTE,
  orderFlags,
  orderKind,
  orderSide,
  orderType,
} from '../../wire/order-record.js';
import { readByte, readText } from '../../wire/text.js';
import { readWhole } from '../../wire/words.js';

/**
 * True where the answer at word `at` can be the one to this order record: another command of the same account, shard
 * and client id may be answered first. What both of them are sure to carry is compared; of a new order's terms only side,
 * price and size.
 */
export function answerFits(order: Int32Array, words: Int32Array, at: number): boolean {
  const kind = orderKind(order[0]!);
  const code = eventCodeOf(words[at + EVENT_CODE]!);
  switch (eventKind(words[at]!)) {
    case EventKind.Rejected:
      // A reject repeats the command as it came.
      return (
        eventSide(words[at]!) === orderSide(order[0]!) &&
        words[at + EVENT_INSTRUMENT] === order[ORDER_INSTRUMENT] &&
        samePair(order, ORDER_PRICE, words, at + EVENT_PRICE) &&
        samePair(order, ORDER_SIZE, words, at + EVENT_SIZE) &&
        targetFits(order, words, at)
      );
    case EventKind.Accepted:
      return (
        kind === CommandKind.New &&
        eventSide(words[at]!) === orderSide(order[0]!) &&
        words[at + EVENT_INSTRUMENT] === order[ORDER_INSTRUMENT] &&
        (!keepsPrice(order) || samePair(order, ORDER_PRICE, words, at + EVENT_PRICE)) &&
        samePair(order, ORDER_SIZE, words, at + EVENT_SIZE)
      );
    case EventKind.Cancelled: {
      const byAmend = code === CancelReason.AmendedToNothing;
      return (
        kind === (byAmend ? CommandKind.Amend : CommandKind.Cancel) &&
        targetFits(order, words, at) &&
        instrumentFits(order, words, at)
      );
    }
    case EventKind.Amended: {
      const namesSize = (orderFlags(order[ORDER_TERMS]!) & CommandFlag.AmendSize) !== 0;
      return (
        kind === CommandKind.Amend &&
        targetFits(order, words, at) &&
        instrumentFits(order, words, at) &&
        (!namesSize || samePair(order, ORDER_SIZE, words, at + EVENT_SIZE))
      );
    }
    case EventKind.AllCancelled:
      return kind === CommandKind.CancelAll;
    case EventKind.Quoted:
      return kind === CommandKind.MassQuote && samePair(order, ORDER_SIZE, words, at + EVENT_SIZE);
    case EventKind.StateChanged:
      return (
        kind === CommandKind.State &&
        words[at + EVENT_INSTRUMENT] === order[ORDER_INSTRUMENT] &&
        code === orderType(order[ORDER_TERMS]!)
      );
    case EventKind.PricesChanged:
      return kind === CommandKind.Prices && words[at + EVENT_INSTRUMENT] === order[ORDER_INSTRUMENT];
    case EventKind.AccountChanged:
      return kind === CommandKind.Account && samePair(order, ORDER_TARGET, words, at + EVENT_ORDER);
    default:
      return false;
  }
}

/** True where the answer has the price of the record, which an amended order does not always get. */
export function repeatsPrice(order: Int32Array, words: Int32Array, at: number): boolean {
  return samePair(order, ORDER_PRICE, words, at + EVENT_PRICE);
}

/** The client id of an order record. */
export function orderClientId(order: Int32Array): number | string {
  if ((orderFlags(order[ORDER_TERMS]!) & CommandFlag.TextClientId) === 0)
    return readWhole(order, ORDER_CLIENT_ID);
  return readText(order, ORDER_TEXT_BYTE, readByte(order, ORDER_TEXT_LENGTH_BYTE));
}

/** Whether a new order is accepted at the price that it names: a collar, a slide and a peg give it another. */
function keepsPrice(order: Int32Array): boolean {
  const terms = order[ORDER_TERMS]!;
  const type = orderType(terms);
  if ((orderFlags(terms) & CommandFlag.PostOnlySlide) !== 0) return false;
  return type === OrderType.Limit || type === OrderType.StopLimit;
}

/** A cancel and an amend may name their target by its client id, which the answer does not repeat. */
function targetFits(order: Int32Array, words: Int32Array, at: number): boolean {
  const kind = orderKind(order[0]!);
  if (kind !== CommandKind.Cancel && kind !== CommandKind.Amend) return true;
  if ((orderFlags(order[ORDER_TERMS]!) & CommandFlag.TargetByClientId) !== 0) return true;
  return samePair(order, ORDER_TARGET, words, at + EVENT_ORDER);
}

/** A cancel and an amend may leave the instrument out. */
function instrumentFits(order: Int32Array, words: Int32Array, at: number): boolean {
  const instrument = order[ORDER_INSTRUMENT]!;
  return instrument === 0 || instrument === words[at + EVENT_INSTRUMENT];
}

function samePair(a: Int32Array, aAt: number, b: Int32Array, bAt: number): boolean {
  return a[aAt] === b[bAt] && a[aAt + 1] === b[bAt + 1];
}
