import type { EngineSettings } from '../../src/book/engine.js';
import { OrderType, Side } from '../../src/model/command.js';
import { placeOf } from '../../src/model/identity.js';
import { CLIENT_ID_WINDOW } from '../../src/model/limits.js';
import type * as commands from './commands.js';
import { type ClientId, type Command, instrument, type Target } from './commands.js';
import { EngineHost } from './engine-host.js';
import type { SeenEvent } from './events.js';
import { ReferenceHost } from './reference-host.js';

/** High half of the time of the first frames, so that both halves are seen to be used. */
export const TIME_HIGH = 5;
export const TIME_BASE = TIME_HIGH * 2 ** 32;

/** One price of a book. */
export interface Level {
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly orders: number;
}

/** A log's other end: the engine or the slow reference. */
export interface Host {
  /** Applies the next command of the log and returns all its events. */
  apply(command: Command, time: number): SeenEvent[];
  /** The displayed levels, best first. */
  levels(instrument: number, side: number): Level[];
  /** Orders that rest or wait. */
  readonly liveOrders: number;
  readonly rememberedClientIds: number;
}

/** Who commands, and about which instrument. */
export interface Sender {
  /** By default 7. */
  readonly account?: number;
  /** By default 1. */
  readonly instrument?: number;
  readonly id?: ClientId;
  readonly session?: number;
  readonly sendTime?: number;
}

export type Terms = Sender & commands.NewTerms;

/** A log with a book behind it, and short words for what scenarios need. Each command comes one nanosecond later. */
export class Venue<H extends Host = Host> {
  readonly host: H;
  readonly shard: number;
  #time = TIME_BASE + 1000;
  /** Ids that a test gives itself are smaller. */
  #clientId = 500_000;

  /** With instrument 1 listed (command 1), unless `listed` is false. */
  constructor(host: H, shard: number, listed = true) {
    this.host = host;
    this.shard = shard;
    if (listed) this.list(1);
  }

  /** Applies a command at the next nanosecond and returns its events. */
  send(command: Command): SeenEvent[] {
    return this.host.apply(command, this.#time++);
  }

  /** Time of the frame of the next command. */
  get nextTime(): number {
    return this.#time;
  }

  /** Lets time pass: the next command comes so many nanoseconds later. */
  advance(nanoseconds: number): void {
    this.#time += nanoseconds;
  }

  list(id: number, bounds: Parameters<typeof instrument>[1] = {}): SeenEvent[] {
    return this.send({ kind: 'list', instrument: instrument(id, bounds) });
  }

  buy(size: number, price: number, terms: Terms = {}): SeenEvent[] {
    return this.#new(Side.Buy, size, price, terms);
  }

  sell(size: number, price: number, terms: Terms = {}): SeenEvent[] {
    return this.#new(Side.Sell, size, price, terms);
  }

  /** A market order without protection, immediate or cancel, unless the terms say otherwise. */
  buyMarket(size: number, terms: Terms = {}): SeenEvent[] {
    return this.#new(Side.Buy, size, 0, { type: OrderType.Market, ...terms });
  }

  sellMarket(size: number, terms: Terms = {}): SeenEvent[] {
    return this.#new(Side.Sell, size, 0, { type: OrderType.Market, ...terms });
  }

  cancel(target: SeenEvent[] | Target, sender: Sender = {}): SeenEvent[] {
    return this.send({ kind: 'cancel', ...this.#ids(sender, 0), target: this.target(target) });
  }

  amend(
    target: SeenEvent[] | Target,
    change: { price?: number; size?: number },
    sender: Sender = {},
  ): SeenEvent[] {
    return this.send({ kind: 'amend', ...this.#ids(sender, 0), target: this.target(target), ...change });
  }

  /** Of all instruments, unless the sender names one. */
  cancelAll(
    what: { side?: number; onlySession?: boolean; reason?: number } = {},
    sender: Sender = {},
  ): SeenEvent[] {
    return this.send({ kind: 'cancelAll', ...this.#ids(sender, 0), ...what });
  }

  massQuote(
    quotes: readonly (Partial<commands.Quote> & { instrument?: number })[],
    sender: Sender & { selfTrade?: number } = {},
  ): SeenEvent[] {
    const none = { instrument: 1, bidPrice: 0, bidSize: 0, askPrice: 0, askSize: 0 };
    const { instrument: _, ...ids } = this.#ids(sender, 0);
    const { selfTrade = 0 } = sender;
    return this.send({
      kind: 'massQuote',
      ...ids,
      selfTrade,
      quotes: quotes.map((quote) => ({ ...none, ...quote })),
    });
  }

  state(state: number, what: { instrument?: number; cancelOrders?: boolean; id?: ClientId } = {}) {
    const { instrument: named = 1, cancelOrders = false, id = ++this.#clientId } = what;
    return this.send({ kind: 'state', clientId: id, instrument: named, state, cancelOrders });
  }

  prices(prices: { reference?: number; mark?: number; instrument?: number; id?: ClientId }): SeenEvent[] {
    const { id = ++this.#clientId, ...what } = prices;
    return this.send({ kind: 'prices', clientId: id, instrument: 1, ...what });
  }

  account(subject: number, change: Omit<commands.ChangeAccount, 'kind' | 'clientId' | 'subject'>) {
    return this.send({ kind: 'account', clientId: ++this.#clientId, subject, ...change });
  }

  /** Nothing but a stamp. */
  time(): SeenEvent[] {
    return this.send({ kind: 'time' });
  }

  get liveOrders(): number {
    return this.host.liveOrders;
  }

  get rememberedClientIds(): number {
    return this.host.rememberedClientIds;
  }

  bids(id = 1): Level[] {
    return this.host.levels(id, Side.Buy);
  }

  asks(id = 1): Level[] {
    return this.host.levels(id, Side.Sell);
  }

  /** What is displayed, best price first, as `size@price` and, where there are several, `×orders`. */
  book(id = 1): string {
    const side = (levels: Level[]) =>
      levels.map(
        (level) => `${level.sizeLots}@${level.priceTicks}${level.orders > 1 ? `×${level.orders}` : ''}`,
      );
    return `${side(this.bids(id)).join(' ')} | ${side(this.asks(id)).join(' ')}`;
  }

  /** An order's id, from the sequence of the command that made it. */
  orderId(sequence: number): number {
    return placeOf(this.shard, sequence);
  }

  /** The order that the answer of a New speaks of. */
  target(target: SeenEvent[] | Target): Target {
    return Array.isArray(target) ? { orderId: this.orderId(target[0]!.order) } : target;
  }

  #new(side: number, size: number, price: number, terms: Terms): SeenEvent[] {
    const { account: _a, instrument: _i, id: _id, session: _s, sendTime: _t, ...rest } = terms;
    return this.send({ kind: 'new', ...this.#ids(terms, 1), side, size, price, ...rest });
  }

  #ids(sender: Sender, instrumentId: number) {
    const { account = 7, instrument: named = instrumentId, id = ++this.#clientId, session = 0 } = sender;
    const { sendTime = 0 } = sender;
    return { account, instrument: named, clientId: id, session, sendTime };
  }
}

/** A venue with the engine behind it. */
export class EngineVenue extends Venue<EngineHost> {
  constructor(settings: Partial<EngineSettings> = {}, listed = true) {
    const { shard = 3 } = settings;
    super(new EngineHost({ shard, ...settings }), shard, listed);
  }

  get engine() {
    return this.host.engine;
  }

  /** Applies a record, sound or not, at the next nanosecond. */
  sendWords(words: Int32Array): SeenEvent[] {
    const time = this.nextTime;
    this.advance(1);
    return this.host.applyWords(words, time);
  }
}

/** A venue with the reference behind it. */
export class ReferenceVenue extends Venue<ReferenceHost> {
  constructor(settings: Pick<Partial<EngineSettings>, 'shard' | 'clientIdWindow'> = {}, listed = true) {
    const { shard = 3, clientIdWindow = CLIENT_ID_WINDOW } = settings;
    super(new ReferenceHost(shard, clientIdWindow), shard, listed);
  }
}

type VenueSettings = Pick<Partial<EngineSettings>, 'shard' | 'clientIdWindow'>;

/** For suites that hold for both: `describe.each(venues)('…: $name', ({ make }) => { const venue = make(); … })`. */
export const venues: readonly {
  name: string;
  make: (settings?: VenueSettings, listed?: boolean) => Venue;
}[] = [
  { name: 'engine', make: (settings, listed) => new EngineVenue(settings, listed) },
  { name: 'reference', make: (settings, listed) => new ReferenceVenue(settings, listed) },
];
