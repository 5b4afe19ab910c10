/*
 * The thread of one shard. It recovers from its newest snapshot and the rest of its log, waits for the plan (which
 * instruments to list), and loops. One that takes the place of a thread that died goes on with the rings as they are.
 */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { LiveClock } from '../clock/live-clock.js';
import { SystemRandomness } from '../clock/randomness.js';
import { SharedClock } from '../clock/shared-clock.js';
import { nodeDisk } from '../journal/disk.js';
import { JournalWriter } from '../journal/journal-writer.js';
import { shardDirectory } from '../journal/segment.js';
import { PreparedSegments } from '../journal/segment-maker.js';
import { snapshotName } from '../journal/snapshot-file.js';
import { LatencyBoard } from '../metrics/latency-board.js';
import { ShardBoard, ShardPhase } from '../metrics/shard-board.js';
import { Doorbell } from '../ring/doorbell.js';
import { GroupTrace } from './group-trace.js';
import { Outbox } from './outbox.js';
import { openShard, type RecoveredShard } from './recovery.js';
import { Republication } from './republication.js';
import { Shard, ShardDiverged } from './shard.js';
import type { ShardPlan, ShardReport, ShardThreadData } from './shard-messages.js';

const data = workerData as ShardThreadData;
const port = parentPort;
if (port === null) throw new Error('shard-thread.ts runs as a worker thread only');
const report = (message: ShardReport) => port.postMessage(message);

const board = new ShardBoard(data.board);
const outbox = new Outbox(
  data.eventRings,
  data.gatewayDoorbells.map((buffer) => new Doorbell(buffer)),
  new LiveClock(),
  (gateway) => {
    board.countDetached(data.shard);
    report({ event: 'detached', gateway });
  },
);

try {
  const published = data.replaces === undefined ? undefined : board.published(data.shard);
  const republication = published === undefined ? undefined : new Republication(outbox, published);
  const recovered = openShard(data, {
    hashSalt: new SystemRandomness().next32(),
    atMost: published,
    onReplayed: republication?.take,
  });
  for (const { sequence } of recovered.badSnapshots) setAside(sequence);
  report({
    event: 'recovered',
    instruments: recovered.engine.instruments(),
    settings: recovered.engine.logSettings,
    summary: recovered.summary,
    snapshot: recovered.snapshot,
    badSnapshots: recovered.badSnapshots.map(({ why }) => why),
  });
  if (data.replaces !== undefined) run({ instruments: [] }, recovered, data.replaces.run, republication);
  else
    port.once('message', (plan: ShardPlan) => {
      try {
        run(plan, recovered, plan.run);
      } catch (error) {
        fail(error);
      }
    });
} catch (error) {
  fail(error);
}

function run(
  plan: Pick<ShardPlan, 'instruments' | 'settings'>,
  recovered: RecoveredShard,
  runNumber: number,
  republication?: Republication,
): void {
  const { engine, hash, summary } = recovered;
  const clock = new SharedClock(data.clock);
  const { directory, shard: number, segmentBytes } = data;
  const journal = new JournalWriter(
    {
      directory,
      shard: number,
      durability: data.durability,
      segmentBytes,
      run: runNumber,
      firstSequence: summary.nextSequence,
      firstSegment: summary.nextSegment,
      tail: summary.tail,
      timeNs: clock.epochNs(),
    },
    nodeDisk,
    new PreparedSegments({ directory, shard: number, segmentBytes, mailbox: data.segmentMailbox }, nodeDisk),
  );
  // Only now is all that was replayed safe.
  republication?.send();
  const shard = new Shard({
    shard: data.shard,
    engine,
    hash,
    journal,
    clock,
    inputs: data.inputRings,
    doorbell: new Doorbell(data.doorbell),
    outbox,
    board,
    trace: new GroupTrace(new LatencyBoard(data.latency), data.shard, clock),
    lastTimeNs: summary.lastTimeNs,
    realTime: new LiveClock(),
    tell: (sentence) => report({ event: 'warning', sentence: `shard ${data.shard}: ${sentence}` }),
    readerBells: data.readerDoorbells.map((buffer) => new Doorbell(buffer)),
    // The cursors of another run are about rings that are no more.
    consumed:
      data.replaces !== undefined && summary.lastFrameRun === runNumber ? summary.lastCursors : undefined,
  });
  shard.configure(plan.instruments, plan.settings);
  engine.reserveClientIds();
  board.setPhase(data.shard, ShardPhase.Running);
  report({ event: 'running', instruments: engine.instruments() });

  for (;;) {
    // Looked at before the turn: what was shown before the order to stop came is still taken.
    const { stopping } = board;
    if (shard.turn() > 0) continue;
    if (stopping) break;
    shard.idle();
  }
  shard.logHash();
  journal.close();
  clock.close();
  board.setPhase(data.shard, ShardPhase.Stopped);
  report({ event: 'stopped', eventHash: hash.toString() });
}

/** A snapshot that cannot be used keeps its bytes under another name, for whoever wants to know what happened. */
function setAside(sequence: number): void {
  const path = join(shardDirectory(data.directory, data.shard), snapshotName(sequence));
  nodeDisk.rename(path, `${path}.bad`);
}

/** A shard that cannot go on answers nothing more: what it has not acknowledged was never promised. */
function fail(error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error));
  const halted = known instanceof ShardDiverged;
  board.setPhase(data.shard, halted ? ShardPhase.Halted : ShardPhase.Failed);
  if (halted) report({ event: 'halted', message: known.message });
  else report({ event: 'failed', message: known.message, stack: known.stack });
  port!.close();
}
