import { Engine } from '../book/engine.js';
import type { AdvanceableClock, Clock } from '../clock/clock.js';
import { TestClock } from '../clock/test-clock.js';
import type { Instrument } from '../model/instrument.js';
import { rejectReasons } from '../model/reject.js';
import { formatSteps } from '../wire/decimal.js';
import { InstrumentTable } from '../wire/instrument-table.js';
import { type BookDepth, type BookLevel, BookReader } from './book-reader.js';
import { CommandWriter } from './command-writer.js';
import type {
  AccountChange,
  AmendOrder,
  CancelAll,
  CancelOrder,
  Decimal,
  InstrumentField,
  MassQuote,
  NewOrder,
  PriceChange,
  StateChange,
} from './commands.js';
import { checkOptions, type EngineOptions, engineSettings } from './engine-options.js';
import { readEvents } from './event-reader.js';
import { ExpiryAlarm } from './expiry-alarm.js';
import { checkWhole, readSteps } from './input-check.js';
import { type InstrumentOptions, instrumentFrom, lotOf, tickOf } from './instrument-options.js';
import { type Batch, type Listener, type ListenerMap, Listeners, type Unsubscribe } from './listeners.js';
import { type LiveOrder, liveOrder } from './live-order.js';
import { type InstrumentStateName, instrumentStateName } from './names.js';
import { OperatorWriter } from './operator-writer.js';
import { OrderEntry } from './order-entry.js';
import { RecordWriter } from './record-writer.js';
import {
  type CancelAllResult,
  type CommandResult,
  cancelAllResult,
  commandResult,
  type OrderResult,
  orderResult,
  type QuoteResult,
  quoteResult,
} from './results.js';
import { Sequencer } from './sequencer.js';
import { packSnapshot, unpackSnapshot } from './snapshot.js';
import { type Trade, TradeTape, tradesIn } from './trade-tape.js';

/** How an instrument stands. A price that there is not is 0. */
export interface InstrumentStatus {
  readonly state: InstrumentStateName;
  readonly lastPriceTicks: number;
  /** As the operator set them. */
  readonly referencePriceTicks: number;
  readonly markPriceTicks: number;
  /** How many trades there were. */
  readonly trades: number;
}

export interface MatchingEngineOptions extends EngineOptions {
  /** Listed at once, in this order; `list` lists more. Default: none. */
  readonly instruments?: readonly InstrumentOptions[];
}

/** What an engine is made of; its books share it. */
interface Parts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly tape: TradeTape;
}

/**
 * A whole matching engine in this process: any number of instruments, all order types, no network and no disk. The rules
 * are those of docs/orders.md, to the letter; docs/embedding.md has recipes.
 *
 * Time is the clock's, by default a `TestClock` that stands still until `advance`: the same calls then give the same
 * events, and the same `eventHash`, on any machine.
 *
 * Methods throw a TypeError or RangeError of one sentence where an argument is wrong in itself, and nothing has happened
 * then. What the rules forbid comes back as a result with status `rejected`, a code, its name and a sentence.
 */
export class MatchingEngine {
  /** What the engine runs on. Whoever moves it makes orders expire. */
  readonly clock: Clock;
  readonly #engine: Engine;
  readonly #sequencer: Sequencer;
  readonly #record: RecordWriter;
  readonly #commands: CommandWriter;
  readonly #operator: OperatorWriter;
  readonly #reader: BookReader;
  readonly #alarm: ExpiryAlarm;
  readonly #listeners = new Listeners();
  readonly #instruments = new InstrumentTable();
  readonly #deliver = () => this.#deliverFast();

  /**
   * @param parts for `restore`
   * @throws TypeError, RangeError where an option is wrong
   */
  constructor(options: MatchingEngineOptions = {}, parts: Parts = newParts(options)) {
    this.clock = parts.clock;
    this.#engine = parts.engine;
    this.#sequencer = new Sequencer(parts.engine, parts.clock, parts.tape);
    this.#record = new RecordWriter(this.#sequencer.record);
    const find = (named: string | number | undefined) => this.#find(named);
    this.#commands = new CommandWriter(this.#record, find);
    this.#operator = new OperatorWriter(this.#record, find);
    this.#reader = new BookReader(parts.engine);
    this.#alarm = new ExpiryAlarm(parts.engine, parts.clock, () => this.#passTime());
    for (const instrument of parts.engine.instruments()) this.#instruments.add(instrument, 0);
    for (const instrument of options.instruments ?? []) this.list(instrument);
  }

  /**
   * The engine that `snapshot` was called on, as it was then: the same commands give the same events and the same hash.
   * Listeners are not part of it, and client-id window and most open orders are the snapshot's, whatever the options say. The clock must
   * not be behind the snapshot's; where none is given, a `TestClock` begins at the snapshot's time.
   *
   * @throws TypeError, RangeError where the bytes are no whole snapshot, the clock is behind, or an option is wrong
   */
  static restore(bytes: Uint8Array, options: EngineOptions = {}): MatchingEngine {
    checkOptions(options);
    const parts = unpackSnapshot(bytes);
    const clock = options.clock ?? new TestClock({ startEpochNs: parts.timeNs });
    if (clock.epochNs() < parts.timeNs)
      throw new RangeError(
        `the clock is at ${clock.epochNs()} ns, before the snapshot, at ${parts.timeNs} ns`,
      );
    const tape = new TradeTape(options.tradeHistory ?? parts.tradeHistory);
    tape.restore(parts.tape, parts.tradeCount);
    const engine = Engine.restore(parts.engine, engineSettings(options));
    const restored = new MatchingEngine({}, { engine, clock, tape });
    restored.#sequencer.hash.low = parts.hashLow;
    restored.#sequencer.hash.high = parts.hashHigh;
    restored.#record.clientIdsMade = parts.clientIdsMade;
    restored.#alarm.set();
    return restored;
  }

  // Instruments.

  /** Lists an instrument, which begins continuous. @throws RangeError where its symbol is listed already */
  list(options: InstrumentOptions): Instrument {
    const instrument = instrumentFrom(options, this.#instruments.all().length + 1);
    if (this.#instruments.bySymbol(instrument.symbol) !== undefined)
      throw new RangeError(`instrument ${instrument.symbol} is listed already`);
    this.#operator.listing(instrument);
    const code = this.#sequencer.send();
    if (code !== 0) throw new RangeError(`instrument ${instrument.symbol}: ${rejectReasons[code]!.sentence}`);
    this.#instruments.add(instrument, 0);
    this.#settle();
    return instrument;
  }

  /** The instruments, in the order of their listing. */
  get instruments(): readonly Instrument[] {
    return this.#instruments.all();
  }

  /** A listed instrument; it may be left out where there is one. @throws RangeError where it is not listed */
  instrument(instrument?: string | number): Instrument {
    return this.#find(instrument);
  }

  /** The entrance that makes no objects. @throws RangeError where the instrument is not listed */
  entry(instrument?: string | number): OrderEntry {
    return new OrderEntry(this.#find(instrument), this.#sequencer, this.#record, this.#reader, this.#deliver);
  }

  // Commands of accounts.

  submit(order: NewOrder): OrderResult {
    this.#commands.newOrder(order);
    return orderResult(this.#send());
  }

  cancel(order: CancelOrder): OrderResult {
    this.#commands.cancel(order);
    return orderResult(this.#send());
  }

  amend(order: AmendOrder): OrderResult {
    this.#commands.amend(order);
    return orderResult(this.#send());
  }

  cancelAll(orders: CancelAll): CancelAllResult {
    this.#commands.cancelAll(orders);
    return cancelAllResult(this.#send());
  }

  quote(quotes: MassQuote): QuoteResult {
    const sides = this.#commands.massQuote(quotes);
    return quoteResult(this.#send(), sides);
  }

  // Commands of the operator.

  setState(change: StateChange): CommandResult {
    this.#operator.state(change);
    return commandResult(this.#send());
  }

  setPrices(change: PriceChange): CommandResult {
    this.#operator.prices(change);
    return commandResult(this.#send());
  }

  setAccount(change: AccountChange): CommandResult {
    this.#operator.account(change);
    return commandResult(this.#send());
  }

  // Time.

  /** Nanoseconds since 1970, by the clock. */
  get timeNs(): bigint {
    return this.clock.epochNs();
  }

  /**
   * Moves the clock on by so many nanoseconds. Orders expire on the way, each at its time.
   *
   * @throws TypeError where the clock cannot be moved, RangeError where the number is not whole or negative
   */
  advance(byNs: number): void {
    this.#advanceable().advance(byNs);
  }

  /** As `advance`, to a time in nanoseconds since 1970. @throws RangeError also where that is before now */
  advanceTo(timeNs: bigint): void {
    if (typeof timeNs !== 'bigint')
      throw new TypeError('advanceTo: the time must be a bigint, nanoseconds since 1970');
    this.#advanceable().advanceTo(Number(timeNs - this.clock.originEpochNs));
  }

  // Reads.

  /** The displayed book, best prices first, up to so many of each side. */
  depth(levels = 10, instrument?: string | number): BookDepth {
    return this.#reader.depth(this.#find(instrument).id, checkWhole('levels', levels, 1));
  }

  /** The best displayed bid; undefined where there is none. */
  bestBid(instrument?: string | number): BookLevel | undefined {
    return this.depth(1, instrument).bids[0];
  }

  /** The best displayed ask; undefined where there is none. */
  bestAsk(instrument?: string | number): BookLevel | undefined {
    return this.depth(1, instrument).asks[0];
  }

  /** State and prices of an instrument. */
  status(instrument?: string | number): InstrumentStatus {
    const status = this.#engine.instrumentStatus(this.#find(instrument).id);
    return { ...status, state: instrumentStateName(status.state) };
  }

  /** Live orders, resting and waiting, by order id: of one account, one instrument, or all. Looks through all of them. */
  orders(filter: InstrumentField & { readonly account?: number } = {}): LiveOrder[] {
    const { account, instrument } = filter;
    return this.#engine
      .openOrders({
        ...(account === undefined ? {} : { account: checkWhole('account', account) }),
        ...(instrument === undefined ? {} : { instrumentId: this.#find(instrument).id }),
      })
      .map((order) => liveOrder(order, this.#instruments.byId(order.instrumentId)!))
      .sort((a, b) => a.orderId - b.orderId);
  }

  /** A live order; undefined where there is none with this id. Looks through all of them. */
  order(orderId: number): LiveOrder | undefined {
    return this.orders().find((order) => order.orderId === orderId);
  }

  /** How many orders live, resting and waiting. */
  get liveOrders(): number {
    return this.#engine.liveOrders;
  }

  /** The last trades, oldest first: of one instrument or of all; at most as many as are kept (`tradeHistory`). */
  trades(filter: InstrumentField & { readonly last?: number } = {}): Trade[] {
    const { last = this.#sequencer.tape.capacity, instrument } = filter;
    const id = instrument === undefined ? undefined : this.#find(instrument).id;
    return this.#sequencer.tape.last(checkWhole('last', last), id);
  }

  /** Number of the last command, 0 before the first. */
  get sequence(): number {
    return this.#engine.sequence;
  }

  /** The running hash of all events, 16 hexadecimal digits: equal where the same commands came at the same times. */
  get eventHash(): string {
    return this.#sequencer.hash.toString();
  }

  // Decimals.

  /** A decimal price as ticks. @throws TypeError, RangeError where it is no multiple of the tick */
  ticks(price: Decimal, instrument?: string | number): number {
    return readSteps('price', price, tickOf(this.#find(instrument)));
  }

  /** A decimal size as lots. @throws TypeError, RangeError where it is no multiple of the lot */
  lots(size: Decimal, instrument?: string | number): number {
    return readSteps('size', size, lotOf(this.#find(instrument)));
  }

  /** Ticks as a decimal with the decimals of the tick. */
  priceText(priceTicks: number, instrument?: string | number): string {
    const { tickSize, priceDecimals } = this.#find(instrument);
    return formatSteps(priceTicks, tickSize, priceDecimals);
  }

  /** Lots as a decimal with the decimals of the lot. */
  sizeText(sizeLots: number, instrument?: string | number): string {
    const { lotSize, sizeDecimals } = this.#find(instrument);
    return formatSteps(sizeLots, lotSize, sizeDecimals);
  }

  // The rest.

  /**
   * Calls `listener` with each event of one kind, each `event`, or each `trade`, of all commands from now on. Commands that
   * a listener sends are applied at once, and their events told after those before them.
   */
  on<Name extends keyof ListenerMap>(name: Name, listener: Listener<Name>): Unsubscribe {
    return this.#listeners.add(name, listener);
  }

  /** Everything but listeners, as bytes: books, client ids, limits, times, hash, recent trades. */
  snapshot(): Uint8Array {
    const { hash, tape } = this.#sequencer;
    return packSnapshot({
      clientIdsMade: this.#record.clientIdsMade,
      timeNs: this.clock.epochNs(),
      hashLow: hash.low,
      hashHigh: hash.high,
      tradeCount: tape.count,
      tradeHistory: tape.capacity,
      tape: tape.rows(),
      engine: this.#engine.snapshot(),
    });
  }

  /** Ends all subscriptions and asks nothing of the clock any more. The engine can still be read and used. */
  close(): void {
    this.#alarm.close();
    this.#listeners.clear();
  }

  #find(named: string | number | undefined): Instrument {
    const table = this.#instruments;
    if (named === undefined) {
      const all = table.all();
      if (all.length === 1) return all[0]!;
      throw new TypeError(`instrument: missing; the engine has ${all.length} of them`);
    }
    const found = typeof named === 'number' ? table.byId(named) : table.bySymbol(named);
    if (found === undefined) throw new RangeError(`instrument: ${JSON.stringify(named)} is not listed`);
    return found;
  }

  /** Applies the command in the record. */
  #send(): Batch {
    this.#sequencer.send();
    return this.#settle();
  }

  /** Makes objects of the last command's events, sets the alarm, and tells the listeners. */
  #settle(): Batch {
    const { words, length } = this.#engine.events;
    const batch = { events: readEvents(words, length, this.#instruments), trades: tradesIn(words, length) };
    this.#alarm.set();
    if (!this.#listeners.isEmpty) this.#listeners.deliver(batch);
    return batch;
  }

  /** After a command of the fast entrance, which makes no order that expires. */
  #deliverFast(): void {
    if (!this.#listeners.isEmpty) this.#settle();
  }

  #passTime(): void {
    this.#operator.time();
    this.#sequencer.send();
    this.#deliverFast();
  }

  #advanceable(): AdvanceableClock {
    const clock = this.clock as Partial<AdvanceableClock>;
    if (typeof clock.advance !== 'function')
      throw new TypeError('this clock goes by itself and cannot be advanced');
    return this.clock as AdvanceableClock;
  }
}

function newParts(options: MatchingEngineOptions): Parts {
  checkOptions(options, ['instruments']);
  const clock = options.clock ?? new TestClock();
  const tape = new TradeTape(options.tradeHistory ?? 1000);
  return { engine: new Engine({ shard: 0, ...engineSettings(options) }), clock, tape };
}
