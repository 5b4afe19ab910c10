import { OrderType, Side, TimeInForce } from '../model/command.js';
import { CancelReason, EventKind, Standing } from '../model/event.js';
import { MATCHING_RULES_VERSION } from '../model/versions.js';
import { eventKind } from '../wire/event-record.js';
import { INSTRUMENT_WORDS, writeInstrument } from '../wire/instrument-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import { ACCOUNT_INDEX, ACCOUNT_PLACE, ACCOUNT_SHIFT } from './accounts.js';
import * as log from './answer-log.js';
import type { Book } from './book.js';
import { KEPT, OWNED_NAME, OWNED_SHIFT } from './client-ids.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { usualOpenOrders } from './open-order-limits.js';
import * as pool from './order-pool.js';
import type { PriceLadder } from './price-ladder.js';
import type { RareTerms } from './rare-orders.js';
import * as layout from './snapshot-layout.js';
import { SnapshotWriter } from './snapshot-words.js';

/** Writing a snapshot. `snapshot-layout.ts` draws it. */

/** Words of a remembered command, mostly. */
const USUAL_WORDS = 14;
const { Remembered } = layout;

/**
 * The snapshot of an engine between two commands.
 *
 * @param sequence of the command applied last
 * @throws Error where a command is still being carried out
 */
export function takeSnapshot(room: GeneralRoom, shard: number, sequence: number): Uint8Array {
  const { accounts, clientIds, events, listings, orders } = room;
  if (room.touchedBooks > 0 || listings.books.some((book) => book.specials.pendingExits.length > 0))
    throw new Error('a snapshot is taken between commands, not within one');
  const waiting = waitingOrders(room);
  const writer = new SnapshotWriter(
    clientIds.windowed * USUAL_WORDS + orders.live * (layout.ORDER_WORDS + 4) + 1024,
  );
  const header = writer.claim(layout.HEADER_WORDS);
  for (let slot = 0; slot < accounts.count; slot++) writeAccount(writer, room, slot);
  let told = 0;
  let brackets = 0;
  for (const book of listings.books) {
    told += writeBook(writer, room, book, waiting[book.number]!);
    brackets += book.specials.brackets;
  }
  if (told !== orders.live)
    throw new Error(`${orders.live} orders live, and ${told} of them rest in their queues or wait`);
  writeWindow(writer, room);
  if (writer.length % 2 !== 0) writer.word(0);

  const { words } = writer;
  words[header] = layout.MAGIC;
  words[layout.HEADER_VERSION] = layout.LAYOUT_VERSION;
  words[layout.HEADER_RULES] = MATCHING_RULES_VERSION;
  words[layout.HEADER_SHARD] = shard;
  writeWhole(words, layout.HEADER_LENGTH, writer.length * 4);
  writeWhole(words, layout.HEADER_SEQUENCE, sequence);
  words[layout.HEADER_PLACE] = events.placeLow;
  words[layout.HEADER_PLACE + 1] = events.placeHigh;
  words[layout.HEADER_TIME] = events.timeLow;
  words[layout.HEADER_TIME + 1] = events.timeHigh;
  words[layout.HEADER_WINDOW] = clientIds.window;
  words[layout.HEADER_REMEMBERED] = clientIds.windowed;
  clientIds.writeDropped(words, layout.HEADER_DROPPED);
  words[layout.HEADER_ACCOUNTS] = accounts.count;
  words[layout.HEADER_INSTRUMENTS] = listings.books.length;
  words[layout.HEADER_ORDERS] = orders.live;
  words[layout.HEADER_PROMISED] = 2 * brackets;
  writeWhole(words, layout.HEADER_OPEN_ORDERS, usualOpenOrders(accounts));
  const checksum = layout.checksumOf(words, writer.length);
  words[layout.HEADER_CHECKSUM] = checksum.low;
  words[layout.HEADER_CHECKSUM + 1] = checksum.high;
  return writer.bytes();
}

/** Slots of the orders that wait for a stop price or an auction, by book, each list by order id. */
function waitingOrders(room: GeneralRoom): number[][] {
  const { orders, rare } = room;
  const waiting: number[][] = room.listings.books.map(() => []);
  if (rare.count === 0) return waiting;
  for (let slot = 0; slot < orders.used; slot++) {
    if (live.orderId(orders, slot) === 0) continue;
    const terms = rare.of(slot);
    if (terms === undefined || terms.standing === Standing.Active) continue;
    waiting[live.bookNumber(orders, slot)]!.push(slot);
  }
  for (const slots of waiting) slots.sort((a, b) => live.orderId(orders, a) - live.orderId(orders, b));
  return waiting;
}

function writeAccount(writer: SnapshotWriter, room: GeneralRoom, slot: number): void {
  const { words } = room.accounts;
  const account = slot << ACCOUNT_SHIFT;
  const rule = room.accountRules.of(slot);
  writer.pair(words[account]!, words[account + ACCOUNT_INDEX]!);
  writer.pair(words[account + ACCOUNT_PLACE]!, words[account + ACCOUNT_PLACE + 1]!);
  if (rule === undefined) {
    writer.pair(0, 0);
    return;
  }
  writer.pair(layout.ACCOUNT_HAS_RULE | (rule.isStopped ? layout.ACCOUNT_STOPPED : 0), 0);
  writer.whole(rule.ordersPerSecond);
  writer.whole(rule.openOrders);
  writer.whole(rule.inSecond);
  writer.pair(rule.secondLow, rule.secondHigh);
  writer.pair(rule.group, 0);
}

/** Writes an instrument and its orders. Returns how many these are. */
function writeBook(
  writer: SnapshotWriter,
  room: GeneralRoom,
  book: Book,
  waiting: readonly number[],
): number {
  const { specials } = book;
  const head = writer.claim(layout.INSTRUMENT_HEAD_WORDS + INSTRUMENT_WORDS);
  const { words } = writer;
  words[head] = book.instrumentId;
  words[head + 1] = specials.state;
  writeWhole(words, head + 2, specials.referenceTicks);
  writeWhole(words, head + 4, specials.markTicks);
  writeWhole(words, head + 6, book.lastPriceTicks);
  writeWhole(words, head + 8, book.trades);
  writeInstrument(words, head + layout.INSTRUMENT_HEAD_WORDS, book.instrument);
  const counts = [
    writeLadder(writer, room, book.ladder(Side.Buy)),
    writeLadder(writer, room, book.ladder(Side.Sell)),
    writeLadder(writer, room, book.hiddenLadder(Side.Buy)),
    writeLadder(writer, room, book.hiddenLadder(Side.Sell)),
    waiting.length,
  ];
  for (const slot of waiting) writeOrder(writer, room, slot);
  counts.forEach((count, i) => {
    writer.words[head + layout.INSTRUMENT_QUEUES + i] = count;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Writes the orders of a ladder as they will trade. Returns how many these are. */
function writeLadder(writer: SnapshotWriter, room: GeneralRoom, ladder: PriceLadder): number {
  let count = 0;
  for (let level = ladder.bestLevel; level >= 0; level = ladder.worseLevel(level))
    for (let slot = ladder.firstOrder(level); slot >= 0; slot = ladder.nextOrder(slot)) {
      writeOrder(writer, room, slot);
      count++;
    }
  return count;
}

function writeOrder(writer: SnapshotWriter, room: GeneralRoom, slot: number): void {
  const { clientIds, orders } = room;
  const order = slot << pool.ORDER_SHIFT;
  const owned = slot << OWNED_SHIFT;
  const name = clientIds.owned[owned + OWNED_NAME]!;
  const terms = orders.words[order + pool.LIVE_TERMS]!;
  const isText = (terms & pool.TERMS_TEXT) !== 0;
  const memory = name > 0 ? layout.ORDER_IN_WINDOW : name === KEPT ? layout.ORDER_KEPT : 0;
  const at = writer.claim(layout.ORDER_WORDS);
  const { words } = writer;
  for (let i = 0; i < 2; i++) {
    words[at + i] = orders.words[order + pool.LIVE_ID + i]!;
    words[at + 2 + i] = orders.words[order + pool.LIVE_PRICE + i]!;
    words[at + 12 + i] = isText ? 0 : orders.words[order + pool.LIVE_CLIENT_ID + i]!;
  }
  writeWhole(words, at + 4, live.remainingOf(orders, slot));
  writeWhole(words, at + 6, live.cumulativeOf(orders, slot));
  words[at + 8] = live.accountSlot(orders, slot);
  words[at + 9] = live.sessionOf(orders, slot);
  const rare = toldTerms(room, slot);
  const shown = rare === undefined ? layout.ORDER_TERMS_MASK & ~pool.TERMS_RARE : layout.ORDER_TERMS_MASK;
  words[at + 10] = (terms & shown) | memory;
  if (memory === layout.ORDER_KEPT) {
    const entry = clientIds.owned;
    writer.pair(entry[owned + log.ENTRY_CONTENT]!, entry[owned + log.ENTRY_CONTENT + 1]!);
    writer.pair(entry[owned + log.ENTRY_TIME]!, entry[owned + log.ENTRY_TIME + 1]!);
  }
  if (isText && memory !== layout.ORDER_IN_WINDOW)
    writeText(writer, room, orders.words[order + pool.LIVE_CLIENT_ID]!);
  if (rare !== undefined) writeRare(writer, room, rare);
}

/** The rare terms of an order, where they say more than those of a plain one: a link that has ended leaves terms behind. */
function toldTerms(room: GeneralRoom, slot: number): RareTerms | undefined {
  const rare = room.rare.of(slot);
  if (rare === undefined) return undefined;
  const { type, timeInForce, flags, standing, pegReference, trailUnit, link, expiryLow, expiryHigh } = rare;
  const isPlain =
    type === OrderType.Limit &&
    timeInForce === TimeInForce.GoodTillCancel &&
    standing === Standing.Active &&
    (flags | pegReference | trailUnit | expiryLow | expiryHigh) === 0 &&
    link < 0 &&
    !layout.RARE_MARKS.some((mark) => rare[mark]) &&
    layout.RARE_NUMBERS.every((field) => rare[field] === 0);
  return isPlain ? undefined : rare;
}

function writeRare(writer: SnapshotWriter, room: GeneralRoom, rare: RareTerms): void {
  const at = writer.claim(4);
  const { words } = writer;
  words[at] = rare.type | (rare.timeInForce << 8) | (rare.flags << 16);
  words[at + 1] = rare.standing | (rare.pegReference << 8) | (rare.trailUnit << 16);
  layout.RARE_MARKS.forEach((mark, bit) => {
    if (rare[mark]) words[at + 2]! |= 1 << bit;
  });
  for (const field of layout.RARE_NUMBERS) writer.whole(rare[field]);
  writer.whole(rare.link < 0 ? 0 : live.orderId(room.orders, rare.link));
  writer.pair(rare.expiryLow, rare.expiryHigh);
}

function writeText(writer: SnapshotWriter, room: GeneralRoom, text: number): void {
  const at = writer.claim(layout.TEXT_RECORD_WORDS);
  room.clientIds.texts.writeRecord(text, writer.words, at);
}

/** Writes the commands of the window, from the oldest on. */
function writeWindow(writer: SnapshotWriter, room: GeneralRoom): void {
  const answers = room.clientIds.log;
  for (let counter = answers.oldest; counter !== answers.next; ) {
    const entry = (counter & answers.mask) << log.UNIT_SHIFT;
    writeRemembered(writer, room, entry, counter + 1);
    counter = (counter + (answers.words[entry + log.ENTRY_FORM]! & log.FORM_MASK)) & log.COUNTER_MASK;
  }
}

/** Writes the command whose entry begins at a word of the log, and has this name. */
function writeRemembered(writer: SnapshotWriter, room: GeneralRoom, entry: number, name: number): void {
  const { clientIds } = room;
  const { words: entries } = clientIds.log;
  const where = entries[entry + log.ENTRY_ID]!;
  const isText = where < 0;
  const at = writer.claim(isText ? 8 : 10);
  const { words } = writer;
  for (let i = 0; i < log.ENTRY_ID; i++) words[at + i] = entries[entry + i]!;
  if (isText) {
    words[at + 7] = clientIds.texts.accountOf(~where);
    writeText(writer, room, ~where);
  } else words[at + 7] = clientIds.numbers.read(where, words, at + 8);
  const outcome = writeOutcome(writer, room, entry, name);
  writer.words[at + 6] = outcome | (isText ? layout.REMEMBERED_TEXT : 0);
}

/** Writes what came of a remembered command, and returns the word that says of which kind it is. */
function writeOutcome(writer: SnapshotWriter, room: GeneralRoom, entry: number, name: number): number {
  const { words: entries, pairs } = room.clientIds.log;
  const form = entries[entry + log.ENTRY_FORM]!;
  const more = entry + log.ENTRY_MORE;
  switch (form & log.FORM_MASK) {
    case log.FORM_ACCEPTED: {
      if (form === log.FORM_ACCEPTED) return Remembered.Accepted | liveBit(room, entry, name);
      return Remembered.Rejected | ((form >>> log.FORM_CODE_SHIFT) << layout.REMEMBERED_NUMBER_SHIFT);
    }
    case log.FORM_CANCELLED: {
      if (form === log.FORM_RARE) {
        writer.pair(entries[more]!, entries[more + 1]!);
        writer.pair(entries[more + 2]!, 0);
        return Remembered.AcceptedRare | liveBit(room, entry, name);
      }
      writer.pair(entries[more]!, entries[more + 1]!);
      writer.pair(entries[more + 2]!, entries[more + 3]!);
      writer.whole(pairs[(more >> 1) + 2]!);
      writer.whole(pairs[(more >> 1) + 3]!);
      return cancelledOutcome((form >>> log.FORM_SIDE_SHIFT) & 3, form >>> log.FORM_BOOK_SHIFT);
    }
    default: {
      if (isAskedCancel(entries, more)) {
        // The plain path remembers the same in fewer words: how it was remembered is not to be seen.
        writer.pair(entries[more + 4]!, entries[more + 5]!);
        writer.pair(entries[more + 6]!, entries[more + 7]!);
        writer.pair(entries[more + 8]!, entries[more + 9]!);
        writer.pair(entries[more + 12]!, entries[more + 13]!);
        return cancelledOutcome(entries[more]! >>> 24, room.listings.find(entries[more + 2]!));
      }
      const at = writer.claim(layout.ANY_WORDS);
      for (let i = 0; i < layout.ANY_WORDS; i++) writer.words[at + i] = entries[more + i]!;
      return Remembered.Any | liveBit(room, entry, name);
    }
  }
}

function cancelledOutcome(side: number, bookNumber: number): number {
  return (
    Remembered.Cancelled |
    (side << layout.REMEMBERED_SIDE_SHIFT) |
    (bookNumber << layout.REMEMBERED_NUMBER_SHIFT)
  );
}

/** True where any answer, from this word of its entry on, is that to a cancel. */
function isAskedCancel(entries: Int32Array, more: number): boolean {
  return (
    eventKind(entries[more]!) === EventKind.Cancelled &&
    (entries[more + 1]! & 0xffff) === CancelReason.Asked &&
    entries[more + 3] === 0 &&
    readWhole(entries, more + 10) === 0
  );
}

/** Whether the order lives that a remembered command made: its id is the command's place. */
function liveBit(room: GeneralRoom, entry: number, name: number): number {
  const { clientIds, orderIndex } = room;
  const { words } = clientIds.log;
  const slot = orderIndex.find(words[entry + log.ENTRY_PLACE]!, words[entry + log.ENTRY_PLACE + 1]!);
  const isOwner = slot >= 0 && clientIds.owned[(slot << OWNED_SHIFT) + OWNED_NAME] === name;
  return isOwner ? layout.REMEMBERED_LIVE : 0;
}
