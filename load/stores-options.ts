import { OptionsError, readCommandLine, readWhole } from '../native-free-bench/command-line.js';
import { STORE_WRITE_MS } from '../src/model/limits.js';

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
  const values = readCommandLine(argv, ['only', 'commands', 'pairs', 'write-ms'], ['json']);
  if (values.help === true) return undefined;
  const names = values.only?.split(',') ?? STORE_KINDS;
  const stores = names.map((name) => {
    const kind = STORE_KINDS.find((each) => each === name);
    if (kind === undefined) throw new OptionsError(`--only takes ${STORE_KINDS.join(', ')}, not ${name}`);
    return kind;
  });
  return {
    stores,
    commands: readWhole('--commands', values.commands, 1_000, 10_000_000) ?? DEFAULT_COMMANDS,
    pairs: readWhole('--pairs', values.pairs, 1, 99) ?? DEFAULT_PAIRS,
    writeMs: readWhole('--write-ms', values['write-ms'], 1, 1_000) ?? STORE_WRITE_MS,
    json: values.json === true,
  };
}
