import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Outcome, runSeed } from './run.js';
import { Summary } from './summary.js';

const HELP = `Usage: npm run --silent sim -- [options]

Runs gateways, shards, their journals, followers and clients on one thread, under a test clock and on a simulated disk,
and lets everything go wrong that can: power cuts, torn and reordered sectors, failing writes and syncs, full disks, bit
flips, lost, doubled and late messages, dead workers. A seed decides all of it: the same seed gives the same output.

  --seed <number>   the first seed, from 0 (default 1)
  --seeds <number>  how many seeds, from 1 (default 1); 100000 is the long run
  --json            one line of JSON instead of text
  --help            this text

Exit code: 0 where all invariants hold, 1 where one does not, 2 for a wrong option. Ctrl-C ends after the seed that is
running, and tells of the seeds so far. Progress goes to the standard error output.
`;

const PROGRESS_MS = 5_000;
/** A long run that finds so many ends: one is enough to work on. */
const MOST_FAILURES = 5;

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly json: boolean;
}

/** @returns the exit code */
export async function runCommandLine(texts: readonly string[]): Promise<number> {
  const options = readOptions(texts);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\nnpm run --silent sim -- --help lists the options.\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const summary = await runSeeds(options);
  process.stdout.write(options.json ? `${JSON.stringify(summary.object())}\n` : summary.text());
  return summary.failures === 0 ? 0 : 1;
}

async function runSeeds({ seed, seeds }: Options): Promise<Summary> {
  const summary = new Summary(seed);
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const started = performance.now();
  let told = started;
  for (let i = 0; i < seeds && !isInterrupted && summary.failures < MOST_FAILURES; i++) {
    const outcome = runSeed(seed + i);
    summary.add(outcome);
    if (!outcome.ok) process.stderr.write(failureText(outcome));
    const now = performance.now();
    if (now - told > PROGRESS_MS) {
      told = now;
      const rate = ((i + 1) / (now - started)) * 1000;
      process.stderr.write(`${i + 1} of ${seeds} seeds, ${rate.toFixed(1)} a second\n`);
    }
    // Signals come in between two seeds.
    await nextTurn();
  }
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  summary.isInterrupted = isInterrupted;
  return summary;
}

function failureText({ seed, what, stack }: Outcome): string {
  return `seed ${seed}: ${what}\n${stack ?? ''}\n`;
}

/** Undefined where help is asked for; a sentence where something is wrong. */
function readOptions(texts: readonly string[]): Options | string | undefined {
  try {
    const { values } = parseArgs({
      args: [...texts],
      options: {
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return undefined;
    const seed = wholeNumber(values.seed, 0);
    const seeds = wholeNumber(values.seeds, 1);
    if (seed === undefined) return `--seed ${values.seed}: a seed is a whole number from 0.`;
    if (seeds === undefined) return `--seeds ${values.seeds}: that must be a whole number from 1.`;
    return { seed, seeds, json: values.json };
  } catch (error) {
    return (error as Error).message;
  }
}

function wholeNumber(text: string, least: number): number | undefined {
  const number = Number(text);
  return /^\d{1,15}$/.test(text) && number >= least ? number : undefined;
}
