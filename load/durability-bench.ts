import { type ChildProcess, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { OptionsError } from '../native-free-bench/command-line.js';
import { type DurabilityOptions, durabilityHelp, readDurabilityOptions } from './durability-options.js';
import { durabilityFigures, type LoadFigures, orderOfRuns } from './durability-report.js';

/*
 * What the journal costs: the same load with and without it, npm run --silent bench:durability
 */

const script = fileURLToPath(new URL('./main.js', import.meta.url));

async function main(): Promise<number> {
  const options = readDurabilityOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(`${durabilityHelp}\n`);
    return 0;
  }
  let child: ChildProcess | undefined;
  let ended: string | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      ended = signal;
      child?.kill(signal);
    });
  const results = { none: [] as LoadFigures[], fsync: [] as LoadFigures[] };
  for (const durability of orderOfRuns(options.pairs)) {
    const figures = await runLoad(durability, options, (started) => {
      child = started;
    });
    if (ended !== undefined) throw new Error(`ended by ${ended}`);
    results[durability].push(figures);
    process.stderr.write(`${durability}: ${figures.acknowledgedPerSecond} orders/s\n`);
  }
  const machine = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
  };
  const figures = durabilityFigures(results);
  (options.json ? process.stderr : process.stdout).write(
    `median orders/s: none ${figures.nonePerSecond}, fsync ${figures.fsyncPerSecond}; ratio ${figures.ratio}\n` +
      `machine: ${machine.processor}, ${machine.cores} cores, ${machine.platform}, Node.js ${machine.node}, ${figures.fileSystem}\n`,
  );
  if (options.json) process.stdout.write(`${JSON.stringify({ ...figures, ...options, machine })}\n`);
  return 0;
}

/** One load run in a process of its own. */
async function runLoad(
  durability: 'none' | 'fsync',
  { orders, connections }: DurabilityOptions,
  onStart: (child: ChildProcess) => void,
): Promise<LoadFigures> {
  const parameters = ['--durability', durability, '--orders', `${orders}`, '--connections', `${connections}`];
  const child = spawn(process.execPath, [script, ...parameters, '--no-echo', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart(child);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`a load run with durability ${durability} failed:\n${errors}`);
  return JSON.parse(output) as LoadFigures;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`tickloom bench:durability: ${(error as Error).message}\n`);
    process.exitCode = error instanceof OptionsError ? 2 : 1;
  },
);
