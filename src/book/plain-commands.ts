import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import { MAX_WHOLE } from '../model/limits.js';
import { EVENT_CELLS, eventHead } from '../wire/event-record.js';
import { orderHead, orderTerms } from '../wire/order-record.js';
import * as accountTable from './accounts.js';
import * as log from './answer-log.js';
import type { BookRoom } from './book.js';
import type { ClientIds } from './client-ids.js';
import { contentHigh, contentLow } from './command-content.js';
import type { EventWriter } from './event-writer.js';
import type { Listings } from './listings.js';
import type { OrderIndex } from './order-index.js';
import * as pool from './order-pool.js';

// What stands here is compiled in; an imported binding is read from memory at each use.
const { ACCOUNT_SHIFT, ACCOUNT_SPECIAL } = accountTable;
const { ENTRY_CONTENT, ENTRY_FORM, ENTRY_ID, ENTRY_PLACE, ENTRY_TIME } = log;
const { FORM_ACCEPTED, FORM_BOOK_SHIFT, FORM_CANCELLED, FORM_SIDE_SHIFT } = log;
const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_CUMULATIVE, LIVE_ID, LIVE_PRICE, LIVE_REMAINING } = pool;
const { LIVE_SESSION, LIVE_TERMS, ORDER_FLOATS_SHIFT, ORDER_SHIFT } = pool;
const { TERMS_BOOK_SHIFT, TERMS_QUOTE, TERMS_RARE, TERMS_SIDE } = pool;
const MOST_LOTS = MAX_WHOLE;

/** Word 0 of a plain record without its side, and word 1 of the two plain kinds of order. */
const HEAD_MASK = 0x00ff_ffff;
const NEW = orderHead(CommandKind.New, 1, 0);
const CANCEL = orderHead(CommandKind.Cancel, 1, 0);
const REST = orderTerms(OrderType.Limit, TimeInForce.GoodTillCancel, 0);
const IMMEDIATE = orderTerms(OrderType.Limit, TimeInForce.ImmediateOrCancel, 0);
const BY_CLIENT_ID = CommandFlag.TargetByClientId << 16;
const FLAGS_MASK = 0xffff << 16;
const BUY = Side.Buy;

const ACCEPTED = eventHead(EventKind.Accepted, EVENT_CELLS, 0);
const CANCELLED = eventHead(EventKind.Cancelled, EVENT_CELLS, 0);
const ANSWER = EventFlag.Answer << 16;
const WHOLE_ANSWER = (EventFlag.Answer | EventFlag.LastOfCommand) << 16;
const ASKED = CancelReason.Asked | ((EventFlag.OrderDone << 16) | WHOLE_ANSWER);
const EVENT_WORDS = EVENT_CELLS * 8;

const TWO_32 = 4_294_967_296;
const HIGH = 1 / TWO_32;

/**
 * The plain path: limit orders and cancels with numeric client ids with which nothing is special and nothing is wrong,
 * nearly all there is. Each is one straight function, first all checks, then all changes; where a check fails nothing has
 * changed, and the command goes the general way (`ClientCommands`), which comes to the same events for these commands too.
 *
 * Where words are read and written by number, the number is the word of the layout that `wire/order-record.ts` or
 * `wire/event-record.ts` draws.
 */
export class PlainCommands {
  /** Bits that say why no command can take the plain path, be its book what it may; 0 while it is open. */
  special = 0;

  readonly #events: EventWriter;
  readonly #accounts: accountTable.Accounts;
  readonly #orders: pool.OrderPool;
  readonly #orderIndex: OrderIndex;
  readonly #clientIds: ClientIds;
  readonly #listings: Listings;

  constructor(room: BookRoom, listings: Listings) {
    this.#events = room.events;
    this.#accounts = room.accounts;
    this.#orders = room.orders;
    this.#orderIndex = room.orderIndex;
    this.#clientIds = room.clientIds;
    this.#listings = listings;
  }

  /** Carries out a plain command and returns true; false, and nothing has changed, where it must go the general way. */
  apply(words: Int32Array, at: number): boolean {
    const head = words[at]! & HEAD_MASK;
    if (head === NEW) return this.#enter(words, at);
    if (head === CANCEL) return this.#cancel(words, at);
    return false;
  }

  #enter(words: Int32Array, at: number): boolean {
    const head = words[at]!;
    const terms = words[at + 1]!;
    const instrument = words[at + 2]!;
    const account = words[at + 3]!;
    const clientLow = words[at + 4]!;
    const clientHigh = words[at + 5]!;
    const priceLow = words[at + 8]!;
    const priceHigh = words[at + 9]!;
    const sizeLow = words[at + 10]!;
    const sizeHigh = words[at + 11]!;
    const side = head >>> 24;
    if ((terms !== REST && terms !== IMMEDIATE) || (side - 1) >>> 0 > 1) return false;
    // No display size, and high halves have at most 21 bits.
    if ((((clientHigh | priceHigh | sizeHigh) >>> 21) | words[at + 6]! | words[at + 7]!) !== 0) return false;
    if (account === 0 || (clientLow | clientHigh) === 0) return false;

    const bookNumber = this.#listings.find(instrument);
    if (bookNumber < 0) return false;
    const book = this.#listings.books[bookNumber]!;
    const accountSlot = this.#accounts.slotOf(account);
    const accountSpecial = this.#accounts.words[(accountSlot << ACCOUNT_SHIFT) + ACCOUNT_SPECIAL]!;
    if ((book.special | accountSpecial | this.special) !== 0) return false;
    const price = priceHigh * TWO_32 + (priceLow >>> 0);
    const size = sizeHigh * TWO_32 + (sizeLow >>> 0);
    const { bounds } = book;
    if (!(price >= bounds[0]! && price <= bounds[1]! && size >= bounds[2]! && size <= bounds[3]!))
      return false;
    const orders = this.#orders;
    const own = side === BUY ? book.bids : book.asks;
    if (orders.isFull || !own.isRoomy || own.totalSizeLots + size > MOST_LOTS) return false;

    const clientIds = this.#clientIds;
    if (clientIds.isLate(words[at + 12]!, words[at + 13]!)) return false;
    const { numbers } = clientIds;
    const place = numbers.claim(clientLow, clientHigh, account);
    if (numbers.values[place] !== 0) return false;

    // From here on all is well.
    const slot = orders.allocate();
    numbers.fill(place, -(slot + 1));
    clientIds.makeRoom();
    const answers = clientIds.log;
    const events = this.#events;
    const { placeLow, placeHigh, timeLow, timeHigh } = events;
    const entries = answers.words;
    const entry = answers.nextWord;
    entries[entry + ENTRY_CONTENT] = contentLow(words, at);
    entries[entry + ENTRY_CONTENT + 1] = contentHigh(words, at);
    entries[entry + ENTRY_PLACE] = placeLow;
    entries[entry + ENTRY_PLACE + 1] = placeHigh;
    entries[entry + ENTRY_TIME] = timeLow;
    entries[entry + ENTRY_TIME + 1] = timeHigh;
    entries[entry + ENTRY_ID] = place;
    entries[entry + ENTRY_FORM] = FORM_ACCEPTED;
    clientIds.own(slot, place, answers.nextName);
    answers.push(FORM_ACCEPTED);

    const live = orders.words;
    const order = slot << ORDER_SHIFT;
    live[order + LIVE_ID] = placeLow;
    live[order + LIVE_ID + 1] = placeHigh;
    live[order + LIVE_CLIENT_ID] = clientLow;
    live[order + LIVE_CLIENT_ID + 1] = clientHigh;
    live[order + LIVE_ACCOUNT] = accountSlot;
    live[order + LIVE_TERMS] = side | (bookNumber << TERMS_BOOK_SHIFT);
    live[order + LIVE_SESSION] = words[at + 14]!;
    live[order + LIVE_PRICE] = priceLow;
    live[order + LIVE_PRICE + 1] = priceHigh;
    orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING] = size;
    orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE] = 0;

    const opposite = side === BUY ? book.asks : book.bids;
    const isQuiet = terms === REST && !opposite.isReachedBy(price);
    const to = events.claim(EVENT_WORDS);
    const code = isQuiet ? WHOLE_ANSWER : ANSWER;
    events.writeHead(to, ACCEPTED | (side << 24), code, instrument, accountSlot, 0);
    const out = events.words;
    out[to + 12] = placeLow;
    out[to + 13] = placeHigh;
    out[to + 14] = clientLow;
    out[to + 15] = clientHigh;
    out[to + 16] = priceLow;
    out[to + 17] = priceHigh;
    out[to + 18] = sizeLow;
    out[to + 19] = sizeHigh;
    out[to + 20] = sizeLow;
    out[to + 21] = sizeHigh;
    out[to + 22] = 0;
    out[to + 23] = 0;
    if (isQuiet) {
      own.append(slot);
      this.#orderIndex.add(slot, placeLow);
      return true;
    }
    events.index = 1;
    book.enter(slot, terms === REST);
    events.endCommand();
    return true;
  }

  #cancel(words: Int32Array, at: number): boolean {
    const flags = words[at + 1]! & FLAGS_MASK;
    const account = words[at + 3]!;
    const clientLow = words[at + 4]!;
    const clientHigh = words[at + 5]!;
    const targetLow = words[at + 6]!;
    const targetHigh = words[at + 7]!;
    if ((clientHigh | targetHigh) >>> 21 !== 0) return false;
    if (account === 0 || (clientLow | clientHigh) === 0) return false;
    const clientIds = this.#clientIds;
    const { numbers } = clientIds;
    let slot: number;
    if (flags === BY_CLIENT_ID) slot = clientIds.findOrder(targetLow, targetHigh, account);
    else if (flags === 0) slot = this.#orderIndex.find(targetLow, targetHigh);
    else return false;
    if (slot < 0) return false;

    const orders = this.#orders;
    const live = orders.words;
    const order = slot << ORDER_SHIFT;
    const terms = live[order + LIVE_TERMS]!;
    const accountSlot = live[order + LIVE_ACCOUNT]!;
    const accounts = this.#accounts.words;
    const bookNumber = terms >>> TERMS_BOOK_SHIFT;
    const book = this.#listings.books[bookNumber]!;
    const special = book.special | accounts[(accountSlot << ACCOUNT_SHIFT) + ACCOUNT_SPECIAL]! | this.special;
    if ((special | (terms & (TERMS_RARE | TERMS_QUOTE))) !== 0) return false;
    const instrument = words[at + 2]!;
    if (instrument !== 0 && instrument !== book.instrumentId) return false;
    if (accounts[accountSlot << ACCOUNT_SHIFT] !== account) return false;
    if (clientIds.isLate(words[at + 12]!, words[at + 13]!)) return false;
    const place = numbers.claim(clientLow, clientHigh, account);
    if (numbers.values[place] !== 0) return false;

    // From here on all is well.
    const answers = clientIds.log;
    numbers.fill(place, answers.nextName);
    clientIds.makeRoom();
    const events = this.#events;
    const entries = answers.words;
    const entry = answers.nextWord;
    const side = terms & TERMS_SIDE;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    const rest = orders.floats[orderFloat + LIVE_REMAINING]!;
    const cumulative = orders.floats[orderFloat + LIVE_CUMULATIVE]!;
    const restLow = rest | 0;
    const restHigh = (rest * HIGH) | 0;
    const cumulativeLow = cumulative | 0;
    const cumulativeHigh = (cumulative * HIGH) | 0;
    const idLow = live[order + LIVE_ID]!;
    const idHigh = live[order + LIVE_ID + 1]!;
    const priceLow = live[order + LIVE_PRICE]!;
    const priceHigh = live[order + LIVE_PRICE + 1]!;
    entries[entry + ENTRY_CONTENT] = contentLow(words, at);
    entries[entry + ENTRY_CONTENT + 1] = contentHigh(words, at);
    entries[entry + ENTRY_PLACE] = events.placeLow;
    entries[entry + ENTRY_PLACE + 1] = events.placeHigh;
    entries[entry + ENTRY_TIME] = events.timeLow;
    entries[entry + ENTRY_TIME + 1] = events.timeHigh;
    entries[entry + ENTRY_ID] = place;
    entries[entry + ENTRY_FORM] =
      FORM_CANCELLED | (side << FORM_SIDE_SHIFT) | (bookNumber << FORM_BOOK_SHIFT);
    entries[entry + 8] = idLow;
    entries[entry + 9] = idHigh;
    entries[entry + 10] = priceLow;
    entries[entry + 11] = priceHigh;
    entries[entry + 12] = restLow;
    entries[entry + 13] = restHigh;
    entries[entry + 14] = cumulativeLow;
    entries[entry + 15] = cumulativeHigh;
    answers.push(FORM_CANCELLED);

    const to = events.claim(EVENT_WORDS);
    events.writeHead(to, CANCELLED | (side << 24), ASKED, book.instrumentId, accountSlot, 0);
    const out = events.words;
    out[to + 12] = idLow;
    out[to + 13] = idHigh;
    out[to + 14] = clientLow;
    out[to + 15] = clientHigh;
    out[to + 16] = priceLow;
    out[to + 17] = priceHigh;
    out[to + 18] = restLow;
    out[to + 19] = restHigh;
    out[to + 20] = 0;
    out[to + 21] = 0;
    out[to + 22] = cumulativeLow;
    out[to + 23] = cumulativeHigh;

    (side === BUY ? book.bids : book.asks).remove(slot);
    this.#orderIndex.remove(slot, idLow);
    clientIds.releaseOrder(slot);
    orders.release(slot);
    return true;
  }
}
