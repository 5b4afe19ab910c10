import type { Clock } from '../clock/clock.js';
import type { Randomness } from '../clock/randomness.js';
import { FIRST_GATEWAY_CLIENT_ID, MOST_ITERATED_EVENTS } from '../model/limits.js';
import type { EventName, EventObject, EventOf } from '../wire/event-schema.js';
import type { SessionEvent } from '../wire/session-schema.js';
import type * as Command from './commands.js';
import { CommandsUnderWay } from './commands-under-way.js';
import { randomText } from './credentials.js';
import { Door, type Venue } from './door.js';
import { Emitter, type Listener, type Unsubscribe } from './emitter.js';
import { ConnectionError } from './errors.js';
import { EventLog, type LoggedEvent, type LogPlaces } from './event-log.js';
import { type Disconnected, Link } from './link.js';
import type { MarketEvent } from './market-events.js';
import { MarketFeeds } from './market-feeds.js';
import { type FeedOptions, MarketViews, type OrderBookOptions } from './market-views.js';
import { type ConnectOptions, readOptions } from './options.js';
import type { Platform } from './platform.js';
import { ServerClock } from './server-clock.js';
import type { SyncedBook } from './synced-book.js';
import { TimeKeeping } from './time-keeping.js';
import type { TopOfBook } from './top-of-book.js';
import type { TradeFeed } from './trade-feed.js';
import { ValueStream } from './value-stream.js';
import { openWebSocket } from './web-socket.js';

/** Events of the logs by name, and what happens to the connection. */
export type ClientEvents = { readonly [Name in LoggedEvent['event']]: EventOf<Name> } & {
  /** Every event of the client's accounts, each once, in the order of its shard's log. */
  readonly event: LoggedEvent;
  /** A session is open, and all that was missed has been told. */
  readonly connected: { readonly isFirst: boolean };
  /** The connection is gone; another attempt is under way. */
  readonly disconnected: Disconnected;
  /** What was missed of a shard while there was no connection has been told, so many events. */
  readonly resumed: { readonly shard: number; readonly events: number };
  /** Events of a shard were not told and will not be: read open orders anew. */
  readonly gap: { readonly shard: number; readonly text: string };
  /** The client has ended: by `close()` (no error), or for good by the exchange. */
  readonly closed: { readonly error: ConnectionError | undefined };
};

/** Made by nobody else than the client, so no other client makes it again: 119 random bits. */
const CLIENT_ID_CHARACTERS = 20;

type WithoutId = { readonly account?: number | undefined; readonly clientId?: Command.ClientId | undefined };
type Incoming = EventObject | SessionEvent | MarketEvent;

/**
 * A session that lasts: it reconnects by itself, is told what it missed, and asks again for what has no answer. A command
 * that is not answered yet is sent over every new connection with the same client id, so it is done exactly once.
 *
 * Methods that send a command return a promise of the answer. A reject throws `OrderRejected`: so a value is always what
 * was asked for, and a reject that nobody looks at does not go unseen. Fills and all else that follows come as events.
 */
export class Client {
  readonly #clock: Clock;
  readonly #ownClock: Clock | undefined;
  readonly #randomness: Randomness;
  readonly #door: Door;
  readonly #link: Link;
  readonly #underWay: CommandsUnderWay;
  readonly #feeds: MarketFeeds;
  readonly #views: MarketViews;
  readonly #time: TimeKeeping;
  readonly #emitter = new Emitter<ClientEvents>();
  readonly #streams = new Set<ValueStream<LoggedEvent>>();
  readonly #resumeFrom: LogPlaces;
  readonly #connectTimeoutMs: number;
  #venue: Venue | undefined;
  #log: EventLog | undefined;
  /** Shards that have not told yet what was missed. */
  #untold = new Set<number>();
  /** What comes before whoever connects can listen. */
  #early: (readonly Incoming[])[] | undefined = [];
  #wasConnected = false;
  #isReady = false;
  #end: Error | undefined;
  #started: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #lastFault = 'it does not answer';

  /** How far the clock of the exchange is ahead of ours, and the round trip. */
  readonly clock = new ServerClock();

  /** @internal `TickloomClient.connect` makes one. */
  protected constructor(options: ConnectOptions, platform: Platform) {
    const settings = readOptions(options);
    this.#ownClock = options.clock === undefined ? platform.clock() : undefined;
    this.#clock = options.clock ?? this.#ownClock!;
    this.#randomness = options.randomness ?? platform.randomness;
    this.#resumeFrom = settings.resumeFrom;
    this.#connectTimeoutMs = settings.connectTimeoutMs;
    const own = options.WebSocket;
    const takesHeaders = own === undefined && platform.takesHeaders;
    const { key } = options;
    this.#door = new Door({
      settings,
      clock: this.#clock,
      serverClock: this.clock,
      randomness: this.#randomness,
      fetch: options.fetch ?? platform.fetch,
      takesHeaders,
      login: key === undefined ? undefined : { key, signer: platform.signer(key) },
    });
    this.#link = new Link({
      settings,
      clock: this.#clock,
      randomness: this.#randomness,
      platform: {
        takesHeaders,
        hold: () => platform.hold(),
        open:
          own === undefined
            ? platform.open
            : (url, subprotocol, _, told) => openWebSocket(own, url, subprotocol, told),
      },
      door: this.#door,
      told: {
        upgrade: () => this.#upgrade(),
        opened: () => this.#opened(),
        message: (events) => this.#message(events as Incoming[]),
        disconnected: (how) => this.#disconnected(how),
        stopped: (error) => this.#stop(error),
      },
    });
    this.#underWay = new CommandsUnderWay(this.#clock, (bytes) => this.#link.send(bytes));
    this.#feeds = new MarketFeeds((bytes) => this.#link.send(bytes));
    this.#views = new MarketViews(this.#feeds);
    this.#time = new TimeKeeping(this.#clock, this.clock, settings.heartbeatMs, (bytes) =>
      this.#link.sendNow(bytes),
    );
  }

  /** @internal Waits until the first session is open: what was missed before it comes later. */
  protected open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const alert = this.#clock.setAlert(this.#clock.nowNs() + this.#connectTimeoutMs * 1e6, () =>
        this.#link.stop(
          new ConnectionError(`No session within ${this.#connectTimeoutMs} ms: ${this.#lastFault}.`),
        ),
      );
      const done = (then: () => void) => () => {
        this.#started = undefined;
        this.#clock.cancel(alert);
        then();
      };
      this.#started = { resolve: done(resolve), reject: (error) => done(() => reject(error))() };
      this.#link.start();
    });
  }

  /** Accounts that the session acts for. */
  get accounts(): readonly number[] {
    return this.#venue?.accounts ?? [];
  }

  /** Whether commands go out now; if not they wait for the next session. */
  get isConnected(): boolean {
    return this.#isReady;
  }

  /** Commands and reads that have no answer yet. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** The last event of each shard that was told: `resumeFrom` of a later start of this program. */
  get places(): LogPlaces {
    return this.#log?.places ?? {};
  }

  /** What time it is at the exchange, by our clock and the estimate of its offset: nanoseconds since the epoch. */
  serverTimeNs(): bigint {
    return this.#clock.epochNs() + this.clock.offsetNs;
  }

  /**
   * Enters an order: resolves with the accepted event, once the order is safe on disk. What trades at once comes behind
   * it as events.
   *
   * @throws OrderRejected; AnswerUnknown where the client ends before the answer; TypeError, RangeError where it cannot
   * be sent
   */
  async submit(order: Command.NewOrder): Promise<Command.Accepted> {
    const { clientOrderId = this.#newId(), ...rest } = order;
    return (
      await this.#ask('new', { clientId: clientOrderId }, { clientOrderId, ...rest }, order.account)
    )[0] as Command.Accepted;
  }

  /** Cancels an order, by `orderId`, or by `clientOrderId` and `symbol`. @throws as submit */
  async cancel(cancel: Command.Cancel): Promise<Command.Cancelled> {
    return (await this.#command('cancel', cancel))[0] as Command.Cancelled;
  }

  /** Changes price or total size. It is cancelled where the new total is no more than what has traded. @throws as submit */
  async amend(amend: Command.Amend): Promise<Command.Amended | Command.Cancelled> {
    return (await this.#command('amend', amend))[0] as Command.Amended | Command.Cancelled;
  }

  /**
   * Cancels all orders of the account, of an instrument or a side where they are named. `onlySession` means the session
   * of this moment: after a reconnect there is another one.
   *
   * @throws as submit
   */
  async cancelAll(cancel: Command.CancelAll = {}): Promise<Command.AllCancelled> {
    const answers = (await this.#command(
      'cancelAll',
      cancel,
      cancel.symbol === undefined,
    )) as EventOf<'allCancelled'>[];
    return { orders: answers.reduce((sum, { orders }) => sum + orders, 0), answers };
  }

  /** Replaces what the account quotes in up to 64 instruments of one shard. @throws as submit */
  async massQuote(quotes: Command.MassQuote): Promise<Command.Quoted> {
    return (await this.#command('massQuote', quotes))[0] as Command.Quoted;
  }

  /** The operator: takes an instrument to another state. Needs account 0. @throws as submit */
  async setState(change: Command.StateChange): Promise<Command.StateChanged> {
    return (await this.#command('state', { ...change, account: 0 }))[0] as Command.StateChanged;
  }

  /** The operator: sets or clears reference and mark price. Needs account 0. @throws as submit */
  async setPrices(change: Command.PricesChange): Promise<Command.PricesChanged> {
    return (await this.#command('prices', { ...change, account: 0 }))[0] as Command.PricesChanged;
  }

  /** The operator: limits, group and kill switch of an account, on all shards. Needs account 0. @throws as submit */
  async setAccount(change: Command.AccountChange): Promise<Command.AccountChanged> {
    return (await this.#command('account', { ...change, account: 0 }, true))[0] as Command.AccountChanged;
  }

  /** Reads a book once, 1 to 100 levels of each side, as of a place in the log. @throws OrderRejected, AnswerUnknown */
  async book(symbol: string, depth = 10): Promise<Command.Book> {
    // Reads are numbered, and never remembered by the exchange.
    const clientId = 1 + (this.#randomness.next32() % 2 ** 20) * 2 ** 32 + this.#randomness.next32();
    if (clientId >= FIRST_GATEWAY_CLIENT_ID) return await this.book(symbol, depth);
    const message = { type: 'book', symbol, depth, clientId };
    this.#checkOpen();
    return (
      await this.#underWay.ask({ account: undefined, clientId, message, answers: 1 })
    )[0] as Command.Book;
  }

  /** A book that is kept up to date; resolves once it is whole. @throws OrderRejected */
  orderBook(symbol: string, options: OrderBookOptions = {}): Promise<SyncedBook> {
    this.#checkOpen();
    return this.#views.orderBook(symbol, options);
  }

  /** Best prices, kept up to date; resolves with the first. @throws OrderRejected */
  top(symbol: string, options: FeedOptions = {}): Promise<TopOfBook> {
    this.#checkOpen();
    return this.#views.top(symbol, options);
  }

  /** Trades from now on; resolves once the exchange has agreed. @throws OrderRejected */
  trades(symbol: string, options: FeedOptions = {}): Promise<TradeFeed> {
    this.#checkOpen();
    return this.#views.trades(symbol, options);
  }

  /** Calls back with every event of a name. Returns a function that ends it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<ClientEvents[Name]>): Unsubscribe {
    return this.#emitter.on(name, listener);
  }

  /** Every event of the client's accounts from here on, each once. A reader that is 262,144 events behind gets an error. */
  events(): AsyncIterableIterator<LoggedEvent> {
    const stream: ValueStream<LoggedEvent> = new ValueStream(MOST_ITERATED_EVENTS, () =>
      this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    if (this.#end !== undefined) stream.end();
    return stream;
  }

  /** Ends the session. Commands without an answer get AnswerUnknown. A second call does nothing. */
  close(): void {
    if (this.#end !== undefined) return;
    this.#link.close();
    this.#finish(new Error('The client was closed.'), undefined);
  }

  #command(type: string, command: WithoutId, isOfAllShards = false): Promise<Command.Answer[]> {
    const { clientId = this.#newId(), ...rest } = command;
    return this.#ask(type, { clientId }, { clientId, ...rest }, command.account, isOfAllShards);
  }

  /** Sends a command with the account that it acts for; the operator's own commands name none. */
  async #ask(
    type: string,
    { clientId }: { readonly clientId: Command.ClientId },
    fields: object,
    named: number | undefined,
    isOfAllShards = false,
  ): Promise<Command.Answer[]> {
    this.#checkOpen();
    checkClientId(clientId);
    const account = named ?? this.accounts.find((one) => one !== 0) ?? 0;
    const isOperators = type === 'state' || type === 'prices' || type === 'account';
    const message = { type, ...fields, account: isOperators ? undefined : account };
    const answers = isOfAllShards ? this.#log!.shards : 1;
    return await this.#underWay.ask({ account, clientId, message, answers });
  }

  #newId(): string {
    return randomText(this.#randomness, CLIENT_ID_CHARACTERS);
  }

  #checkOpen(): void {
    if (this.#end !== undefined) throw new ConnectionError(`This client has ended: ${this.#end.message}`);
  }

  async #upgrade() {
    this.#venue ??= await this.#door.venue();
    const { shards, accounts } = this.#venue;
    this.#log ??= new EventLog(shards, this.#resumeFrom);
    return await this.#door.upgrade(accounts, this.#log.after());
  }

  #opened(): void {
    this.#untold = new Set(Array.from({ length: this.#log!.shards }, (_, shard) => shard));
    this.#time.connected();
    this.#feeds.connected();
    this.#started?.resolve();
    // Whoever waits for the first session has this turn to listen to it.
    if (this.#early !== undefined) setTimeout(() => this.#handEarly(), 0);
  }

  #handEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const events of early) this.#message(events);
  }

  #disconnected(how: Disconnected): void {
    this.#isReady = false;
    if (this.#early !== undefined) this.#early = [];
    this.#lastFault = how.reason || `close code ${how.code}`;
    this.#underWay.disconnected();
    this.#feeds.disconnected();
    this.#time.disconnected();
    this.#emitter.emit('disconnected', how);
  }

  #message(events: readonly Incoming[]): void {
    if (this.#early !== undefined) {
      this.#early.push(events);
      return;
    }
    for (const event of events) {
      // A listener may have closed the client, and an event that cannot be ends the connection.
      if (!this.#link.isOpen) return;
      this.#take(event);
    }
  }

  #take(event: Incoming): void {
    switch (event.event) {
      case 'time':
        this.#time.take(event);
        return;
      case 'heartbeat':
        return;
      case 'subscribed':
      case 'unsubscribed':
      case 'trades':
      case 'top':
      case 'depth':
        this.#feeds.take(event);
        return;
      case 'book':
        this.#underWay.take(event);
        return;
      case 'resumed':
        this.#resumed(event);
        return;
      default:
        this.#takeLogged(event);
    }
  }

  #takeLogged(event: LoggedEvent): void {
    const isRefused = event.event === 'rejected' && event.refused === true;
    if (isRefused || ('repeated' in event && event.repeated === true)) {
      if (isRefused && event.clientId === null && this.#feeds.refused(event)) return;
      this.#underWay.take(event);
      return;
    }
    const log = this.#log!;
    const verdict = log.take(event);
    if (verdict === 'broken') {
      this.#link.drop(
        `event ${event.shard}:${event.sequence}.${event.index} does not follow on the one before`,
      );
      return;
    }
    if (verdict === 'known') return;
    if (log.isGapBefore)
      this.#gap(event.shard, 'an event of this shard does not follow on the one before it');
    this.#tell(event);
    this.#underWay.take(event);
  }

  #tell(event: LoggedEvent): void {
    this.#emitter.emit('event', event);
    this.#emitter.emit(event.event as EventName as 'event', event);
    for (const stream of this.#streams) stream.push(event);
  }

  #gap(shard: number, text: string): void {
    this.#emitter.emit('gap', { shard, text });
  }

  #resumed(event: EventOf<'resumed'>): void {
    const { shard } = event.position;
    if (!this.#log!.resumed(event))
      this.#gap(shard, 'what was missed lies too far back, or the log has lost it');
    if (this.#wasConnected) this.#emitter.emit('resumed', { shard, events: event.events });
    if (!this.#untold.delete(shard) || this.#untold.size > 0) return;
    const isFirst = !this.#wasConnected;
    this.#wasConnected = true;
    this.#isReady = true;
    this.#link.ready();
    this.#underWay.connected();
    this.#emitter.emit('connected', { isFirst });
  }

  #stop(error: ConnectionError): void {
    this.#finish(error, error);
  }

  #finish(end: Error, error: ConnectionError | undefined): void {
    this.#end = end;
    this.#isReady = false;
    this.#time.disconnected();
    this.#underWay.end(end);
    this.#feeds.end(end);
    for (const stream of [...this.#streams]) stream.end(error);
    this.#started?.reject(end);
    this.#emitter.emit('closed', { error });
    this.#emitter.clear();
    this.#ownClock?.close();
  }
}

/** A command whose id the exchange cannot read could never be told its answer. */
function checkClientId(id: Command.ClientId): void {
  const isGood =
    typeof id === 'number'
      ? Number.isInteger(id) && id >= 1 && id < FIRST_GATEWAY_CLIENT_ID
      : /^[\x20-\x7e]{1,36}$/.test(id);
  if (!isGood)
    throw new TypeError(
      `client id ${JSON.stringify(id)}: give a whole number from 1 to 2^52 - 1, or a text of 1 to 36 printable ASCII characters.`,
    );
}
