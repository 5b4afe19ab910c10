import { readCommandLine, readWhole } from './command-line.js';

/** What a run of the recovery benchmark is asked to do. */
export interface RecoveryOptions {
  /** Commands in the log. */
  readonly commands: number;
  /** Timed runs of each kind. */
  readonly runs: number;
  /** Resting orders in the snapshot from which a start is timed. */
  readonly resting: number;
  readonly json: boolean;
}

const DEFAULT_COMMANDS = 6_000_000;
const DEFAULT_RUNS = 3;
const DEFAULT_RESTING = 1_000_000;

export const recoveryHelp = `Usage: npm run --silent bench:recovery -- [options]

Writes a log of one shard into a temporary directory, then times how fast it is recovered from the warm cache: reading
and checksums alone, matching besides, and all of it with the event hash. Then a start from a snapshot.

  --commands N  commands in the log, ${1_000} to 100,000,000 (default ${DEFAULT_COMMANDS})
  --runs N      timed runs of each, 1 to 99 (default ${DEFAULT_RUNS})
  --resting N   resting orders in the snapshot, 1 to 4,000,000 (default ${DEFAULT_RESTING})
  --json        text to stderr, one line of JSON to stdout
  --help        this text`;

/**
 * Reads the command line.
 *
 * @returns undefined where help was asked for.
 * @throws OptionsError where an option is unknown or malformed.
 */
export function readRecoveryOptions(argv: readonly string[]): RecoveryOptions | undefined {
  const values = readCommandLine(argv, ['commands', 'runs', 'resting'], ['json']);
  if (values.help) return undefined;
  return {
    commands: readWhole('--commands', values.commands, 1_000, 100_000_000) ?? DEFAULT_COMMANDS,
    runs: readWhole('--runs', values.runs, 1, 99) ?? DEFAULT_RUNS,
    resting: readWhole('--resting', values.resting, 1, 4_000_000) ?? DEFAULT_RESTING,
    json: values.json === true,
  };
}
