/*
 * The wiring, top down. It alone sees all rooms.
 *
 *  clients ─ws/http─▶ gateway ─ring─▶ shard ─ring─▶ gateway ─▶ clients
 *                                       │
 *                                    journal
 */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { ClockSettings } from './clock/settings.js';
import { SharedClock } from './clock/shared-clock.js';
import type {
  GatewayOrder,
  GatewayReport,
  GatewayThreadData,
  TransportChoice,
} from './gateway/gateway-messages.js';
import { chooseTransport, freePort } from './gateway/listening.js';
import { type DataLock, lockDataDirectory } from './journal/data-lock.js';
import type { JournalSummary } from './journal/journal-reader.js';
import type { Durability } from './journal/segment.js';
import { SegmentMaker } from './journal/segment-maker.js';
import { countShards } from './journal/shard-directories.js';
import { ShardBoard } from './metrics/shard-board.js';
import type { Instrument, UnlistedInstrument } from './model/instrument.js';
import {
  CELL_BYTES,
  CLIENT_ID_WINDOW,
  DETACH_AFTER_MS,
  EVENT_RING_CELLS,
  GATEWAY_YOUNG_MB,
  INPUT_RING_LINES,
  LINE_BYTES,
  MAX_GATEWAYS,
  MAX_SHARDS,
  SEGMENT_BYTES,
} from './model/limits.js';
import { Doorbell } from './ring/doorbell.js';
import { allocateRing } from './ring/ring.js';
import { planListings } from './shard/listing-plan.js';
import type { ShardPlan, ShardReport, ShardThreadData } from './shard/shard-messages.js';

export interface ExchangeSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The data directory; made where it is missing. */
  readonly data: string;
  readonly shards: number;
  readonly gateways: number;
  readonly durability: Durability;
  readonly transport: TransportChoice;
  readonly clock: ClockSettings;
  readonly instruments: readonly UnlistedInstrument[];
  /** Commands whose client ids are remembered; the log's own where undefined. */
  readonly clientIdWindow?: number | undefined;
  readonly segmentBytes?: number | undefined;
  /** Takes a sentence where something is not as it should be, and the exchange goes on. */
  readonly warn?: (sentence: string) => void;
}

/** What a start has found and made. */
export interface ExchangeFacts {
  readonly host: string;
  readonly port: number;
  readonly transport: 'uws' | 'node';
  /** Why uWebSockets.js does not serve, where it was tried and could not. */
  readonly transportWhy?: string | undefined;
  readonly gateways: number;
  readonly shards: readonly JournalSummary[];
  readonly instruments: readonly Instrument[];
}

/** A setting that cannot be had, in one sentence for the person who set it. */
export class ExchangeError extends Error {}

/**
 * A running exchange: the main thread supervises, the work is in its workers.
 *
 * `failed` settles with a sentence when a worker can go on no more; the exchange has stopped by then.
 */
export class Exchange {
  readonly facts: ExchangeFacts;
  readonly failed: Promise<string>;
  /** What time it is in the exchange. A test clock is moved by `advance`, so that its shards notice. */
  readonly clock: SharedClock;
  readonly #wake: () => void;
  readonly #stop: () => Promise<void>;
  #stopping: Promise<void> | undefined;

  private constructor(
    facts: ExchangeFacts,
    clock: SharedClock,
    failed: Promise<string>,
    wake: () => void,
    stop: () => Promise<void>,
  ) {
    this.facts = facts;
    this.clock = clock;
    this.failed = failed;
    this.#wake = wake;
    this.#stop = stop;
  }

  /**
   * @throws ExchangeError, ListenError, ListingError, DataDirectoryError with one clear sentence each; what a thread's recovery
   * finds (damage, another version) comes as an ExchangeError with its sentence
   */
  static async start(settings: ExchangeSettings): Promise<Exchange> {
    const house = new House();
    try {
      return await house.open(settings, (...parts) => new Exchange(...parts));
    } catch (error) {
      await house.close();
      throw error;
    }
  }

  /** Moves a test clock on; orders that expire by then do so though nobody sends anything. @throws Error on a live clock */
  advance(byNs: number): void {
    this.clock.advance(byNs);
    this.#wake();
  }

  /** Answers what is under way, syncs, and ends. Every call waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }
}

type MakeExchange = (
  facts: ExchangeFacts,
  clock: SharedClock,
  failed: Promise<string>,
  wake: () => void,
  stop: () => Promise<void>,
) => Exchange;

/** The threads of an exchange, as they are started and ended. */
class House {
  #lock: DataLock | undefined;
  #segmentMaker: SegmentMaker | undefined;
  #board: ShardBoard | undefined;
  #shardDoorbells: Doorbell[] = [];
  readonly #shards: Thread<ShardReport>[] = [];
  readonly #gateways: Thread<GatewayReport>[] = [];
  /** False until the shards have their plan: before it they wait, and can simply be ended. */
  #shardsRun = false;
  #ended: Promise<void> | undefined;

  async open(settings: ExchangeSettings, make: MakeExchange): Promise<Exchange> {
    const { shards, gateways, warn = () => {} } = settings;
    checkCount('shards', shards, MAX_SHARDS);
    checkCount('gateways', gateways, MAX_GATEWAYS);

    // 1. The data directory is ours alone, and goes on where it stopped.
    this.#lock = await lockDataDirectory(settings.data);
    const before = countShards(settings.data);
    if (before > shards)
      throw new ExchangeError(
        `the data directory ${settings.data} holds ${before} shards; start with --shards ${before}`,
      );
    if (before > 0 && settings.durability === 'none')
      throw new ExchangeError(
        `the data directory ${settings.data} holds a journal, which --durability none would not continue; choose another directory`,
      );
    const { transport, transportWhy } = await chooseTransport(settings.transport, gateways);
    const port = await freePort(settings.host, settings.port);

    // 2. Shared memory: one clock, one board, a ring each way between every gateway and every shard.
    const clockBuffer = SharedClock.allocate(settings.clock);
    const clock = new SharedClock(clockBuffer);
    const boardBuffer = ShardBoard.allocate(shards);
    const board = new ShardBoard(boardBuffer);
    this.#board = board;
    const inputRings = grid(shards, gateways, () => allocateRing(INPUT_RING_LINES, LINE_BYTES));
    const eventRings = grid(shards, gateways, () => allocateRing(EVENT_RING_CELLS, CELL_BYTES));
    const shardDoorbells = Array.from({ length: shards }, () => Doorbell.allocate());
    const gatewayDoorbells = Array.from({ length: gateways }, () => Doorbell.allocate());
    this.#shardDoorbells = shardDoorbells.map((buffer) => new Doorbell(buffer));

    // 3. The thread that zero-fills segments ahead of their use.
    const segmentBytes = settings.segmentBytes ?? SEGMENT_BYTES;
    this.#segmentMaker = new SegmentMaker({ directory: settings.data, segmentBytes });

    // 4. Shards: each recovers from its log.
    for (let shard = 0; shard < shards; shard++) {
      const data: ShardThreadData = {
        shard,
        directory: settings.data,
        durability: settings.durability,
        segmentBytes,
        clock: clockBuffer,
        board: boardBuffer,
        doorbell: shardDoorbells[shard]!,
        segmentMailbox: this.#segmentMaker.mailbox,
        inputRings: inputRings[shard]!,
        eventRings: eventRings[shard]!,
        gatewayDoorbells,
      };
      this.#shards.push(
        new Thread(new URL('./shard/shard-thread.js', import.meta.url), data, `shard ${shard}`),
      );
    }
    for (const [shard, thread] of this.#shards.entries())
      thread.on('detached', ({ gateway }) =>
        warn(
          `gateway ${gateway} did not take its events for ${DETACH_AFTER_MS} ms: shard ${shard} goes on without it, and its sessions are closed to resume`,
        ),
      );
    const recovered = await Promise.all(this.#shards.map((thread) => thread.next('recovered')));
    // A test clock goes on where the log stopped, as a live one does by itself.
    const timesNs = recovered.map(({ summary }) => summary.lastTimeNs).sort((x, y) => (x < y ? -1 : 1));
    const lastTimeNs = timesNs.at(-1) ?? 0n;
    if (clock.mode === 'test' && lastTimeNs > clock.epochNs())
      clock.advance(Number(lastTimeNs - clock.epochNs()));
    const run = 1 + Math.max(...recovered.map(({ summary }) => summary.run));

    // 5. What the configuration has and the logs do not becomes a command in a log.
    const plan = planListings(
      settings.instruments,
      recovered.map((report) => report.instruments),
    );
    for (const [shard, thread] of this.#shards.entries()) {
      const window = recovered[shard]!.clientIdWindow;
      const isNew = recovered[shard]!.summary.commands === 0;
      const wanted = settings.clientIdWindow ?? (isNew ? CLIENT_ID_WINDOW : window);
      const message: ShardPlan = {
        instruments: plan[shard]!,
        // A new log always names it: matching depends on it, and a later version may have another default.
        clientIdWindow: isNew || wanted !== window ? wanted : undefined,
      };
      thread.post(message);
    }
    this.#shardsRun = true;
    const running = await Promise.all(this.#shards.map((thread) => thread.next('running')));
    const instruments = running
      .flatMap((report, shard) => report.instruments.map((instrument) => ({ instrument, shard })))
      .sort((a, b) => a.instrument.id - b.instrument.id);

    // 6. Gateways, last: nobody is let in before all shards run.
    for (let gateway = 0; gateway < gateways; gateway++) {
      const data: GatewayThreadData = {
        gateway,
        host: settings.host,
        port,
        run,
        transport,
        clock: clockBuffer,
        board: boardBuffer,
        doorbell: gatewayDoorbells[gateway]!,
        inputRings: inputRings.map((ofShard) => ofShard[gateway]!),
        eventRings: eventRings.map((ofShard) => ofShard[gateway]!),
        shardDoorbells,
        instruments,
        about: { transport, gateway, durability: settings.durability, clock: settings.clock.mode },
      };
      this.#gateways.push(
        new Thread(new URL('./gateway/gateway-thread.js', import.meta.url), data, `gateway ${gateway}`, {
          maxYoungGenerationSizeMb: GATEWAY_YOUNG_MB,
        }),
      );
    }
    await Promise.all(this.#gateways.map((thread) => thread.next('listening')));

    // 7. From here on a worker that fails ends the exchange.
    const end = () => {
      this.#ended ??= this.close().then(() => clock.close());
      return this.#ended;
    };
    const failed = new Promise<string>((resolve) => {
      for (const thread of [...this.#shards, ...this.#gateways])
        thread.onFailure((message) => void end().then(() => resolve(message)));
    });
    const facts: ExchangeFacts = {
      host: settings.host,
      port,
      transport,
      transportWhy,
      gateways,
      shards: recovered.map((report) => report.summary),
      instruments: instruments.map(({ instrument }) => instrument),
    };
    return make(facts, clock, failed, () => this.#wakeShards(), end);
  }

  /** Ends what was started, in the order of the data: intake, shards, gateways, and the lock last. */
  async close(): Promise<void> {
    const closeIntake: GatewayOrder = { order: 'close-intake' };
    await this.#ask(this.#gateways, closeIntake, 'intake-closed');
    this.#board?.stop();
    this.#wakeShards();
    if (this.#shardsRun) await Promise.all(this.#shards.map((thread) => thread.end('stopped')));
    const end: GatewayOrder = { order: 'end' };
    await this.#ask(this.#gateways, end, 'ended');
    await Promise.all([...this.#gateways, ...this.#shards].map((thread) => thread.terminate()));
    await this.#segmentMaker?.stop();
    await this.#lock?.release();
  }

  #wakeShards(): void {
    for (const doorbell of this.#shardDoorbells) doorbell.ring();
  }

  async #ask(
    threads: readonly Thread<GatewayReport>[],
    order: GatewayOrder,
    answer: GatewayReport['event'],
  ): Promise<void> {
    for (const thread of threads) thread.post(order);
    await Promise.all(threads.map((thread) => thread.end(answer)));
  }
}

type Report = { readonly event: string };
type Failed = { readonly event: 'failed'; readonly message: string; readonly stack?: string };

/** A worker and what it reports. */
class Thread<R extends Report> {
  readonly #worker: Worker;
  readonly #reports: R[] = [];
  readonly #takers = new Map<string, (report: R) => void>();
  #waiting: (() => void) | undefined;
  #failure: string | undefined;
  #onFailure: (message: string) => void = () => {};
  #exited = false;

  constructor(url: URL, data: object, name: string, resourceLimits: ResourceLimits = {}) {
    this.#worker = new Worker(url, { workerData: data, name, resourceLimits });
    this.#worker.on('message', (report: R | Failed) => {
      const take = this.#takers.get(report.event);
      if (report.event === 'failed') this.#fail(failureText(report as Failed));
      else if (take !== undefined) take(report as R);
      else this.#reports.push(report as R);
      this.#waiting?.();
    });
    this.#worker.on('error', (error) => this.#fail(`${name} died: ${error.message}`));
    this.#worker.on('exit', () => {
      this.#exited = true;
      this.#waiting?.();
    });
  }

  post(message: object): void {
    this.#worker.postMessage(message);
  }

  onFailure(tell: (message: string) => void): void {
    this.#onFailure = tell;
    if (this.#failure !== undefined) tell(this.#failure);
  }

  /** Calls `take` with each report of this kind. */
  on<E extends R['event']>(event: E, take: (report: Extract<R, { readonly event: E }>) => void): void {
    this.#takers.set(event, take as (report: R) => void);
  }

  /** The report of this kind. Throws where the thread fails or ends instead. */
  async next<E extends R['event']>(event: E): Promise<Extract<R, { readonly event: E }>> {
    for (;;) {
      const found = this.#reports.findIndex((report) => report.event === event);
      if (found >= 0) return this.#reports.splice(found, 1)[0] as Extract<R, { readonly event: E }>;
      if (this.#failure !== undefined) throw new ExchangeError(this.#failure);
      if (this.#exited) throw new ExchangeError(`a thread ended before it was ${event}`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /** Waits for a report that may never come because the thread has failed or was never that far. */
  async end(event: R['event']): Promise<void> {
    await this.next(event).catch(() => {});
  }

  async terminate(): Promise<void> {
    if (!this.#exited) await this.#worker.terminate();
  }

  #fail(message: string): void {
    this.#failure = message;
    this.#waiting?.();
    this.#onFailure(message);
  }
}

/** A failure in a sentence. The stack is for those who look for a bug, and ask for it. */
function failureText({ message, stack }: Failed): string {
  return process.env['DEBUG'] === undefined || stack === undefined ? message : `${message}\n${stack}`;
}

function checkCount(name: string, count: number, most: number): void {
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new ExchangeError(`${name}: ${count} must be a whole number from 1 to ${most}`);
}

function grid<T>(rows: number, columns: number, make: () => T): T[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, make));
}
