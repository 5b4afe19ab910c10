import { FAULTS, FaultCounts } from './faults.js';
import type { Outcome } from './run.js';

const SUMS = [
  'turns',
  'commands',
  'retries',
  'repeatedAnswers',
  'booksRead',
  'resumes',
  'lateResumes',
  'starts',
  'orderlyStops',
  'restartsInPlace',
  'snapshots',
  'startsFromSnapshot',
  'segmentsTakenAway',
  'checks',
] as const satisfies readonly (keyof Outcome)[];

/** What came of some seeds. */
export class Summary {
  isInterrupted = false;
  readonly #firstSeed: number;
  #seeds = 0;
  readonly #sums: Record<(typeof SUMS)[number], number>;
  readonly #faults = new FaultCounts();
  readonly #failures: Outcome[] = [];

  constructor(firstSeed: number) {
    this.#firstSeed = firstSeed;
    this.#sums = Object.fromEntries(SUMS.map((name) => [name, 0])) as Record<(typeof SUMS)[number], number>;
  }

  get failures(): number {
    return this.#failures.length;
  }

  get missingFaults(): readonly string[] {
    return this.#faults.missing();
  }

  add(outcome: Outcome): void {
    this.#seeds++;
    for (const name of SUMS) this.#sums[name] += outcome[name];
    for (const fault of FAULTS) this.#faults.count(fault, outcome.faults[fault]);
    if (!outcome.ok) this.#failures.push(outcome);
  }

  /** Nothing of it depends on how long it took. */
  object(): object {
    return {
      ok: this.failures === 0,
      seed: this.#firstSeed,
      seeds: this.#seeds,
      ...(this.isInterrupted && { interrupted: true }),
      ...this.#sums,
      faults: this.#faults.counts,
      failures: this.#failures.map(({ seed, invariant, rule, what }) => ({
        seed,
        invariant,
        rule,
        what,
        repeat: repeat(seed),
      })),
    };
  }

  text(): string {
    const lines = [
      `${this.#seeds} seeds from ${this.#firstSeed} on${this.isInterrupted ? ' (interrupted)' : ''}: ${
        this.failures === 0 ? 'all invariants hold' : `${this.failures} FAILED`
      }`,
      ...SUMS.map((name) => `  ${words(name)}: ${this.#sums[name]}`),
      'faults',
      ...FAULTS.map((fault) => `  ${words(fault)}: ${this.#faults.counts[fault]}`),
      ...this.#failures.flatMap(({ seed, rule, what }) => [
        `seed ${seed} breaks: ${rule}`,
        `  ${what}`,
        `  to repeat it: ${repeat(seed)}`,
      ]),
    ];
    return `${lines.join('\n')}\n`;
  }
}

function repeat(seed: number): string {
  return `npm run --silent sim -- --seed ${seed}`;
}

/** `lostMessages` as `lost messages`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
