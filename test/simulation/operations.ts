import type { TestClock } from '../../src/clock/test-clock.js';
import { JournalWriteError } from '../../src/journal/faults.js';
import type { Chance, FaultCounts } from './faults.js';
import { describe, type Invariants } from './invariants.js';
import type { SimulatedClient } from './simulated-client.js';
import type { SimulatedDisk } from './simulated-disk.js';
import { type ExchangeShape, SimulatedExchange } from './simulated-exchange.js';
import type { SimulatedShard } from './simulated-shard.js';
import { Violation } from './violation.js';

/** Starts in a row that a disk may spoil before it is left alone. */
const SPOILED_STARTS = 6;
/** Threads of a shard that may die in a row before the process ends. */
const MOST_REPLACEMENTS = 4;

export interface OperationsParts {
  readonly chance: Chance;
  readonly faults: FaultCounts;
  readonly disk: SimulatedDisk;
  readonly clock: TestClock;
  readonly shape: ExchangeShape;
  readonly clients: readonly SimulatedClient[];
  readonly invariants: Invariants;
  /** Whether the exchange's clock may be set back between two starts. */
  readonly maySetClockBack: boolean;
  /** Runs while a shard waits for its disk. */
  readonly meanwhile: () => void;
  /** An exchange has started. */
  readonly onStart: (exchange: SimulatedExchange) => void;
}

/** What operators, supervisors and power stations do: starts, stops, crashes, and shards that take another's place. */
export class Operations {
  starts = 0;
  stops = 0;
  restartsInPlace = 0;
  startsFromSnapshot = 0;
  /** The shard that has the turn: what its disk does may kill it. */
  running: SimulatedShard | undefined;
  readonly #parts: OperationsParts;
  #exchange: SimulatedExchange | undefined;
  #clockBehindNs = 0;

  constructor(parts: OperationsParts) {
    this.#parts = parts;
  }

  get isUp(): boolean {
    return this.#exchange !== undefined && !this.#parts.disk.isOff;
  }

  get exchange(): SimulatedExchange {
    return this.#exchange!;
  }

  /** Gives a shard a turn; what is thrown in it ends the shard, the process, or the simulation. */
  turn(shard: SimulatedShard, action: () => void): void {
    this.running = shard;
    try {
      action();
    } catch (error) {
      this.running = undefined;
      this.#thrown(shard, error);
      return;
    }
    this.running = undefined;
    // The shard may have taken it for one of the faults that it lives with.
    if (this.#parts.disk.isOff || shard.isDead) this.#thrown(shard, undefined);
  }

  /** The exchange is told to stop, and started again. */
  stop(): void {
    const exchange = this.#exchange!;
    let stopping = exchange.shards[0]!;
    try {
      exchange.stop((shard) => {
        stopping = shard;
        this.running = shard;
      });
      this.stops++;
    } catch (error) {
      if (!this.#parts.disk.isOff && !stopping.isDead && !isOfDisk(error)) throw error;
    }
    // Whether or not it has come to its end, the process has: what it sent is under way still.
    this.running = undefined;
    this.crash(this.#parts.disk.isOff);
  }

  /** The process is gone, with or without the power. */
  crash(power: boolean): void {
    const chance = this.#parts.chance;
    this.#exchange = undefined;
    this.running = undefined;
    for (const client of this.#parts.clients) {
      // What was on its way still arrives, or some of it.
      const line = client.line;
      if (line === undefined) continue;
      for (let left = chance.below(line.incoming.length + 1); left > 0; left--) client.receive();
      client.line = undefined;
    }
    if (power) this.#parts.disk.restart();
    else {
      if (chance.oneIn(2)) this.#parts.disk.mend();
      if (chance.oneIn(2)) this.#parts.disk.forgetLost();
    }
    const found = this.#parts.disk.copy();
    // A clock that was set back: but late commands are known by it.
    if (this.#parts.maySetClockBack && chance.oneIn(4)) this.#clockBehindNs = chance.below(500_000_000);
    this.start();
    if (chance.oneIn(2) || this.#parts.faults.counts.bitFlips === 0)
      this.#parts.invariants.flipBits(found, chance, this.#parts.faults);
  }

  /** Starts until a start succeeds, and compares what it comes to with the logs. */
  start(): void {
    const disk = this.#parts.disk;
    for (let attempt = 1; ; attempt++) {
      if (attempt > SPOILED_STARTS) disk.mend();
      const { errors } = disk;
      const exchange = new SimulatedExchange(
        {
          disk,
          clock: this.#parts.clock,
          clockBehindNs: this.#clockBehindNs,
          chance: this.#parts.chance,
          faults: this.#parts.faults,
        },
        this.#parts.shape,
        this.#parts.meanwhile,
      );
      try {
        exchange.start();
      } catch (error) {
        if (disk.isOff) {
          disk.restart();
          continue;
        }
        if ((disk.errors > errors || isDropped(error)) && attempt <= SPOILED_STARTS) continue;
        throw new Violation('started', `a start says: ${describe(error)}`, error);
      }
      this.starts++;
      this.#exchange = exchange;
      break;
    }
    this.#parts.onStart(this.#exchange);
    for (const shard of this.#exchange.shards) this.#checkShard(shard);
    this.#parts.invariants.checkClients(this.#parts.clients, this.#exchange.shards);
  }

  #checkShard(shard: SimulatedShard): void {
    if (shard.recovered!.snapshot > 0) this.startsFromSnapshot++;
    this.#parts.invariants.checkShard(shard, this.#parts.disk, this.#parts.clients);
  }

  /** Something was thrown: who ends of it? */
  #thrown(shard: SimulatedShard, error: unknown): void {
    if (this.#parts.disk.isOff) this.crash(true);
    else if (shard.isDead) this.#replace(shard);
    else if (isOfDisk(error)) this.crash(false);
    else throw error instanceof Violation ? error : new Violation('thrown', describe(error), error);
  }

  /** The thread of a shard has died: another one takes its place, and may die too. */
  #replace(shard: SimulatedShard): void {
    const exchange = this.#exchange!;
    for (let attempt = 1; ; attempt++) {
      this.#parts.faults.count('workerDeaths');
      if (attempt > MOST_REPLACEMENTS) this.crash(false);
      if (attempt > MOST_REPLACEMENTS) return;
      // Somebody makes room on the disk, or mends it.
      if (attempt > 1 && this.#parts.chance.oneIn(2)) this.#parts.disk.mend();
      shard.isDead = false;
      shard.diesIn = this.#parts.chance.oneIn(6) ? this.#parts.chance.below(12) : Number.POSITIVE_INFINITY;
      this.running = shard;
      try {
        exchange.replace(shard, () => {
          for (let i = this.#parts.chance.below(12); i > 0; i--) this.#parts.meanwhile();
          if (this.#parts.chance.oneIn(4))
            this.#parts.disk.cut = { kind: 'sync', after: this.#parts.chance.below(4), isDone: false };
        });
      } catch (error) {
        this.running = undefined;
        if (this.#parts.disk.isOff) {
          this.crash(true);
          return;
        }
        if (shard.isDead || isOfDisk(error) || isDropped(error)) continue;
        throw new Violation('started', `a shard that takes another's place says: ${describe(error)}`, error);
      }
      this.running = undefined;
      if (shard.isDead) continue;
      break;
    }
    this.restartsInPlace++;
    this.#checkShard(shard);
    this.#parts.invariants.checkClients(this.#parts.clients, [shard]);
  }
}

function isOfDisk(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if (each.name === 'DiskError') return true;
  return false;
}

/** What a start says where the system has dropped, since it was read, a page that it had failed to write. */
function isDropped(error: unknown): boolean {
  return error instanceof JournalWriteError && error.message.includes('is not there any more; start again');
}
