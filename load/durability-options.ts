import { parseArgs } from 'node:util';
import { OptionsError } from './options.js';

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
  const values = parse(argv);
  if (values.help) return undefined;
  return {
    pairs: whole('--pairs', values.pairs, 1, 99) ?? DEFAULT_PAIRS,
    orders: whole('--orders', values.orders, 1, 100_000_000) ?? DEFAULT_ORDERS,
    connections: whole('--connections', values.connections, 1, 1_000) ?? DEFAULT_CONNECTIONS,
    json: values.json === true,
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    pairs: text,
    orders: text,
    connections: text,
    json: flag,
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], strict: true, allowPositionals: false, options }).values;
  } catch (error) {
    throw new OptionsError(`${(error as Error).message.split('\n')[0]}; see --help`);
  }
}

/** A whole number from `low` to `high`; underscores and commas between digits are ignored. */
function whole(name: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d[\d_,]*$/.test(text) ? Number(text.replace(/[_,]/g, '')) : Number.NaN;
  if (!(value >= low && value <= high))
    throw new OptionsError(`${name} takes a whole number from ${low} to ${high}, not "${text}"`);
  return value;
}
