import { parseArgs } from 'node:util';
import { STORE_WRITE_MS } from '../src/model/limits.js';
import { OptionsError } from './options.js';

/** What a run of the benchmark of stores is asked to do. */
export interface StoresOptions {
  /** Commands of the log that is carried into each store. */
  readonly commands: number;
  /** Pairs of runs, ours and bare, of which the medians are compared. */
  readonly pairs: number;
  readonly stores: readonly StoreKind[];
  /** Target of one write, which sets how large batches get. */
  readonly writeMs: number;
  readonly json: boolean;
}

export type StoreKind = (typeof STORE_KINDS)[number];
export const STORE_KINDS = ['postgres', 'pglite', 'redis'] as const;

const DEFAULT_COMMANDS = 1_000_000;
const DEFAULT_PAIRS = 3;

export const storesHelp = `Usage: npm run --silent bench:stores -- [options]

Carries the log of a synthetic flow into Postgres, PGlite and Redis, as the exchange's stores do in catch-up, beside a
bare COPY (or XADD) of the same rows into the same tables with the same indexes. Starts the servers itself.

  --only NAMES    of ${STORE_KINDS.join(', ')}, separated by commas (default all)
  --commands N    commands of the log (default ${DEFAULT_COMMANDS})
  --pairs N       pairs of runs, ours and bare, 1 to 99 (default ${DEFAULT_PAIRS})
  --write-ms N    how long one write should take at the most, 1 to 1000 (default ${STORE_WRITE_MS}, that of the exchange)
  --json          text to stderr, one line of JSON to stdout
  --help          this text`;

/**
 * Reads the command line.
 *
 * @returns undefined where help was asked for.
 * @throws OptionsError where an option is unknown or malformed.
 */
export function readStoresOptions(argv: readonly string[]): StoresOptions | undefined {
  const values = parse(argv);
  if (values.help === true) return undefined;
  const names = values.only?.split(',') ?? STORE_KINDS;
  const stores = names.map((name) => {
    const kind = STORE_KINDS.find((each) => each === name);
    if (kind === undefined) throw new OptionsError(`--only takes ${STORE_KINDS.join(', ')}, not ${name}`);
    return kind;
  });
  return {
    stores,
    commands: whole('--commands', values.commands, 1_000, 10_000_000, DEFAULT_COMMANDS),
    pairs: whole('--pairs', values.pairs, 1, 99, DEFAULT_PAIRS),
    writeMs: whole('--write-ms', values['write-ms'], 1, 1_000, STORE_WRITE_MS),
    json: values.json === true,
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    only: text,
    commands: text,
    pairs: text,
    'write-ms': text,
    json: flag,
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], strict: true, allowPositionals: false, options }).values;
  } catch (error) {
    throw new OptionsError(`${(error as Error).message.split('\n')[0]}; see --help`);
  }
}

function whole(name: string, text: string | undefined, low: number, high: number, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high))
    throw new OptionsError(`${name} takes a whole number from ${low} to ${high}, not ${text}`);
  return value;
}
