import { SeededRandomness } from '../../src/clock/randomness.js';

/** Everything that goes wrong, by name. Each is counted where it happens. */
export const FAULTS = [
  'powerCutsAtWrite',
  'powerCutsAtSync',
  'powerCutsElsewhere',
  'sectorsDropped',
  'tornWrites',
  'reorderedWrites',
  'nameChangesDropped',
  'shortWrites',
  'failedWrites',
  'failedSyncs',
  'diskFull',
  'bitFlips',
  'lostMessages',
  'doubledMessages',
  'lateMessages',
  'cutConnections',
  'slowGateways',
  'workerDeaths',
  'followerDeaths',
  'killedProcesses',
] as const;
export type Fault = (typeof FAULTS)[number];

/** How often each fault has happened. */
export class FaultCounts {
  readonly counts: Record<Fault, number>;

  constructor() {
    this.counts = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  }

  count(fault: Fault, times = 1): void {
    this.counts[fault] += times;
  }

  /** Those that have not happened yet. */
  missing(): Fault[] {
    return FAULTS.filter((fault) => this.counts[fault] === 0);
  }
}

/** Dice with the questions that a simulation asks. */
export class Chance extends SeededRandomness {
  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** A whole number from `from` to `to`. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** One of several. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** A number from 0 up to 1, to compare with a share. */
  share(): number {
    return this.next32() / 2 ** 32;
  }
}
