import { CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { EventFlag, EventKind } from '../model/event.js';
import { MAX_WHOLE } from '../model/limits.js';
import { CELL_WORDS, EVENT_CELLS, eventHead } from '../wire/event-record.js';
import { orderHead, orderTerms } from '../wire/order-record.js';
import * as accountTable from './accounts.js';
import * as log from './answer-log.js';
import type { Book, BookRoom } from './book.js';
import * as ids from './client-ids.js';
import * as content from './command-content.js';
import type { EventWriter } from './event-writer.js';
import * as listed from './listings.js';
import type { OrderIndex } from './order-index.js';
import * as pool from './order-pool.js';
import * as wordIndex from './word-index.js';

// What stands here is compiled in; an imported binding is read from memory at each use.
const { ACCOUNT_INDEX, ACCOUNT_NUMBER, ACCOUNT_ROOM, ACCOUNT_SHIFT, ACCOUNT_SPECIAL } = accountTable;
const { NEAR_ACCOUNT_MASK } = accountTable;
const { NEAR_INSTRUMENT_MASK } = listed;
const {
  COUNTER_MASK,
  ENTRY_CONTENT,
  ENTRY_FORM,
  ENTRY_ID,
  ENTRY_PLACE_PAIR,
  ENTRY_TIME_PAIR,
  FORM_ACCEPTED,
} = log;
const { OWNED_ID, OWNED_NAME, OWNED_SHIFT } = ids;
const { HEAD_FACTOR, INSTRUMENT_FACTOR, PRICE_FACTOR, PRICE_HIGH_FACTOR } = content;
const { SIZE_FACTOR, SIZE_HIGH_FACTOR, TERMS_FACTOR } = content;
const { LIVE_ACCOUNT, LIVE_CLIENT_ID_PAIR, LIVE_CUMULATIVE, LIVE_ID_PAIR, LIVE_PRICE_PAIR } = pool;
const { LIVE_REMAINING } = pool;
const { LIVE_SESSION, LIVE_TERMS, ORDER_FLOATS_SHIFT, ORDER_SHIFT, TERMS_BOOK_SHIFT } = pool;
const { INDEX_MASK } = wordIndex;
const MOST_LOTS = MAX_WHOLE;

/** Word 0 of a plain order without its side, and word 1 of the two plain kinds. */
export const PLAIN_ORDER = orderHead(CommandKind.New, 1, 0);
const REST = orderTerms(OrderType.Limit, TimeInForce.GoodTillCancel, 0);
const IMMEDIATE = orderTerms(OrderType.Limit, TimeInForce.ImmediateOrCancel, 0);
const BUY = Side.Buy;

const ACCEPTED = eventHead(EventKind.Accepted, EVENT_CELLS, 0);
const ANSWER = EventFlag.Answer << 16;
const WHOLE_ANSWER = (EventFlag.Answer | EventFlag.LastOfCommand) << 16;
const EVENT_WORDS = EVENT_CELLS * CELL_WORDS;
const TWO_32 = 4_294_967_296;

/**
 * The plain path of new orders: limit orders with a numeric client id with which nothing is special and nothing is wrong,
 * nearly all there are. One straight function, first all checks, then all changes; where a check fails nothing has
 * changed, and the command goes the general way (`ClientCommands`), which comes to the same events for plain orders too.
 *
 * What stands here in one piece would be calls elsewhere: each of them costs as much as a tenth of a command. Where words
 * are read and written by number, the number is the word of the layout that `wire/order-record.ts` or
 * `wire/event-record.ts` draws.
 */
export class PlainOrders {
  /** Bits that say why no order can take the plain path, be its book what it may; 0 while it is open. */
  special = 0;

  declare private readonly events: EventWriter;
  declare private readonly accounts: accountTable.Accounts;
  declare private readonly orders: pool.OrderPool;
  declare private readonly orderIndex: OrderIndex;
  declare private readonly clientIds: ids.ClientIds;
  declare private readonly listings: listed.Listings;

  constructor(room: BookRoom, listings: listed.Listings) {
    this.events = room.events;
    this.accounts = room.accounts;
    this.orders = room.orders;
    this.orderIndex = room.orderIndex;
    this.clientIds = room.clientIds;
    this.listings = listings;
  }

  /**
   * Carries out a command whose word 0 is PLAIN_ORDER and a side, at word `record` of `words`, which are `pairs` too, and returns true; false, and nothing has changed, where
   * it must go the general way.
   */
  enter(words: Int32Array, pairs: Float64Array, record: number): boolean {
    const at = record & INDEX_MASK;
    const head = words[at]!;
    const terms = words[at + 1]!;
    const instrument = words[at + 2]!;
    const account = words[at + 3]!;
    const priceLow = words[at + 8]!;
    const priceHigh = words[at + 9]!;
    const sizeLow = words[at + 10]!;
    const sizeHigh = words[at + 11]!;
    const side = head >>> 24;
    if ((terms !== REST && terms !== IMMEDIATE) || (side - 1) >>> 0 > 1) return false;
    // No display size, and high halves have at most 21 bits.
    if ((((words[at + 5]! | priceHigh | sizeHigh) >>> 21) | words[at + 6]! | words[at + 7]!) !== 0)
      return false;
    if (account === 0 || (words[at + 4]! | words[at + 5]!) === 0) return false;

    const listings = this.listings;
    const bookNumber = listings.near[instrument & NEAR_INSTRUMENT_MASK]!;
    const book = listings.books[bookNumber];
    const accounts = this.accounts;
    const accountSlot = accounts.near[account & NEAR_ACCOUNT_MASK]!;
    const chain = (accountSlot << ACCOUNT_SHIFT) & INDEX_MASK;
    const chains = accounts.words;
    if (book === undefined || book.instrumentId !== instrument || chains[chain + ACCOUNT_NUMBER] !== account)
      return this.#look(words, pairs, at);
    if ((book.special | chains[chain + ACCOUNT_SPECIAL]! | this.special) !== 0) return false;
    const accountRoom = chains[chain + ACCOUNT_ROOM]!;
    if (accountRoom <= 0) return false;
    const price = priceHigh * TWO_32 + (priceLow >>> 0);
    const size = sizeHigh * TWO_32 + (sizeLow >>> 0);
    const { bounds } = book;
    if (!(price >= bounds[0]! && price <= bounds[1]! && size >= bounds[2]! && size <= bounds[3]!))
      return false;
    const orders = this.orders;
    const own = side === BUY ? book.bids : book.asks;
    if (orders.isFull || !own.isRoomy || own.totalSizeLots + size > MOST_LOTS) return false;

    const clientIds = this.clientIds;
    if ((words[at + 12]! | words[at + 13]!) !== 0 && clientIds.isLate(words[at + 12]!, words[at + 13]!))
      return false;
    const { numbers } = clientIds;
    const where = numbers.claim(words[at + 4]!, words[at + 5]!, account);
    if (numbers.values[where] !== 0) return false;

    // From here on all is well.
    const slot = orders.allocate();
    numbers.fill(where, ~slot);
    const entry = clientIds.makeRoom() & INDEX_MASK;
    const answers = clientIds.log;
    const { next, words: entries } = answers;
    const events = this.events;
    const { placeLow } = events;
    const place = events.stamp[placeLow & 1]!;
    const time = events.stamp[2]!;
    const { pairs: entryPairs } = answers;
    entries[entry + ENTRY_CONTENT] =
      Math.imul(head, HEAD_FACTOR) +
      Math.imul(instrument, INSTRUMENT_FACTOR) +
      Math.imul(priceLow, PRICE_FACTOR) +
      Math.imul(sizeHigh, SIZE_HIGH_FACTOR);
    entries[entry + ENTRY_CONTENT + 1] =
      Math.imul(terms, TERMS_FACTOR) +
      Math.imul(priceHigh, PRICE_HIGH_FACTOR) +
      Math.imul(sizeLow, SIZE_FACTOR);
    entryPairs[(entry >> 1) + ENTRY_PLACE_PAIR] = place;
    entryPairs[(entry >> 1) + ENTRY_TIME_PAIR] = time;
    entries[entry + ENTRY_ID] = where;
    entries[entry + ENTRY_FORM] = FORM_ACCEPTED;
    answers.next = ((next | 0) + FORM_ACCEPTED) & COUNTER_MASK;
    const ownedWord = (slot << OWNED_SHIFT) & INDEX_MASK;
    if (ownedWord >= clientIds.owned.length) clientIds.growOwned(slot);
    const { owned } = clientIds;
    owned[ownedWord + OWNED_ID] = where;
    owned[ownedWord + OWNED_NAME] = (next + 1) | 0;

    const { words: live, floats } = orders;
    const order = (slot << ORDER_SHIFT) & INDEX_MASK;
    const orderFloat = (slot << ORDER_FLOATS_SHIFT) & INDEX_MASK;
    const recordPair = at >> 1;
    const client = pairs[recordPair + 2]!;
    const pricePair = pairs[recordPair + 4]!;
    const sizePair = pairs[recordPair + 5]!;
    floats[orderFloat + LIVE_ID_PAIR] = place;
    floats[orderFloat + LIVE_CLIENT_ID_PAIR] = client;
    floats[orderFloat + LIVE_PRICE_PAIR] = pricePair;
    live[order + LIVE_ACCOUNT] = accountSlot;
    live[order + LIVE_TERMS] = side | (bookNumber << TERMS_BOOK_SHIFT);
    live[order + LIVE_SESSION] = words[at + 14]!;
    floats[orderFloat + LIVE_REMAINING] = size;
    floats[orderFloat + LIVE_CUMULATIVE] = 0;

    const opposite = side === BUY ? book.asks : book.bids;
    const isQuiet =
      terms === REST && !opposite.isReachedBy(price) && (book.care === 0 || book.isQuietAt(side, price));
    const to = events.claim(EVENT_WORDS) & INDEX_MASK;
    const out = events.words;
    const outPairs = events.pairs;
    const chainPairs = accounts.pairs;
    const toPair = to >> 1;
    const chainPair = chain >> 1;
    out[to] = ACCEPTED | (side << 24);
    out[to + 1] = isQuiet ? WHOLE_ANSWER : ANSWER;
    outPairs[toPair + 1] = place;
    out[to + 4] = 0;
    out[to + 5] = instrument;
    outPairs[toPair + 3] = chainPairs[chainPair]!;
    outPairs[toPair + 4] = chainPairs[chainPair + 1]!;
    outPairs[toPair + 5] = time;
    outPairs[toPair + 6] = place;
    outPairs[toPair + 7] = client;
    outPairs[toPair + 8] = pricePair;
    outPairs[toPair + 9] = sizePair;
    outPairs[toPair + 10] = sizePair;
    outPairs[toPair + 11] = 0;
    // Mostly it is 0 already, and what is not written now can be read as a pair soon.
    if (chains[chain + ACCOUNT_INDEX] !== 0) chains[chain + ACCOUNT_INDEX] = 0;
    chainPairs[chainPair + 1] = place;
    chains[chain + ACCOUNT_ROOM] = accountRoom - 1;
    if (isQuiet) {
      own.append(slot);
      this.orderIndex.add(slot, placeLow);
    } else {
      this.#trade(book, slot, terms);
    }
    return true;
  }

  /** The order may trade, or must not rest. */
  #trade(book: Book, slot: number, terms: number): void {
    this.events.index = 1;
    book.enter(slot, terms === REST);
    this.events.endCommand();
  }

  /** Tries again with instrument and account looked up, where both are there. */
  #look(words: Int32Array, pairs: Float64Array, at: number): boolean {
    if (this.listings.find(words[at + 2]!) < 0) return false;
    this.accounts.slotOf(words[at + 3]!);
    return this.enter(words, pairs, at);
  }
}
