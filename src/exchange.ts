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
import { LiveClock } from './clock/live-clock.js';
import { SystemRandomness } from './clock/randomness.js';
import { SharedClock } from './clock/shared-clock.js';
import type { FollowerThreadData, NumberedAnswer, SnapshotOutcome } from './follower/follower-messages.js';
import { usualLimits } from './gateway/gateway-limits.js';
import type { GatewayThreadData } from './gateway/gateway-messages.js';
import { ConnectionCounts } from './gateway/transport/connection-counts.js';
import { checkTls, chooseTransport, freePort } from './gateway/transport/listening.js';
import { type DataLock, lockDataDirectory } from './journal/data-lock.js';
import { SegmentMaker } from './journal/segment-maker.js';
import { countShards } from './journal/shard-directories.js';
import { Drill, type DrillName } from './metrics/drill.js';
import { LatencyBoard } from './metrics/latency-board.js';
import { ShardBoard } from './metrics/shard-board.js';
import { StoreBoard } from './metrics/store-board.js';
import {
  BACKGROUND_NICENESS,
  CELL_BYTES,
  EVENT_RING_CELLS,
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
import type { StoreThreadData } from './store/store-messages.js';
import { StoreSettingError, storeTargets } from './store/store-targets.js';
import { Disconnects } from './supervisor/disconnects.js';
import type { ExchangeFacts } from './supervisor/exchange-facts.js';
import { type ExchangeSettings, newSettings } from './supervisor/exchange-settings.js';
import { openKeys } from './supervisor/key-access.js';
import { MarketBoards } from './supervisor/market-boards.js';
import { StoreReads } from './supervisor/store-reads.js';
import { SupervisedFollower } from './supervisor/supervised-follower.js';
import { SupervisedGateways } from './supervisor/supervised-gateways.js';
import { SupervisedShard } from './supervisor/supervised-shard.js';
import { SupervisedStore } from './supervisor/supervised-store.js';
import { ThreadError } from './supervisor/thread.js';

export type { ExchangeFacts, ShardFacts } from './supervisor/exchange-facts.js';
export type { ExchangeSettings } from './supervisor/exchange-settings.js';

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
      const isSentence = error instanceof ThreadError || error instanceof StoreSettingError;
      throw isSentence ? new ExchangeError(error.message) : error;
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
  #keys: ReturnType<typeof openKeys>;
  #segmentMaker: SegmentMaker | undefined;
  #board: ShardBoard | undefined;
  storeBoard: StoreBoard | undefined;
  readonly #shards: SupervisedShard[] = [];
  readonly #followers: SupervisedFollower[] = [];
  readonly #stores: SupervisedStore[] = [];
  readonly #gateways = new SupervisedGateways();
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
    checkTls(settings.tls);
    this.#keys = openKeys(settings, {
      changed: (keys) => {
        this.#gateways.tellKeys(keys);
        settings.log?.({ level: 'info', event: 'keys-read', count: keys.length });
      },
      warn,
    });
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
    const latencyBuffer = LatencyBoard.allocate(shards, gateways);
    const inputRings = grid(shards, gateways, () => allocateRing(INPUT_RING_LINES, LINE_BYTES));
    const eventRings = grid(shards, gateways, () => allocateRing(EVENT_RING_CELLS, CELL_BYTES));
    const shardDoorbells = Array.from({ length: shards }, () => Doorbell.allocate());
    const gatewayDoorbells = Array.from({ length: gateways }, () => Doorbell.allocate());
    const followerDoorbells = Array.from({ length: shards }, () => Doorbell.allocate());
    const stores = storeTargets(settings).map((target) => ({
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
    const niceness = settings.backgroundNiceness ?? BACKGROUND_NICENESS;
    const heapMb = settings.shardHeapMb ?? SHARD_HEAP_MB;
    const marketBoards = new MarketBoards(this.#followers);
    for (let shard = 0; shard < shards; shard++) {
      const data: ShardThreadData = {
        shard,
        directory: settings.data,
        durability: settings.durability,
        segmentBytes,
        clock: clockBuffer,
        board: boardBuffer,
        latency: latencyBuffer,
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
        niceness,
      };
      const resumed = (answer: NumberedAnswer) => this.#gateways.tellResumed(answer);
      const watched = (instrument: number, isThere: boolean) => marketBoards.told(instrument, isThere);
      const followerParts = { data: followerData, heapMb, realTime, warn, resumed, watched };
      if (isFollowed) this.#followers.push(new SupervisedFollower(followerParts));
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
        const { settings: logged, summary } = recovered[number]!;
        const isNew = summary.nextSequence === 1;
        return shard.run({
          run,
          instruments: plan[number]!,
          settings: newSettings(settings, isNew ? undefined : logged),
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
        niceness,
      };
      this.#stores.push(new SupervisedStore({ data, board: storeBoard, heapMb, realTime, warn }));
    }
    await Promise.all(this.#stores.map((store) => store.start()));
    const instruments = running
      .flatMap((report, shard) => report.instruments.map((instrument) => ({ instrument, shard })))
      .sort((a, b) => a.instrument.id - b.instrument.id);

    board.setLastInstrument(instruments.at(-1)?.instrument.id ?? 0);

    // 7. Gateways, last: nobody is let in before all shards run.
    const dice = new SystemRandomness();
    const counts = ConnectionCounts.allocate();
    const countSalt = dice.next32();
    const firstSession = dice.next32() >>> 4;
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
        latency: latencyBuffer,
        storeBacklog: settings.storeBacklog ?? STORE_BACKLOG_COMMANDS,
        doorbell: gatewayDoorbells[gateway]!,
        inputRings: inputRings.map((ofShard) => ofShard[gateway]!),
        eventRings: eventRings.map((ofShard) => ofShard[gateway]!),
        shardDoorbells,
        instruments,
        isFollowed,
        access: this.#keys?.access,
        limits: { ...usualLimits, ...settings.limits },
        tls: settings.tls,
        counts,
        countSalt,
        // Orders of a start before belong to none of this one's sessions.
        firstSession,
        about: { transport, gateway, durability: settings.durability, clock: settings.clock.mode },
      };
      this.#gateways.start(data);
    }
    const reads = new StoreReads({
      store: this.#stores.find(({ name }) => name === 'postgres'),
      followers: this.#followers,
      shards,
      stored: (shard) => storeBoard.figures(0, shard).sequence,
    });
    const takeSnapshots = () => this.takeSnapshots();
    const disconnects = new Disconnects({
      clock,
      directory: settings.data,
      cancel: (session) => this.#gateways.cancelOf(session),
      warn,
    });
    const log = settings.log ?? (() => {});
    const followers = this.#followers;
    await this.#gateways.serve({ reads, followers, marketBoards, takeSnapshots, disconnects, log });
    disconnects.begin();
    this.#keys?.watch.start();

    // 8. A shard, follower or store that dies is started again; a gateway that dies, or a shard that cannot be had again, ends
    // the exchange.
    const end = () => {
      this.#ended ??= this.close().then(() => clock.close());
      return this.#ended;
    };
    this.#gateways.onFailure(giveUp);
    const failed = given.then((sentence) => end().then(() => sentence));
    const facts: ExchangeFacts = {
      host: settings.host,
      port,
      data: settings.data,
      transport,
      transportWhy,
      gateways,
      keys: this.#keys?.access.keys.length,
      shards: recovered.map(({ summary, snapshot }) => ({ ...summary, snapshot })),
      instruments: instruments.map(({ instrument }) => instrument),
    };
    return make(facts, clock, failed, this, end);
  }

  /** Ends what was started, in the order of the data: intake, shards, gateways, followers, and the lock last. */
  async close(): Promise<void> {
    this.#keys?.watch.close();
    await this.#gateways.closeIntake();
    this.#board?.stop();
    await Promise.all(this.#shards.map((shard) => shard.stop()));
    await this.#gateways.end();
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
}

function checkCount(name: string, count: number, most: number): void {
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new ExchangeError(`${name}: ${count} must be a whole number from 1 to ${most}`);
}

function grid<T>(rows: number, columns: number, make: () => T): T[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, make));
}
