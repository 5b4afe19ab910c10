import type { Clock } from '../clock/clock.js';
import type { TailAnswer } from '../follower/follower.js';
import type {
  FollowerOrder,
  FollowerReport,
  FollowerThreadData,
  NumberedAnswer,
  NumberedResume,
  SnapshotOutcome,
  TailRequest,
} from '../follower/follower-messages.js';
import type { DrillName } from '../metrics/drill.js';
import { RestartBudget } from './restart-budget.js';
import { Thread } from './thread.js';

export interface SupervisedFollowerParts {
  readonly data: FollowerThreadData;
  /** Most that its thread's heap may take. */
  readonly heapMb: number;
  readonly realTime: Clock;
  readonly warn: (sentence: string) => void;
  readonly resumed: (answer: NumberedAnswer) => void;
  /** An instrument is told of from now on; `isThere` is false where none will be any more. */
  readonly watched: (instrument: number, isThere: boolean) => void;
}

/** Of a follower that is not there: no events at all. */
const NO_TAIL: TailAnswer = { words: new Int32Array(0), after: Number.POSITIVE_INFINITY, upTo: 0 };

/**
 * A follower's thread, and another one in its place where it dies. The exchange goes on without one, but for snapshots and
 * resuming.
 */
export class SupervisedFollower {
  readonly #parts: SupervisedFollowerParts;
  readonly #restarts: RestartBudget;
  /** What was asked for and not answered: asked again of the next one. */
  readonly #resumes = new Map<string, NumberedResume>();
  readonly #tails = new Map<number, { request: TailRequest; resolve: (tail: TailAnswer) => void }>();
  readonly #snapshots = new Map<number, (outcome: SnapshotOutcome) => void>();
  /** Told of by this follower and by those that take its place. */
  readonly #watched = new Map<number, SharedArrayBuffer>();
  #thread: Thread<FollowerReport> | undefined;
  #lastId = 0;
  #isFinishing = false;
  /** Why there is none any more. */
  #why = 'the follower is not running yet';

  constructor(parts: SupervisedFollowerParts) {
    this.#parts = parts;
    this.#restarts = new RestartBudget(parts.realTime);
  }

  /** Begins, once the shard runs. */
  start(): void {
    const watched = Array.from(this.#watched, ([instrument, board]) => ({ instrument, board }));
    const thread = new Thread<FollowerReport>(
      new URL('../follower/follower-thread.js', import.meta.url),
      { ...this.#parts.data, watched },
      `follower ${this.#parts.data.shard}`,
      { maxOldGenerationSizeMb: this.#parts.heapMb },
    );
    this.#thread = thread;
    thread.on('warning', ({ sentence }) => this.#parts.warn(sentence));
    thread.on('diverged', ({ message }) => this.#gone(`the shard is halted: ${message}`));
    thread.on('resumed', ({ answer }) => {
      this.#resumes.delete(`${answer.gateway} ${answer.id}`);
      this.#parts.resumed(answer);
    });
    thread.on('tail', ({ id, tail }) => {
      this.#tails.get(id)?.resolve(tail);
      this.#tails.delete(id);
    });
    thread.on('snapshot', ({ id, outcome }) => {
      this.#snapshots.get(id)?.(outcome);
      this.#snapshots.delete(id);
    });
    thread.on('watched', ({ instrument }) => this.#parts.watched(instrument, true));
    thread.onFailure((message) => void this.#died(thread, message));
    for (const request of this.#resumes.values()) this.#post({ order: 'resume', request });
    for (const [id, { request }] of this.#tails) this.#post({ order: 'tail', id, request });
    for (const id of this.#snapshots.keys()) this.#post({ order: 'snapshot', id });
  }

  resume(request: NumberedResume): void {
    if (this.#thread === undefined) {
      const { gateway, id, shard, until } = request;
      this.#parts.resumed({ gateway, id, shard, words: new Int32Array(0), isComplete: false, upTo: until });
      return;
    }
    this.#resumes.set(`${request.gateway} ${request.id}`, request);
    this.#post({ order: 'resume', request });
  }

  /** What has happened behind a sequence. */
  tail(request: TailRequest): Promise<TailAnswer> {
    if (this.#thread === undefined) return Promise.resolve(NO_TAIL);
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      this.#tails.set(id, { request, resolve });
      this.#post({ order: 'tail', id, request });
    });
  }

  /** Has an instrument told of on a board; `watched` says when that has begun. */
  watch(instrument: number, board: SharedArrayBuffer): void {
    if (this.#thread === undefined) {
      this.#parts.watched(instrument, false);
      return;
    }
    this.#watched.set(instrument, board);
    this.#post({ order: 'watch', instrument, board });
  }

  unwatch(instrument: number): void {
    this.#watched.delete(instrument);
    this.#post({ order: 'unwatch', instrument });
  }

  /** Takes a snapshot of all that is logged by now. */
  snapshot(): Promise<SnapshotOutcome> {
    const { shard } = this.#parts.data;
    if (this.#thread === undefined)
      return Promise.resolve({ shard, sequence: 0, file: '', bytes: 0, fault: this.#why });
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      this.#snapshots.set(id, resolve);
      this.#post({ order: 'snapshot', id });
    });
  }

  /** Waits until it has read all of a log whose shard has stopped, and has taken a last snapshot. */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#post({ order: 'finish' });
    await thread.end('finished');
    await thread.terminate();
  }

  /** Makes the thread die: a drill. */
  drill(how: DrillName): void {
    this.#post({ order: 'drill', how });
  }

  async #died(thread: Thread<FollowerReport>, message: string): Promise<void> {
    if (thread !== this.#thread || this.#isFinishing) return;
    await thread.terminate();
    if (this.#isFinishing) return;
    if (this.#restarts.take()) {
      this.#parts.warn(`follower ${this.#parts.data.shard} died and is started again: ${message}`);
      this.start();
    } else this.#gone(`it dies again and again, at last of this: ${message}`);
  }

  #gone(why: string): void {
    this.#thread = undefined;
    this.#why = why;
    const { shard } = this.#parts.data;
    this.#parts.warn(`follower ${shard} is gone, and with it snapshots and resuming: ${why}`);
    for (const request of [...this.#resumes.values()]) this.resume(request);
    this.#resumes.clear();
    for (const { resolve } of this.#tails.values()) resolve(NO_TAIL);
    this.#tails.clear();
    for (const finish of this.#snapshots.values())
      finish({ shard, sequence: 0, file: '', bytes: 0, fault: why });
    this.#snapshots.clear();
    for (const instrument of this.#watched.keys()) this.#parts.watched(instrument, false);
    this.#watched.clear();
  }

  #post(order: FollowerOrder): void {
    this.#thread?.post(order);
  }
}
