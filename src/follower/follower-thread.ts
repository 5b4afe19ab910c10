/*
 * The thread of one follower: an event loop. It is rung by its shard, takes orders from the main thread, and gives way to
 * everybody else.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SystemRandomness } from '../clock/randomness.js';
import { nodeDisk } from '../journal/disk.js';
import { ShardBoard } from '../metrics/shard-board.js';
import { StoreBoard } from '../metrics/store-board.js';
import { Doorbell } from '../ring/doorbell.js';
import { RecoveryError } from '../shard/recovery.js';
import { Follower } from './follower.js';
import { FollowerLoop } from './follower-loop.js';
import type { FollowerOrder, FollowerReport, FollowerThreadData } from './follower-messages.js';
import { startFollower } from './follower-start.js';
import { giveWay } from './give-way.js';

const data = workerData as FollowerThreadData;
const port = parentPort;
if (port === null) throw new Error('follower-thread.ts runs as a worker thread only');
const report = (message: FollowerReport, transfer: readonly ArrayBuffer[] = []) =>
  port.postMessage(message, [...transfer]);

const { shard } = data;
const board = new ShardBoard(data.board);
const doorbell = new Doorbell(data.doorbell);

try {
  giveWay(data.niceness);
  run();
} catch (error) {
  fail(error);
}

function run(): void {
  const { resumeCommands } = data;
  const salt = new SystemRandomness().next32();
  const start = startFollower(data, board.figures(shard).sequence, salt, resumeCommands);
  // Growing later takes tenths of a second, and turns from everybody while memory is mapped.
  start.engine.reserveClientIds();
  const storeBoard = new StoreBoard(data.storeBoard);
  const follower = new Follower({
    ...start,
    lowestReader: () => storeBoard.lowestSequence(shard),
    directory: data.directory,
    shard,
    disk: nodeDisk,
    logEnd: { segment: () => board.journalSegment(shard), end: () => board.journalEnd(shard) },
    oldSegments: data.oldSegments,
    syncLog: data.durability !== 'fsync',
    snapshotCommands: data.snapshotCommands,
    resumeCommands,
  });
  const loop = new FollowerLoop({
    shard,
    follower,
    board,
    doorbell,
    report,
    fail: (error) => {
      follower.close();
      fail(error);
    },
    end: () => port!.close(),
  });
  port!.on('message', (message: FollowerOrder) => loop.take(message));
  for (const watched of data.watched ?? []) loop.watch(watched);
  loop.turn();
}

/** Other events than the shard's: the shard must not answer any more. Anything else is this thread's own trouble. */
function fail(error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error));
  if (known instanceof RecoveryError) {
    board.setDiverged(shard);
    new Doorbell(data.shardDoorbell).ring();
    report({ event: 'diverged', message: known.message });
  } else report({ event: 'failed', message: `follower ${shard}: ${known.message}`, stack: known.stack });
  port!.close();
}
