import { TestClock } from '../../src/clock/test-clock.js';
import { ORDER_ACCOUNT } from '../../src/wire/order-record.js';
import { bookRead } from '../book/commands.js';
import { CommandFlow, type Draft, type Sendable } from './command-flow.js';
import { FaultPlan } from './fault-plan.js';
import { Chance, type Fault, FaultCounts } from './faults.js';
import { describe, Invariants } from './invariants.js';
import { contentOf } from './log-witness.js';
import { Operations } from './operations.js';
import { SimulatedClient } from './simulated-client.js';
import { SimulatedDisk } from './simulated-disk.js';
import type { ExchangeShape, SimulatedExchange } from './simulated-exchange.js';
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
  /** How often a client that reconnected was told what it missed of a shard, and how often that lay too far back. */
  readonly resumes: number;
  readonly lateResumes: number;
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
  readonly #flows: readonly CommandFlow[];
  readonly #clients: readonly SimulatedClient[];
  readonly #sent = new Map<string, Sendable>();
  readonly #invariants: Invariants;
  readonly #hasSmallWindow: boolean;
  readonly #operations: Operations;
  readonly #plan: FaultPlan;
  #turn = 0;
  #snapshots = 0;
  #isNested = false;

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
    const shape: ExchangeShape = {
      shards,
      gateways: chance.between(2, 3),
      clientIdWindow: this.#hasSmallWindow ? chance.between(20, 100) : 4096,
      maxOpenOrders: chance.oneIn(2) ? chance.between(3, 20) : 0,
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
    const parts = { chance, faults: this.#faults, disk: this.#disk, clients: this.#clients };
    this.#operations = new Operations({
      ...parts,
      clock: this.#clock,
      shape,
      invariants: this.#invariants,
      // Late commands are known by the time.
      maySetClockBack: !this.#hasSmallWindow,
      meanwhile: () => {
        this.#passTurn();
        this.#meanwhile();
      },
      onStart: (exchange) => {
        for (const flow of this.#flows) flow.listed(exchange.instruments());
      },
    });
    this.#plan = new FaultPlan({ ...parts, operations: this.#operations });
  }

  get #exchange(): SimulatedExchange {
    return this.#operations.exchange;
  }

  run(): Outcome {
    try {
      this.#operations.start();
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
      this.#plan.step();
      this.#step();
    }
  }

  /** No more faults: everything is answered, survives a last power cut, and is answered in the same way again. */
  #finish(): void {
    this.#disk.cut = undefined;
    this.#disk.mend();
    this.#settle();
    this.#disk.cutPower();
    this.#operations.crash(true);
    if (!this.#hasSmallWindow) for (const client of this.#clients) client.repeat(this.#turn, 20);
    this.#settle();
    for (const shard of this.#exchange.shards) {
      while (shard.follower!.read());
      this.#invariants.checkFollower(shard);
      this.#invariants.checkShard(shard, this.#disk, this.#clients);
    }
    this.#invariants.checkClients(this.#clients, this.#exchange.shards);
    this.#invariants.checkRefused(this.#clients);
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
    else this.#stepShard(this.#chance.pick(this.#exchange.shards));
  }

  #passTurn(): void {
    this.#turn++;
    this.#plan.passTurn(this.#turn);
    if (this.#operations.isUp) this.#exchange.now = this.#turn;
  }

  /** Clients, the network and gateways. */
  #stepOutside(dice: number, wantsMore: boolean): void {
    const chance = this.#chance;
    const client = chance.pick(this.#clients);
    if (client.line === undefined) {
      if (chance.oneIn(3)) client.connect(chance.pick(this.#exchange.gateways).gateway, this.#flows.length);
    } else if (dice < 9) {
      if (wantsMore) client.want(this.#draft(client), this.#turn, this.#read(client));
      else client.insist(this.#turn);
    } else if (dice < 12) client.insist(this.#turn);
    else if (dice < 13 && wantsMore && !this.#hasSmallWindow) client.repeat(this.#turn, 1);
    else if (dice < 27) for (let i = chance.between(1, 4); i > 0; i--) client.deliver(this.#turn);
    else if (dice < 41) this.#exchange.turnGateway(chance.pick(this.#exchange.gateways));
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
    const words = bookRead(this.#chance.pick(this.#exchange.instruments()).id, 100);
    words[ORDER_ACCOUNT] = client.accounts[0]!;
    return words;
  }

  #stepShard(shard: SimulatedShard): void {
    const dice = this.#chance.below(20);
    this.#operations.turn(shard, () => {
      if (dice < 15) {
        if (shard.turn() === 0 && this.#chance.oneIn(3)) shard.idle();
      } else if (dice < 16) shard.makeSegment();
      else this.#follow(shard);
    });
  }

  #follow(shard: SimulatedShard): void {
    // The follower is a thread of its own: it does not die with its shard.
    this.#operations.running = undefined;
    const follower = shard.follower!;
    const isMore = follower.read();
    this.#exchange.answerResumes(shard);
    if (isMore) return;
    const { errors } = this.#disk;
    try {
      if (follower.write() !== undefined) this.#snapshots++;
    } catch (error) {
      if (this.#disk.isOff || this.#disk.errors === errors) throw error;
    }
  }

  /** Before each call of a disk: others have their turns meanwhile, and a thread may die in it. */
  #between(): void {
    this.#operations.running?.look();
    if (this.#chance.oneIn(6)) this.#meanwhile();
  }

  /** While a shard waits: clients and gateways go on. */
  #meanwhile(): void {
    if (this.#isNested || !this.#operations.isUp) return;
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
      resumes: sum(({ resumes }) => resumes),
      lateResumes: sum(({ lateResumes }) => lateResumes),
      starts: this.#operations.starts,
      orderlyStops: this.#operations.stops,
      restartsInPlace: this.#operations.restartsInPlace,
      snapshots: this.#snapshots,
      startsFromSnapshot: this.#operations.startsFromSnapshot,
      segmentsTakenAway: this.#disk.segmentsTakenAway,
      checks: this.#invariants.checks + this.#invariants.oracleChecks,
      faults: this.#faults.counts,
    };
  }
}
