import type { BenchContext } from './bench-context.js';
import { ChildProcesses } from './child-process.js';
import { OptionsError } from './command-line.js';
import { runFeatures } from './feature-section.js';
import { FlowFiles, MissingDataError } from './flow-file.js';
import { runFlows } from './flow-section.js';
import { runMemory } from './memory-section.js';
import { type BenchOptions, benchHelp, readOptions, type SectionName } from './options.js';
import { type BenchReport, reportJson, reportText } from './report.js';
import { runScaling } from './scaling-section.js';

/** The run was ended from outside. */
class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`ended by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(`${benchHelp}\n`);
    return 0;
  }
  const interrupt = new AbortController();
  // More than once is like once: the first one already ends everything as fast as it can.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupt.abort(new Interrupted(signal)));

  const files = new FlowFiles();
  try {
    const report = await run(options, files, interrupt.signal).catch((error: unknown) => {
      // A terminal's Ctrl-C also ends the children: what they say of it is not the news.
      interrupt.signal.throwIfAborted();
      throw error;
    });
    (options.json ? process.stderr : process.stdout).write(reportText(report));
    if (options.json) process.stdout.write(`${reportJson(report)}\n`);
    return report.failures.length === 0 ? 0 : 1;
  } finally {
    files.remove();
  }
}

async function run(options: BenchOptions, files: FlowFiles, signal: AbortSignal): Promise<BenchReport> {
  const failures: string[] = [];
  const children = new ChildProcesses(signal);
  const context: BenchContext = {
    options,
    files,
    children,
    signal,
    progress: (text) => process.stderr.write(`${text}\n`),
    fail: (text) => failures.push(text),
  };
  const part = async <Result>(name: SectionName, measure: (context: BenchContext) => Promise<Result>) =>
    options.sections.includes(name) ? await measure(context) : undefined;
  return {
    options,
    flows: await part('flows', runFlows),
    features: await part('features', runFeatures),
    scaling: await part('scaling', runScaling),
    memory: await part('memory', runMemory),
    allocation: await part('allocation', () => children.run({ kind: 'allocation' })),
    failures,
  };
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { message, stack } = error as Error;
    const bug = error instanceof TypeError || error instanceof ReferenceError;
    process.stderr.write(`tickloom bench: ${bug ? stack : message}\n`);
    process.exitCode =
      error instanceof Interrupted
        ? error.exitCode
        : error instanceof OptionsError || error instanceof MissingDataError
          ? 2
          : 1;
  },
);
