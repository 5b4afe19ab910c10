import { writeWhole } from '../wire/words.js';
import type { Book } from './book.js';
import type { GeneralRoom } from './general-room.js';
import * as pool from './order-pool.js';

const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_CUMULATIVE, LIVE_ID, LIVE_LEVEL, LIVE_PRICE } = pool;
const { LIVE_REMAINING, LIVE_SESSION, LIVE_TERMS, ORDER_FLOATS_SHIFT, ORDER_SHIFT } = pool;
const { TERMS_BOOK_SHIFT, TERMS_SELF_TRADE_SHIFT, TERMS_TEXT } = pool;

/** What every order has. */
export interface OrderFields {
  /** Its id: a place. */
  readonly id: number;
  readonly side: number;
  readonly accountSlot: number;
  readonly session: number;
  readonly priceTicks: number;
  readonly sizeLots: number;
  /** A number in two halves, or the slot of a text and 0. */
  readonly clientIdLow: number;
  readonly clientIdHigh: number;
  readonly isText: boolean;
  readonly selfTrade: number;
}

/**
 * Makes a live order that stands in no queue yet, and returns its slot. The caller has seen that the pool is not full.
 */
export function makeOrder(room: GeneralRoom, book: Book, fields: OrderFields): number {
  const slot = room.orders.allocate();
  const { words, floats } = room.orders;
  const order = slot << ORDER_SHIFT;
  writeWhole(words, order + LIVE_ID, fields.id);
  words[order + LIVE_CLIENT_ID] = fields.clientIdLow;
  words[order + LIVE_CLIENT_ID + 1] = fields.clientIdHigh;
  words[order + LIVE_ACCOUNT] = fields.accountSlot;
  words[order + LIVE_SESSION] = fields.session;
  words[order + LIVE_TERMS] =
    fields.side |
    (fields.isText ? TERMS_TEXT : 0) |
    (fields.selfTrade << TERMS_SELF_TRADE_SHIFT) |
    (book.number << TERMS_BOOK_SHIFT);
  words[order + LIVE_LEVEL] = -1;
  writeWhole(words, order + LIVE_PRICE, fields.priceTicks);
  floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING] = fields.sizeLots;
  floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE] = 0;
  room.orderIndex.add(slot, words[order + LIVE_ID]!);
  const rule = room.accountRules.of(fields.accountSlot);
  if (rule !== undefined && rule.openOrders !== 0) {
    rule.live++;
    room.rare.attach(slot);
  }
  return slot;
}
