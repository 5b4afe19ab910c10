import { Standing } from '../model/event.js';
import { AccountRules } from './account-rules.js';
import { Accounts } from './accounts.js';
import type { Book, BookRoom, PlainHooks } from './book.js';
import { ClientIds } from './client-ids.js';
import type { EngineSettings } from './engine-settings.js';
import { EventWriter } from './event-writer.js';
import { Listings } from './listings.js';
import { orderId } from './live-order.js';
import { limitAll } from './open-order-limits.js';
import { OrderDraft } from './order-draft.js';
import { OrderEvents } from './order-events.js';
import { OrderHeap } from './order-heap.js';
import { OrderIndex } from './order-index.js';
import { OrderPool } from './order-pool.js';
import { PriceLadder } from './price-ladder.js';
import { PricePages } from './price-pages.js';
import { RareOrders } from './rare-orders.js';

/** The shard stands in the upper half of a place's high word. */
const SHARD_SHIFT = 16;

/** What the general path works with: what all books of a shard share, and the command at hand. */
export interface GeneralRoom extends BookRoom {
  readonly listings: Listings;
  readonly rare: RareOrders;
  readonly accountRules: AccountRules;
  /** Good-till-date orders by expiry (high half, low half). */
  readonly expiries: OrderHeap;
  /** Slots of quoted orders, by account, book and side. */
  readonly quotes: Map<number, number>;
  /** The order that is made next. */
  readonly draft: OrderDraft;
  /** Books that the command at hand has touched, and how many: an array that is emptied would have to be made anew. */
  readonly touched: Book[];
  touchedBooks: number;
}

/** Makes the room of an engine, empty. */
export function makeRoom(settings: Required<EngineSettings>, hooks: PlainHooks): GeneralRoom {
  const { clientIdWindow, maxLiveOrders, maxPricePages, shard, hashSalt } = settings;
  const accounts = new Accounts(hashSalt);
  const orders = new OrderPool(maxLiveOrders);
  const clientIds = new ClientIds(clientIdWindow, hashSalt);
  const events = new EventWriter(accounts);
  events.beginCommand(0, shard << SHARD_SHIFT, 0, 0);
  const rare = new RareOrders(orders);
  const pages = new PricePages(maxPricePages);
  const shared: BookRoom = {
    events,
    accounts,
    orders,
    orderEvents: new OrderEvents(events, orders, clientIds),
    orderIndex: new OrderIndex(orders),
    clientIds,
    pages,
    hooks,
    noBids: new PriceLadder(orders, pages, 1),
    noAsks: new PriceLadder(orders, pages, -1),
    awaitsStop: (slot, id, stopPriceTicks) => {
      if (orderId(orders, slot) !== id) return false;
      const terms = rare.of(slot);
      return terms?.standing === Standing.AwaitsStop && terms.stopPriceTicks === stopPriceTicks;
    },
  };
  const room: GeneralRoom = {
    ...shared,
    listings: new Listings(shared),
    rare,
    accountRules: new AccountRules(),
    expiries: new OrderHeap((slot, id) => orderId(orders, slot) === id),
    quotes: new Map(),
    draft: new OrderDraft(),
    touched: [],
    touchedBooks: 0,
  };
  limitAll(room, settings.maxOpenOrders);
  return room;
}

/** Says that the book is to be settled at the end of the command. */
export function touch(room: GeneralRoom, book: Book): void {
  const { specials } = book;
  if (specials.isTouched) return;
  specials.isTouched = true;
  specials.beginTrades();
  room.touched[room.touchedBooks++] = book;
}

/** The book of a live order. */
export function bookOf(room: GeneralRoom, bookNumber: number): Book {
  return room.listings.books[bookNumber]!;
}
