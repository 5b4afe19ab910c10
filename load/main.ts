import { OptionsError } from '../native-free-bench/command-line.js';
import { stepBackHelperThreads } from '../src/cli/helper-threads.js';
import { BACKGROUND_NICENESS } from '../src/model/limits.js';
import { loadHelp } from './help.js';
import { runHttp } from './http-load.js';
import { readHttpOptions } from './http-options.js';
import { httpJson, httpText } from './http-report.js';
import { type Machine, machineText, thisMachine } from './machine.js';
import { readMode } from './modes.js';
import { readWsOptions } from './options.js';
import { runOverload } from './overload.js';
import { readOverloadOptions } from './overload-options.js';
import { overloadJson, overloadText } from './overload-report.js';
import { reportJson, reportText } from './report.js';
import { type Finding, writeReports } from './report-files.js';
import { runWs } from './ws-load.js';

/*
 * The load runs: npm run --silent load
 */

/** The run was ended from outside. */
class Interrupted extends Error {}

type Run = (signal: AbortSignal, note: (text: string) => void, machine: Machine) => Promise<Finding>;

async function main(argv: readonly string[]): Promise<number> {
  stepBackHelperThreads(BACKGROUND_NICENESS);
  const read = readMode(argv);
  if (read === undefined) {
    process.stdout.write(`${loadHelp}\n`);
    return 0;
  }
  const { given } = read;
  const run = runOf(read);
  const interrupt = new AbortController();
  // More than once is like once: the first one already ends everything as fast as it can.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupt.abort(new Interrupted(`ended by ${signal}`)));
  // Text for people: on standard output, or beside it where that is for a program.
  const note = (text: string) => {
    (given.json ? process.stderr : process.stdout).write(text);
  };
  const machine = thisMachine(argv);
  note(machineText(machine));
  const finding = await run(interrupt.signal, note, machine).catch((error: unknown) => {
    // A terminal's Ctrl-C also ends the servers: what they say of it is not the news.
    interrupt.signal.throwIfAborted();
    throw error;
  });
  note(finding.text);
  if (given.out !== undefined) note(writeReports(given.out, finding));
  if (given.json) process.stdout.write(`${JSON.stringify(finding.json)}\n`);
  return finding.failures.length === 0 ? 0 : 1;
}

/** Reads the options at once, so that what is wrong with them is said before anything starts. */
function runOf({ mode, given }: NonNullable<ReturnType<typeof readMode>>): Run {
  if (mode === 'http') {
    const options = readHttpOptions(given);
    return async (signal, note, machine) => {
      const report = await runHttp(options, signal, note);
      return {
        text: httpText(report),
        json: httpJson(report, machine),
        latency: report.exchange.latency,
        failures: report.failures,
      };
    };
  }
  if (mode === 'overload') {
    const options = readOverloadOptions(given);
    return async (signal, note, machine) => {
      const report = await runOverload(options, signal, note);
      const { latency, failures } = report;
      return { text: overloadText(report), json: overloadJson(report, machine), latency, failures };
    };
  }
  const options = readWsOptions(given);
  return async (signal, note, machine) => {
    const report = await runWs(options, signal, note);
    return {
      text: reportText(report),
      json: reportJson(report, machine),
      latency: report.exchange.latency,
      failures: report.failures,
    };
  };
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { message, stack } = error as Error;
    const bug = error instanceof TypeError || error instanceof ReferenceError;
    process.stderr.write(`tickloom load: ${bug ? stack : message}\n`);
    process.exitCode = error instanceof Interrupted ? 130 : error instanceof OptionsError ? 2 : 1;
  },
);
