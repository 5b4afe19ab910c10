import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionsError } from '../native-free-bench/command-line.js';
import { FLOW_OPERATIONS, FlowFiles, MissingDataError, readFlow } from '../native-free-bench/flow-file.js';
import { median } from '../native-free-bench/median.js';
import { writeRecoveryLog } from '../native-free-bench/recovery-log.js';
import { LiveClock } from '../src/clock/live-clock.js';
import { finalRows } from './final-rows.js';
import { pglitePair } from './pglite-pair.js';
import { postgresPair } from './postgres-pair.js';
import { redisPair } from './redis-pair.js';
import type { StorePair } from './store-pair.js';
import { readStoresOptions, type StoreKind, type StoresOptions, storesHelp } from './stores-options.js';

/*
 * Rows a second into each store, beside the bare thing: npm run --silent bench:stores
 */

interface StoreFigures {
  readonly store: StoreKind;
  readonly server: string;
  /** Rows of the tables at the end (of Redis: events). */
  readonly rows: number;
  /** Medians. */
  readonly rowsPerSecond: number;
  readonly barePerSecond: number;
  readonly commandsPerSecond: number;
  /** Median of the ratios of each pair. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  /** Rows at which a batch was full at the end of the last run. */
  readonly batchRows: number;
}

async function main(): Promise<number> {
  const options = readStoresOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(`${storesHelp}\n`);
    return 0;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupt.abort(new Error(`ended by ${signal}`)));
  const directory = mkdtempSync(join(tmpdir(), 'tickloom-stores-'));
  const files = new FlowFiles();
  const text = options.json ? process.stderr : process.stdout;
  try {
    const flow = readFlow(await files.path('steady', interrupt.signal), FLOW_OPERATIONS);
    const log = join(directory, 'log');
    writeRecoveryLog(log, flow, options.commands);
    const results: StoreFigures[] = [];
    let notRun = 0;
    for (const store of options.stores) {
      const pair = await pairOf(store, log, directory, options);
      if (typeof pair === 'string') {
        notRun++;
        text.write(`NOT RUN: ${store}: ${pair}\n`);
        continue;
      }
      try {
        results.push(await compare(store, pair, options, interrupt.signal));
      } finally {
        await pair.end();
      }
      text.write(`${sentence(results.at(-1)!)}\n`);
    }
    const machine = {
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
    };
    if (options.json) process.stdout.write(`${JSON.stringify({ ...options, stores: results, machine })}\n`);
    return notRun === 0 ? 0 : 1;
  } finally {
    files.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What is measured of a store, or why it cannot be. */
async function pairOf(
  store: StoreKind,
  log: string,
  directory: string,
  { writeMs }: StoresOptions,
): Promise<StorePair | string> {
  if (store === 'postgres') return await postgresPair(log, finalRows(log), writeMs);
  if (store === 'pglite') return pglitePair(log, finalRows(log), writeMs, directory);
  return await redisPair(log, writeMs);
}

async function compare(
  store: StoreKind,
  pair: StorePair,
  { pairs }: StoresOptions,
  signal: AbortSignal,
): Promise<StoreFigures> {
  const clock = new LiveClock();
  const seconds = async (run: () => Promise<void>) => {
    signal.throwIfAborted();
    const begun = clock.nowNs();
    await run();
    return (clock.nowNs() - begun) / 1e9;
  };
  const ours: number[] = [];
  const bare: number[] = [];
  // Once untimed: a new server makes its files first.
  await timed(pair.prepareBare, pair.bare, seconds);
  for (let number = 0; number < pairs; number++) {
    // In turns, and each first as often: the machine drifts.
    const runs = [
      async () => ours.push(await timed(pair.prepareOurs, pair.ours, seconds)),
      async () => bare.push(await timed(pair.prepareBare, pair.bare, seconds)),
    ];
    for (const run of number % 2 === 0 ? runs : runs.reverse()) await run();
  }
  clock.close();
  const ratios = ours.map((time, i) => round(bare[i]! / time));
  return {
    store,
    server: pair.server,
    rows: pair.rows,
    rowsPerSecond: Math.round(pair.rows / median(ours)),
    barePerSecond: Math.round(pair.rows / median(bare)),
    commandsPerSecond: Math.round(pair.commands / median(ours)),
    ratio: median(ratios),
    ratios,
    batchRows: pair.batchRows(),
  };
}

async function timed(
  prepare: () => Promise<void>,
  run: () => Promise<void>,
  seconds: (run: () => Promise<void>) => Promise<number>,
): Promise<number> {
  await prepare();
  return await seconds(run);
}

function round(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}

function sentence(figures: StoreFigures): string {
  const { store, server, rows, rowsPerSecond, barePerSecond, ratio, ratios, commandsPerSecond, batchRows } =
    figures;
  return (
    `${store} (${server}): ${rowsPerSecond} rows/s of ${rows}, bare ${barePerSecond}: ratio ${ratio} (${ratios.join(', ')}); ` +
    `${commandsPerSecond} commands/s, batches of ${batchRows} rows`
  );
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`tickloom bench:stores: ${(error as Error).message}\n`);
    process.exitCode = error instanceof OptionsError || error instanceof MissingDataError ? 2 : 1;
  },
);
