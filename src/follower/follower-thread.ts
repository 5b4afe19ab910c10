/*
 * The thread of one follower: an event loop. It is rung by its shard, takes orders from the main thread, and gives way to
 * everybody else.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SystemRandomness } from '../clock/randomness.js';
import { nodeDisk } from '../journal/disk.js';
import { ShardBoard } from '../metrics/shard-board.js';
import { Doorbell } from '../ring/doorbell.js';
import { RecoveryError } from '../shard/recovery.js';
import { Follower } from './follower.js';
import type {
  FollowerOrder,
  FollowerReport,
  FollowerThreadData,
  NumberedResume,
} from './follower-messages.js';
import { startFollower } from './follower-start.js';

/** Between two chunks of a snapshot, so that the shard's syncs find the disk free. */
const SNAPSHOT_REST_MS = 4;

const data = workerData as FollowerThreadData;
const port = parentPort;
if (port === null) throw new Error('follower-thread.ts runs as a worker thread only');
const report = (message: FollowerReport, transfer: readonly ArrayBuffer[] = []) =>
  port.postMessage(message, [...transfer]);

const { shard } = data;
const board = new ShardBoard(data.board);
const doorbell = new Doorbell(data.doorbell);

try {
  run();
} catch (error) {
  fail(error);
}

function run(): void {
  const start = startFollower(data, board.figures(shard).sequence, new SystemRandomness().next32());
  const follower = new Follower({
    ...start,
    directory: data.directory,
    shard,
    disk: nodeDisk,
    logEnd: { segment: () => board.journalSegment(shard), end: () => board.journalEnd(shard) },
    oldSegments: data.oldSegments,
    syncLog: data.durability !== 'fsync',
    snapshotCommands: data.snapshotCommands,
  });
  new FollowerLoop(follower).turn();
}

/** What the follower's thread does, turn by turn of its event loop. */
class FollowerLoop {
  readonly #follower: Follower;
  readonly #resumes: NumberedResume[] = [];
  /** Orders for a snapshot: by their id, the sequence that it must reach. */
  readonly #orders = new Map<number, number>();
  #snapshot = { sequence: 0, file: '', bytes: 0 };
  #finishing = false;
  #isWaiting = false;
  #restUntilTurn: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(follower: Follower) {
    this.#follower = follower;
    port!.on('message', (message: FollowerOrder) => this.#take(message));
  }

  /** One chunk of the log, or else one of a snapshot; then makes sure that there is a next turn when there is more. */
  turn(): void {
    if (this.#ended) return;
    try {
      if (this.#follower.read()) setImmediate(() => this.turn());
      else this.#caughtUp();
      this.#answerResumes();
      board.reportFollower(shard, this.#follower.sequence, this.#snapshot.sequence);
    } catch (error) {
      this.#ended = true;
      this.#follower.close();
      fail(error);
    }
  }

  #take(message: FollowerOrder): void {
    if (message.order === 'resume') this.#resumes.push(message.request);
    else if (message.order === 'finish') this.#finishing = true;
    else this.#orders.set(message.id, board.figures(shard).sequence);
    this.turn();
  }

  #caughtUp(): void {
    const follower = this.#follower;
    const reached = [...this.#orders].filter(([, sequence]) => follower.sequence >= sequence);
    if (this.#finishing || reached.length > 0) follower.wantSnapshot();
    if (follower.hasToWrite) this.#write();
    if (follower.hasToWrite) {
      // Nobody waits for the disk of a shard that has stopped.
      if (this.#finishing) setImmediate(() => this.turn());
      else this.#restUntilTurn ??= setTimeout(() => this.#rested(), SNAPSHOT_REST_MS);
      return;
    }
    for (const [id] of reached) this.#tellSnapshot(id);
    if (this.#finishing) this.#finish();
    else this.#wait();
  }

  #rested(): void {
    this.#restUntilTurn = undefined;
    this.turn();
  }

  #write(): void {
    try {
      const taken = this.#follower.write();
      if (taken === undefined) return;
      this.#snapshot = { sequence: taken.sequence, file: taken.path, bytes: taken.bytes };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      for (const [id] of this.#orders) this.#tellSnapshot(id, why);
      report({ event: 'warning', sentence: `shard ${shard}: no snapshot could be written: ${why}` });
    }
  }

  #tellSnapshot(id: number, fault?: string): void {
    this.#orders.delete(id);
    report({ event: 'snapshot', id, outcome: { shard, ...this.#snapshot, fault } });
  }

  #answerResumes(): void {
    for (let i = 0; i < this.#resumes.length; ) {
      const { accounts, sequence, index, gateway, id, until } = this.#resumes[i]!;
      if (this.#follower.sequence < until) {
        i++;
        continue;
      }
      this.#resumes.splice(i, 1);
      const answer = { ...this.#follower.resume({ accounts, sequence, index }), gateway, id, shard };
      report({ event: 'resumed', answer }, [answer.words.buffer as ArrayBuffer]);
    }
  }

  #wait(): void {
    doorbell.prepare();
    // What the shard showed before the flag was up.
    if (this.#follower.read()) {
      doorbell.stay();
      setImmediate(() => this.turn());
      return;
    }
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const wake = () => {
      this.#isWaiting = false;
      this.turn();
    };
    if (!doorbell.whenRung(wake)) setImmediate(wake);
  }

  #finish(): void {
    this.#ended = true;
    this.#follower.close();
    report({ event: 'finished' });
    port!.close();
  }
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
