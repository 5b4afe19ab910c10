import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../src/book/engine.js';
import type { Clock } from '../src/clock/clock.js';
import { LiveClock } from '../src/clock/live-clock.js';
import { FRAME_FIRST_SEQUENCE, FRAME_HEADER_WORDS, FRAME_TIME, frameEnd } from '../src/journal/frame.js';
import { type JournalSource, readJournal } from '../src/journal/journal-reader.js';
import { recoverShard } from '../src/shard/recovery.js';
import { EventHash } from '../src/wire/event-hash.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../src/wire/order-record.js';
import { readWhole } from '../src/wire/words.js';
import { OptionsError } from './command-line.js';
import { FLOW_OPERATIONS, FlowFiles, MissingDataError, readFlow } from './flow-file.js';
import { median } from './median.js';
import { writeRecoveryLog } from './recovery-log.js';
import { type RecoveryOptions, readRecoveryOptions, recoveryHelp } from './recovery-options.js';
import { measureSnapshotStart } from './snapshot-start.js';

/*
 * How fast a log is recovered: npm run --silent bench:recovery
 */

export interface RecoveryReport {
  readonly commands: number;
  /** Commands per second: the median of the runs. */
  readonly perSecond: { readonly reading: number; readonly matching: number; readonly recovery: number };
}

async function main(): Promise<number> {
  const options = readRecoveryOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(`${recoveryHelp}\n`);
    return 0;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupt.abort(new Error(`ended by ${signal}`)));
  const directory = mkdtempSync(join(tmpdir(), 'tickloom-recovery-'));
  const files = new FlowFiles();
  try {
    const flow = readFlow(await files.path('steady', interrupt.signal), FLOW_OPERATIONS);
    writeRecoveryLog(directory, flow, options.commands);
    const clock = new LiveClock();
    const report = measure(directory, options, clock);
    const snapshot = measureSnapshotStart(options.resting, options.runs, clock);
    const { reading, matching, recovery } = report.perSecond;
    (options.json ? process.stderr : process.stdout).write(
      `log: ${report.commands} commands; commands/s, median of ${options.runs} runs\n` +
        `reading and checksums  ${reading}\n` +
        `and matching           ${matching}\n` +
        `and hashing (recovery) ${recovery}\n` +
        `a start from a snapshot of ${snapshot.restingOrders} resting orders (${(snapshot.bytes / 1e6).toFixed(0)} MB): ` +
        `${snapshot.startedIn.toFixed(2)} s; taken in ${snapshot.takenIn.toFixed(2)} s\n`,
    );
    const machine = {
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
    };
    if (options.json)
      process.stdout.write(`${JSON.stringify({ ...report, snapshot, runs: options.runs, machine })}\n`);
    return 0;
  } finally {
    files.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

function measure(directory: string, { runs }: RecoveryOptions, clock: Clock): RecoveryReport {
  const source = { directory, shard: 0 };
  // Once to warm up, and to see that the log is whole.
  const { commands } = recoverShard(source, new Engine({ shard: 0 }), new EventHash());
  const perSecond = (run: () => void) => {
    const seconds = Array.from({ length: runs }, () => {
      const startNs = clock.nowNs();
      run();
      return (clock.nowNs() - startNs) / 1e9;
    });
    return Math.round(commands / median(seconds));
  };
  return {
    commands,
    perSecond: {
      recovery: perSecond(() => recoverShard(source, new Engine({ shard: 0 }), new EventHash())),
      reading: perSecond(() => readJournal(source, () => {})),
      matching: perSecond(() => matchAlone(source)),
    },
  };
}

/** What recovery does, without the hash. */
function matchAlone(source: JournalSource): void {
  const engine = new Engine({ shard: source.shard });
  readJournal(source, (words, at) => {
    let sequence = readWhole(words, at + FRAME_FIRST_SEQUENCE);
    const end = frameEnd(words, at);
    for (let line = at + FRAME_HEADER_WORDS; line < end; line += orderLines(words[line]!) * LINE_WORDS) {
      engine.apply(words, line, sequence, words[at + FRAME_TIME]!, words[at + FRAME_TIME + 1]!);
      sequence += sequencesOf(words, line);
      engine.events.clear();
    }
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`tickloom bench:recovery: ${(error as Error).message}\n`);
    process.exitCode = error instanceof OptionsError || error instanceof MissingDataError ? 2 : 1;
  },
);
