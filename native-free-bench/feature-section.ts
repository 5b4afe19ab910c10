import type { BenchContext } from './bench-context.js';
import { features } from './features.js';
import { FLOW_OPERATIONS } from './flow-file.js';
import { ExpectedOutcomes } from './flow-section.js';
import { median } from './median.js';
import { outcomeFault } from './outcome.js';

/** The steady flow beside something rare. */
export interface FeatureResult {
  readonly name: string;
  readonly costNs: number;
  /** Cost over that of the plain flow. */
  readonly factor: number;
}

const FLOW = 'steady';

export async function runFeatures(context: BenchContext): Promise<FeatureResult[]> {
  const { runs, operations = FLOW_OPERATIONS } = context.options;
  const flowFile = await context.files.path(FLOW, context.signal);
  const expected = await new ExpectedOutcomes(context).of(FLOW, operations);
  const costsNs = new Map<string, number[]>(features.map(({ name }) => [name, []]));
  for (let run = 1; run <= runs; run++)
    for (const { name } of features) {
      const result = await context.children.run({ kind: 'feature', flowFile, operations, feature: name });
      const fault = outcomeFault(result.outcome, expected);
      if (fault !== undefined) context.fail(`${FLOW} beside "${name}": ${fault}`);
      const costNs = result.elapsedNs / operations;
      costsNs.get(name)!.push(costNs);
      context.progress(`${FLOW} beside "${name}", run ${run} of ${runs}: ${costNs.toFixed(1)} ns a command`);
    }
  const plainNs = median(costsNs.get(features[0]!.name)!);
  return [...costsNs].map(([name, costs]) => {
    const costNs = median(costs);
    return { name, costNs, factor: costNs / plainNs };
  });
}
