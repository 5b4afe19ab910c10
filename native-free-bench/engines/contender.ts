import type { Outcome } from '../outcome.js';

/** An engine with an empty book and a flow in the form that it takes: all that may be done before the clock starts. */
export interface Contender {
  /** Takes the whole flow through the book: what is timed. */
  run(): void;
  /** What came of it. Only where it was made to count. */
  outcome(): Outcome;
  /** Something that two runs have in common only where both did the same. Also where it did not count. */
  trace(): string;
}

/**
 * @param flow operations as the generator writes them
 * @param counting whether trades are to be counted; a peer for which that costs nothing beside its own work counts
 *   always
 */
export type ContenderMaker = (flow: Int32Array, counting: boolean) => Contender;
