import { CommandKind } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { CLIENT_ID_WINDOW, MAX_SEQUENCE, MAX_SHARDS } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import {
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_VERSION,
  orderKind,
  orderVersion,
} from '../wire/order-record.js';
import { Accounts } from './accounts.js';
import { writeReject } from './answers.js';
import type { BookRoom } from './book.js';
import { writeBook, writeUnknownInstrument } from './book-read.js';
import { ClientCommands } from './client-commands.js';
import { ClientIds } from './client-ids.js';
import { amendFault, cancelFault, newFault } from './command-shape.js';
import { EventWriter } from './event-writer.js';
import { Listings } from './listings.js';
import { applyListing, applySettings } from './operator-commands.js';
import { OrderEvents } from './order-events.js';
import { OrderIndex } from './order-index.js';
import { MAX_LIVE_ORDERS, OrderPool } from './order-pool.js';
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
  /**
   * 32 bits that decide where client ids and accounts stand in their hash tables, by default 0. It changes no event; a
   * random one keeps clients from choosing ids that fall together.
   */
  readonly hashSalt?: number;
}

/** One price of a book. */
export interface OpenOrder {
  readonly orderId: number;
  readonly clientOrderId: number | string;
  readonly account: number;
  readonly instrumentId: number;
  readonly side: number;
  readonly type: number;
  readonly timeInForce: number;
  readonly flags: number;
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly remainingLots: number;
  readonly cumulativeLots: number;
  readonly displayedLots: number;
  readonly stopPriceTicks?: number;
  readonly standing: number;
}

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
  // STUB until the engine has these itself: drop this commit.
  readonly #log: { words: number[]; at: [number, number, number] }[] = [];
  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.#log));
  }
  static restore(bytes: Uint8Array, settings: Omit<EngineSettings, 'shard'> = {}): Engine {
    const engine = new Engine({ shard: 0, ...settings });
    for (const { words, at } of JSON.parse(new TextDecoder().decode(bytes))) {
      engine.events.clear();
      engine.apply(Int32Array.from(words), 0, ...(at as [number, number, number]));
    }
    engine.events.clear();
    return engine;
  }
  openOrders(_filter: { account?: number; instrumentId?: number } = {}): OpenOrder[] {
    return [];
  }
  instrumentStatus(_id: number): {
    state: number;
    lastPriceTicks: number;
    referencePriceTicks: number;
    markPriceTicks: number;
    trades: number;
  } {
    return { state: 3, lastPriceTicks: 0, referencePriceTicks: 0, markPriceTicks: 0, trades: 0 };
  }
  get nextDueNs(): bigint | undefined {
    return undefined;
  }

  /** The events of the commands applied since the last `clear()`, and the answers to reads, back to back. */
  readonly events: EventWriter;

  readonly #shard: number;
  readonly #accounts: Accounts;
  readonly #orders: OrderPool;
  readonly #clientIds: ClientIds;
  readonly #listings: Listings;
  readonly #clientCommands: ClientCommands;
  #sequence = 0;

  /** @throws RangeError where a setting is outside its range */
  constructor(settings: EngineSettings) {
    const { shard, clientIdWindow = CLIENT_ID_WINDOW, hashSalt = 0 } = settings;
    const { maxLiveOrders = MAX_LIVE_ORDERS, maxPricePages = MAX_PAGES } = settings;
    if (!Number.isInteger(shard) || shard < 0 || shard >= MAX_SHARDS)
      throw new RangeError(`shard ${shard} is not a whole number from 0 to ${MAX_SHARDS - 1}`);
    this.#shard = shard;
    this.#orders = new OrderPool(maxLiveOrders);
    this.#accounts = new Accounts(hashSalt);
    this.#clientIds = new ClientIds(clientIdWindow, hashSalt);
    this.events = new EventWriter(this.#accounts);
    this.events.beginCommand(0, shard << SHARD_SHIFT, 0, 0);
    const room: BookRoom = {
      events: this.events,
      accounts: this.#accounts,
      orders: this.#orders,
      orderEvents: new OrderEvents(this.events, this.#orders, this.#clientIds),
      orderIndex: new OrderIndex(this.#orders),
      clientIds: this.#clientIds,
      pages: new PricePages(maxPricePages),
    };
    this.#listings = new Listings(room);
    this.#clientCommands = new ClientCommands(room, this.#listings);
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

  /** Commands whose client ids are remembered after their orders are gone. */
  get clientIdWindow(): number {
    return this.#clientIds.window;
  }

  /** Makes room for all client ids of the window now: growing to a million of them later takes tenths of a second. */
  reserveClientIds(): void {
    this.#clientIds.reserve();
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
    this.#log.push({
      words: [...words.subarray(at, at + LINE_WORDS * Math.max(1, (words[at]! >>> 16) & 255))],
      at: [sequence, timeLow, timeHigh],
    });
    this.#sequence = sequence;
    const placeHigh = (sequence / TWO_32) | 0 | (this.#shard << SHARD_SHIFT);
    events.beginCommand(sequence | 0, placeHigh, timeLow, timeHigh);
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
    if (number < 0) writeUnknownInstrument(words, at, this.events);
    else writeBook(words, at, this.#listings.books[number]!, this.events);
  }

  #dispatch(words: Int32Array, at: number): void {
    const fault = this.#carryOut(words, at);
    if (fault !== 0) writeReject(this.events, this.#accounts, words, at, fault);
  }

  /** Returns 0, or, with no event written, the fault of a command that is to be rejected and not remembered. */
  #carryOut(words: Int32Array, at: number): RejectCode | 0 {
    const head = words[at]!;
    if (orderVersion(head) !== ORDER_VERSION) return RejectCode.WrongVersion;
    const kind = orderKind(head);
    let fault: RejectCode | 0;
    if (kind === CommandKind.New) fault = newFault(words, at);
    else if (kind === CommandKind.Cancel) fault = cancelFault(words, at);
    else if (kind === CommandKind.Amend) fault = amendFault(words, at);
    else if (kind === CommandKind.List) return applyListing(this.events, this.#listings, words, at);
    else if (kind === CommandKind.Settings) return applySettings(this.events, this.#clientIds, words, at);
    else return RejectCode.UnknownKind;
    if (fault === 0) this.#clientCommands.apply(words, at, kind);
    return fault;
  }
}
