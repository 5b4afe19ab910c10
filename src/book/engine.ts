import type { Instrument } from '../model/instrument.js';
import type { InstrumentState } from '../model/instrument-state.js';
import { CLIENT_ID_WINDOW, MAX_SEQUENCE, MAX_SHARDS } from '../model/limits.js';
import type { LogSettings } from '../wire/instrument-record.js';
import { LINE_WORDS, ORDER_INSTRUMENT, sequencesOf } from '../wire/order-record.js';
import { writeBook, writeUnknownInstrument } from './book-read.js';
import type { EngineSettings } from './engine-settings.js';
import type { EventWriter } from './event-writer.js';
import { GeneralCommands } from './general-commands.js';
import { type GeneralRoom, makeRoom } from './general-room.js';
import { usualOpenOrders } from './open-order-limits.js';
import { type OpenOrder, type OpenOrderFilter, openOrder, openOrders } from './open-orders.js';
import { MAX_LIVE_ORDERS } from './order-pool.js';
import * as plainCancels from './plain-cancels.js';
import * as plainOrders from './plain-orders.js';
import { MAX_PAGES } from './price-pages.js';
import { takeSnapshot } from './snapshot.js';
import { openSnapshot, restoreRoom } from './snapshot-restore.js';

export type { EngineSettings, OpenOrder, OpenOrderFilter };

/** How an instrument stands. Prices are in ticks, 0 for none. */
export interface InstrumentStatus {
  readonly state: InstrumentState;
  /** Price of the last trade. */
  readonly lastPriceTicks: number;
  /** Set by the operator. */
  readonly referencePriceTicks: number;
  readonly markPriceTicks: number;
  /** Trades since it was listed. */
  readonly trades: number;
}

/** One price of a book. */
export interface Level {
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly orders: number;
}

// What stands here is compiled in; an imported binding is read from memory at each use.
const { PLAIN_ORDER } = plainOrders;
const { PLAIN_CANCEL } = plainCancels;

/** All of word 0 but the side. */
const HEAD_MASK = 0x00ff_ffff;
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
  readonly #room: GeneralRoom;
  readonly #plainOrders: plainOrders.PlainOrders;
  readonly #plainCancels: plainCancels.PlainCancels;
  readonly #general: GeneralCommands;
  #sequence = 0;
  /** When the next good-till-date order expires, in ns since the epoch, rounded; infinity where there is none. */
  #dueNs = Number.POSITIVE_INFINITY;
  /** Where the last command came from, as words and as pairs of words. */
  #source: Int32Array = new Int32Array(0);
  #sourcePairs: Float64Array = new Float64Array(0);
  /** No pairs where they would not begin at a multiple of eight bytes. */
  #hasPairs = false;

  /** @throws RangeError where a setting is outside its range */
  constructor(settings: EngineSettings) {
    const { shard, clientIdWindow = CLIENT_ID_WINDOW, hashSalt = 0 } = settings;
    const { maxOpenOrders = 0, maxLiveOrders = MAX_LIVE_ORDERS, maxPricePages = MAX_PAGES } = settings;
    if (!Number.isInteger(shard) || shard < 0 || shard >= MAX_SHARDS)
      throw new RangeError(`shard ${shard} is not a whole number from 0 to ${MAX_SHARDS - 1}`);
    if (!Number.isInteger(maxOpenOrders) || maxOpenOrders < 0 || maxOpenOrders > MAX_LIVE_ORDERS)
      throw new RangeError(
        `most open orders ${maxOpenOrders} is not a whole number from 0 to ${MAX_LIVE_ORDERS}`,
      );
    this.#shard = shard;
    const room = makeRoom(
      { shard, clientIdWindow, maxOpenOrders, maxLiveOrders, maxPricePages, hashSalt },
      {
        released: (book, slot) => this.#general.released(book, slot),
        enter: (book, slot, mayRest) => this.#general.enter(book, slot, mayRest),
        traded: (book, firstTicks, lastTicks) => this.#general.traded(book, firstTicks, lastTicks),
      },
    );
    this.#room = room;
    this.events = room.events;
    this.#plainOrders = new plainOrders.PlainOrders(room, room.listings);
    this.#plainCancels = new plainCancels.PlainCancels(room, room.listings);
    this.#general = new GeneralCommands(room);
  }

  /** Sequence of the command applied last, 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  get liveOrders(): number {
    return this.#room.orders.live;
  }

  /** When the next good-till-date order expires, in ns since the epoch; undefined where there is none. */
  get nextDueNs(): bigint | undefined {
    const { expiries } = this.#room;
    if (expiries.first() < 0) return undefined;
    return (BigInt(expiries.firstKey) << 32n) | BigInt(expiries.firstSecondKey);
  }

  /** Client ids remembered: those in the window and those of live orders. */
  get rememberedClientIds(): number {
    return this.#room.clientIds.count;
  }

  /** Commands whose client ids are remembered after their orders are gone. */
  get clientIdWindow(): number {
    return this.#room.clientIds.window;
  }

  /** What the log's last Settings command said, or how the engine was made. */
  get logSettings(): LogSettings {
    return { clientIdWindow: this.clientIdWindow, maxOpenOrders: usualOpenOrders(this.#room.accounts) };
  }

  /** Makes room for all client ids of the window now: growing to a million of them later takes tenths of a second. */
  reserveClientIds(): void {
    this.#room.clientIds.reserve();
  }

  /** The instruments listed so far, in the order of their listing. */
  instruments(): readonly Instrument[] {
    return this.#room.listings.instruments;
  }

  /** What state an instrument is in, and its prices. @throws RangeError where it is not listed */
  instrumentStatus(instrumentId: number): InstrumentStatus {
    const number = this.#room.listings.find(instrumentId);
    if (number < 0) throw new RangeError(`instrument ${instrumentId} is not listed`);
    const { specials, lastPriceTicks, trades } = this.#room.listings.books[number]!;
    const { state, referenceTicks, markTicks } = specials;
    return {
      state,
      lastPriceTicks,
      referencePriceTicks: referenceTicks,
      markPriceTicks: markTicks,
      trades,
    };
  }

  /** The live orders, resting and waiting, by order id: of one account, of one instrument, or all. */
  openOrders(filter: OpenOrderFilter = {}): OpenOrder[] {
    return openOrders(this.#room, filter);
  }

  /** The live order with this id; undefined where there is none. */
  openOrder(orderId: number): OpenOrder | undefined {
    const slot = this.#room.orderIndex.find(orderId | 0, Math.floor(orderId / TWO_32));
    return slot < 0 ? undefined : openOrder(this.#room, slot);
  }

  /**
   * All that the engine is, in bytes that depend on its state alone: what `restore` makes of them goes on with the same
   * events. The events since the last `clear()` are no part of it. `snapshot-layout.ts` draws the bytes.
   */
  snapshot(): Uint8Array {
    return takeSnapshot(this.#room, this.#shard, this.#sequence);
  }

  /**
   * The engine that `snapshot` was called on. Shard, client-id window and most open orders are those of the snapshot, since a
   * logged command may have set them; the other settings are as for a new engine.
   *
   * @throws TypeError where the bytes are no snapshot; RangeError where it is cut short, damaged or of another version, or
   * where the settings leave no room for what it holds
   */
  static restore(bytes: Uint8Array, settings: Omit<EngineSettings, 'shard'> = {}): Engine {
    const header = openSnapshot(bytes);
    const { shard, clientIdWindow, maxOpenOrders, sequence } = header;
    const engine = new Engine({ ...settings, shard, clientIdWindow, maxOpenOrders });
    restoreRoom(engine.#room, header);
    engine.#sequence = sequence;
    engine.#setDue();
    return engine;
  }

  /** The levels of one side of a book, best first; none for an instrument that is not listed. For tests and tools. */
  levels(instrumentId: number, side: number): Level[] {
    const number = this.#room.listings.find(instrumentId);
    const levels: Level[] = [];
    if (number < 0) return levels;
    const ladder = this.#room.listings.books[number]!.ladder(side);
    for (let level = ladder.bestLevel; level >= 0; level = ladder.worseLevel(level))
      levels.push({
        priceTicks: ladder.priceTicks(level),
        sizeLots: ladder.sizeLots(level),
        orders: ladder.orders(level),
      });
    return levels;
  }

  /** The first of `levels`; undefined where a side is empty or the instrument not listed. */
  best(instrumentId: number, side: number): Level | undefined {
    const number = this.#room.listings.find(instrumentId);
    if (number < 0) return undefined;
    const ladder = this.#room.listings.books[number]!.ladder(side);
    const level = ladder.bestLevel;
    if (level < 0) return undefined;
    return {
      priceTicks: ladder.priceTicks(level),
      sizeLots: ladder.sizeLots(level),
      orders: ladder.orders(level),
    };
  }

  /**
   * Applies one command of the log and writes its events, at least one. Its answer is the one with flag Answer; only what
   * was due by then stands before it.
   *
   * @param words holds the order record, from word `at`
   * @param sequence first of the numbers that the command takes (`sequencesOf`), over those before it
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
    const placeHigh = (sequence / TWO_32) | 0 | (this.#shard << SHARD_SHIFT);
    events.beginCommand(sequence | 0, placeHigh, timeLow, timeHigh);
    if (words !== this.#source) this.#see(words);
    const head = this.#hasPairs && (at & 1) === 0 ? words[at]! & HEAD_MASK : 0;
    // Rounding keeps order, so what is due is never taken for later.
    const isDue = (timeHigh >>> 0) * TWO_32 + (timeLow >>> 0) >= this.#dueNs;
    const isDone =
      !isDue &&
      (head === PLAIN_ORDER
        ? this.#plainOrders.enter(words, this.#sourcePairs, at)
        : head === PLAIN_CANCEL && this.#plainCancels.cancel(words, this.#sourcePairs, at));
    if (!isDone) this.#applyGenerally(words, at, sequence);
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
    const number = this.#room.listings.find(words[at + ORDER_INSTRUMENT]!);
    if (number < 0) writeUnknownInstrument(words, at, this.events);
    else writeBook(words, at, this.#room.listings.books[number]!, this.events);
  }

  /** Takes a look at memory that commands come from: mostly all of them come from the same. */
  #see(words: Int32Array): void {
    this.#source = words;
    const { buffer, byteOffset, length } = words;
    this.#hasPairs = byteOffset % 8 === 0;
    if (this.#hasPairs) this.#sourcePairs = new Float64Array(buffer, byteOffset, length >> 1);
  }

  #applyGenerally(words: Int32Array, at: number, sequence: number): void {
    this.#sequence = Math.min(sequence + sequencesOf(words, at) - 1, MAX_SEQUENCE);
    this.#general.apply(words, at);
    this.#setDue();
  }

  #setDue(): void {
    const { expiries } = this.#room;
    this.#dueNs =
      expiries.first() < 0 ? Number.POSITIVE_INFINITY : expiries.firstKey * TWO_32 + expiries.firstSecondKey;
  }
}
