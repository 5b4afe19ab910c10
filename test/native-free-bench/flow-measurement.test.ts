import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { ContenderMaker } from '../../native-free-bench/engines/contender.js';
import { ENGINE_NAMES, loadEngine } from '../../native-free-bench/engines/engine-list.js';
import { tickloomMaker } from '../../native-free-bench/engines/tickloom.js';
import { features, findFeature } from '../../native-free-bench/features.js';
import {
  FLOW_NAMES,
  FlowFiles,
  findGenerator,
  MissingDataError,
  readFlow,
} from '../../native-free-bench/flow-file.js';
import { measureFlow } from '../../native-free-bench/flow-measurement.js';
import { type Outcome, outcomeFault } from '../../native-free-bench/outcome.js';
import { TestClock } from '../../src/clock/test-clock.js';

const missing = !existsSync(findGenerator());
const OPERATIONS = 100_000;

const outcome: Outcome = { trades: 2, tradedLots: 30, bestBidTicks: 9, bestAskTicks: 11 };

describe.skipIf(missing)(
  `engines on a flow${missing ? ` (skipped: there is no ${findGenerator()})` : ''}`,
  () => {
    const files = new FlowFiles();
    afterAll(() => files.remove());

    it.each(FLOW_NAMES)('come to the same outcome: the first operations of %s', async (name) => {
      const flow = readFlow(await files.path(name), OPERATIONS);
      const clock = new TestClock();
      const outcomes = new Map<string, Outcome>();
      for (const engine of ENGINE_NAMES) {
        const measurement = measureFlow(await loadEngine(engine), flow, clock);
        expect(measurement.operations).toBe(OPERATIONS);
        outcomes.set(engine, measurement.outcome);
      }
      const own = outcomes.get('tickloom')!;
      expect(own.trades).toBeGreaterThan(20_000);
      for (const [engine, other] of outcomes) expect(outcomeFault(other, own), engine).toBeUndefined();
    });

    it.each(features.map(({ name }) => name))('come to the same outcome beside: %s', async (name) => {
      const flow = readFlow(await files.path('steady'), OPERATIONS);
      const clock = new TestClock();
      const beside = measureFlow(tickloomMaker({ feature: findFeature(name) }), flow, clock);
      expect(beside.outcome).toEqual(measureFlow(tickloomMaker(), flow, clock).outcome);
    });
  },
);

describe('a flow', () => {
  it('is missed with one sentence', async () => {
    const before = process.env['TICKLOOM_DATA'];
    process.env['TICKLOOM_DATA'] = 'no-such-folder';
    try {
      const path = new FlowFiles().path('steady');
      await expect(path).rejects.toThrow(MissingDataError);
      await expect(path).rejects.toThrow(/there is no no-such-folder.synthetic-flow.mjs: set TICKLOOM_DATA/);
    } finally {
      if (before === undefined) delete process.env['TICKLOOM_DATA'];
      else process.env['TICKLOOM_DATA'] = before;
    }
  });
});

describe('the measurement of a flow', () => {
  /** Takes a second for a run, and leaves another trace every time where it is told to. */
  function fakeEngine(clock: TestClock, steadyTrace: boolean): ContenderMaker {
    let runs = 0;
    return () => ({
      run: () => {
        runs++;
        clock.advance(1e9);
      },
      outcome: () => outcome,
      trace: () => (steadyTrace ? 'same' : `run ${runs}`),
    });
  }

  it('times the second run alone', () => {
    const clock = new TestClock();
    const measured = measureFlow(fakeEngine(clock, true), new Int32Array(10), clock);
    expect(measured).toEqual({ operations: 2, elapsedNs: 1e9, outcome });
  });

  it('does not count where the two runs differ', () => {
    const clock = new TestClock();
    expect(() => measureFlow(fakeEngine(clock, false), new Int32Array(5), clock)).toThrow(
      /came out as run 2 and the run before it as run 1/,
    );
  });
});

describe('an outcome', () => {
  it('is right or has a fault', () => {
    expect(outcomeFault(outcome, { ...outcome })).toBeUndefined();
    expect(outcomeFault({ ...outcome, trades: 3, bestAskTicks: 12 }, outcome)).toBe(
      'trades 3 instead of 2, bestAskTicks 12 instead of 11',
    );
  });
});
