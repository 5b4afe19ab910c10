import { CommandFlag, CommandKind, TimeInForce } from '../model/command.js';
import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import type { Instrument } from '../model/instrument.js';
import { CLIENT_ID_WINDOW, MAX_SEQUENCE, MAX_SHARDS } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CUMULATIVE,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_TEXT_CELLS,
  eventCode,
  eventHead,
} from '../wire/event-record.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SESSION,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TARGET_TEXT_WORD,
  ORDER_TEXT_WORD,
  ORDER_VERSION,
  orderFlags,
  orderKind,
  orderSide,
  orderTimeInForce,
  orderVersion,
} from '../wire/order-record.js';
import { isSignedWhole, isWhole, readWhole, writeWhole } from '../wire/words.js';
import { Accounts, NO_ACCOUNT } from './accounts.js';
import { Book } from './book.js';
import { writeBook, writeUnknownInstrument } from './book-read.js';
import { ClientIds } from './client-ids.js';
import { amendFault, cancelFault, hasTextClientId, newFault } from './command-shape.js';
import { EventWriter } from './event-writer.js';
import { Listings } from './listings.js';
import { OrderIndex } from './order-index.js';
import {
  LIVE_ACCOUNT,
  LIVE_CLIENT_ID,
  LIVE_CUMULATIVE,
  LIVE_ENTRY,
  LIVE_ID,
  LIVE_LEVEL,
  LIVE_PRICE,
  LIVE_REMAINING,
  LIVE_TERMS,
  MAX_LIVE_ORDERS,
  ORDER_FLOATS,
  ORDER_WORDS,
  OrderPool,
  TERMS_BOOK_SHIFT,
  TERMS_SIDE,
  TERMS_TEXT,
} from './order-pool.js';
import { MAX_PAGES, PricePages } from './price-pages.js';

export interface EngineSettings {
  /** Number of the shard, from 0 to MAX_SHARDS - 1. */
  readonly shard: number;
  /** Commands whose client ids are remembered; 1 to 2^24, by default CLIENT_ID_WINDOW. */
  readonly clientIdWindow?: number;
  /** Orders that may live at a time; by default and at most MAX_LIVE_ORDERS. */
  readonly maxLiveOrders?: number;
  /** Pages of 64 prices that may be in use at a time; by default and at most MAX_PAGES. */
  readonly maxPricePages?: number;
}

/** One price of a book. */
export interface Level {
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly orders: number;
}

const TWO_32 = 4_294_967_296;
const SHARD_SHIFT = 16;

/**
 * The matching of one shard: a pure function from its log of commands to events. The same commands with the same
 * sequences and times give the same events, byte for byte. Whatever a record holds, it is answered: a command that is
 * in the log cannot be sent back.
 */
export class Engine {
  /** The events of the commands applied since the last `clear()`, and the answers to reads, back to back. */
  readonly events: EventWriter;

  readonly #shard: number;
  readonly #accounts = new Accounts();
  readonly #orders: OrderPool;
  readonly #orderIndex: OrderIndex;
  readonly #clientIds: ClientIds;
  readonly #pages: PricePages;
  readonly #listings: Listings;
  #sequence = 0;
  /** Place of the last command, in two halves. */
  #placeLow = 0;
  #placeHigh = 0;

  /** @throws RangeError where a setting is outside its range */
  constructor(settings: EngineSettings) {
    const { shard, clientIdWindow = CLIENT_ID_WINDOW } = settings;
    const { maxLiveOrders = MAX_LIVE_ORDERS, maxPricePages = MAX_PAGES } = settings;
    if (!Number.isInteger(shard) || shard < 0 || shard >= MAX_SHARDS)
      throw new RangeError(`shard ${shard} is not a whole number from 0 to ${MAX_SHARDS - 1}`);
    this.#shard = shard;
    this.#placeHigh = shard << SHARD_SHIFT;
    this.#orders = new OrderPool(maxLiveOrders);
    this.#orderIndex = new OrderIndex(this.#orders);
    this.#clientIds = new ClientIds(this.#orders, clientIdWindow);
    this.#pages = new PricePages(maxPricePages);
    this.events = new EventWriter(this.#accounts);
    this.#listings = new Listings({
      events: this.events,
      orders: this.#orders,
      orderIndex: this.#orderIndex,
      clientIds: this.#clientIds,
      pages: this.#pages,
    });
  }

  /** Sequence of the command applied last, 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  get liveOrders(): number {
    return this.#orders.live;
  }

  /** Client ids remembered: those in the window and those of live orders. */
  get rememberedClientIds(): number {
    return this.#clientIds.count;
  }

  /** The instruments listed so far, in the order of their listing. */
  instruments(): readonly Instrument[] {
    return this.#listings.instruments;
  }

  /** The levels of one side of a book, best first; none for an instrument that is not listed. For tests and tools. */
  levels(instrumentId: number, side: number): Level[] {
    const number = this.#listings.find(instrumentId);
    const levels: Level[] = [];
    if (number < 0) return levels;
    const ladder = this.#listings.books[number]!.ladder(side);
    for (let level = ladder.bestLevel; level >= 0; level = ladder.worseLevel(level))
      levels.push({
        priceTicks: ladder.priceTicks(level),
        sizeLots: ladder.sizeLots(level),
        orders: ladder.orders(level),
      });
    return levels;
  }

  /**
   * Applies one command of the log and writes its events, at least one; event 0 is its answer.
   *
   * @param words holds the order record, from word `at`
   * @param sequence number of the command, over the one before it, at most MAX_SEQUENCE
   * @param timeLow low 32 bits of the time of its frame, in nanoseconds since the epoch
   * @param timeHigh high 32 bits
   * @returns words of event written
   * @throws RangeError where the sequence goes back, or the first line is not inside `words`
   */
  apply(words: Int32Array, at: number, sequence: number, timeLow: number, timeHigh: number): number {
    if (!(sequence > this.#sequence && sequence <= MAX_SEQUENCE && Number.isInteger(sequence)))
      throw new RangeError(`sequence ${sequence} does not follow ${this.#sequence}`);
    if (!(at >= 0 && at + LINE_WORDS <= words.length))
      throw new RangeError(`no order record begins at word ${at} of ${words.length}`);
    const events = this.events;
    const before = events.length;
    this.#sequence = sequence;
    this.#placeLow = sequence | 0;
    this.#placeHigh = ((sequence / TWO_32) | 0) | (this.#shard << SHARD_SHIFT);
    events.beginCommand(this.#placeLow, this.#placeHigh, timeLow, timeHigh);
    this.#dispatch(words, at);
    events.endCommand();
    return events.length - before;
  }

  /**
   * Answers a read of a book into `events`: not an event of the log, but what the book is after the last command.
   *
   * @throws RangeError where the record's first line is not inside `words`
   */
  readBook(words: Int32Array, at: number): void {
    if (!(at >= 0 && at + LINE_WORDS <= words.length))
      throw new RangeError(`no order record begins at word ${at} of ${words.length}`);
    const number = this.#listings.find(words[at + ORDER_INSTRUMENT]!);
    if (number < 0) writeUnknownInstrument(words, at, this.#placeLow, this.#placeHigh, this.events);
    else writeBook(words, at, this.#listings.books[number]!, this.#placeLow, this.#placeHigh, this.events);
  }

  #dispatch(words: Int32Array, at: number): void {
    const head = words[at]!;
    if (orderVersion(head) !== ORDER_VERSION) return this.#refuse(words, at, RejectCode.WrongVersion);
    const kind = orderKind(head);
    switch (kind) {
      case CommandKind.New:
        return this.#applyOfClient(words, at, kind, newFault(words, at));
      case CommandKind.Cancel:
        return this.#applyOfClient(words, at, kind, cancelFault(words, at));
      case CommandKind.Amend:
        return this.#applyOfClient(words, at, kind, amendFault(words, at));
      case CommandKind.List:
        return this.#list(words, at);
      case CommandKind.Settings:
        return this.#set(words, at);
      default:
        return this.#refuse(words, at, RejectCode.UnknownKind);
    }
  }

  /** A command with an account and a client id: given its first answer where it is a retry, else carried out. */
  #applyOfClient(words: Int32Array, at: number, kind: number, fault: RejectCode | 0): void {
    if (fault !== 0) return this.#refuse(words, at, fault);
    const clientIds = this.#clientIds;
    const entry = clientIds.admit(words, at);
    if (entry < 0) {
      if (clientIds.isSame(~entry)) clientIds.repeat(~entry, words[at + ORDER_SESSION]!, this.events);
      else this.#reject(words, at, RejectCode.ClientIdReused, -1);
      return;
    }
    if (clientIds.late) return this.#reject(words, at, RejectCode.TooLate, entry);
    const account = this.#accounts.slotOf(words[at + ORDER_ACCOUNT]!);
    if (kind === CommandKind.New) this.#enter(words, at, entry, account);
    else if (kind === CommandKind.Cancel) this.#cancel(words, at, entry, account);
    else this.#amend(words, at, entry, account);
  }

  #enter(words: Int32Array, at: number, entry: number, account: number): void {
    const bookNumber = this.#listings.find(words[at + ORDER_INSTRUMENT]!);
    if (bookNumber < 0) return this.#reject(words, at, RejectCode.InstrumentNotListed, entry);
    const book = this.#listings.books[bookNumber]!;
    const size = readWhole(words, at + ORDER_SIZE);
    if (!book.takesPrice(readWhole(words, at + ORDER_PRICE)))
      return this.#reject(words, at, RejectCode.PriceOutOfRange, entry);
    if (!book.takesSize(size)) return this.#reject(words, at, RejectCode.SizeOutOfRange, entry);
    const side = orderSide(words[at]!);
    const mayRest = orderTimeInForce(words[at + 1]!) === TimeInForce.GoodTillCancel;
    if (this.#orders.isFull || (mayRest && (this.#pages.isFull || !book.hasRoom(side, size))))
      return this.#reject(words, at, RejectCode.BookFull, entry);

    const isText = isTextFlag(words[at + 1]!);
    const slot = this.#orders.allocate();
    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    orders[order + LIVE_ID] = this.#placeLow;
    orders[order + LIVE_ID + 1] = this.#placeHigh;
    orders[order + LIVE_CLIENT_ID] = isText ? this.#clientIds.textOf(entry) : words[at + ORDER_CLIENT_ID]!;
    orders[order + LIVE_CLIENT_ID + 1] = words[at + ORDER_CLIENT_ID + 1]!;
    orders[order + LIVE_ACCOUNT] = account;
    orders[order + LIVE_TERMS] = side | (isText ? TERMS_TEXT : 0) | (bookNumber << TERMS_BOOK_SHIFT);
    orders[order + LIVE_ENTRY] = entry;
    orders[order + LIVE_LEVEL] = -1;
    orders[order + LIVE_PRICE] = words[at + ORDER_PRICE]!;
    orders[order + LIVE_PRICE + 1] = words[at + ORDER_PRICE + 1]!;
    floats[slot * ORDER_FLOATS + LIVE_REMAINING] = size;
    floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE] = 0;

    const to = this.#openAnswer(words, at, EventKind.Accepted, 0, side, book.instrumentId, account, isText);
    const out = this.events.words;
    out[to + EVENT_ORDER] = this.#placeLow;
    out[to + EVENT_ORDER + 1] = this.#placeHigh;
    out[to + EVENT_PRICE] = words[at + ORDER_PRICE]!;
    out[to + EVENT_PRICE + 1] = words[at + ORDER_PRICE + 1]!;
    out[to + EVENT_SIZE] = words[at + ORDER_SIZE]!;
    out[to + EVENT_SIZE + 1] = words[at + ORDER_SIZE + 1]!;
    out[to + EVENT_REMAINING] = words[at + ORDER_SIZE]!;
    out[to + EVENT_REMAINING + 1] = words[at + ORDER_SIZE + 1]!;
    out[to + EVENT_CUMULATIVE] = 0;
    out[to + EVENT_CUMULATIVE + 1] = 0;
    this.#clientIds.keep(entry, out, to, slot);
    book.enter(slot, mayRest);
  }

  #cancel(words: Int32Array, at: number, entry: number, account: number): void {
    const slot = this.#targetOf(words, at, account);
    if (slot < 0) return this.#reject(words, at, RejectCode.UnknownOrder, entry);
    this.#cancelResting(words, at, entry, slot, CancelReason.Asked);
  }

  #amend(words: Int32Array, at: number, entry: number, account: number): void {
    const flags = orderFlags(words[at + 1]!);
    if ((flags & (CommandFlag.AmendPrice | CommandFlag.AmendSize)) === 0)
      return this.#reject(words, at, RejectCode.NothingToAmend, entry);
    const slot = this.#targetOf(words, at, account);
    if (slot < 0) return this.#reject(words, at, RejectCode.UnknownOrder, entry);

    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    const terms = orders[order + LIVE_TERMS]!;
    const side = terms & TERMS_SIDE;
    const book = this.#listings.books[terms >>> TERMS_BOOK_SHIFT]!;
    const remaining = floats[slot * ORDER_FLOATS + LIVE_REMAINING]!;
    const cumulative = floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE]!;
    const oldPrice = readWhole(orders, order + LIVE_PRICE);
    const price = (flags & CommandFlag.AmendPrice) !== 0 ? readWhole(words, at + ORDER_PRICE) : oldPrice;
    const total = (flags & CommandFlag.AmendSize) !== 0 ? readWhole(words, at + ORDER_SIZE) : remaining + cumulative;
    if (!book.takesPrice(price)) return this.#reject(words, at, RejectCode.PriceOutOfRange, entry);
    if (total <= cumulative) return this.#cancelResting(words, at, entry, slot, CancelReason.AmendedToNothing);
    if (!book.takesSize(total)) return this.#reject(words, at, RejectCode.SizeOutOfRange, entry);
    const rest = total - cumulative;
    const keepsPlace = price === oldPrice && rest <= remaining;
    if (!keepsPlace && (this.#pages.isFull || !book.hasRoom(side, rest - remaining)))
      return this.#reject(words, at, RejectCode.BookFull, entry);

    if (keepsPlace) {
      book.shrink(slot, rest);
    } else {
      book.lift(slot);
      writeWhole(orders, order + LIVE_PRICE, price);
      floats[slot * ORDER_FLOATS + LIVE_REMAINING] = rest;
    }
    const isText = isTextFlag(words[at + 1]!);
    const to = this.#openAnswer(words, at, EventKind.Amended, 0, side, book.instrumentId, account, isText);
    const out = this.events.words;
    out[to + EVENT_ORDER] = orders[order + LIVE_ID]!;
    out[to + EVENT_ORDER + 1] = orders[order + LIVE_ID + 1]!;
    writeWhole(out, to + EVENT_PRICE, price);
    writeWhole(out, to + EVENT_SIZE, total);
    writeWhole(out, to + EVENT_REMAINING, rest);
    writeWhole(out, to + EVENT_CUMULATIVE, cumulative);
    this.#clientIds.keep(entry, out, to, -1);
    if (!keepsPlace) book.reenter(slot);
  }

  /** Answers a command by cancelling all that remains of a resting order. */
  #cancelResting(words: Int32Array, at: number, entry: number, slot: number, reason: CancelReason): void {
    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    const terms = orders[order + LIVE_TERMS]!;
    const book = this.#listings.books[terms >>> TERMS_BOOK_SHIFT]!;
    const rest = floats[slot * ORDER_FLOATS + LIVE_REMAINING]!;
    const cumulative = floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE]!;
    const code = eventCode(reason, EventFlag.OrderDone);
    const account = orders[order + LIVE_ACCOUNT]!;
    const isText = isTextFlag(words[at + 1]!);
    const side = terms & TERMS_SIDE;
    const to = this.#openAnswer(words, at, EventKind.Cancelled, code, side, book.instrumentId, account, isText);
    const out = this.events.words;
    out[to + EVENT_ORDER] = orders[order + LIVE_ID]!;
    out[to + EVENT_ORDER + 1] = orders[order + LIVE_ID + 1]!;
    out[to + EVENT_PRICE] = orders[order + LIVE_PRICE]!;
    out[to + EVENT_PRICE + 1] = orders[order + LIVE_PRICE + 1]!;
    out[to + EVENT_SIZE] = rest | 0;
    out[to + EVENT_SIZE + 1] = (rest / TWO_32) | 0;
    out[to + EVENT_REMAINING] = 0;
    out[to + EVENT_REMAINING + 1] = 0;
    out[to + EVENT_CUMULATIVE] = cumulative | 0;
    out[to + EVENT_CUMULATIVE + 1] = (cumulative / TWO_32) | 0;
    this.#clientIds.keep(entry, out, to, -1);
    book.drop(slot);
  }

  /**
   * The resting order that a cancel or an amend means, or -1. It must be of the same account and, where the command
   * names an instrument, of that one.
   */
  #targetOf(words: Int32Array, at: number, account: number): number {
    const flags = orderFlags(words[at + 1]!);
    const low = words[at + ORDER_TARGET]!;
    const high = words[at + ORDER_TARGET + 1]!;
    let slot: number;
    if ((flags & CommandFlag.TargetByClientId) === 0) slot = this.#orderIndex.find(low, high);
    else if ((flags & CommandFlag.TargetText) === 0)
      slot = this.#clientIds.orderOfNumber(low, high, words[at + ORDER_ACCOUNT]!);
    else
      slot = this.#clientIds.orderOfText(words, at + ORDER_TARGET_TEXT_WORD, words[at + ORDER_ACCOUNT]!);
    if (slot < 0) return -1;
    const orders = this.#orders.words;
    if (orders[slot * ORDER_WORDS + LIVE_ACCOUNT] !== account) return -1;
    const instrument = words[at + ORDER_INSTRUMENT]!;
    if (instrument === 0) return slot;
    const book = orders[slot * ORDER_WORDS + LIVE_TERMS]! >>> TERMS_BOOK_SHIFT;
    return this.#listings.books[book]!.instrumentId === instrument ? slot : -1;
  }

  #list(words: Int32Array, at: number): void {
    const fault = listingFault(words, at);
    if (fault !== 0) return this.#refuse(words, at, fault);
    const instrument = readInstrument(words, at + LINE_WORDS, words[at + ORDER_INSTRUMENT]!);
    const refusal = this.#listings.add(instrument);
    if (refusal !== 0) return this.#refuse(words, at, refusal);
    const head = eventHead(EventKind.Listed, EVENT_CELLS + INSTRUMENT_WORDS / CELL_WORDS, 0);
    const to = this.events.open(head, eventCode(0, EventFlag.Answer), instrument.id, NO_ACCOUNT);
    const out = this.events.words;
    out.fill(0, to + EVENT_ORDER, to + EVENT_CELLS * CELL_WORDS);
    copyClientId(words, at, out, to);
    writeInstrument(out, to + EVENT_CELLS * CELL_WORDS, instrument);
  }

  #set(words: Int32Array, at: number): void {
    const fault = settingsFault(words, at);
    if (fault !== 0) return this.#refuse(words, at, fault);
    const window = readWhole(words, at + ORDER_SIZE);
    this.#clientIds.resize(window);
    const head = eventHead(EventKind.SettingsChanged, EVENT_CELLS, 0);
    const to = this.events.open(head, eventCode(0, EventFlag.Answer), 0, NO_ACCOUNT);
    const out = this.events.words;
    out.fill(0, to + EVENT_ORDER, to + EVENT_CELLS * CELL_WORDS);
    copyClientId(words, at, out, to);
    writeWhole(out, to + EVENT_SIZE, window);
  }

  /** Rejects a record that remembers nothing: its shape is at fault, or it belongs to no account. */
  #refuse(words: Int32Array, at: number, code: RejectCode): void {
    this.#reject(words, at, code, -1);
  }

  /** Answers a command with a reject, which repeats what it can of the command; an entry remembers it. */
  #reject(words: Int32Array, at: number, code: RejectCode, entry: number): void {
    const kind = orderKind(words[at]!);
    const side = orderSide(words[at]!);
    const ofOperator = kind === CommandKind.List || kind === CommandKind.Settings;
    const to = this.#openAnswer(
      words,
      at,
      EventKind.Rejected,
      code,
      side <= Side.Sell ? side : Side.None,
      words[at + ORDER_INSTRUMENT]!,
      ofOperator ? NO_ACCOUNT : this.#accounts.slotOf(words[at + ORDER_ACCOUNT]!),
      hasTextClientId(words, at),
    );
    const out = this.events.words;
    out.fill(0, to + EVENT_ORDER, to + EVENT_CLIENT_ID);
    out.fill(0, to + EVENT_PRICE, to + EVENT_CELLS * CELL_WORDS);
    const namesOrder = kind === CommandKind.Cancel || kind === CommandKind.Amend;
    const byClientId = (orderFlags(words[at + 1]!) & CommandFlag.TargetByClientId) !== 0;
    if (namesOrder && !byClientId && isWhole(words, at + ORDER_TARGET)) {
      out[to + EVENT_ORDER] = words[at + ORDER_TARGET]!;
      out[to + EVENT_ORDER + 1] = words[at + ORDER_TARGET + 1]!;
    }
    if (isSignedWhole(words, at + ORDER_PRICE)) {
      out[to + EVENT_PRICE] = words[at + ORDER_PRICE]!;
      out[to + EVENT_PRICE + 1] = words[at + ORDER_PRICE + 1]!;
    }
    if (isWhole(words, at + ORDER_SIZE)) {
      out[to + EVENT_SIZE] = words[at + ORDER_SIZE]!;
      out[to + EVENT_SIZE + 1] = words[at + ORDER_SIZE + 1]!;
    }
    if (entry >= 0) this.#clientIds.keep(entry, out, to, -1);
  }

  /**
   * Begins the answer to a command: words 0 to 11, the client id, and the cells of its text. The caller writes the
   * order id and words 16 to 23.
   *
   * @param code word 1, without the flags that follow from the rest
   */
  #openAnswer(
    words: Int32Array,
    at: number,
    kind: number,
    code: number,
    side: number,
    instrument: number,
    account: number,
    isText: boolean,
  ): number {
    const head = eventHead(kind, isText ? EVENT_CELLS + EVENT_TEXT_CELLS : EVENT_CELLS, side);
    const flags = isText ? EventFlag.Answer | EventFlag.TextClientId : EventFlag.Answer;
    const to = this.events.open(head, code | eventCode(0, flags), instrument, account);
    const out = this.events.words;
    if (isText) writeCommandText(words, at, out, to);
    else copyClientId(words, at, out, to);
    return to;
  }
}

function isTextFlag(terms: number): boolean {
  return (orderFlags(terms) & CommandFlag.TextClientId) !== 0;
}

/** Copies a command's numeric client id into its answer; what is no whole number is left out. */
function copyClientId(words: Int32Array, at: number, out: Int32Array, to: number): void {
  const isNumber = isWhole(words, at + ORDER_CLIENT_ID);
  out[to + EVENT_CLIENT_ID] = isNumber ? words[at + ORDER_CLIENT_ID]! : 0;
  out[to + EVENT_CLIENT_ID + 1] = isNumber ? words[at + ORDER_CLIENT_ID + 1]! : 0;
}

/** Copies a command's text client id into the two cells after its answer. */
function writeCommandText(words: Int32Array, at: number, out: Int32Array, to: number): void {
  const text = to + EVENT_CELLS * CELL_WORDS;
  out[to + EVENT_CLIENT_ID] = 0;
  out[to + EVENT_CLIENT_ID + 1] = 0;
  out[text] = words[at + ORDER_TEXT_WORD - 1]! >>> 24;
  for (let i = 0; i < CLIENT_ID_TEXT_WORDS; i++) out[text + 1 + i] = words[at + ORDER_TEXT_WORD + i]!;
  out.fill(0, text + 1 + CLIENT_ID_TEXT_WORDS, text + EVENT_TEXT_CELLS * CELL_WORDS);
}
