import { CommandFlag, CommandKind, Side } from '../model/command.js';
import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import { RejectCode } from '../model/reject.js';
import { CELL_WORDS, EVENT_CELLS, eventHead } from '../wire/event-record.js';
import { orderHead } from '../wire/order-record.js';
import { readWhole } from '../wire/words.js';
import * as accountTable from './accounts.js';
import * as log from './answer-log.js';
import type { BookRoom } from './book.js';
import type { ClientIds } from './client-ids.js';
import * as content from './command-content.js';
import type { EventWriter } from './event-writer.js';
import type { Listings } from './listings.js';
import type { OrderIndex } from './order-index.js';
import * as pool from './order-pool.js';
import * as wordIndex from './word-index.js';

// What stands here is compiled in; an imported binding is read from memory at each use.
const { ACCOUNT_INDEX, ACCOUNT_NUMBER, ACCOUNT_PLACE, ACCOUNT_ROOM, ACCOUNT_SHIFT } = accountTable;
const { ACCOUNT_SPECIAL, NEAR_ACCOUNT_MASK } = accountTable;
const { ENTRY_PLACE_PAIR, ENTRY_TIME_PAIR } = log;
const { COUNTER_MASK, ENTRY_CONTENT, ENTRY_FORM, ENTRY_ID, ENTRY_PLACE, ENTRY_TIME } = log;
const { FORM_BOOK_SHIFT, FORM_CANCELLED, FORM_CODE_SHIFT, FORM_REJECTED, FORM_SIDE_SHIFT } = log;
const { contentHigh, contentLow } = content;
const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_CUMULATIVE, LIVE_ID, LIVE_ID_PAIR, LIVE_PRICE_PAIR } = pool;
const { LIVE_PRICE, LIVE_REMAINING } = pool;
const { LIVE_TERMS, ORDER_FLOATS_SHIFT, ORDER_SHIFT, TERMS_BOOK_MASK, TERMS_BOOK_SHIFT, TERMS_RARE } = pool;
const { TERMS_SIDE } = pool;
const { INDEX_MASK } = wordIndex;

/** Word 0 of a plain cancel. */
export const PLAIN_CANCEL = orderHead(CommandKind.Cancel, 1, 0);
const FLAGS_MASK = 0xffff << 16;
const BY_CLIENT_ID = CommandFlag.TargetByClientId << 16;
const { Buy: BUY, Sell: SELL } = Side;

const CANCELLED = eventHead(EventKind.Cancelled, EVENT_CELLS, 0);
const REJECTED = eventHead(EventKind.Rejected, EVENT_CELLS, 0);
const WHOLE_ANSWER = (EventFlag.Answer | EventFlag.LastOfCommand) << 16;
const ASKED = CancelReason.Asked | (EventFlag.OrderDone << 16) | WHOLE_ANSWER;
const UNKNOWN_ORDER = RejectCode.UnknownOrder;
const EVENT_WORDS = EVENT_CELLS * CELL_WORDS;

/** The high half of a whole number is the number times this, cut off. */
const HIGH = 1 / 4_294_967_296;

/**
 * The plain path of cancels: numeric ids, and an order with which nothing is special, or that is gone. First all checks,
 * then all changes; where a check fails nothing has changed, and the command goes the general way (see `PlainOrders`).
 */
export class PlainCancels {
  /** Bits that say why no cancel can take the plain path; 0 while it is open. */
  special = 0;

  declare private readonly events: EventWriter;
  declare private readonly accounts: accountTable.Accounts;
  declare private readonly orders: pool.OrderPool;
  declare private readonly orderIndex: OrderIndex;
  declare private readonly clientIds: ClientIds;
  declare private readonly listings: Listings;

  constructor(room: BookRoom, listings: Listings) {
    this.events = room.events;
    this.accounts = room.accounts;
    this.orders = room.orders;
    this.orderIndex = room.orderIndex;
    this.clientIds = room.clientIds;
    this.listings = listings;
  }

  /**
   * Carries out a command whose word 0 is PLAIN_CANCEL, and returns true; false, and nothing has changed, where it must go
   * the general way.
   */
  cancel(words: Int32Array, pairs: Float64Array, record: number): boolean {
    const at = record & INDEX_MASK;
    const flags = words[at + 1]! & FLAGS_MASK;
    const account = words[at + 3]!;
    const clientLow = words[at + 4]!;
    const clientHigh = words[at + 5]!;
    const targetLow = words[at + 6]!;
    const targetHigh = words[at + 7]!;
    if ((clientHigh | targetHigh) >>> 21 !== 0) return false;
    if (account === 0 || (clientLow | clientHigh) === 0) return false;
    const accounts = this.accounts;
    const accountSlot = accounts.near[account & NEAR_ACCOUNT_MASK]!;
    const chain = (accountSlot << ACCOUNT_SHIFT) & INDEX_MASK;
    const chains = accounts.words;
    if (chains[chain + ACCOUNT_NUMBER] !== account) return this.#look(words, pairs, at);
    const clientIds = this.clientIds;
    const { numbers } = clientIds;
    const orders = this.orders;
    const live = orders.words;
    let slot: number;
    if (flags === BY_CLIENT_ID) {
      slot = ~numbers.guess(targetLow, targetHigh, account);
      if (slot < 0) return this.#refuse(words, at, chain);
      const id = ((slot << ORDER_SHIFT) & INDEX_MASK) + LIVE_CLIENT_ID;
      if (live[id] !== targetLow || live[id + 1] !== targetHigh) return false;
    } else if (flags === 0) {
      slot = this.orderIndex.find(targetLow, targetHigh);
      if (slot < 0) return false;
    } else return false;

    const order = (slot << ORDER_SHIFT) & INDEX_MASK;
    const orderFloat = (slot << ORDER_FLOATS_SHIFT) & INDEX_MASK;
    const terms = live[order + LIVE_TERMS]!;
    if (live[order + LIVE_ACCOUNT] !== accountSlot) return false;
    const bookNumber = (terms >>> TERMS_BOOK_SHIFT) & TERMS_BOOK_MASK;
    const book = this.listings.books[bookNumber]!;
    const special = book.special | chains[chain + ACCOUNT_SPECIAL]! | this.special;
    if ((special | (terms & TERMS_RARE)) !== 0) return false;
    if (book.care !== 0 && book.isFollowedAt(terms & TERMS_SIDE, readWhole(live, order + LIVE_PRICE)))
      return false;
    const instrument = words[at + 2]!;
    const { instrumentId } = book;
    if (instrument !== 0 && instrument !== instrumentId) return false;
    if ((words[at + 12]! | words[at + 13]!) !== 0 && clientIds.isLate(words[at + 12]!, words[at + 13]!))
      return false;
    const place = numbers.claim(clientLow, clientHigh, account);
    if (numbers.values[place] !== 0) return false;

    // From here on all is well.
    const answers = clientIds.log;
    const { next } = answers;
    numbers.fill(place, (next + 1) | 0);
    const entry = clientIds.makeRoom() & INDEX_MASK;
    answers.next = ((next | 0) + FORM_CANCELLED) & COUNTER_MASK;
    const entries = answers.words;
    const events = this.events;
    const ownPlace = events.stamp[events.placeLow & 1]!;
    const time = events.stamp[2]!;
    const { floats } = orders;
    const side = terms & TERMS_SIDE;
    const idLow = live[order + LIVE_ID]!;
    const id = floats[orderFloat + LIVE_ID_PAIR]!;
    const price = floats[orderFloat + LIVE_PRICE_PAIR]!;
    const rest = floats[orderFloat + LIVE_REMAINING]!;
    const cumulative = floats[orderFloat + LIVE_CUMULATIVE]!;
    const entryPairs = answers.pairs;
    const entryPair = entry >> 1;
    entries[entry + ENTRY_CONTENT] = contentLow(words, at);
    entries[entry + ENTRY_CONTENT + 1] = contentHigh(words, at);
    entryPairs[entryPair + ENTRY_PLACE_PAIR] = ownPlace;
    entryPairs[entryPair + ENTRY_TIME_PAIR] = time;
    entries[entry + ENTRY_ID] = place;
    entries[entry + ENTRY_FORM] =
      FORM_CANCELLED | (side << FORM_SIDE_SHIFT) | (bookNumber << FORM_BOOK_SHIFT);
    entryPairs[entryPair + 4] = id;
    entryPairs[entryPair + 5] = price;
    entryPairs[entryPair + 6] = rest;
    entryPairs[entryPair + 7] = cumulative;

    const to = events.claim(EVENT_WORDS) & INDEX_MASK;
    const out = events.words;
    const outPairs = events.pairs;
    const chainPairs = accounts.pairs;
    const toPair = to >> 1;
    const chainPair = chain >> 1;
    out[to] = CANCELLED | (side << 24);
    out[to + 1] = ASKED;
    outPairs[toPair + 1] = ownPlace;
    out[to + 4] = 0;
    out[to + 5] = instrumentId;
    outPairs[toPair + 3] = chainPairs[chainPair]!;
    outPairs[toPair + 4] = chainPairs[chainPair + 1]!;
    outPairs[toPair + 5] = time;
    outPairs[toPair + 6] = id;
    outPairs[toPair + 7] = pairs[(at >> 1) + 2]!;
    outPairs[toPair + 8] = price;
    out[to + 18] = rest | 0;
    out[to + 19] = (rest * HIGH) | 0;
    outPairs[toPair + 10] = 0;
    out[to + 22] = cumulative | 0;
    out[to + 23] = (cumulative * HIGH) | 0;
    // Mostly it is 0 already, and what is not written now can be read as a pair soon.
    if (chains[chain + ACCOUNT_INDEX] !== 0) chains[chain + ACCOUNT_INDEX] = 0;
    chainPairs[chainPair + 1] = ownPlace;
    chains[chain + ACCOUNT_ROOM]! += 1;

    (side === BUY ? book.bids : book.asks).remove(slot);
    this.orderIndex.remove(slot, idLow, terms);
    clientIds.releaseOrder(slot);
    orders.release(slot);
    return true;
  }

  /** Rejects the cancel of an order that is gone: it traded, mostly. The target has no value, or that of a command. */
  #refuse(words: Int32Array, record: number, chainWord: number): boolean {
    const at = record & INDEX_MASK;
    const chain = chainWord & INDEX_MASK;
    const head = words[at]!;
    const account = words[at + 3]!;
    const clientLow = words[at + 4]!;
    const clientHigh = words[at + 5]!;
    const clientIds = this.clientIds;
    const { numbers } = clientIds;
    if (numbers.find(words[at + 6]!, words[at + 7]!, account) < 0) return false;
    if (this.special !== 0 || this.accounts.words[chain + ACCOUNT_SPECIAL] !== 0) return false;
    // What is out of range is not repeated.
    if (head >>> 24 > SELL || (words[at + 9]! | words[at + 11]!) >>> 21 !== 0) return false;
    if (clientIds.isLate(words[at + 12]!, words[at + 13]!)) return false;
    const place = numbers.claim(clientLow, clientHigh, account);
    if (numbers.values[place] !== 0) return false;

    const answers = clientIds.log;
    const { next } = answers;
    numbers.fill(place, (next + 1) | 0);
    const entry = clientIds.makeRoom() & INDEX_MASK;
    answers.next = (next + FORM_REJECTED) & COUNTER_MASK;
    const entries = answers.words;
    const events = this.events;
    const { placeLow, placeHigh, timeLow, timeHigh } = events;
    entries[entry + ENTRY_CONTENT] = contentLow(words, at);
    entries[entry + ENTRY_CONTENT + 1] = contentHigh(words, at);
    entries[entry + ENTRY_PLACE] = placeLow;
    entries[entry + ENTRY_PLACE + 1] = placeHigh;
    entries[entry + ENTRY_TIME] = timeLow;
    entries[entry + ENTRY_TIME + 1] = timeHigh;
    entries[entry + ENTRY_ID] = place;
    entries[entry + ENTRY_FORM] = FORM_REJECTED | (UNKNOWN_ORDER << FORM_CODE_SHIFT);

    const to = events.claim(EVENT_WORDS) & INDEX_MASK;
    const out = events.words;
    const chains = this.accounts.words;
    out[to] = REJECTED | ((head >>> 24) << 24);
    out[to + 1] = UNKNOWN_ORDER | WHOLE_ANSWER;
    out[to + 2] = placeLow;
    out[to + 3] = placeHigh;
    out[to + 4] = 0;
    out[to + 5] = words[at + 2]!;
    out[to + 6] = account;
    out[to + 7] = chains[chain + ACCOUNT_INDEX]!;
    out[to + 8] = chains[chain + ACCOUNT_PLACE]!;
    out[to + 9] = chains[chain + ACCOUNT_PLACE + 1]!;
    out[to + 10] = timeLow;
    out[to + 11] = timeHigh;
    out[to + 12] = 0;
    out[to + 13] = 0;
    out[to + 14] = clientLow;
    out[to + 15] = clientHigh;
    for (let i = 8; i < 12; i++) out[to + 8 + i] = words[at + i]!;
    for (let i = 20; i < EVENT_WORDS; i++) out[to + i] = 0;
    chains[chain + ACCOUNT_INDEX] = 0;
    chains[chain + ACCOUNT_PLACE] = placeLow;
    chains[chain + ACCOUNT_PLACE + 1] = placeHigh;
    return true;
  }

  /** Tries again with the account looked up. */
  #look(words: Int32Array, pairs: Float64Array, at: number): boolean {
    this.accounts.slotOf(words[at + 3]!);
    return this.cancel(words, pairs, at);
  }
}
