/*
 * The wiring, top down. It alone sees all rooms.
 *
 *  clients ─ws/http─▶ gateway ─ring─▶ shard ─ring─▶ gateway ─▶ clients
 *                                       │
 *                                    journal
 *                                       │
 *                                       ├─▶ follower ─▶ snapshots, what a client missed
 *                                       └─▶ stores ─▶ Postgres, Redis
 */
import { join } from 'node:path';
import { LiveClock } from './clock/live-clock.js';
import type { ClockSettings } from './clock/settings.js';
import { SharedClock } from './clock/shared-clock.js';
import type { FollowerThreadData, NumberedAnswer, SnapshotOutcome } from './follower/follower-messages.js';
import type { OldSegments } from './follower/retention.js';
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
import { Drill, type DrillName } from './metrics/drill.js';
import { ShardBoard } from './metrics/shard-board.js';
import { StoreBoard } from './metrics/store-board.js';
import type { Instrument, UnlistedInstrument } from './model/instrument.js';
import {
  CELL_BYTES,
  CLIENT_ID_WINDOW,
  EVENT_RING_CELLS,
  GATEWAY_YOUNG_MB,
  INPUT_RING_LINES,
  LINE_BYTES,
  MAX_GATEWAYS,
  MAX_SHARDS,
  SEGMENT_BYTES,
  SHARD_HEAP_MB,
  SNAPSHOT_COMMANDS,
  STORE_BACKLOG_COMMANDS,
  STORE_DELAY_MS,
  STORE_WRITE_MS,
} from './model/limits.js';
import { Doorbell } from './ring/doorbell.js';
import { allocateRing } from './ring/ring.js';
import { planListings } from './shard/listing-plan.js';
import type { ShardThreadData } from './shard/shard-messages.js';
import type { StoreTarget, StoreThreadData } from './store/store-messages.js';
import { SupervisedFollower } from './supervisor/supervised-follower.js';
import { SupervisedShard } from './supervisor/supervised-shard.js';
import { SupervisedStore } from './supervisor/supervised-store.js';
import { Thread, ThreadError } from './supervisor/thread.js';

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
  /** Whether each shard has a follower, which writes snapshots and lets clients resume; by default it has. */
  readonly follower?: 'on' | 'off' | undefined;
  /** What becomes of segments behind a snapshot; by default they are archived. */
  readonly oldSegments?: OldSegments | undefined;
  /** Heap of a shard's or follower's thread in MiB. */
  readonly shardHeapMb?: number | undefined;
  /** Commands of a shard after which a snapshot is taken. */
  readonly snapshotCommands?: number | undefined;
  /** Commands whose events a client that reconnects can be given, at least. */
  readonly resumeCommands?: number | undefined;
  /**
   * Where orders and trades are kept for questions: `embedded` in the data directory, a server at `postgres://…`, or
   * nowhere (`off`, which it is by default).
   */
  readonly postgres?: string | undefined;
  /** `redis://…`, where a Redis is to have streams and keys. */
  readonly redis?: string | undefined;
  /** How long a write into a store should take at the most, and how long the newest events may wait for one. */
  readonly storeWriteMs?: number | undefined;
  readonly storeDelayMs?: number | undefined;
  /** Commands that a store may be behind before new orders are rejected. */
  readonly storeBacklog?: number | undefined;
  /** How long to wait for a data directory that another exchange holds; by default not at all. */
  readonly lockWaitMs?: number | undefined;
  /** Takes a sentence where something is not as it should be, and the exchange goes on. */
  readonly warn?: (sentence: string) => void;
}

/** What a start has found and made. */
export interface ExchangeFacts {
  readonly host: string;
  readonly port: number;
  /** The data directory. */
  readonly data: string;
  readonly transport: 'uws' | 'node';
  /** Why uWebSockets.js does not serve, where it was tried and could not. */
  readonly transportWhy?: string | undefined;
  readonly gateways: number;
  readonly shards: readonly ShardFacts[];
  readonly instruments: readonly Instrument[];
}

export interface ShardFacts extends JournalSummary {
  /** Sequence of the snapshot from which the shard began; 0: from the beginning of its log. */
  readonly snapshot: number;
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
  readonly #house: House;
  readonly #stop: () => Promise<void>;
  #stopping: Promise<void> | undefined;

  private constructor(
    facts: ExchangeFacts,
    clock: SharedClock,
    failed: Promise<string>,
    house: House,
    stop: () => Promise<void>,
  ) {
    this.facts = facts;
    this.clock = clock;
    this.failed = failed;
    this.#house = house;
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
      throw error instanceof ThreadError ? new ExchangeError(error.message) : error;
    }
  }

  /** What each store says of itself. */
  get storeBoard(): StoreBoard {
    return this.#house.storeBoard!;
  }

  /** Moves a test clock on; orders that expire by then do so though nobody sends anything. @throws Error on a live clock */
  advance(byNs: number): void {
    this.clock.advance(byNs);
    this.#house.wakeShards();
  }

  /** Takes a snapshot of every shard as it is now; settles when all are on disk, or could not be written. */
  takeSnapshots(): Promise<readonly SnapshotOutcome[]> {
    return this.#house.takeSnapshots();
  }

  /** Makes the thread of a shard, of its follower, or of a store (by its place) die, to see that what happens then is what should. */
  drill(thread: 'shard' | 'follower' | 'store', shard: number, how: DrillName): void {
    this.#house.drill(thread, shard, how);
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
  house: House,
  stop: () => Promise<void>,
) => Exchange;

/** The threads of an exchange, as they are started and ended. */
class House {
  #lock: DataLock | undefined;
  #segmentMaker: SegmentMaker | undefined;
  #board: ShardBoard | undefined;
  storeBoard: StoreBoard | undefined;
  readonly #shards: SupervisedShard[] = [];
  readonly #followers: SupervisedFollower[] = [];
  readonly #stores: SupervisedStore[] = [];
  readonly #gateways: Thread<GatewayReport>[] = [];
  #ended: Promise<void> | undefined;

  async open(settings: ExchangeSettings, make: MakeExchange): Promise<Exchange> {
    const { shards, gateways, warn = () => {} } = settings;
    checkCount('shards', shards, MAX_SHARDS);
    checkCount('gateways', gateways, MAX_GATEWAYS);

    // 1. The data directory is ours alone, and goes on where it stopped.
    this.#lock = await lockDataDirectory(settings.data, settings.lockWaitMs);
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
    const storeBoardBuffer = StoreBoard.allocate(shards);
    const storeBoard = new StoreBoard(storeBoardBuffer);
    this.storeBoard = storeBoard;
    const inputRings = grid(shards, gateways, () => allocateRing(INPUT_RING_LINES, LINE_BYTES));
    const eventRings = grid(shards, gateways, () => allocateRing(EVENT_RING_CELLS, CELL_BYTES));
    const shardDoorbells = Array.from({ length: shards }, () => Doorbell.allocate());
    const gatewayDoorbells = Array.from({ length: gateways }, () => Doorbell.allocate());
    const followerDoorbells = Array.from({ length: shards }, () => Doorbell.allocate());
    const stores = storesOf(settings).map((target) => ({
      ...target,
      doorbells: Array.from({ length: shards }, () => Doorbell.allocate()),
    }));

    // 3. The thread that zero-fills segments ahead of their use.
    const segmentBytes = settings.segmentBytes ?? SEGMENT_BYTES;
    this.#segmentMaker = new SegmentMaker({ directory: settings.data, segmentBytes });

    // 4. Shards: each recovers from its newest snapshot and the rest of its log. Beside each a follower, which reads it.
    let giveUp: (sentence: string) => void = () => {};
    const given = new Promise<string>((resolve) => {
      giveUp = resolve;
    });
    const isFollowed = settings.durability !== 'none' && settings.follower !== 'off';
    const realTime = new LiveClock();
    const heapMb = settings.shardHeapMb ?? SHARD_HEAP_MB;
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
        readerDoorbells: [
          ...(isFollowed ? [followerDoorbells[shard]!] : []),
          ...stores.map(({ doorbells }) => doorbells[shard]!),
        ],
      };
      const followerData: FollowerThreadData = {
        shard,
        directory: settings.data,
        durability: settings.durability,
        board: boardBuffer,
        storeBoard: storeBoardBuffer,
        doorbell: followerDoorbells[shard]!,
        shardDoorbell: shardDoorbells[shard]!,
        oldSegments: settings.oldSegments ?? 'archive',
        snapshotCommands: settings.snapshotCommands ?? SNAPSHOT_COMMANDS,
        resumeCommands: settings.resumeCommands,
      };
      const resumed = (answer: NumberedAnswer) => this.#tellResumed(answer);
      if (isFollowed)
        this.#followers.push(new SupervisedFollower({ data: followerData, heapMb, realTime, warn, resumed }));
      this.#shards.push(new SupervisedShard({ data, heapMb, board, realTime, warn, giveUp }));
    }
    const recovered = await Promise.all(this.#shards.map((shard) => shard.recovered()));
    for (const { badSnapshots } of recovered) for (const sentence of badSnapshots) warn(sentence);
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
    const running = await Promise.all(
      this.#shards.map((shard, number) => {
        const { clientIdWindow: window, summary } = recovered[number]!;
        const isNew = summary.nextSequence === 1;
        const wanted = settings.clientIdWindow ?? (isNew ? CLIENT_ID_WINDOW : window);
        return shard.run({
          run,
          instruments: plan[number]!,
          // A new log always names it: matching depends on it, and a later version may have another default.
          clientIdWindow: isNew || wanted !== window ? wanted : undefined,
        });
      }),
    );
    for (const { store } of stores)
      for (const [shard, { summary }] of recovered.entries())
        storeBoard.begin(store, shard, summary.nextSequence - 1);
    for (const follower of this.#followers) follower.start();

    // 6. Stores: each reads the logs from where it is itself.
    for (const { store, target, doorbells } of stores) {
      const data: StoreThreadData = {
        store,
        target,
        directory: settings.data,
        shards,
        board: boardBuffer,
        storeBoard: storeBoardBuffer,
        doorbells,
        writeMs: settings.storeWriteMs ?? STORE_WRITE_MS,
        delayMs: settings.storeDelayMs ?? STORE_DELAY_MS,
      };
      this.#stores.push(new SupervisedStore({ data, board: storeBoard, heapMb, realTime, warn }));
    }
    await Promise.all(this.#stores.map((store) => store.start()));
    const instruments = running
      .flatMap((report, shard) => report.instruments.map((instrument) => ({ instrument, shard })))
      .sort((a, b) => a.instrument.id - b.instrument.id);

    board.setLastInstrument(instruments.at(-1)?.instrument.id ?? 0);

    // 7. Gateways, last: nobody is let in before all shards run.
    for (let gateway = 0; gateway < gateways; gateway++) {
      const data: GatewayThreadData = {
        gateway,
        host: settings.host,
        port,
        run,
        transport,
        clock: clockBuffer,
        board: boardBuffer,
        storeBoard: storeBoardBuffer,
        storeBacklog: settings.storeBacklog ?? STORE_BACKLOG_COMMANDS,
        doorbell: gatewayDoorbells[gateway]!,
        inputRings: inputRings.map((ofShard) => ofShard[gateway]!),
        eventRings: eventRings.map((ofShard) => ofShard[gateway]!),
        shardDoorbells,
        instruments,
        isFollowed,
        about: { transport, gateway, durability: settings.durability, clock: settings.clock.mode },
      };
      this.#gateways.push(
        new Thread(new URL('./gateway/gateway-thread.js', import.meta.url), data, `gateway ${gateway}`, {
          maxYoungGenerationSizeMb: GATEWAY_YOUNG_MB,
        }),
      );
    }
    for (const thread of this.#gateways) {
      thread.on('resume', ({ request }) => this.#followers[request.shard]?.resume(request));
      thread.on('take-snapshots', ({ id }) => {
        void this.takeSnapshots().then((outcomes) => {
          const order: GatewayOrder = { order: 'snapshots-taken', id, outcomes };
          thread.post(order);
        });
      });
    }
    await Promise.all(this.#gateways.map((thread) => thread.next('listening')));

    // 8. A shard, follower or store that dies is started again; a gateway that dies, or a shard that cannot be had again, ends
    // the exchange.
    const end = () => {
      this.#ended ??= this.close().then(() => clock.close());
      return this.#ended;
    };
    for (const thread of this.#gateways) thread.onFailure(giveUp);
    const failed = given.then((sentence) => end().then(() => sentence));
    const facts: ExchangeFacts = {
      host: settings.host,
      port,
      data: settings.data,
      transport,
      transportWhy,
      gateways,
      shards: recovered.map(({ summary, snapshot }) => ({ ...summary, snapshot })),
      instruments: instruments.map(({ instrument }) => instrument),
    };
    return make(facts, clock, failed, this, end);
  }

  /** Ends what was started, in the order of the data: intake, shards, gateways, followers, and the lock last. */
  async close(): Promise<void> {
    const closeIntake: GatewayOrder = { order: 'close-intake' };
    await this.#ask(this.#gateways, closeIntake, 'intake-closed');
    this.#board?.stop();
    await Promise.all(this.#shards.map((shard) => shard.stop()));
    const end: GatewayOrder = { order: 'end' };
    await this.#ask(this.#gateways, end, 'ended');
    await Promise.all(this.#gateways.map((thread) => thread.terminate()));
    await Promise.all(this.#followers.map((follower) => follower.finish()));
    await Promise.all(this.#stores.map((store) => store.finish()));
    await this.#segmentMaker?.stop();
    await this.#lock?.release();
  }

  wakeShards(): void {
    for (const shard of this.#shards) shard.wake();
  }

  takeSnapshots(): Promise<readonly SnapshotOutcome[]> {
    return Promise.all(this.#followers.map((follower) => follower.snapshot()));
  }

  drill(thread: 'shard' | 'follower' | 'store', shard: number, how: DrillName): void {
    if (thread === 'store') this.#stores[shard]?.drill(how);
    else if (thread === 'follower') this.#followers[shard]?.drill(how);
    else {
      const drills = { exception: Drill.Exception, memory: Drill.Memory, divergence: Drill.Divergence };
      this.#board?.setDrill(shard, drills[how]);
      this.#shards[shard]?.wake();
    }
  }

  #tellResumed(answer: NumberedAnswer): void {
    const order: GatewayOrder = { order: 'resumed', answer };
    this.#gateways[answer.gateway]?.post(order);
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

/** The stores that are wanted, with their places on the board. */
function storesOf({ postgres = 'off', redis, data, durability }: ExchangeSettings) {
  const stores: { readonly store: number; readonly target: StoreTarget }[] = [];
  if (postgres === 'embedded')
    stores.push({ store: 0, target: { kind: 'embedded', directory: join(data, 'store') } });
  else if (postgres !== 'off') stores.push({ store: 0, target: { kind: 'postgres', url: postgres } });
  if (redis !== undefined) stores.push({ store: 1, target: { kind: 'redis', url: redis } });
  if (stores.length > 0 && durability === 'none')
    throw new ExchangeError(
      'without a journal (--durability none) there is nothing that a store could be made from; use --postgres off, and no --redis',
    );
  return stores;
}

function checkCount(name: string, count: number, most: number): void {
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new ExchangeError(`${name}: ${count} must be a whole number from 1 to ${most}`);
}

function grid<T>(rows: number, columns: number, make: () => T): T[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, make));
}
