import type { Clock } from '../../src/clock/clock.js';
import { Follower } from '../../src/follower/follower.js';
import { startFollower } from '../../src/follower/follower-start.js';
import { JournalWriter, type SegmentSource } from '../../src/journal/journal-writer.js';
import { shardDirectory } from '../../src/journal/segment.js';
import { makeSegment, PreparedSegments } from '../../src/journal/segment-maker.js';
import type { LatencyBoard } from '../../src/metrics/latency-board.js';
import { type ShardBoard, ShardPhase } from '../../src/metrics/shard-board.js';
import type { Instrument } from '../../src/model/instrument.js';
import { MIN_SEGMENT_BYTES } from '../../src/model/limits.js';
import { GroupTrace } from '../../src/shard/group-trace.js';
import { Outbox } from '../../src/shard/outbox.js';
import { openShard, type RecoveredShard } from '../../src/shard/recovery.js';
import { Republication } from '../../src/shard/republication.js';
import { Shard } from '../../src/shard/shard.js';
import type { LogSettings } from '../../src/wire/instrument-record.js';
import { ImpatientClock, type SimulatedDoorbell, WatchedClock, WatchedDoorbell } from './bells-and-clocks.js';
import type { Chance } from './faults.js';
import { PowerCut, type SimulatedDisk } from './simulated-disk.js';

export const DIRECTORY = '/data';
export const SEGMENT_BYTES = MIN_SEGMENT_BYTES;

/** A thread of a shard has ended in the middle of something. */
export class WorkerDeath extends Error {
  override readonly name = 'WorkerDeath';
}

/** What a shard shares with the rest of its exchange. */
export interface ShardSurroundings {
  readonly shard: number;
  readonly disk: SimulatedDisk;
  readonly clock: Clock;
  readonly clockBehindNs: number;
  readonly chance: Chance;
  readonly board: ShardBoard;
  readonly latency: LatencyBoard;
  /** By gateway. */
  readonly inputs: readonly SharedArrayBuffer[];
  readonly outputs: readonly SharedArrayBuffer[];
  readonly gatewayBells: readonly SimulatedDoorbell[];
  readonly bell: SimulatedDoorbell;
  /** Runs while the shard waits for its disk. */
  readonly meanwhile: () => void;
  /** Runs while it waits for a gateway. */
  readonly onFullRing: () => void;
  readonly onDetach: (gateway: number) => void;
}

/** The shard's segments, some of which are made ahead by a maker that has its own turns. */
class SimulatedMaker implements SegmentSource {
  readonly #own: PreparedSegments;
  readonly #disk: SimulatedDisk;
  readonly #shard: number;
  #wanted = 0;

  constructor(disk: SimulatedDisk, shard: number) {
    this.#disk = disk;
    this.#shard = shard;
    this.#own = new PreparedSegments({ directory: DIRECTORY, shard, segmentBytes: SEGMENT_BYTES }, disk);
  }

  request(number: number): void {
    this.#wanted = number;
  }

  take(number: number): void {
    this.#wanted = 0;
    this.#own.take(number);
  }

  keepReserve(): void {
    this.#own.keepReserve();
  }

  takeReserve(number: number): number {
    return this.#own.takeReserve(number);
  }

  hasRoom(): boolean {
    return this.#own.hasRoom();
  }

  turn(): void {
    const number = this.#wanted;
    this.#wanted = 0;
    if (number === 0) return;
    makeSegment(
      this.#disk,
      shardDirectory(DIRECTORY, this.#shard),
      number,
      SEGMENT_BYTES,
      () => true,
      16_384,
    );
  }
}

/** One shard as its thread runs it, turn by turn, and the threads beside it: its segment maker, its follower. */
export class SimulatedShard {
  readonly number: number;
  isDead = false;
  /** It dies at the so manieth look at it from here on. */
  diesIn = Number.POSITIVE_INFINITY;
  recovered: RecoveredShard | undefined;
  follower: Follower | undefined;
  #shard: Shard | undefined;
  #journal: JournalWriter | undefined;
  #republication: Republication | undefined;
  #maker: SimulatedMaker | undefined;
  readonly #around: ShardSurroundings;

  constructor(around: ShardSurroundings) {
    this.#around = around;
    this.number = around.shard;
  }

  get source(): { directory: string; shard: number; disk: SimulatedDisk } {
    return { directory: DIRECTORY, shard: this.number, disk: this.#around.disk };
  }

  get engine(): RecoveredShard['engine'] {
    return this.recovered!.engine;
  }

  /** As the thread begins; `replaces` where it takes the place of one that died. */
  recover(replaces: boolean): RecoveredShard {
    const { disk, chance, board, shard } = this.#around;
    const published = replaces ? board.published(shard) : undefined;
    this.#republication = published === undefined ? undefined : new Republication(this.#outbox(), published);
    this.recovered = openShard(this.source, {
      hashSalt: chance.next32(),
      atMost: published,
      onReplayed: this.#republication?.take,
    });
    for (const { sequence } of this.recovered.badSnapshots)
      disk.rename(this.#snapshotPath(sequence), `${this.#snapshotPath(sequence)}.bad`);
    return this.recovered;
  }

  run(
    run: number,
    replaces: boolean,
    plan: { instruments: readonly Instrument[]; settings?: LogSettings | undefined },
  ): void {
    const { disk, board, latency, shard, clock, clockBehindNs, inputs, bell } = this.#around;
    const { engine, hash, summary } = this.recovered!;
    this.#maker = new SimulatedMaker(disk, shard);
    this.#journal = new JournalWriter(
      {
        directory: DIRECTORY,
        shard,
        durability: 'fsync',
        segmentBytes: SEGMENT_BYTES,
        run,
        firstSequence: summary.nextSequence,
        firstSegment: summary.nextSegment,
        tail: summary.tail,
        timeNs: clock.epochNs() - BigInt(clockBehindNs),
      },
      disk,
      this.#maker,
    );
    this.#republication?.send();
    this.#shard = new Shard({
      shard,
      engine,
      hash,
      journal: this.#journal,
      clock: new WatchedClock(clock, clockBehindNs, () => this.look()),
      inputs,
      doorbell: bell,
      outbox: this.#outbox(),
      board,
      trace: new GroupTrace(latency, shard, clock),
      lastTimeNs: summary.lastTimeNs,
      realTime: new ImpatientClock(100e6),
      consumed: replaces && summary.lastFrameRun === run ? summary.lastCursors : undefined,
      pause: () => this.#pause(),
    });
    this.#shard.configure(plan.instruments, plan.settings);
    engine.reserveClientIds();
    board.setPhase(shard, ShardPhase.Running);
  }

  /** @throws WorkerDeath, PowerCut, or what the shard throws */
  turn(): number {
    return this.#shard!.turn();
  }

  idle(): void {
    this.#shard!.idle();
  }

  /** As the thread ends when the exchange is told to stop. */
  stop(): void {
    while (this.#shard!.turn() > 0);
    this.#shard!.logHash();
    this.#journal!.close();
    this.#around.board.setPhase(this.number, ShardPhase.Stopped);
  }

  makeSegment(): void {
    this.#maker!.turn();
  }

  /** Begins the follower, or starts it anew. */
  follow(snapshotCommands: number, resumeCommands: number): void {
    const { disk, board, shard, chance } = this.#around;
    this.follower = new Follower({
      ...startFollower(this.source, board.figures(shard).sequence, chance.next32(), resumeCommands),
      directory: DIRECTORY,
      shard,
      disk,
      logEnd: { segment: () => board.journalSegment(shard), end: () => board.journalEnd(shard) },
      oldSegments: chance.oneIn(2) ? 'archive' : 'remove',
      snapshotCommands,
      resumeCommands,
    });
  }

  /** Called at each point at which the thread may die. */
  look(): void {
    if (this.isDead) throw new WorkerDeath('the thread of the shard is dead');
    if (this.diesIn-- > 0) return;
    this.isDead = true;
    throw new WorkerDeath('the thread of the shard has died');
  }

  #outbox(): Outbox {
    const { outputs, gatewayBells, onFullRing, onDetach } = this.#around;
    return new Outbox(
      outputs,
      gatewayBells.map((bell) => new WatchedDoorbell(bell, () => this.look())),
      new ImpatientClock(1e9, onFullRing),
      onDetach,
    );
  }

  #pause(): void {
    this.#around.meanwhile();
    if (this.#around.disk.isOff) throw new PowerCut('the power is gone');
    this.look();
  }

  #snapshotPath(sequence: number): string {
    return `${shardDirectory(DIRECTORY, this.number)}/${String(sequence).padStart(16, '0')}.snapshot`;
  }
}
