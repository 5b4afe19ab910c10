import type { Clock } from '../src/clock/clock.js';
import type { ContenderMaker } from './engines/contender.js';
import { OPERATION_WORDS } from './flow-file.js';
import { collectGarbage } from './memory-use.js';
import type { Outcome } from './outcome.js';

/** One timed run of a flow. */
export interface FlowMeasurement {
  readonly operations: number;
  readonly elapsedNs: number;
  readonly outcome: Outcome;
}

/**
 * Runs a flow twice, each time on an empty book: once to warm up and to see what comes of it, once against the clock.
 *
 * @throws Error where the two runs did not do the same
 */
export function measureFlow(make: ContenderMaker, flow: Int32Array, clock: Clock): FlowMeasurement {
  const { outcome, trace } = runCounted(make, flow);
  const timed = make(flow, false);
  collectGarbage();
  const startNs = clock.nowNs();
  timed.run();
  const elapsedNs = clock.nowNs() - startNs;
  const timedTrace = timed.trace();
  if (timedTrace !== trace)
    throw new Error(`the timed run came out as ${timedTrace} and the run before it as ${trace}`);
  return { operations: flow.length / OPERATION_WORDS, elapsedNs, outcome };
}

/** A function of its own, so that nothing of this run is left in memory when the next one is timed. */
function runCounted(make: ContenderMaker, flow: Int32Array) {
  const counted = make(flow, true);
  counted.run();
  return { outcome: counted.outcome(), trace: counted.trace() };
}
