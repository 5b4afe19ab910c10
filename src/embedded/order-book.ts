import type { Clock } from '../clock/clock.js';
import type { Instrument } from '../model/instrument.js';
import type { BookDepth, BookLevel } from './book-reader.js';
import type {
  AmendOrder,
  CancelAll,
  CancelOrder,
  Decimal,
  InstrumentField,
  MassQuote,
  NewOrder,
  PriceChange,
  Quote,
  StateChange,
} from './commands.js';
import { ENGINE_FIELDS, type EngineOptions } from './engine-options.js';
import { checkFields } from './input-check.js';
import { INSTRUMENT_FIELDS, type InstrumentOptions } from './instrument-options.js';
import type { Listener, ListenerMap, Unsubscribe } from './listeners.js';
import type { LiveOrder } from './live-order.js';
import { type InstrumentStatus, MatchingEngine } from './matching-engine.js';
import type { InstrumentStateName } from './names.js';
import type { OrderEntry } from './order-entry.js';
import type { CancelAllResult, CommandResult, OrderResult, QuoteResult } from './results.js';
import type { Trade } from './trade-tape.js';

export interface OrderBookOptions extends InstrumentOptions, EngineOptions {}

/** A command without its instrument, which is the book's. */
export type OfBook<Command extends InstrumentField> = Omit<Command, 'instrument'>;

const FIELDS: ReadonlySet<string> = new Set([...INSTRUMENT_FIELDS, ...ENGINE_FIELDS]);

/**
 * One instrument of a matching engine: the same commands, without naming it each time. `new OrderBook()` has an engine of
 * its own; `OrderBook.of` shows an instrument of an engine that has several.
 *
 * What each method does, returns and throws is said at `MatchingEngine`.
 */
export class OrderBook {
  readonly engine: MatchingEngine;
  readonly instrument: Instrument;

  /** A book with an engine of its own. @throws TypeError, RangeError where an option is wrong */
  constructor(options: OrderBookOptions = {}, engine?: MatchingEngine, instrument?: Instrument) {
    if (engine !== undefined && instrument !== undefined) {
      this.engine = engine;
      this.instrument = instrument;
      return;
    }
    checkFields('the options', options, FIELDS);
    this.engine = new MatchingEngine(pick(options, ENGINE_FIELDS));
    this.instrument = this.engine.list(pick(options, INSTRUMENT_FIELDS));
  }

  /** An instrument of an engine; it may be left out where there is one. @throws RangeError where it is not listed */
  static of(engine: MatchingEngine, instrument?: string | number): OrderBook {
    return new OrderBook({}, engine, engine.instrument(instrument));
  }

  /** The book that `snapshot` was called on. @throws TypeError, RangeError as `MatchingEngine.restore` */
  static restore(bytes: Uint8Array, options: EngineOptions = {}): OrderBook {
    return OrderBook.of(MatchingEngine.restore(bytes, options));
  }

  submit(order: OfBook<NewOrder>): OrderResult {
    return this.engine.submit(this.#named(order));
  }

  cancel(order: OfBook<CancelOrder>): OrderResult {
    return this.engine.cancel(this.#named(order));
  }

  amend(order: OfBook<AmendOrder>): OrderResult {
    return this.engine.amend(this.#named(order));
  }

  cancelAll(orders: OfBook<CancelAll>): CancelAllResult {
    return this.engine.cancelAll(this.#named(orders));
  }

  /** Replaces the account's quotes in this instrument. */
  quote(quote: OfBook<Quote> & Omit<MassQuote, 'quotes'>): QuoteResult {
    const { account, session, selfTrade, clientId, ...sides } = quote;
    return this.engine.quote({
      account,
      quotes: [this.#named(sides)],
      ...(session === undefined ? {} : { session }),
      ...(selfTrade === undefined ? {} : { selfTrade }),
      ...(clientId === undefined ? {} : { clientId }),
    });
  }

  setState(state: InstrumentStateName, options: Pick<StateChange, 'cancelOrders'> = {}): CommandResult {
    return this.engine.setState({ ...this.#named(options), state });
  }

  setPrices(change: OfBook<PriceChange>): CommandResult {
    return this.engine.setPrices(this.#named(change));
  }

  /** The entrance that makes no objects. */
  entry(): OrderEntry {
    return this.engine.entry(this.instrument.id);
  }

  get clock(): Clock {
    return this.engine.clock;
  }

  get timeNs(): bigint {
    return this.engine.timeNs;
  }

  advance(byNs: number): void {
    this.engine.advance(byNs);
  }

  advanceTo(timeNs: bigint): void {
    this.engine.advanceTo(timeNs);
  }

  depth(levels?: number): BookDepth {
    return this.engine.depth(levels, this.instrument.id);
  }

  get bestBid(): BookLevel | undefined {
    return this.engine.bestBid(this.instrument.id);
  }

  get bestAsk(): BookLevel | undefined {
    return this.engine.bestAsk(this.instrument.id);
  }

  get state(): InstrumentStateName {
    return this.status.state;
  }

  get status(): InstrumentStatus {
    return this.engine.status(this.instrument.id);
  }

  orders(filter: { readonly account?: number } = {}): LiveOrder[] {
    return this.engine.orders(this.#named(filter));
  }

  order(orderId: number): LiveOrder | undefined {
    return this.orders().find((order) => order.orderId === orderId);
  }

  trades(last?: number): Trade[] {
    return this.engine.trades({ instrument: this.instrument.id, ...(last === undefined ? {} : { last }) });
  }

  get eventHash(): string {
    return this.engine.eventHash;
  }

  ticks(price: Decimal): number {
    return this.engine.ticks(price, this.instrument.id);
  }

  lots(size: Decimal): number {
    return this.engine.lots(size, this.instrument.id);
  }

  priceText(priceTicks: number): string {
    return this.engine.priceText(priceTicks, this.instrument.id);
  }

  sizeText(sizeLots: number): string {
    return this.engine.sizeText(sizeLots, this.instrument.id);
  }

  /** Events of the whole engine: of this instrument alone, where it has no other. */
  on<Name extends keyof ListenerMap>(name: Name, listener: Listener<Name>): Unsubscribe {
    return this.engine.on(name, listener);
  }

  snapshot(): Uint8Array {
    return this.engine.snapshot();
  }

  close(): void {
    this.engine.close();
  }

  /** A command that names this instrument. Spread last: Node.js 20 makes a slow object of one that is spread first. */
  #named<Fields extends object>(fields: Fields): Fields & { readonly instrument: number } {
    if ('instrument' in fields) throw new TypeError('instrument: a book has one; leave it out');
    return { instrument: this.instrument.id, ...fields };
  }
}

/** The fields of these names that are there. */
function pick<Name extends keyof OrderBookOptions>(
  options: OrderBookOptions,
  names: readonly Name[],
): Pick<OrderBookOptions, Name> {
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.fromEntries(given) as Pick<OrderBookOptions, Name>;
}
