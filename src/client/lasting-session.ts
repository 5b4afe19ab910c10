import type { Clock } from '../clock/clock.js';
import type { Randomness } from '../clock/randomness.js';
import { ASK_AGAIN_MS, MOST_ITERATED_EVENTS } from '../model/limits.js';
import type { EventName, EventObject, EventOf } from '../wire/event-schema.js';
import type { MarketEvent } from '../wire/market-schema.js';
import type { SessionEvent } from '../wire/session-schema.js';
import type { ClientEvents } from './client-events.js';
import { CommandsUnderWay, isPassing } from './commands-under-way.js';
import { Door, type Venue } from './door.js';
import { Emitter, type Listener, type Unsubscribe } from './emitter.js';
import { ConnectionError } from './errors.js';
import { EventLog, type LoggedEvent, type LogPlaces } from './event-log.js';
import { type Disconnected, Link } from './link.js';
import { MarketFeeds } from './market-feeds.js';
import { type ConnectOptions, readOptions } from './options.js';
import type { Platform } from './platform.js';
import { ServerClock } from './server-clock.js';
import { TimeKeeping } from './time-keeping.js';
import { ValueStream } from './value-stream.js';
import { openWebSocket } from './web-socket.js';

type Incoming = EventObject | SessionEvent | MarketEvent;

/**
 * A session that outlives its connections: it reconnects, is told what it missed, tells every event once, and asks again
 * for what has no answer.
 */
export class LastingSession {
  readonly #clock: Clock;
  readonly #ownClock: Clock | undefined;
  readonly #door: Door;
  readonly #link: Link;
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

  readonly serverClock = new ServerClock();
  readonly randomness: Randomness;
  /** Commands and reads that have no answer yet. */
  readonly underWay: CommandsUnderWay;
  readonly feeds: MarketFeeds;

  constructor(options: ConnectOptions, platform: Platform) {
    const settings = readOptions(options);
    this.#ownClock = options.clock === undefined ? platform.clock() : undefined;
    this.#clock = options.clock ?? this.#ownClock!;
    this.randomness = options.randomness ?? platform.randomness;
    this.#resumeFrom = settings.resumeFrom;
    this.#connectTimeoutMs = settings.connectTimeoutMs;
    const own = options.WebSocket;
    const takesHeaders = own === undefined && platform.takesHeaders;
    const { key } = options;
    this.#door = new Door({
      settings,
      clock: this.#clock,
      serverClock: this.serverClock,
      randomness: this.randomness,
      fetch: options.fetch ?? platform.fetch,
      takesHeaders,
      login: key === undefined ? undefined : { key, signer: platform.signer(key) },
    });
    this.#link = new Link({
      settings,
      clock: this.#clock,
      randomness: this.randomness,
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
    this.underWay = new CommandsUnderWay(this.#clock, (bytes) => this.#link.send(bytes));
    this.feeds = new MarketFeeds((bytes) => this.#link.send(bytes));
    this.#time = new TimeKeeping(this.#clock, this.serverClock, settings.heartbeatMs, (bytes) =>
      this.#link.sendNow(bytes),
    );
  }

  /** Waits until the first session is open: what was missed before it comes later. */
  open(): Promise<void> {
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

  /** Shards of the exchange; 0 before the first connection. */
  get shards(): number {
    return this.#log?.shards ?? 0;
  }

  /** The last event of each shard that was told: `resumeFrom` of a later start of this program. */
  get places(): LogPlaces {
    return this.#log?.places ?? {};
  }

  /** What time it is at the exchange, by our clock and the estimate of its offset: nanoseconds since the epoch. */
  serverTimeNs(): bigint {
    return this.#clock.epochNs() + this.serverClock.offsetNs;
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

  /** @throws ConnectionError where the client has ended */
  checkOpen(): void {
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
    this.feeds.connected();
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
    this.underWay.disconnected();
    this.feeds.disconnected();
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
        this.feeds.take(event);
        return;
      case 'book':
        this.underWay.take(event);
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
      if (isRefused && event.clientId === null) this.#refused(event);
      else this.underWay.take(event);
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
    this.underWay.take(event);
  }

  /** A refusal of something other than a command: a subscription, for good or for now, or what was only a sign of life. */
  #refused(event: EventOf<'rejected'>): void {
    if (!isPassing(event.code)) this.feeds.refused(event);
    else this.#clock.setAlert(this.#clock.nowNs() + ASK_AGAIN_MS * 1e6, () => this.feeds.askAgain());
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
    this.underWay.connected();
    this.#emitter.emit('connected', { isFirst });
  }

  #stop(error: ConnectionError): void {
    this.#finish(error, error);
  }

  #finish(end: Error, error: ConnectionError | undefined): void {
    this.#end = end;
    this.#isReady = false;
    this.#time.disconnected();
    this.underWay.end(end);
    this.feeds.end(end);
    for (const stream of [...this.#streams]) stream.end(error);
    this.#started?.reject(end);
    this.#emitter.emit('closed', { error });
    this.#emitter.clear();
    this.#ownClock?.close();
  }
}
