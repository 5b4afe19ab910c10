import type { TestClock } from '../../src/clock/test-clock.js';
import type { NumberedResume } from '../../src/follower/follower-messages.js';
import { Gateway } from '../../src/gateway/gateway.js';
import { LatencyBoard } from '../../src/metrics/latency-board.js';
import { ShardBoard } from '../../src/metrics/shard-board.js';
import type { Instrument } from '../../src/model/instrument.js';
import { CELL_BYTES, LINE_BYTES } from '../../src/model/limits.js';
import { allocateRing } from '../../src/ring/ring.js';
import { planListings } from '../../src/shard/listing-plan.js';
import { InstrumentTable } from '../../src/wire/instrument-table.js';
import { SimulatedDoorbell } from './bells-and-clocks.js';
import type { Chance, FaultCounts } from './faults.js';
import type { SimulatedDisk } from './simulated-disk.js';
import { SimulatedShard } from './simulated-shard.js';

export interface ExchangeShape {
  readonly shards: number;
  readonly gateways: number;
  readonly clientIdWindow: number;
  /** Most open orders of an account, 0 for any number. */
  readonly maxOpenOrders: number;
  /** What the configuration says, without numbers. */
  readonly instruments: readonly Omit<Instrument, 'id'>[];
  readonly snapshotCommands: number;
  readonly resumeCommands: number;
}

/** What outlives an exchange. */
export interface Machine {
  readonly disk: SimulatedDisk;
  readonly clock: TestClock;
  /** So much its own clock is behind that of the others. */
  readonly clockBehindNs: number;
  readonly chance: Chance;
  readonly faults: FaultCounts;
}

const INPUT_LINES = 256;
const EVENT_CELLS = 512;

/** A gateway and what it wants to do after its turn. */
interface SimulatedGateway {
  readonly gateway: Gateway;
  tasks: (() => void)[];
  /** It does nothing up to this turn of the simulation. */
  stalledUntil: number;
}

/** A whole exchange on one thread: what `exchange.ts` starts as threads has its turns here when it is told to. */
export class SimulatedExchange {
  readonly shards: readonly SimulatedShard[];
  readonly gateways: SimulatedGateway[] = [];
  readonly #machine: Machine;
  readonly #shape: ExchangeShape;
  readonly #boardMemory: SharedArrayBuffer;
  readonly #latencyMemory: SharedArrayBuffer;
  readonly #inputs: SharedArrayBuffer[][];
  readonly #outputs: SharedArrayBuffer[][];
  readonly #gatewayBells: SimulatedDoorbell[];
  readonly #shardBells: SimulatedDoorbell[];
  /** What sessions that have reconnected ask, until a follower answers. */
  readonly #resumes: NumberedResume[] = [];
  run = 0;
  now = 0;

  constructor(machine: Machine, shape: ExchangeShape, meanwhile: () => void) {
    const { shards, gateways } = shape;
    this.#machine = machine;
    this.#shape = shape;
    this.#boardMemory = ShardBoard.allocate(shards);
    this.#latencyMemory = LatencyBoard.allocate(shards, gateways);
    const board = new ShardBoard(this.#boardMemory);
    const start = machine.chance.oneIn(4) ? -40 : 0;
    this.#inputs = grid(shards, gateways, () => allocateRing(INPUT_LINES, LINE_BYTES, start));
    this.#outputs = grid(shards, gateways, () => allocateRing(EVENT_CELLS, CELL_BYTES, start));
    this.#gatewayBells = Array.from({ length: gateways }, () => new SimulatedDoorbell());
    this.#shardBells = Array.from({ length: shards }, () => new SimulatedDoorbell());
    this.shards = this.#shardBells.map(
      (bell, shard) =>
        new SimulatedShard({
          shard,
          ...machine,
          board,
          latency: new LatencyBoard(this.#latencyMemory),
          bell,
          inputs: this.#inputs[shard]!,
          outputs: this.#outputs[shard]!,
          gatewayBells: this.#gatewayBells,
          meanwhile,
          onFullRing: () => {
            for (const gateway of this.gateways) this.turnGateway(gateway);
          },
          onDetach: () => {
            machine.faults.count('slowGateways');
            board.countDetached(shard);
          },
        }),
    );
  }

  /** @throws whatever a start throws; then nothing of this exchange is to be used */
  start(): void {
    const { shards, gateways, instruments, clientIdWindow, maxOpenOrders } = this.#shape;
    const recovered = this.shards.map((shard) => shard.recover(false));
    this.run = 1 + Math.max(...recovered.map(({ summary }) => summary.run));
    const plan = planListings(
      instruments,
      recovered.map(({ engine }) => engine.instruments()),
    );
    for (const [i, shard] of this.shards.entries()) {
      const isNew = recovered[i]!.summary.commands === 0;
      shard.run(this.run, false, {
        instruments: plan[i]!,
        settings: isNew ? { clientIdWindow, maxOpenOrders } : undefined,
      });
    }
    for (const shard of this.shards) shard.follow(this.#shape.snapshotCommands, this.#shape.resumeCommands);
    for (let gateway = 0; gateway < gateways; gateway++) this.#openGateway(gateway, shards);
  }

  /** The thread of a shard has died: another one goes on with its rings; `meanwhile` others go on. */
  replace(shard: SimulatedShard, meanwhile: () => void): void {
    new ShardBoard(this.#boardMemory).countRestart(shard.number);
    shard.recover(true);
    meanwhile();
    shard.run(this.run, true, { instruments: [] });
  }

  /** The thread of a follower has died, perhaps while it wrote a snapshot: another one begins. */
  replaceFollower(shard: SimulatedShard): void {
    shard.follow(this.#shape.snapshotCommands, this.#shape.resumeCommands);
  }

  /** Answers what is under way and ends. @throws what a turn of a shard throws, with `stopping` called before it */
  stop(stopping: (shard: SimulatedShard) => void): void {
    for (const { gateway } of this.gateways) gateway.closeIntake();
    new ShardBoard(this.#boardMemory).stop();
    for (const shard of this.shards) {
      stopping(shard);
      shard.stop();
    }
    for (const { gateway } of this.gateways) gateway.end();
  }

  /** The follower of a shard tells sessions what they missed, if it is that far; a message takes it to the gateway. */
  answerResumes({ number, follower }: SimulatedShard): void {
    for (const request of this.#resumes.filter(({ shard }) => shard === number)) {
      const { accounts, sequence, index, gateway, id, shard, until } = request;
      if (follower!.sequence < until) continue;
      this.#resumes.splice(this.#resumes.indexOf(request), 1);
      const answer = { ...follower!.resume({ accounts, sequence, index }), gateway, id, shard };
      const own = this.gateways[gateway]!;
      own.tasks.push(() => own.gateway.resumed(answer));
    }
  }

  /** A gateway does what is due; false where nothing is, or it stands still. */
  turnGateway(gateway: SimulatedGateway): boolean {
    if (gateway.stalledUntil > this.now || gateway.tasks.length === 0) return false;
    const { tasks } = gateway;
    gateway.tasks = [];
    for (const task of tasks) task();
    return true;
  }

  instruments(): Instrument[] {
    return this.shards.flatMap(({ engine }) => engine.instruments());
  }

  #openGateway(number: number, shards: number): void {
    const { clock } = this.#machine;
    const table = new InstrumentTable();
    for (const { engine, number: shard } of this.shards)
      for (const instrument of engine.instruments()) table.add(instrument, shard);
    const tasks: (() => void)[] = [];
    const gateway: SimulatedGateway = {
      tasks,
      stalledUntil: 0,
      gateway: new Gateway({
        gateway: number,
        run: this.run,
        clock,
        realTime: clock,
        instruments: table,
        inputRings: Array.from({ length: shards }, (_, shard) => this.#inputs[shard]![number]!),
        eventRings: Array.from({ length: shards }, (_, shard) => this.#outputs[shard]![number]!),
        shardDoorbells: this.#shardBells,
        doorbell: this.#gatewayBells[number]!,
        board: new ShardBoard(this.#boardMemory),
        latency: new LatencyBoard(this.#latencyMemory),
        afterTurn: (task) => {
          const own = this.gateways[number];
          (own === undefined ? tasks : own.tasks).push(task);
        },
        about: {},
        askFollower: (request) => {
          this.#resumes.push(request);
        },
      }),
    };
    this.gateways.push(gateway);
  }
}

function grid<T>(rows: number, columns: number, make: () => T): T[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, make));
}
