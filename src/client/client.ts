import type { Randomness } from '../clock/randomness.js';
import { FIRST_GATEWAY_CLIENT_ID } from '../model/limits.js';
import type { EventOf } from '../wire/event-schema.js';
import type { ClientEvents } from './client-events.js';
import type * as Command from './commands.js';
import { randomText } from './credentials.js';
import type { Listener, Unsubscribe } from './emitter.js';
import type { LoggedEvent, LogPlaces } from './event-log.js';
import { LastingSession } from './lasting-session.js';
import { type FeedOptions, MarketViews, type OrderBookOptions } from './market-views.js';
import type { ConnectOptions } from './options.js';
import type { Platform } from './platform.js';
import type { ServerClock } from './server-clock.js';
import type { SyncedBook } from './synced-book.js';
import type { TopOfBook } from './top-of-book.js';
import type { TradeFeed } from './trade-feed.js';

/** Made by nobody else than the client, so no other client makes it again: 119 random bits. */
const CLIENT_ID_CHARACTERS = 20;

type WithoutId = { readonly account?: number | undefined; readonly clientId?: Command.ClientId | undefined };

/**
 * A session that lasts: it reconnects by itself, is told what it missed, and asks again for what has no answer. A command
 * that is not answered yet is sent over every new connection with the same client id, so it is done exactly once.
 *
 * Methods that send a command return a promise of the answer. A reject throws `OrderRejected`: so a value is always what
 * was asked for, and a reject that nobody looks at does not go unseen. Fills and all else that follows come as events.
 */
export class Client {
  readonly #session: LastingSession;
  readonly #views: MarketViews;
  readonly #randomness: Randomness;

  /** How far the clock of the exchange is ahead of ours, and the round trip. */
  readonly clock: ServerClock;

  /** @internal `TickloomClient.connect` makes one. */
  protected constructor(options: ConnectOptions, platform: Platform) {
    this.#session = new LastingSession(options, platform);
    this.#views = new MarketViews(this.#session.feeds);
    this.#randomness = this.#session.randomness;
    this.clock = this.#session.serverClock;
  }

  /** @internal Waits until the first session is open: what was missed before it comes later. */
  protected open(): Promise<void> {
    return this.#session.open();
  }

  /** Accounts that the session acts for. */
  get accounts(): readonly number[] {
    return this.#session.accounts;
  }

  /** Whether commands go out now; if not they wait for the next session. */
  get isConnected(): boolean {
    return this.#session.isConnected;
  }

  /** Commands and reads that have no answer yet. */
  get underWay(): number {
    return this.#session.underWay.size;
  }

  /** The last event of each shard that was told: `resumeFrom` of a later start of this program. */
  get places(): LogPlaces {
    return this.#session.places;
  }

  /** What time it is at the exchange, by our clock and the estimate of its offset: nanoseconds since the epoch. */
  serverTimeNs(): bigint {
    return this.#session.serverTimeNs();
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
    this.#session.checkOpen();
    return (
      await this.#session.underWay.ask({ account: undefined, clientId, message, answers: 1 })
    )[0] as Command.Book;
  }

  /** A book that is kept up to date; resolves once it is whole. @throws OrderRejected */
  orderBook(symbol: string, options: OrderBookOptions = {}): Promise<SyncedBook> {
    this.#session.checkOpen();
    return this.#views.orderBook(symbol, options);
  }

  /** Best prices, kept up to date; resolves with the first. @throws OrderRejected */
  top(symbol: string, options: FeedOptions = {}): Promise<TopOfBook> {
    this.#session.checkOpen();
    return this.#views.top(symbol, options);
  }

  /** Trades from now on; resolves once the exchange has agreed. @throws OrderRejected */
  trades(symbol: string, options: FeedOptions = {}): Promise<TradeFeed> {
    this.#session.checkOpen();
    return this.#views.trades(symbol, options);
  }

  /** Calls back with every event of a name. Returns a function that ends it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<ClientEvents[Name]>): Unsubscribe {
    return this.#session.on(name, listener);
  }

  /** Every event of the client's accounts from here on, each once. A reader that is 262,144 events behind gets an error. */
  events(): AsyncIterableIterator<LoggedEvent> {
    return this.#session.events();
  }

  /** Ends the session. Commands without an answer get AnswerUnknown. A second call does nothing. */
  close(): void {
    this.#session.close();
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
    this.#session.checkOpen();
    checkClientId(clientId);
    const account = named ?? this.accounts.find((one) => one !== 0) ?? 0;
    const isOperators = type === 'state' || type === 'prices' || type === 'account';
    const message = { type, ...fields, account: isOperators ? undefined : account };
    const answers = isOfAllShards ? this.#session.shards : 1;
    return await this.#session.underWay.ask({ account, clientId, message, answers });
  }

  #newId(): string {
    return randomText(this.#randomness, CLIENT_ID_CHARACTERS);
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
