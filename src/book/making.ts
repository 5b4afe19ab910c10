import { writeWhole } from '../wire/words.js';
import type { Book } from './book.js';
import type { GeneralRoom } from './general-room.js';
import * as pool from './order-pool.js';

const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_CUMULATIVE, LIVE_ID, LIVE_LEVEL, LIVE_PRICE } = pool;
const { LIVE_REMAINING, LIVE_SESSION, LIVE_TERMS, ORDER_FLOATS_SHIFT, ORDER_SHIFT } = pool;
const { TERMS_BOOK_SHIFT, TERMS_SELF_TRADE_SHIFT, TERMS_TEXT } = pool;

/**
 * Makes the live order that the room's draft describes, which stands in no queue yet, and returns its slot. The caller has seen that the pool is not full.
 */
export function makeOrder(room: GeneralRoom, book: Book): number {
  const fields = room.draft;
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
  room.accounts.addRoom(fields.accountSlot, -1);
  return slot;
}
