import type { AccountRules } from './account-rules.js';
import type { BookRoom } from './book.js';
import type { Book } from './book.js';
import type { Listings } from './listings.js';
import type { OrderHeap } from './order-heap.js';
import type { RareOrders } from './rare-orders.js';

/** What the general path works with: what all books of a shard share, and the command at hand. */
export interface GeneralRoom extends BookRoom {
  readonly listings: Listings;
  readonly rare: RareOrders;
  readonly accountRules: AccountRules;
  /** Good-till-date orders by expiry (high half, low half). */
  readonly expiries: OrderHeap;
  /** Slots of quoted orders, by account, book and side. */
  readonly quotes: Map<number, number>;
  /** Books that the command at hand has touched. */
  readonly touched: Book[];
  /** Slots promised to the exits of brackets. */
  reservedSlots: number;
  /** Stamp of the command at hand, ns since the epoch. */
  timeLow: number;
  timeHigh: number;
}

/** Says that the book is to be settled at the end of the command. */
export function touch(room: GeneralRoom, book: Book): void {
  const { specials } = book;
  if (specials.isTouched) return;
  specials.isTouched = true;
  specials.beginTrades();
  room.touched.push(book);
}

/** The book of a live order. */
export function bookOf(room: GeneralRoom, bookNumber: number): Book {
  return room.listings.books[bookNumber]!;
}
