import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock/clock.js';
import { LiveClock } from '../clock/live-clock.js';
import { type MeasuredLog, measureLog } from '../follower/measured-log.js';
import { lockDataDirectory } from '../journal/data-lock.js';
import { countShards } from '../journal/shard-directories.js';
import { StoreBoard } from '../metrics/store-board.js';
import { CATCH_UP_FACTOR, STORE_WRITE_MS } from '../model/limits.js';
import { Doorbell } from '../ring/doorbell.js';
import { OutageNews } from '../store/outage-news.js';
import type { Pipe } from '../store/shard-pipe.js';
import { openStore, type Store } from '../store/store.js';
import type { StoreTarget } from '../store/store-messages.js';
import { switchOption, textOption } from './option-kinds.js';
import { type Command, helpText, readOptions, UsageError } from './option-table.js';
import { stopSignal } from './stop-signal.js';

// What is destroyed is named on the command line, never by the surroundings.
const rebuildOptions = {
  data: textOption('<directory>', './data', 'Directory of the journal.'),
  postgres: textOption('<embedded|postgres://…>', undefined, 'The tables to make anew.', { from: ['flag'] }),
  redis: textOption('<redis://…>', undefined, 'The Redis whose keys to make anew.', { from: ['flag'] }),
  json: switchOption('Prints the outcome as one line of JSON.'),
};

const rebuildCommand: Command<typeof rebuildOptions> = {
  name: 'tickloom rebuild',
  about:
    'Makes a store anew from the log: drops the tables (or keys) that Tickloom has made there, and carries the whole log into new ones. The exchange must not run.',
  options: rebuildOptions,
  notes: [
    'The log must be there from its beginning; segments in archive/ count. Ended early, the next start of the exchange goes on where it stopped.',
  ],
};

const PROGRESS_MS = 1_000;

interface Outcome {
  readonly shard: number;
  readonly sequence: number;
  readonly commands: number;
}

/** `tickloom rebuild`. Returns the exit code. */
export async function rebuild(args: readonly string[]): Promise<number> {
  const read = readOptions(rebuildCommand, args, process.env);
  if (read === 'help') {
    console.log(helpText(rebuildCommand));
    return 0;
  }
  const { data, postgres, redis, json } = read.values;
  const target = targetOf(data, postgres, redis);
  const shards = existsSync(data) ? countShards(data) : 0;
  if (shards === 0) throw new Error(`there is no journal in ${data}; name the data directory of an exchange`);
  const lock = await lockDataDirectory(data);
  const clock = new LiveClock();
  try {
    const logs = Array.from({ length: shards }, (_, shard) => measureLog({ directory: data, shard }));
    const warn = (sentence: string) => console.error(`tickloom: ${sentence}`);
    const store = await openStore(target, () => 0, warn);
    try {
      const beganNs = clock.nowNs();
      await store.empty();
      const outcomes = await carry(store, data, logs, clock, warn);
      const seconds = (clock.nowNs() - beganNs) / 1e9;
      const isWhole = outcomes.every(({ sequence, commands }) => sequence === commands);
      if (json)
        console.log(JSON.stringify({ event: isWhole ? 'rebuilt' : 'stopped', shards: outcomes, seconds }));
      else for (const outcome of outcomes) console.log(sentence(outcome, seconds));
      return isWhole ? 0 : 1;
    } finally {
      await store.close();
    }
  } finally {
    clock.close();
    await lock.release();
  }
}

function targetOf(data: string, postgres: string | undefined, redis: string | undefined): StoreTarget {
  if ((postgres === undefined) === (redis === undefined))
    throw new UsageError([
      'say what to make anew: --postgres embedded, --postgres postgres://… or --redis redis://…',
    ]);
  if (redis !== undefined) return { kind: 'redis', url: redis };
  if (postgres === 'embedded') return { kind: 'embedded', directory: join(data, 'store') };
  return { kind: 'postgres', url: postgres! };
}

/** Carries all logs to their ends, or until a signal. */
async function carry(
  store: Store,
  directory: string,
  logs: readonly MeasuredLog[],
  clock: Clock,
  warn: (sentence: string) => void,
): Promise<Outcome[]> {
  const board = new StoreBoard(StoreBoard.allocate(logs.length));
  const news = new OutageNews(board.name(0), warn);
  const pipes = logs.map(({ logEnd, lastSequence }, shard) =>
    store.pipe(shard, {
      source: { directory, shard },
      logEnd,
      lastSequence: () => lastSequence,
      clock,
      board,
      store: 0,
      shard,
      writeTargetNs: STORE_WRITE_MS * CATCH_UP_FACTOR * 1e6,
      delayMs: 1,
      doorbell: new Doorbell(Doorbell.allocate()),
      news,
    }),
  );
  for (const pipe of pipes) pipe.finish();
  void stopSignal(clock).then(() => {
    for (const pipe of pipes) pipe.stop();
  });
  const timer = setInterval(() => tellProgress(pipes, logs), PROGRESS_MS);
  try {
    await Promise.all(pipes.map((pipe) => pipe.run()));
  } finally {
    clearInterval(timer);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    for (const pipe of pipes) pipe.close();
  }
  return pipes.map((pipe, shard) => ({
    shard,
    sequence: pipe.position.sequence,
    commands: logs[shard]!.lastSequence,
  }));
}

/** Where somebody watches. */
function tellProgress(pipes: readonly Pipe[], logs: readonly MeasuredLog[]): void {
  if (!process.stderr.isTTY) return;
  const done = pipes.reduce((sum, pipe) => sum + pipe.position.sequence, 0);
  const all = logs.reduce((sum, { lastSequence }) => sum + lastSequence, 0);
  process.stderr.write(
    `\r${done} of ${all} commands (${all === 0 ? 100 : Math.floor((100 * done) / all)} %) `,
  );
}

function sentence({ shard, sequence, commands }: Outcome, seconds: number): string {
  if (sequence === commands)
    return `Shard ${shard}: all ${commands} commands are in the store, in ${seconds.toFixed(1)} s.`;
  return `Shard ${shard}: stopped at ${sequence} of ${commands} commands; the next start of the exchange goes on from there.`;
}
