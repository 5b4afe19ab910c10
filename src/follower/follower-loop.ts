import { exhaustMemory } from '../metrics/drill.js';
import type { ShardBoard } from '../metrics/shard-board.js';
import type { Doorbell } from '../ring/doorbell.js';
import type { Follower } from './follower.js';
import type {
  FollowerOrder,
  FollowerReport,
  NumberedResume,
  TailRequest,
  WatchedBoard,
} from './follower-messages.js';

/**
 * Between two looks at a log that grows: a wake-up for each group of the shard would take turns from those who answer
 * orders, and nobody waits for the follower that short a time.
 */
const READ_REST_MS = 5;

/** Further behind than this it does not rest. */
const FAR_COMMANDS = 16_384;

/**
 * Between two chunks of a snapshot, so that few of the shard's syncs meet one: 60 MB take some ten seconds. Shorter where
 * somebody waits for it.
 */
const SNAPSHOT_REST_MS = 40;
const ORDERED_REST_MS = 4;

export interface FollowerLoopParts {
  readonly shard: number;
  readonly follower: Follower;
  readonly board: ShardBoard;
  /** Rung by the shard. */
  readonly doorbell: Doorbell;
  readonly report: (message: FollowerReport, transfer?: readonly ArrayBuffer[]) => void;
  /** Called once, where it cannot go on. */
  readonly fail: (error: unknown) => void;
  /** Called once, when the last snapshot is written. */
  readonly end: () => void;
}

/** What a follower's thread does in the turns of its event loop: reads, writes snapshots, answers. */
export class FollowerLoop {
  readonly #parts: FollowerLoopParts;
  readonly #resumes: NumberedResume[] = [];
  readonly #tails: { readonly id: number; readonly request: TailRequest }[] = [];
  /** Orders for a snapshot: by their id, the sequence that it must reach. */
  readonly #orders = new Map<number, number>();
  readonly #turn = () => {
    this.#isTurnDue = false;
    this.#go();
  };
  readonly #woken = () => {
    this.#isArmed = false;
    this.#go();
  };
  readonly #announce = (instrument: number) => this.#parts.report({ event: 'watched', instrument });
  #finishing = false;
  #isTurnDue = false;
  #isArmed = false;
  #isWriteDue = false;
  #ended = false;

  constructor(parts: FollowerLoopParts) {
    this.#parts = parts;
  }

  /** Begins. */
  turn(): void {
    this.#go();
  }

  /** Tells of an instrument: what the shard has done by now was before whoever asks. */
  watch({ instrument, board: memory }: WatchedBoard): void {
    const { board, shard, follower } = this.#parts;
    const from = Math.max(board.figures(shard).sequence, board.published(shard));
    follower.watched.watch(instrument, memory, from);
  }

  take(message: FollowerOrder): void {
    if (message.order === 'resume') this.#resumes.push(message.request);
    else if (message.order === 'tail') this.#tails.push(message);
    else if (message.order === 'finish') this.#finishing = true;
    else if (message.order === 'watch') this.watch(message);
    else if (message.order === 'unwatch') this.#parts.follower.watched.unwatch(message.instrument);
    else if (message.order === 'drill') {
      if (message.how === 'memory') exhaustMemory();
      throw new Error('a drill');
    } else this.#orders.set(message.id, this.#parts.board.figures(this.#parts.shard).sequence);
    this.#parts.doorbell.stay();
    this.#schedule();
  }

  /** Looks again in a while; until then the shard need not ring. */
  #rest(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    setTimeout(this.#turn, READ_REST_MS);
  }

  #schedule(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    setImmediate(this.#turn);
  }

  /** One chunk of the log; then makes sure that there is a next turn when there is more. */
  #go(): void {
    if (this.#ended) return;
    const { follower, board, shard } = this.#parts;
    try {
      const isRead = follower.read();
      follower.watched.show(this.#announce);
      this.#answerResumes();
      this.#answerTails();
      this.#seeToSnapshots();
      board.reportFollower(shard, follower.sequence, follower.newestSnapshot.sequence);
      if (isRead && (this.#finishing || this.#isBehind())) this.#schedule();
      else if (isRead) this.#rest();
      else if (!this.#finishing) this.#wait();
      else if (!follower.hasToWrite) this.#finish();
    } catch (error) {
      this.#ended = true;
      this.#parts.fail(error);
    }
  }

  #isBehind(): boolean {
    const { board, shard, follower } = this.#parts;
    return board.figures(shard).sequence - follower.sequence > FAR_COMMANDS;
  }

  #seeToSnapshots(): void {
    const { follower, shard, board } = this.#parts;
    const isAll = this.#finishing && follower.sequence >= board.figures(shard).sequence;
    if (isAll) follower.wantSnapshot();
    for (const [id, sequence] of this.#orders)
      if (follower.newestSnapshot.sequence >= sequence) this.#tellSnapshot(id);
      else if (follower.sequence >= sequence) follower.wantSnapshot();
    if (!follower.hasToWrite || this.#isWriteDue) return;
    this.#isWriteDue = true;
    // Nobody waits for the disk of a shard that has stopped.
    if (this.#finishing) setImmediate(() => this.#write());
    else setTimeout(() => this.#write(), this.#orders.size > 0 ? ORDERED_REST_MS : SNAPSHOT_REST_MS);
  }

  #write(): void {
    this.#isWriteDue = false;
    if (this.#ended) return;
    try {
      this.#parts.follower.write();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      for (const [id] of this.#orders) this.#tellSnapshot(id, why);
      const sentence = `shard ${this.#parts.shard}: no snapshot could be written: ${why}`;
      this.#parts.report({ event: 'warning', sentence });
    }
    this.#go();
  }

  #tellSnapshot(id: number, fault?: string): void {
    const { report, shard, follower } = this.#parts;
    this.#orders.delete(id);
    const { sequence, path, bytes } = follower.newestSnapshot;
    report({ event: 'snapshot', id, outcome: { shard, sequence, file: path, bytes, fault } });
  }

  #answerResumes(): void {
    const { follower, report, shard } = this.#parts;
    for (let i = 0; i < this.#resumes.length; ) {
      const { accounts, sequence, index, gateway, id, until } = this.#resumes[i]!;
      if (follower.sequence < until) {
        i++;
        continue;
      }
      this.#resumes.splice(i, 1);
      const answer = { ...follower.resume({ accounts, sequence, index }), gateway, id, shard };
      report({ event: 'resumed', answer }, [answer.words.buffer as ArrayBuffer]);
    }
  }

  #answerTails(): void {
    const { follower, report } = this.#parts;
    for (let i = 0; i < this.#tails.length; ) {
      const { id, request } = this.#tails[i]!;
      if (follower.sequence < request.until) {
        i++;
        continue;
      }
      this.#tails.splice(i, 1);
      const tail = follower.tail(request.of, request.after);
      report({ event: 'tail', id, tail }, [tail.words.buffer as ArrayBuffer]);
    }
  }

  /** Raises the flag by which the shard knows that this thread sleeps, and looks once more. */
  #wait(): void {
    const { doorbell, follower } = this.#parts;
    if (this.#isArmed) {
      doorbell.prepare();
      return;
    }
    doorbell.prepare();
    if (follower.read()) {
      doorbell.stay();
      this.#rest();
      return;
    }
    this.#isArmed = true;
    if (!doorbell.whenRung(this.#woken)) setImmediate(this.#woken);
  }

  #finish(): void {
    this.#ended = true;
    this.#parts.follower.close();
    this.#parts.report({ event: 'finished' });
    this.#parts.end();
  }
}
