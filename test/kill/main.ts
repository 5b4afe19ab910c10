import { parseArgs } from 'node:util';
import { OptionsError, runCommand, wholeNumber } from '../support/command.js';
import setup from '../support/global-setup.js';
import { type KillReport, runKills } from './kill-run.js';

const help = `Usage: npm run --silent kill -- [options]

Starts exchanges, kills them with SIGKILL at random moments under load, starts them again on the same data, and compares
what clients were told with what is there and with the log.

  --rounds N  kills (default 20)
  --seed N    seed of commands, settings and delays, 0 to 2^32 - 1 (default 1)
  --json      text to stderr, one line of JSON to stdout
  --help      this text
`;

function readOptions(): { rounds: number; seed: number; json: boolean } | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { rounds: text, seed: text, json: flag, help: { ...flag, short: 'h' } } as const;
  let values: { rounds?: string; seed?: string; json?: boolean; help?: boolean };
  try {
    values = parseArgs({ options }).values;
  } catch (error) {
    throw new OptionsError(`${(error as Error).message.split('\n')[0]}; see --help`);
  }
  if (values.help) return undefined;
  return {
    rounds: wholeNumber('--rounds', values.rounds, { low: 1, high: 1_000_000, otherwise: 20 }),
    seed: wholeNumber('--seed', values.seed, { low: 0, high: 0xffffffff, otherwise: 1 }),
    json: values.json === true,
  };
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  const { rounds, seed, json } = options;
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupt.abort(new Error(`ended by ${signal}`)));
  const cleanUp = setup();
  const show = (report: KillReport) =>
    process.stderr.write(`\r${report.rounds} of ${rounds} kills, ${report.commands} commands compared`);
  try {
    const onRound = process.stderr.isTTY ? { onRound: show } : {};
    const report = await runKills({ rounds, seed, signal: interrupt.signal, ...onRound }).catch(
      (error: unknown) => {
        // A terminal's Ctrl-C also ends the exchange: what clients say of it is not the news.
        interrupt.signal.throwIfAborted();
        throw error;
      },
    );
    if (process.stderr.isTTY) process.stderr.write('\n');
    const { differences, ...figures } = report;
    const say = json ? process.stderr : process.stdout;
    for (const [name, value] of Object.entries(figures)) say.write(`${name}: ${value}\n`);
    for (const difference of differences) say.write(`DIFFERENCE: ${difference}\n`);
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    cleanUp();
  }
}

await runCommand('kill', main);
