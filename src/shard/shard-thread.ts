/*
 * The thread of one shard. It recovers from its log, waits for the plan (which instruments to list), and loops.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from '../book/engine.js';
import { LiveClock } from '../clock/live-clock.js';
import { SystemRandomness } from '../clock/randomness.js';
import { SharedClock } from '../clock/shared-clock.js';
import { nodeDisk } from '../journal/disk.js';
import { JournalWriter } from '../journal/journal-writer.js';
import { PreparedSegments } from '../journal/segment-maker.js';
import { ShardBoard, ShardPhase } from '../metrics/shard-board.js';
import { Doorbell } from '../ring/doorbell.js';
import { EventHash } from '../wire/event-hash.js';
import { Outbox } from './outbox.js';
import { recoverShard } from './recovery.js';
import { Shard } from './shard.js';
import type { ShardPlan, ShardReport, ShardThreadData } from './shard-messages.js';

const data = workerData as ShardThreadData;
const port = parentPort;
if (port === null) throw new Error('shard-thread.ts runs as a worker thread only');
const report = (message: ShardReport) => port.postMessage(message);

const board = new ShardBoard(data.board);

try {
  const engine = new Engine({ shard: data.shard, hashSalt: new SystemRandomness().next32() });
  const hash = new EventHash();
  const summary = recoverShard(data, engine, hash);
  report({
    event: 'recovered',
    instruments: engine.instruments(),
    clientIdWindow: engine.clientIdWindow,
    summary,
  });
  port.once('message', (plan: ShardPlan) => {
    try {
      run(plan, engine, hash, summary);
    } catch (error) {
      fail(error);
    }
  });
} catch (error) {
  fail(error);
}

function run(
  plan: ShardPlan,
  engine: Engine,
  hash: EventHash,
  summary: ReturnType<typeof recoverShard>,
): void {
  const clock = new SharedClock(data.clock);
  const { directory, shard: number, segmentBytes } = data;
  const journal = new JournalWriter(
    {
      directory,
      shard: number,
      durability: data.durability,
      segmentBytes,
      run: summary.run + 1,
      firstSequence: summary.nextSequence,
      firstSegment: summary.nextSegment,
      tail: summary.tail,
      timeNs: clock.epochNs(),
    },
    nodeDisk,
    new PreparedSegments({ directory, shard: number, segmentBytes, mailbox: data.segmentMailbox }, nodeDisk),
  );
  const outbox = new Outbox(
    data.eventRings,
    data.gatewayDoorbells.map((buffer) => new Doorbell(buffer)),
    new LiveClock(),
    (gateway) => {
      board.countDetached(data.shard);
      report({ event: 'detached', gateway });
    },
  );
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
    lastTimeNs: summary.lastTimeNs,
  });
  shard.configure(plan.instruments, plan.clientIdWindow);
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

/** A shard that cannot go on answers nothing more: what it has not acknowledged was never promised. */
function fail(error: unknown): void {
  board.setPhase(data.shard, ShardPhase.Failed);
  const known = error instanceof Error ? error : new Error(String(error));
  report({ event: 'failed', message: known.message, stack: known.stack });
}
