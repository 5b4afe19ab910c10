import type { BenchContext } from './bench-context.js';
import { type EngineName, operationsOf, PEER_NAMES } from './engines/engine-list.js';
import { FLOW_OPERATIONS, type FlowName, knownOutcomes } from './flow-file.js';
import type { FlowMeasurement } from './flow-measurement.js';
import { median } from './median.js';
import { type Outcome, outcomeFault } from './outcome.js';

/** An engine on a flow. */
export interface FlowResult {
  readonly operations: number;
  /** Operations a second of each run. */
  readonly runs: readonly number[];
  readonly opsPerSecond: number;
  readonly outcome: Outcome;
  readonly checkedBy: 'known outcome' | 'tickloom on the same operations';
}

export type FlowResults = Partial<Record<FlowName, Partial<Record<EngineName, FlowResult>>>>;

/** The engines on the flows. Each run goes over all of them, so that a machine that drifts drifts for all. */
export async function runFlows(context: BenchContext): Promise<FlowResults> {
  const { options } = context;
  const measured = new Map<string, FlowMeasurement[]>();
  const key = (flow: FlowName, engine: EngineName) => `${flow} ${engine}`;
  for (let run = 1; run <= options.runs; run++)
    for (const flow of options.flows)
      for (const engine of options.engines) {
        const flowFile = await context.files.path(flow, context.signal);
        const operations = operationsOf(engine, flow, options.operations, options.whole);
        const result = await context.children.run({ kind: 'flow', flowFile, operations, engine });
        measured.set(key(flow, engine), [...(measured.get(key(flow, engine)) ?? []), result]);
        const speed = Math.round(perSecond(result)).toLocaleString('en-US');
        context.progress(`${flow}, ${engine}, run ${run} of ${options.runs}: ${speed} operations/s`);
      }

  const outcomes = new ExpectedOutcomes(context);
  const results: FlowResults = {};
  for (const flow of options.flows) {
    const ofFlow: Partial<Record<EngineName, FlowResult>> = {};
    for (const engine of options.engines) {
      const runs = measured.get(key(flow, engine))!;
      const { operations, outcome } = runs[0]!;
      const expected = await outcomes.of(flow, operations);
      for (const run of runs) {
        const fault = outcomeFault(run.outcome, expected);
        if (fault !== undefined) context.fail(`${engine} on ${flow}: ${fault}`);
      }
      const speeds = runs.map(perSecond);
      const checkedBy = operations === FLOW_OPERATIONS ? 'known outcome' : 'tickloom on the same operations';
      ofFlow[engine] = { operations, runs: speeds, opsPerSecond: median(speeds), outcome, checkedBy };
    }
    results[flow] = ofFlow;
  }
  return results;
}

/** How many times as fast Tickloom is as each peer, by flow. */
export function flowRatios(
  results: FlowResults,
): Partial<Record<FlowName, Partial<Record<EngineName, number>>>> {
  return Object.fromEntries(
    Object.entries(results).map(([flow, engines]) => {
      const own = engines.tickloom?.opsPerSecond;
      const peers = PEER_NAMES.filter((peer) => own !== undefined && engines[peer] !== undefined);
      return [flow, Object.fromEntries(peers.map((peer) => [peer, own! / engines[peer]!.opsPerSecond]))];
    }),
  );
}

/** What must come of a flow, or of the first operations of one. */
export class ExpectedOutcomes {
  readonly #context: BenchContext;
  readonly #known = new Map<string, Outcome>();

  constructor(context: BenchContext) {
    this.#context = context;
  }

  async of(flow: FlowName, operations: number): Promise<Outcome> {
    if (operations === FLOW_OPERATIONS) return knownOutcomes[flow];
    const key = `${flow} ${operations}`;
    let outcome = this.#known.get(key);
    if (outcome === undefined) {
      const flowFile = await this.#context.files.path(flow, this.#context.signal);
      outcome = await this.#context.children.run({ kind: 'outcome', flowFile, operations });
      this.#known.set(key, outcome);
    }
    return outcome;
  }
}

function perSecond({ operations, elapsedNs }: FlowMeasurement): number {
  return (operations / elapsedNs) * 1e9;
}
