import { CommandFlag, CommandKind, OrderType, type Side, TimeInForce } from '../model/command.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  orderHead,
  orderTerms,
} from '../wire/order-record.js';
import { writeWhole } from '../wire/words.js';
import { replayInstrument } from './replay-venue.js';

/** The records that a replay sends; one line each. */

export function newOrder(
  account: number,
  clientId: number,
  side: Side,
  immediate: boolean,
  priceTicks: number,
  sizeLots: number,
): Int32Array {
  const words = blank(CommandKind.New, side, account, clientId);
  const timeInForce = immediate ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel;
  words[1] = orderTerms(OrderType.Limit, timeInForce, 0);
  writeWhole(words, ORDER_PRICE, priceTicks);
  writeWhole(words, ORDER_SIZE, sizeLots);
  return words;
}

/** Cancels by client order id. */
export function cancelOrder(account: number, clientId: number, target: number): Int32Array {
  const words = blank(CommandKind.Cancel, 0, account, clientId);
  words[1] = orderTerms(0, 0, CommandFlag.TargetByClientId);
  writeWhole(words, ORDER_TARGET, target);
  return words;
}

/** Gives an order, named by its client order id, a new total size. */
export function resizeOrder(
  account: number,
  clientId: number,
  target: number,
  totalLots: number,
): Int32Array {
  const words = blank(CommandKind.Amend, 0, account, clientId);
  words[1] = orderTerms(0, 0, CommandFlag.TargetByClientId | CommandFlag.AmendSize);
  writeWhole(words, ORDER_TARGET, target);
  writeWhole(words, ORDER_SIZE, totalLots);
  return words;
}

/** Reads the book; the answer carries `clientId`. */
export function bookRead(depth: number, clientId: number): Int32Array {
  const words = blank(CommandKind.ReadBook, 0, 1, clientId);
  writeWhole(words, ORDER_SIZE, depth);
  return words;
}

function blank(kind: number, side: number, account: number, clientId: number): Int32Array {
  const words = new Int32Array(LINE_WORDS);
  words[0] = orderHead(kind, 1, side);
  words[ORDER_INSTRUMENT] = replayInstrument.id;
  words[ORDER_ACCOUNT] = account;
  writeWhole(words, ORDER_CLIENT_ID, clientId);
  return words;
}
