import { existsSync } from 'node:fs';
import { LiveClock } from '../clock/live-clock.js';
import { lockDataDirectory } from '../journal/data-lock.js';
import { countShards } from '../journal/shard-directories.js';
import { type VerifiedShard, verifyShard, verifyStart } from '../shard/verification.js';
import { switchOption } from './option-kinds.js';
import { type Command, helpText, readOptions } from './option-table.js';

const recoverOptions = {
  quick: switchOption('Reads only what a start would read: the newest snapshot and the rest of the log.', {
    from: ['flag'],
  }),
  json: switchOption('Prints the outcome as one line of JSON.'),
};

const recoverCommand: Command<typeof recoverOptions> = {
  name: 'tickloom recover',
  about:
    'Verifies a data directory without starting the exchange: replays its log, compares every snapshot with what the log comes to, and prints what is there. Changes nothing.',
  options: recoverOptions,
  positionals: [{ name: 'directory', required: true, help: 'the data directory' }],
  notes: [
    'Exits with 0 where all is good, a torn tail that nobody was told of included; with 1 where the log is damaged or a snapshot is bad.',
  ],
};

/** What was found, with the time that it took. */
type TimedShard = VerifiedShard & { readonly seconds: number };

/** `tickloom recover`. Returns the exit code. */
export async function recover(args: readonly string[]): Promise<number> {
  const read = readOptions(recoverCommand, args, process.env);
  if (read === 'help') {
    console.log(helpText(recoverCommand));
    return 0;
  }
  const { quick, json } = read.values;
  const directory = read.positionals[0]!;
  const shards = existsSync(directory) ? countShards(directory) : 0;
  if (shards === 0)
    throw new Error(`there is no journal in ${directory}; name the data directory of an exchange`);
  // What is being written cannot be told from what is torn.
  const lock = await lockDataDirectory(directory);
  try {
    const clock = new LiveClock();
    const found: TimedShard[] = [];
    for (let shard = 0; shard < shards; shard++) {
      const beganNs = clock.nowNs();
      const source = { directory, shard };
      const verified = quick ? verifyStart(source) : verifyShard(source, progressOf(shard, shards));
      found.push({ ...verified, seconds: (clock.nowNs() - beganNs) / 1e9 });
    }
    if (process.stderr.isTTY && !quick) process.stderr.write('\r\x1b[K');
    console.log(
      json ? JSON.stringify({ directory, shards: found.map(shardJson) }) : found.map(shardText).join('\n'),
    );
    return found.some(({ snapshots }) => snapshots.some(({ fault }) => fault !== undefined)) ? 1 : 0;
  } finally {
    await lock.release();
  }
}

/** Tells how far it is, where somebody watches. */
function progressOf(shard: number, shards: number): (frames: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (frames) => {
    if (frames % 1024 === 0) process.stderr.write(`\rshard ${shard} of ${shards}: ${frames} frames `);
  };
}

function shardJson({ shard, summary, from, snapshots, seconds, ...rest }: TimedShard) {
  const { segments, frames, commands, nextSequence, lastTimeNs, cut } = summary;
  return {
    shard,
    segments,
    frames,
    commands,
    from,
    nextSequence,
    lastTimeNs: lastTimeNs.toString(),
    cut: cut ?? null,
    snapshots,
    ...rest,
    seconds,
  };
}

function shardText(found: TimedShard): string {
  const { shard, summary, from, snapshots, seconds } = found;
  const { segments, frames, commands, nextSequence, cut } = summary;
  const start = from === 0 ? 'the beginning of the log' : `the snapshot at sequence ${from}`;
  const lines = [
    `Shard ${shard}: ${commands} commands in ${frames} frames and ${segments} segments, from ${start} to sequence ${nextSequence - 1}, in ${seconds.toFixed(2)} s.`,
    `  ${found.liveOrders} live orders in ${found.instruments} instruments; state ${found.stateHash}, events ${found.eventHash}`,
  ];
  for (const { sequence, fault } of snapshots)
    lines.push(`  snapshot at sequence ${sequence}: ${fault ?? 'good'}`);
  if (cut !== undefined)
    lines.push(
      `  ${cut.bytes} bytes at byte ${cut.offset} of ${cut.file} are a group that was being written, of which nobody was told: a start cuts them off`,
    );
  return lines.join('\n');
}
