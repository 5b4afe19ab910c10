import { OptionsError, readCommandLine, readWhole } from './command-line.js';
import { ENGINE_NAMES, type EngineName } from './engines/engine-list.js';
import { FLOW_NAMES, FLOW_OPERATIONS, type FlowName } from './flow-file.js';

/** The parts of the benchmark, in the order in which they run. */
export const SECTION_NAMES = ['flows', 'features', 'scaling', 'memory', 'allocation'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** What the benchmark is asked to do. */
export interface BenchOptions {
  readonly sections: readonly SectionName[];
  readonly flows: readonly FlowName[];
  readonly engines: readonly EngineName[];
  /** Runs of each measurement of time; the median counts. */
  readonly runs: number;
  /** Operations of a flow; undefined: as many as each engine usually runs. */
  readonly operations: number | undefined;
  /** Slow engines run all that the others run. */
  readonly whole: boolean;
  readonly json: boolean;
}

const DEFAULT_RUNS = 5;
const MAX_RUNS = 99;
/** A flow of fewer operations need not have quotes on both sides. */
const MIN_OPERATIONS = 1_000;

export const benchHelp = `Usage: npm run --silent bench -- [options]

Measures Tickloom's engine, with all its checks, client ids and events, beside other order books of npm. It needs no
native addon and no server. Each measurement is made in a fresh process, one at a time.

  --only PARTS      some of ${SECTION_NAMES.join(', ')} (default: all)
                      flows: operations a second on two synthetic flows, Tickloom and its peers
                      features: the steady flow beside rare types of orders
                      scaling: nanoseconds a command by resting orders and by instruments
                      memory: bytes of a resting order, and of a wide range of prices
                      allocation: what the engine leaves on the heap
  --flows NAMES     some of ${FLOW_NAMES.join(', ')} (default: all)
  --engines NAMES   some of ${ENGINE_NAMES.join(', ')}
                    (default: all)
  --runs N          runs of each measurement of time, of which the median counts (default ${DEFAULT_RUNS})
  --operations N    only the first N operations of the flows (default ${FLOW_OPERATIONS}, all)
  --whole           slow engines run as much of a flow as the others, not a part of it
  --json            text to stderr, one line of JSON to stdout
  --help            this text

The flows come from the generator in ../shared/data, or in the folder that TICKLOOM_DATA names.`;

/**
 * Reads the command line.
 *
 * @returns undefined where help was asked for.
 * @throws OptionsError where an option is unknown or malformed.
 */
export function readOptions(argv: readonly string[]): BenchOptions | undefined {
  const values = readCommandLine(argv, ['only', 'flows', 'engines', 'runs', 'operations'], ['whole', 'json']);
  if (values.help) return undefined;
  return {
    sections: some('--only', values.only, SECTION_NAMES),
    flows: some('--flows', values.flows, FLOW_NAMES),
    engines: some('--engines', values.engines, ENGINE_NAMES),
    runs: readWhole('--runs', values.runs, 1, MAX_RUNS) ?? DEFAULT_RUNS,
    operations: readWhole('--operations', values.operations, MIN_OPERATIONS, FLOW_OPERATIONS),
    whole: values.whole === true,
    json: values.json === true,
  };
}

/** Names from a list, parted by commas, in the order of the list; all of them where none are given. */
function some<Name extends string>(option: string, text: string | undefined, names: readonly Name[]): Name[] {
  if (text === undefined) return [...names];
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined)
    throw new OptionsError(`${option} takes some of ${names.join(', ')}, not "${unknown}"`);
  return names.filter((name) => asked.includes(name));
}
