import { readCommandLine, readWhole } from '../native-free-bench/command-line.js';

/** What a run of the durability benchmark is asked to do. */
export interface DurabilityOptions {
  /** Pairs of runs, one with each durability. */
  readonly pairs: number;
  /** Timed orders of a run. */
  readonly orders: number;
  readonly connections: number;
  readonly json: boolean;
}

const DEFAULT_PAIRS = 3;
const DEFAULT_ORDERS = 2_000_000;
const DEFAULT_CONNECTIONS = 32;

export const durabilityHelp = `Usage: npm run --silent bench:durability -- [options]

Runs the closed-loop load against exchanges with --durability none and fsync, in interleaved pairs, and compares the
medians.

  --pairs N        pairs of runs, 1 to 99 (default ${DEFAULT_PAIRS})
  --orders N       timed orders of a run (default ${DEFAULT_ORDERS})
  --connections N  WebSocket connections (default ${DEFAULT_CONNECTIONS})
  --json           text to stderr, one line of JSON to stdout
  --help           this text`;

/**
 * Reads the command line.
 *
 * @returns undefined where help was asked for.
 * @throws OptionsError where an option is unknown or malformed.
 */
export function readDurabilityOptions(argv: readonly string[]): DurabilityOptions | undefined {
  const values = readCommandLine(argv, ['pairs', 'orders', 'connections'], ['json']);
  if (values.help) return undefined;
  return {
    pairs: readWhole('--pairs', values.pairs, 1, 99) ?? DEFAULT_PAIRS,
    orders: readWhole('--orders', values.orders, 1, 100_000_000) ?? DEFAULT_ORDERS,
    connections: readWhole('--connections', values.connections, 1, 1_000) ?? DEFAULT_CONNECTIONS,
    json: values.json === true,
  };
}
