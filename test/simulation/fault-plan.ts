import { type Chance, FAULTS, type Fault, type FaultCounts } from './faults.js';
import type { Operations } from './operations.js';
import type { SimulatedClient } from './simulated-client.js';
import type { SimulatedDisk } from './simulated-disk.js';

export interface FaultPlanParts {
  readonly chance: Chance;
  readonly faults: FaultCounts;
  readonly disk: SimulatedDisk;
  readonly clients: readonly SimulatedClient[];
  readonly operations: Operations;
}

/** What goes wrong when. */
export class FaultPlan {
  readonly #parts: FaultPlanParts;
  #turn = 0;
  #fullUntil = 0;
  #cutPlanned = 0;
  /** Nothing more goes wrong before this turn. */
  #quietUntil = 0;

  constructor(parts: FaultPlanParts) {
    this.#parts = parts;
  }

  /** The time of the simulation. */
  passTurn(turn: number): void {
    this.#turn = turn;
    if (turn >= this.#fullUntil) this.#parts.disk.capacity = Number.POSITIVE_INFINITY;
  }

  /** Now and then, something is to go wrong; what has not gone wrong yet is more likely. */
  step(): void {
    if (this.#parts.chance.oneIn(25) && this.#turn >= this.#quietUntil) this.#plan();
  }

  #plan(): void {
    const { chance, faults, disk, operations } = this.#parts;
    const missing = faults.missing();
    const fault = missing.length > 0 && chance.oneIn(2) ? chance.pick(missing) : chance.pick(FAULTS);
    switch (fault) {
      case 'diskFull':
        disk.capacity = disk.usedBytes + chance.below(missing.includes(fault) ? 10_000 : 100_000);
        this.#fullUntil = this.#turn + chance.between(50, 400);
        // What was refused must stay so, though the thread that refused it dies.
        if (chance.oneIn(2)) chance.pick(operations.exchange.shards).diesIn = chance.below(40);
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
        chance.pick(operations.exchange.gateways).stalledUntil = this.#turn + chance.between(100, 500);
        // Its rings must have the time to fill up.
        if (missing.includes(fault)) this.#quietUntil = this.#turn + 250;
        break;
      case 'workerDeaths':
        chance.pick(operations.exchange.shards).diesIn = chance.below(12);
        break;
      case 'followerDeaths':
        faults.count('followerDeaths');
        operations.exchange.replaceFollower(chance.pick(operations.exchange.shards));
        break;
      case 'bitFlips':
      case 'killedProcesses':
        if (chance.oneIn(3)) operations.stop();
        else {
          faults.count('killedProcesses');
          operations.crash(false);
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
    const { chance, disk } = this.#parts;
    // One that is planned comes first, unless it does not come at all.
    if (disk.cut !== undefined && this.#turn - this.#cutPlanned < 200) return;
    this.#cutPlanned = this.#turn;
    const after = chance.oneIn(2) ? 0 : chance.below(6);
    const isDone = chance.oneIn(2);
    // What waits for its sync, or for that of its directory, is what a cut takes away.
    if (fault === 'sectorsDropped' || fault === 'tornWrites' || fault === 'reorderedWrites')
      disk.cut = { kind: 'sync', after: 0, isDone: false, sectors: 2 };
    else if (fault === 'nameChangesDropped') disk.cut = { kind: 'name', after, isDone: true };
    else if (fault === 'powerCutsElsewhere') disk.cut = { kind: 'name', after, isDone };
    else if (fault === 'powerCutsAtWrite') disk.cut = { kind: 'write', after, isDone };
    else disk.cut = { kind: 'sync', after, isDone };
  }

  #cutConnection(): void {
    const { chance, clients, faults } = this.#parts;
    const client = chance.pick(clients);
    if (client.line === undefined) return;
    faults.count('cutConnections');
    client.disconnect();
  }
}
