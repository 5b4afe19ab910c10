import { TestClock } from '../../src/clock/test-clock.js';
import { JournalWriteError } from '../../src/journal/faults.js';
import { ORDER_ACCOUNT } from '../../src/wire/order-record.js';
import { bookRead } from '../book/commands.js';
import { CommandFlow, type Draft, type Sendable } from './command-flow.js';
import { Chance, FAULTS, type Fault, FaultCounts } from './faults.js';
import { describe, Invariants } from './invariants.js';
import { contentOf } from './log-witness.js';
import { SimulatedClient } from './simulated-client.js';
import { SimulatedDisk } from './simulated-disk.js';
import { type ExchangeShape, SimulatedExchange } from './simulated-exchange.js';
import type { SimulatedShard } from './simulated-shard.js';
import { INVARIANTS, type Invariant, Violation } from './violation.js';

/** What came of a seed. Without wall time: the same seed gives the same result, to the byte. */
export interface Outcome {
  readonly seed: number;
  readonly ok: boolean;
  readonly invariant?: Invariant;
  readonly rule?: string;
  readonly what?: string;
  readonly stack?: string | undefined;
  readonly turns: number;
  /** Commands in the logs in the end, and what clients sent again or were told again. */
  readonly commands: number;
  readonly retries: number;
  readonly repeatedAnswers: number;
  readonly booksRead: number;
  readonly starts: number;
  readonly orderlyStops: number;
  readonly restartsInPlace: number;
  readonly snapshots: number;
  /** Starts of a shard that began from a snapshot, and segments that were archived or removed. */
  readonly startsFromSnapshot: number;
  readonly segmentsTakenAway: number;
  readonly checks: number;
  readonly faults: Readonly<Record<Fault, number>>;
}

/** Turns with faults, and how many more there may be until each fault has happened, and until all is answered. */
const TURNS = 800;
const MORE_TURNS = 5000;
const LAST_TURNS = 6000;
const ACCOUNTS = 5;
/** Starts in a row that a disk may spoil before it is left alone. */
const SPOILED_STARTS = 6;
/** Threads of a shard that may die in a row before the process ends. */
const MOST_REPLACEMENTS = 4;

/** A dead shard is replaced, not the whole process. */
const REPLACES = false;

/** Runs one seed. */
export function runSeed(seed: number): Outcome {
  return new Simulation(seed).run();
}

class Simulation {
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #faults = new FaultCounts();
  readonly #disk: SimulatedDisk;
  /** Small, so that times fit a number. */
  readonly #clock = new TestClock({ startEpochNs: 5n * 2n ** 32n });
  readonly #shape: ExchangeShape;
  readonly #flows: readonly CommandFlow[];
  readonly #clients: readonly SimulatedClient[];
  readonly #sent = new Map<string, Sendable>();
  readonly #invariants: Invariants;
  readonly #hasSmallWindow: boolean;
  #exchange: SimulatedExchange | undefined;
  #turn = 0;
  #starts = 0;
  #stops = 0;
  #restartsInPlace = 0;
  #snapshots = 0;
  #startsFromSnapshot = 0;
  /** The shard that has the turn: what its disk does may kill it. */
  #running: SimulatedShard | undefined;
  #isNested = false;
  #fullUntil = 0;
  #cutPlanned = 0;
  #clockBehindNs = 0;
  /** Nothing more goes wrong before this turn. */
  #quietUntil = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = new Chance(seed);
    const chance = this.#chance;
    this.#disk = new SimulatedDisk(chance, this.#faults);
    this.#disk.between = () => this.#between();
    const shards = chance.oneIn(3) ? 2 : 1;
    this.#hasSmallWindow = chance.oneIn(4);
    const instruments = chance.between(1, 3);
    this.#flows = Array.from(
      { length: shards },
      (_, shard) => new CommandFlow(chance, shard, shards, ACCOUNTS, instruments),
    );
    const configurations = this.#flows.map((flow) => flow.configuration());
    this.#shape = {
      shards,
      gateways: chance.between(2, 3),
      clientIdWindow: this.#hasSmallWindow ? chance.between(20, 100) : 4096,
      instruments: configurations[0]!.flatMap((_, i) => configurations.map((each) => each[i]!)),
      snapshotCommands: chance.between(10, 60),
      resumeCommands: chance.oneIn(4) ? 2 ** 20 : chance.between(20, 200),
    };
    this.#clients = [
      [1, 2],
      [3, 4, 1],
      [5, 0],
    ].map(
      (accounts) =>
        new SimulatedClient(accounts, chance, this.#faults, (event) =>
          this.#flows[event.shard]!.observe(event),
        ),
    );
    this.#invariants = new Invariants(shards, this.#sent);
  }

  run(): Outcome {
    try {
      this.#start();
      this.#go(TURNS, () => false);
      this.#go(MORE_TURNS, () => this.#faults.missing().length === 0);
      this.#finish();
      return this.#outcome(undefined);
    } catch (error) {
      const known = error instanceof Violation ? error : new Violation('thrown', describe(error), error);
      return this.#outcome(known);
    }
  }

  /** Turns with faults, until it is enough. */
  #go(turns: number, isEnough: () => boolean): void {
    for (let i = 0; i < turns && !isEnough(); i++) {
      if (this.#chance.oneIn(25) && this.#turn >= this.#quietUntil) this.#fault();
      this.#step();
    }
  }

  /** No more faults: everything is answered, survives a last power cut, and is answered in the same way again. */
  #finish(): void {
    this.#disk.cut = undefined;
    this.#disk.mend();
    this.#settle();
    this.#disk.cutPower();
    this.#crash(true);
    if (!this.#hasSmallWindow) for (const client of this.#clients) client.repeat(this.#turn, 20);
    this.#settle();
    for (const shard of this.#exchange!.shards) {
      while (shard.follower!.read());
      this.#invariants.checkFollower(shard);
      this.#invariants.checkShard(shard, this.#disk, this.#clients);
    }
    this.#invariants.checkClients(this.#clients, this.#exchange!.shards);
  }

  #settle(): void {
    for (let i = 0; i < LAST_TURNS; i++) {
      if (this.#clients.every(({ waiting }) => waiting === 0)) return;
      this.#step(false);
    }
    const waiting = this.#clients.map((client) => client.describeWaiting()).join('\n');
    throw new Violation('answered', `there is no answer to\n${waiting}`);
  }

  /** One of many things happens. */
  #step(wantsMore = true): void {
    this.#passTurn();
    const dice = this.#chance.below(100);
    if (dice < 55) this.#stepOutside(dice, wantsMore);
    else if (dice < 60)
      this.#clock.advance(this.#chance.oneIn(20) ? this.#chance.below(1e9) : this.#chance.below(40));
    else this.#stepShard(this.#chance.pick(this.#exchange!.shards));
  }

  #passTurn(): void {
    this.#turn++;
    if (this.#exchange !== undefined) this.#exchange.now = this.#turn;
    if (this.#turn >= this.#fullUntil) this.#disk.capacity = Number.POSITIVE_INFINITY;
  }

  /** Clients, the network and gateways. */
  #stepOutside(dice: number, wantsMore: boolean): void {
    const chance = this.#chance;
    const client = chance.pick(this.#clients);
    if (client.line === undefined) {
      if (chance.oneIn(3)) client.connect(chance.pick(this.#exchange!.gateways).gateway);
    } else if (dice < 9) {
      if (wantsMore) client.want(this.#draft(client), this.#turn, this.#read(client));
      else client.insist(this.#turn);
    } else if (dice < 12) client.insist(this.#turn);
    else if (dice < 13 && wantsMore && !this.#hasSmallWindow) client.repeat(this.#turn, 1);
    else if (dice < 27) for (let i = chance.between(1, 4); i > 0; i--) client.deliver(this.#turn);
    else if (dice < 41) this.#exchange!.turnGateway(chance.pick(this.#exchange!.gateways));
    else for (let i = chance.between(1, 4); i > 0; i--) client.receive();
  }

  /** What a client wants next: mostly a few commands, sometimes many. */
  #draft(client: SimulatedClient): Draft[] {
    const chance = this.#chance;
    const count = chance.oneIn(6) ? chance.between(8, 30) : chance.between(1, 4);
    const drafts: Draft[] = [];
    const nowNs = Number(this.#clock.epochNs());
    for (let tries = 0; drafts.length < count && tries < count * 8; tries++) {
      const draft = chance
        .pick(this.#flows)
        .next(nowNs, this.#hasSmallWindow, (account) => client.accounts.includes(account));
      if (draft === undefined) continue;
      this.#sent.set(contentOf(draft.words), draft.command);
      drafts.push(draft);
    }
    return drafts;
  }

  /** A read of a book, now and then. */
  #read(client: SimulatedClient): Int32Array | undefined {
    if (!this.#chance.oneIn(4)) return undefined;
    const words = bookRead(this.#chance.pick(this.#exchange!.instruments()).id, 100);
    words[ORDER_ACCOUNT] = client.accounts[0]!;
    return words;
  }

  #stepShard(shard: SimulatedShard): void {
    this.#running = shard;
    try {
      const dice = this.#chance.below(20);
      if (dice < 15) {
        if (shard.turn() === 0 && this.#chance.oneIn(3)) shard.idle();
      } else if (dice < 16) shard.makeSegment();
      else this.#follow(shard);
    } catch (error) {
      this.#running = undefined;
      this.#thrown(shard, error);
      return;
    }
    this.#running = undefined;
    // The shard may have taken it for one of the faults that it lives with.
    if (this.#disk.isOff || shard.isDead) this.#thrown(shard, undefined);
  }

  #follow(shard: SimulatedShard): void {
    // The follower is a thread of its own: it does not die with its shard.
    this.#running = undefined;
    const follower = shard.follower!;
    if (follower.read()) return;
    const { errors } = this.#disk;
    try {
      if (follower.write() !== undefined) this.#snapshots++;
    } catch (error) {
      if (this.#disk.isOff || this.#disk.errors === errors) throw error;
    }
  }

  /** Something was thrown: who ends of it? */
  #thrown(shard: SimulatedShard, error: unknown): void {
    if (this.#disk.isOff) this.#crash(true);
    else if (shard.isDead && !REPLACES) {
      this.#faults.count('workerDeaths');
      this.#crash(false);
    } else if (shard.isDead) this.#replace(shard);
    else if (this.#isOfDisk(error)) this.#crash(false);
    else throw error instanceof Violation ? error : new Violation('thrown', describe(error), error);
  }

  /** The thread of a shard has died: another one takes its place, and may die too. */
  #replace(shard: SimulatedShard): void {
    const exchange = this.#exchange!;
    for (let attempt = 1; ; attempt++) {
      this.#faults.count('workerDeaths');
      if (attempt > MOST_REPLACEMENTS) this.#crash(false);
      if (attempt > MOST_REPLACEMENTS) return;
      shard.isDead = false;
      shard.diesIn = this.#chance.oneIn(6) ? this.#chance.below(12) : Number.POSITIVE_INFINITY;
      this.#running = shard;
      try {
        exchange.replace(shard);
      } catch (error) {
        this.#running = undefined;
        if (this.#disk.isOff) {
          this.#crash(true);
          return;
        }
        if (shard.isDead || this.#isOfDisk(error) || isDropped(error)) continue;
        throw new Violation('started', `a shard that takes another's place says: ${describe(error)}`, error);
      }
      this.#running = undefined;
      if (shard.isDead) continue;
      break;
    }
    this.#restartsInPlace++;
    this.#checkShard(shard);
    this.#invariants.checkClients(this.#clients, [shard]);
  }

  #isOfDisk(error: unknown): boolean {
    for (let each = error; each instanceof Error; each = each.cause)
      if (each.name === 'DiskError') return true;
    return false;
  }

  /** Something is to go wrong; what has not gone wrong yet is more likely. */
  #fault(): void {
    const chance = this.#chance;
    const missing = this.#faults.missing();
    const fault = missing.length > 0 && chance.oneIn(2) ? chance.pick(missing) : chance.pick(FAULTS);
    const disk = this.#disk;
    switch (fault) {
      case 'diskFull':
        disk.capacity = disk.usedBytes + chance.below(missing.includes(fault) ? 10_000 : 100_000);
        this.#fullUntil = this.#turn + chance.between(50, 400);
        break;
      case 'failedSyncs':
        disk.failingSyncs = chance.between(1, 3);
        break;
      case 'failedWrites':
        disk.failingWrites = chance.between(1, 2);
        break;
      case 'shortWrites':
        disk.shortWrites = chance.between(1, 3);
        break;
      case 'slowGateways':
        chance.pick(this.#exchange!.gateways).stalledUntil = this.#turn + chance.between(100, 500);
        // Its rings must have the time to fill up.
        if (missing.includes(fault)) this.#quietUntil = this.#turn + 250;
        break;
      case 'workerDeaths':
        chance.pick(this.#exchange!.shards).diesIn = chance.below(12);
        break;
      case 'followerDeaths':
        this.#faults.count('followerDeaths');
        this.#exchange!.replaceFollower(chance.pick(this.#exchange!.shards));
        break;
      case 'bitFlips':
      case 'killedProcesses':
        if (chance.oneIn(3)) this.#stop();
        else {
          this.#faults.count('killedProcesses');
          this.#crash(false);
        }
        break;
      case 'cutConnections':
      case 'lostMessages':
      case 'doubledMessages':
      case 'lateMessages':
        this.#cutConnection();
        break;
      default:
        this.#planCut(fault);
    }
  }

  /** The power is to go. */
  #planCut(fault: Fault): void {
    const chance = this.#chance;
    // One that is planned comes first, unless it does not come at all.
    if (this.#disk.cut !== undefined && this.#turn - this.#cutPlanned < 200) return;
    this.#cutPlanned = this.#turn;
    const after = chance.oneIn(2) ? 0 : chance.below(6);
    const isDone = chance.oneIn(2);
    // What waits for its sync, or for that of its directory, is what a cut takes away.
    if (fault === 'sectorsDropped' || fault === 'tornWrites' || fault === 'reorderedWrites')
      this.#disk.cut = { kind: 'sync', after: 0, isDone: false, sectors: 2 };
    else if (fault === 'nameChangesDropped') this.#disk.cut = { kind: 'name', after, isDone: true };
    else if (fault === 'powerCutsElsewhere') this.#disk.cut = { kind: 'name', after, isDone };
    else if (fault === 'powerCutsAtWrite') this.#disk.cut = { kind: 'write', after, isDone };
    else this.#disk.cut = { kind: 'sync', after, isDone };
  }

  #cutConnection(): void {
    const client = this.#chance.pick(this.#clients);
    if (client.line === undefined) return;
    this.#faults.count('cutConnections');
    client.disconnect();
  }

  /** The exchange is told to stop, and started again. */
  #stop(): void {
    const exchange = this.#exchange!;
    let stopping = exchange.shards[0]!;
    try {
      exchange.stop((shard) => {
        stopping = shard;
        this.#running = shard;
      });
      this.#stops++;
    } catch (error) {
      if (!this.#disk.isOff && !stopping.isDead && !this.#isOfDisk(error)) throw error;
    }
    // Whether or not it has come to its end, the process has: what it sent is under way still.
    this.#running = undefined;
    this.#crash(this.#disk.isOff);
  }

  /** The process is gone, with or without the power. */
  #crash(power: boolean): void {
    const chance = this.#chance;
    this.#exchange = undefined;
    this.#running = undefined;
    for (const client of this.#clients) {
      // What was on its way still arrives, or some of it.
      const line = client.line;
      if (line === undefined) continue;
      for (let left = chance.below(line.incoming.length + 1); left > 0; left--) client.receive();
      client.line = undefined;
    }
    if (power) this.#disk.restart();
    else {
      if (chance.oneIn(2)) this.#disk.mend();
      if (chance.oneIn(2)) this.#disk.forgetLost();
    }
    const found = this.#disk.copy();
    // A clock that was set back: but late commands are known by it.
    if (!this.#hasSmallWindow && chance.oneIn(4)) this.#clockBehindNs = chance.below(500_000_000);
    this.#start();
    if (chance.oneIn(2) || this.#faults.counts.bitFlips === 0)
      this.#invariants.flipBits(found, chance, this.#faults);
  }

  /** Starts until a start succeeds, and compares what it comes to with the logs. */
  #start(): void {
    const disk = this.#disk;
    for (let attempt = 1; ; attempt++) {
      if (attempt > SPOILED_STARTS) disk.mend();
      const { errors } = disk;
      const exchange = new SimulatedExchange(
        {
          disk,
          clock: this.#clock,
          clockBehindNs: this.#clockBehindNs,
          chance: this.#chance,
          faults: this.#faults,
        },
        this.#shape,
        () => {
          this.#passTurn();
          this.#meanwhile();
        },
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
      this.#starts++;
      this.#exchange = exchange;
      break;
    }
    const listed = this.#exchange.instruments();
    for (const flow of this.#flows) flow.listed(listed);
    for (const shard of this.#exchange.shards) this.#checkShard(shard);
    this.#invariants.checkClients(this.#clients, this.#exchange.shards);
  }

  #checkShard(shard: SimulatedShard): void {
    if (shard.recovered!.snapshot > 0) this.#startsFromSnapshot++;
    this.#invariants.checkShard(shard, this.#disk, this.#clients);
  }

  /** Before each call of a disk: others have their turns meanwhile, and a thread may die in it. */
  #between(): void {
    this.#running?.look();
    if (this.#chance.oneIn(6)) this.#meanwhile();
  }

  /** While a shard waits: clients and gateways go on. */
  #meanwhile(): void {
    if (this.#isNested || this.#exchange === undefined || this.#disk.isOff) return;
    this.#isNested = true;
    try {
      this.#stepOutside(9 + this.#chance.below(46), false);
    } finally {
      this.#isNested = false;
    }
  }

  #outcome(violation: Violation | undefined): Outcome {
    const sum = (count: (client: SimulatedClient) => number) =>
      this.#clients.reduce((all, client) => all + count(client), 0);
    return {
      seed: this.#seed,
      ok: violation === undefined,
      ...(violation !== undefined && {
        invariant: violation.invariant,
        rule: INVARIANTS[violation.invariant],
        what: violation.message,
        stack: violation.cause instanceof Error ? violation.cause.stack : violation.stack,
      }),
      turns: this.#turn,
      commands: this.#invariants.commands,
      retries: sum(({ retries }) => retries),
      repeatedAnswers: sum(({ repeated }) => repeated),
      booksRead: sum(({ booksRead }) => booksRead),
      starts: this.#starts,
      orderlyStops: this.#stops,
      restartsInPlace: this.#restartsInPlace,
      snapshots: this.#snapshots,
      startsFromSnapshot: this.#startsFromSnapshot,
      segmentsTakenAway: this.#disk.segmentsTakenAway,
      checks: this.#invariants.checks + this.#invariants.oracleChecks,
      faults: this.#faults.counts,
    };
  }
}

/** What a start says where the system has dropped, since it was read, a page that it had failed to write. */
function isDropped(error: unknown): boolean {
  return error instanceof JournalWriteError && error.message.includes('is not there any more; start again');
}
