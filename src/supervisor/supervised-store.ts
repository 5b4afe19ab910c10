import type { Clock } from '../clock/clock.js';
import { type StoreBoard, StoreState } from '../metrics/store-board.js';
import { STORE_CONNECT_MS, STORE_FINISH_MS } from '../model/limits.js';
import type { StoreOrder, StoreReport, StoreThreadData } from '../store/store-messages.js';
import type { StoreAnswer, StoreQuery } from '../store/store-query.js';
import { RestartBudget } from './restart-budget.js';
import { Thread, ThreadError } from './thread.js';

export interface SupervisedStoreParts {
  readonly data: StoreThreadData;
  readonly board: StoreBoard;
  readonly heapMb: number;
  readonly realTime: Clock;
  readonly warn: (sentence: string) => void;
}

/** A store's thread, and another one in its place where it dies. The exchange goes on without one: the log waits for it. */
export class SupervisedStore {
  readonly #parts: SupervisedStoreParts;
  readonly #restarts: RestartBudget;
  readonly #queries = new Map<number, (answer: StoreAnswer) => void>();
  #thread: Thread<StoreReport> | undefined;
  #lastId = 0;
  #isFinishing = false;
  #wasReached = false;
  #reached: () => void = () => {};
  #refused: (error: Error) => void = () => {};

  constructor(parts: SupervisedStoreParts) {
    this.#parts = parts;
    this.#restarts = new RestartBudget(parts.realTime);
  }

  get name(): string {
    return this.#parts.board.name(this.#parts.data.store);
  }

  /**
   * Begins. Settles when the store was reached; where that takes long, it goes on trying while the exchange runs.
   *
   * @throws ThreadError with one sentence where it will never work as it is configured
   */
  async start(): Promise<void> {
    const first = new Promise<void>((resolve, reject) => {
      this.#reached = resolve;
      this.#refused = reject;
    });
    this.#begin();
    // The embedded one takes a second or two to be made, and nobody has to wait for it.
    if (this.#parts.data.target.kind === 'embedded') {
      first.catch((error: Error) => this.#parts.warn(error.message));
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STORE_CONNECT_MS);
    });
    await Promise.race([first, late]).finally(() => clearTimeout(timer));
    if (!this.#wasReached) first.catch((error: Error) => this.#parts.warn(error.message));
  }

  ask(query: StoreQuery): Promise<StoreAnswer> {
    if (this.#thread === undefined)
      return Promise.resolve({ positions: {}, rows: [], fault: `the store ${this.name} is not running` });
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      this.#queries.set(id, resolve);
      this.#post({ order: 'query', id, query });
    });
  }

  /** Lets it write what is left of logs whose shards have stopped, for a moment: the rest is written at the next start. */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#post({ order: 'finish' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STORE_FINISH_MS);
    });
    await Promise.race([thread.end('finished'), late]).finally(() => clearTimeout(timer));
    await thread.terminate();
  }

  /** Makes the thread die: a drill. */
  drill(how: Extract<StoreOrder, { order: 'drill' }>['how']): void {
    this.#post({ order: 'drill', how });
  }

  #begin(): void {
    const thread = new Thread<StoreReport>(
      new URL('../store/store-thread.js', import.meta.url),
      this.#parts.data,
      `store ${this.name}`,
      { maxOldGenerationSizeMb: this.#parts.heapMb },
    );
    this.#thread = thread;
    thread.on('warning', ({ sentence }) => this.#parts.warn(sentence));
    thread.on('reached', () => {
      this.#wasReached = true;
      this.#reached();
    });
    thread.on('answer', ({ id, answer }) => {
      this.#queries.get(id)?.(answer);
      this.#queries.delete(id);
    });
    thread.on('refused', ({ message }) => this.#gone(message));
    thread.onFailure((message) => void this.#died(thread, message));
  }

  async #died(thread: Thread<StoreReport>, message: string): Promise<void> {
    if (thread !== this.#thread || this.#isFinishing) return;
    await thread.terminate();
    this.#answerAll(message);
    if (this.#isFinishing) return;
    if (this.#restarts.take()) {
      this.#parts.warn(`store ${this.name} died and is started again: ${message}`);
      this.#begin();
    } else this.#gone(`store ${this.name} dies again and again, at last of this: ${message}`);
  }

  /** There is none any more: past the bound of the backlog new orders are rejected. */
  #gone(message: string): void {
    const { data, board, warn } = this.#parts;
    this.#thread = undefined;
    for (let shard = 0; shard < data.shards; shard++) board.setState(data.store, shard, StoreState.Stopped);
    this.#answerAll(message);
    if (this.#wasReached) warn(message);
    else this.#refused(new ThreadError(message));
  }

  #answerAll(fault: string): void {
    for (const answer of this.#queries.values()) answer({ positions: {}, rows: [], fault });
    this.#queries.clear();
  }

  #post(order: StoreOrder): void {
    this.#thread?.post(order);
  }
}
