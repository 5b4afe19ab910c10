import { OrderType, Side, TimeInForce } from '../model/command.js';
import { Standing } from '../model/event.js';
import type { InstrumentState } from '../model/instrument-state.js';
import { MATCHING_RULES_VERSION } from '../model/versions.js';
import { INSTRUMENT_WORDS, readInstrument } from '../wire/instrument-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import { ACCOUNT_INDEX, ACCOUNT_PLACE, ACCOUNT_SHIFT } from './accounts.js';
import * as log from './answer-log.js';
import type { Book } from './book.js';
import { OWNED_SHIFT } from './client-ids.js';
import { isUnseen, quoteKey } from './departures.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { limitOne } from './open-order-limits.js';
import * as pool from './order-pool.js';
import { noteFollowed } from './pegs.js';
import type { RareTerms } from './rare-orders.js';
import * as layout from './snapshot-layout.js';
import { SnapshotReader } from './snapshot-words.js';

/** Reading a snapshot. `snapshot-layout.ts` draws it. */

const { Remembered } = layout;

/** What an engine must know to be made for a snapshot. */
export interface SnapshotHeader {
  readonly words: Int32Array;
  readonly shard: number;
  readonly sequence: number;
  readonly clientIdWindow: number;
  readonly maxOpenOrders: number;
}

/**
 * Looks whether bytes are a whole snapshot that this version reads.
 *
 * @throws TypeError where they are no snapshot; RangeError where it is cut short, of another version, or damaged
 */
export function openSnapshot(bytes: Uint8Array): SnapshotHeader {
  if (!(bytes instanceof Uint8Array) || bytes.length < 4)
    throw new TypeError('these bytes are no snapshot of an engine');
  // A view whose words do not begin at a multiple of four bytes is copied.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Int32Array(buffer, byteOffset, bytes.length >> 2);
  if (words[0] !== layout.MAGIC) throw new TypeError('these bytes are no snapshot of an engine');
  if (words.length < layout.HEADER_WORDS)
    throw new RangeError(`the snapshot is cut short: it has ${bytes.length} bytes`);
  const version = words[layout.HEADER_VERSION]! >>> 0;
  if (version !== layout.LAYOUT_VERSION)
    throw new RangeError(
      `the snapshot has layout ${version}, and this version reads layout ${layout.LAYOUT_VERSION}`,
    );
  const rules = words[layout.HEADER_RULES]! >>> 0;
  if (rules !== MATCHING_RULES_VERSION)
    throw new RangeError(
      `the snapshot was taken under matching rules ${rules}, and these are rules ${MATCHING_RULES_VERSION}`,
    );
  const length = readWhole(words, layout.HEADER_LENGTH);
  if (bytes.length < length)
    throw new RangeError(`the snapshot is cut short: it has ${bytes.length} of ${length} bytes`);
  const checksum = layout.checksumOf(words, words.length);
  if (
    bytes.length !== length ||
    length % 8 !== 0 ||
    words[layout.HEADER_CHECKSUM] !== checksum.low ||
    words[layout.HEADER_CHECKSUM + 1] !== checksum.high
  )
    throw new RangeError('the snapshot is damaged: its bytes do not match its length and checksum');
  return {
    words,
    shard: words[layout.HEADER_SHARD]!,
    sequence: readWhole(words, layout.HEADER_SEQUENCE),
    clientIdWindow: words[layout.HEADER_WINDOW]!,
    maxOpenOrders: readWhole(words, layout.HEADER_OPEN_ORDERS),
  };
}

/**
 * Fills the room of a new engine.
 *
 * @throws RangeError where the engine has no room for what the snapshot holds
 */
export function restoreRoom(room: GeneralRoom, { words }: SnapshotHeader): void {
  const { clientIds, events, listings, orders } = room;
  const needed = words[layout.HEADER_ORDERS]! + words[layout.HEADER_PROMISED]!;
  if (needed > orders.free)
    throw new RangeError(
      `the snapshot needs room for ${needed} live orders, and maxLiveOrders is ${orders.free}`,
    );
  const place = layout.HEADER_PLACE;
  const time = layout.HEADER_TIME;
  events.beginCommand(words[place]!, words[place + 1]!, words[time]!, words[time + 1]!);
  const reader = new SnapshotReader(words, layout.HEADER_WORDS);
  for (let slot = 0; slot < words[layout.HEADER_ACCOUNTS]!; slot++) readAccount(reader, room);
  const links = new Map<number, number>();
  for (let i = 0; i < words[layout.HEADER_INSTRUMENTS]!; i++) readBook(reader, room, links);
  restoreLinks(room, links);
  clientIds.restoreDropped(words[layout.HEADER_DROPPED]!, words[layout.HEADER_DROPPED + 1]!);
  const remembered = words[layout.HEADER_REMEMBERED]!;
  clientIds.log.reserve(remembered);
  clientIds.numbers.reserve(remembered);
  for (let i = 0; i < remembered; i++) readRemembered(reader, room);
  for (const book of listings.books) {
    if (book.specials.pegs.length > 0) noteFollowed(room, book);
    book.refresh();
  }
}

function readAccount(reader: SnapshotReader, room: GeneralRoom): void {
  const { words } = reader;
  const at = reader.take(6);
  const slot = room.accounts.slotOf(words[at]!);
  const account = slot << ACCOUNT_SHIFT;
  room.accounts.words[account + ACCOUNT_INDEX] = words[at + 1]!;
  room.accounts.words[account + ACCOUNT_PLACE] = words[at + 2]!;
  room.accounts.words[account + ACCOUNT_PLACE + 1] = words[at + 3]!;
  const marks = words[at + 4]!;
  if ((marks & layout.ACCOUNT_HAS_RULE) === 0) return;
  const rule = room.accountRules.make(slot);
  rule.isStopped = (marks & layout.ACCOUNT_STOPPED) !== 0;
  rule.ordersPerSecond = reader.whole();
  limitOne(room, slot, rule, reader.whole());
  rule.inSecond = reader.whole();
  rule.secondLow = reader.word();
  rule.secondHigh = reader.word();
  rule.group = reader.word();
  reader.word();
  room.accounts.setSpecial(slot, rule.isSpecial);
}

/** @param links filled: the id of the linked order by slot */
function readBook(reader: SnapshotReader, room: GeneralRoom, links: Map<number, number>): void {
  const { words } = reader;
  const head = reader.take(layout.INSTRUMENT_HEAD_WORDS + INSTRUMENT_WORDS);
  const id = words[head]!;
  if (room.listings.add(readInstrument(words, head + layout.INSTRUMENT_HEAD_WORDS, id)) !== 0)
    throw new RangeError(`the snapshot is damaged: instrument ${id} is listed twice`);
  const book = room.listings.books[room.listings.books.length - 1]!;
  const { specials } = book;
  specials.state = words[head + 1]! as InstrumentState;
  specials.referenceTicks = readWhole(words, head + 2);
  specials.markTicks = readWhole(words, head + 4);
  book.restoreTrades(readWhole(words, head + 8), readWhole(words, head + 6));
  const ladders = [
    book.ladder(Side.Buy),
    book.ladder(Side.Sell),
    book.openHiddenLadder(Side.Buy),
    book.openHiddenLadder(Side.Sell),
  ];
  for (let queue = 0; queue < layout.QUEUES; queue++)
    for (let left = words[head + layout.INSTRUMENT_QUEUES + queue]!; left > 0; left--) {
      const slot = readOrder(reader, room, book, links);
      const ladder = ladders[queue];
      if (ladder === undefined) continue;
      if (!ladder.hasPageFor(live.priceOf(room.orders, slot)))
        throw new RangeError(`the snapshot needs room for more than ${room.pages.live} price pages`);
      ladder.append(slot);
    }
  // They rest by price, and are repriced by id.
  specials.pegs.sort((a, b) => live.orderId(room.orders, a) - live.orderId(room.orders, b));
}

/** Reads an order, which stands in no queue yet. Returns its slot. */
function readOrder(
  reader: SnapshotReader,
  room: GeneralRoom,
  book: Book,
  links: Map<number, number>,
): number {
  const { accounts, clientIds, orders } = room;
  const { words } = reader;
  const at = reader.take(layout.ORDER_WORDS);
  const slot = orders.allocate();
  const order = slot << pool.ORDER_SHIFT;
  const terms = words[at + 10]!;
  const isText = (terms & pool.TERMS_TEXT) !== 0;
  for (let i = 0; i < 2; i++) {
    orders.words[order + pool.LIVE_ID + i] = words[at + i]!;
    orders.words[order + pool.LIVE_PRICE + i] = words[at + 2 + i]!;
    orders.words[order + pool.LIVE_CLIENT_ID + i] = words[at + 12 + i]!;
  }
  live.setRemaining(orders, slot, readWhole(words, at + 4));
  orders.floats[(slot << pool.ORDER_FLOATS_SHIFT) + pool.LIVE_CUMULATIVE] = readWhole(words, at + 6);
  orders.words[order + pool.LIVE_ACCOUNT] = words[at + 8]!;
  accounts.addRoom(words[at + 8]!, -1);
  orders.words[order + pool.LIVE_SESSION] = words[at + 9]!;
  orders.words[order + pool.LIVE_LEVEL] = -1;
  orders.words[order + pool.LIVE_TERMS] =
    (terms & layout.ORDER_TERMS_MASK & ~pool.TERMS_RARE) | (book.number << pool.TERMS_BOOK_SHIFT);
  room.orderIndex.add(slot, words[at]!);
  clientIds.keepNoOrder(slot);

  const account = accounts.words[words[at + 8]! << ACCOUNT_SHIFT]!;
  const kept = (terms & layout.ORDER_KEPT) !== 0 ? reader.take(4) : -1;
  // The text of one that is remembered in the window comes with its command.
  if (isText && (terms & layout.ORDER_IN_WINDOW) === 0)
    orders.words[order + pool.LIVE_CLIENT_ID] = readText(reader, room, account);
  if (kept >= 0) {
    const client = orders.words[order + pool.LIVE_CLIENT_ID]!;
    const where = isText ? ~client : clientIds.numbers.claim(client, words[at + 13]!, account);
    clientIds.restoreKept(slot, where);
    const owned = slot << OWNED_SHIFT;
    for (let i = 0; i < 2; i++) {
      clientIds.owned[owned + log.ENTRY_CONTENT + i] = words[kept + i]!;
      clientIds.owned[owned + log.ENTRY_PLACE + i] = words[at + i]!;
      clientIds.owned[owned + log.ENTRY_TIME + i] = words[kept + 2 + i]!;
    }
  }
  if ((terms & pool.TERMS_RARE) !== 0) {
    const rare = room.rare.attach(slot);
    const linkedId = readRare(reader, rare);
    if (linkedId !== 0) links.set(slot, linkedId);
    takeUp(room, book, slot, rare);
  }
  return slot;
}

/** Reads the words of rare terms. Returns the id of the order that it is linked with, 0 for none. */
function readRare(reader: SnapshotReader, rare: RareTerms): number {
  const { words } = reader;
  const at = reader.take(4);
  rare.type = words[at]! & 0xff;
  rare.timeInForce = (words[at]! >>> 8) & 0xff;
  rare.flags = words[at]! >>> 16;
  rare.standing = words[at + 1]! & 0xff;
  rare.pegReference = (words[at + 1]! >>> 8) & 0xff;
  rare.trailUnit = (words[at + 1]! >>> 16) & 0xff;
  layout.RARE_MARKS.forEach((mark, bit) => {
    rare[mark] = (words[at + 2]! & (1 << bit)) !== 0;
  });
  for (const field of layout.RARE_NUMBERS) rare[field] = reader.whole();
  const linkedId = reader.whole();
  rare.expiryLow = reader.word();
  rare.expiryHigh = reader.word();
  return linkedId;
}

/** Puts an order with rare terms wherever it waits, follows or is counted. */
function takeUp(room: GeneralRoom, book: Book, slot: number, rare: RareTerms): void {
  const { specials } = book;
  const id = live.orderId(room.orders, slot);
  if (rare.standing === Standing.AwaitsStop) {
    const isBuy = live.sideOf(room.orders, slot) === Side.Buy;
    if (rare.type === OrderType.TrailingStop) specials.trailing.push(slot);
    else if (isBuy) specials.buyStops.push(slot, id, rare.stopPriceTicks, 0);
    else specials.sellStops.push(slot, id, -rare.stopPriceTicks, 0);
  } else if (rare.standing === Standing.AwaitsAuction)
    (rare.timeInForce === TimeInForce.AtOpen ? specials.atOpen : specials.atClose).push(slot);
  else if (rare.type === OrderType.Pegged) specials.pegs.push(slot);
  if (isUnseen(rare)) specials.unseen++;
  if (rare.takeProfitTicks !== 0) {
    specials.brackets++;
    room.orders.reserve(2);
  }
  if (rare.timeInForce === TimeInForce.GoodTillDate)
    room.expiries.push(slot, id, rare.expiryHigh >>> 0, rare.expiryLow >>> 0);
  if (rare.isQuote) room.quotes.set(quoteKey(room, slot), slot);
}

function restoreLinks(room: GeneralRoom, links: ReadonlyMap<number, number>): void {
  const { orderIndex, orders, rare } = room;
  for (const [slot, id] of links) {
    const other = orderIndex.find(id | 0, Math.floor(id / 2 ** 32));
    if (links.get(other) !== live.orderId(orders, slot))
      throw new RangeError(`the snapshot is damaged: order ${id} is linked one way only`);
    rare.of(slot)!.link = other;
    room.listings.books[live.bookNumber(orders, slot)]!.specials.links++;
  }
}

/** Reads a text and returns its slot. */
function readText(reader: SnapshotReader, room: GeneralRoom, account: number): number {
  const at = reader.take(layout.TEXT_RECORD_WORDS);
  return room.clientIds.texts.add(reader.words, at + 1, account);
}

/** Reads a command of the window: the next newer one. */
function readRemembered(reader: SnapshotReader, room: GeneralRoom): void {
  const { clientIds, orderIndex, orders } = room;
  const { words } = reader;
  const at = reader.take(8);
  const outcome = words[at + 6]!;
  const account = words[at + 7]!;
  const isText = (outcome & layout.REMEMBERED_TEXT) !== 0;
  let where: number;
  if (isText) where = ~readText(reader, room, account);
  else {
    const number = reader.take(2);
    where = clientIds.numbers.claim(words[number]!, words[number + 1]!, account);
  }
  const entry = clientIds.makeRoom();
  const { words: entries } = clientIds.log;
  for (let i = 0; i < log.ENTRY_ID; i++) entries[entry + i] = words[at + i]!;
  entries[entry + log.ENTRY_ID] = where;
  entries[entry + log.ENTRY_FORM] = readOutcome(reader, room, outcome, entry);
  let slot = -1;
  if ((outcome & layout.REMEMBERED_LIVE) !== 0) {
    slot = orderIndex.find(words[at + log.ENTRY_PLACE]!, words[at + log.ENTRY_PLACE + 1]!);
    if (slot < 0) throw new RangeError('the snapshot is damaged: an order is missing');
    if (isText) orders.words[(slot << pool.ORDER_SHIFT) + pool.LIVE_CLIENT_ID] = ~where;
  }
  clientIds.restoreEntry(where, slot);
}

/** Reads what came of a command into its entry, which begins at a word of the log. Returns the form. */
function readOutcome(reader: SnapshotReader, room: GeneralRoom, outcome: number, entry: number): number {
  const { words: entries, pairs } = room.clientIds.log;
  const { words } = reader;
  const more = entry + log.ENTRY_MORE;
  const number = outcome >>> layout.REMEMBERED_NUMBER_SHIFT;
  switch (outcome & layout.REMEMBERED_KIND) {
    case Remembered.Accepted:
      return log.FORM_ACCEPTED;
    case Remembered.Rejected:
      return log.FORM_REJECTED | (number << log.FORM_CODE_SHIFT);
    case Remembered.Cancelled: {
      const at = reader.take(8);
      for (let i = 0; i < 4; i++) entries[more + i] = words[at + i]!;
      pairs[(more >> 1) + 2] = readWhole(words, at + 4);
      pairs[(more >> 1) + 3] = readWhole(words, at + 6);
      const side = (outcome >>> layout.REMEMBERED_SIDE_SHIFT) & 3;
      return log.FORM_CANCELLED | (side << log.FORM_SIDE_SHIFT) | (number << log.FORM_BOOK_SHIFT);
    }
    case Remembered.AcceptedRare:
      writeWhole(entries, more, reader.whole());
      entries[more + 2] = reader.word();
      reader.word();
      return log.FORM_RARE;
    default: {
      const at = reader.take(layout.ANY_WORDS);
      for (let i = 0; i < layout.ANY_WORDS; i++) entries[more + i] = words[at + i]!;
      return log.FORM_ANY;
    }
  }
}
