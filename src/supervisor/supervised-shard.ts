import type { Clock } from '../clock/clock.js';
import { type ShardBoard, ShardPhase } from '../metrics/shard-board.js';
import { DETACH_AFTER_MS } from '../model/limits.js';
import { Doorbell } from '../ring/doorbell.js';
import type { ShardPlan, ShardReport, ShardThreadData } from '../shard/shard-messages.js';
import { RestartBudget } from './restart-budget.js';
import { Thread } from './thread.js';

export interface SupervisedShardParts {
  readonly data: ShardThreadData;
  readonly board: ShardBoard;
  /** Most that its thread's heap may take. */
  readonly heapMb: number;
  readonly realTime: Clock;
  /** Takes a sentence for people. */
  readonly warn: (sentence: string) => void;
  /** The shard cannot be had again: the exchange must end. */
  readonly giveUp: (sentence: string) => void;
}

type Recovered = Extract<ShardReport, { readonly event: 'recovered' }>;
type Running = Extract<ShardReport, { readonly event: 'running' }>;

/**
 * A shard's thread, and another one in its place where it dies: that recovers from the log and goes on with the same
 * rings, while the other shards do not notice.
 */
export class SupervisedShard {
  readonly #parts: SupervisedShardParts;
  readonly #restarts: RestartBudget;
  #thread: Thread<ShardReport>;
  #run = 0;
  #isStopping = false;

  constructor(parts: SupervisedShardParts) {
    this.#parts = parts;
    this.#restarts = new RestartBudget(parts.realTime);
    this.#thread = this.#start(parts.data);
  }

  recovered(): Promise<Recovered> {
    return this.#thread.next('recovered');
  }

  /** Begins to serve. From here on a death is followed by a restart. */
  async run(plan: ShardPlan): Promise<Running> {
    this.#run = plan.run;
    this.#thread.post(plan);
    const running = await this.#thread.next('running');
    this.#watch();
    return running;
  }

  /** Wakes it, since it may sleep while something concerns it. */
  wake(): void {
    new Doorbell(this.#parts.data.doorbell).ring();
  }

  /** Waits for its end, once the board says that all shards are to stop. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.wake();
    if (this.#run > 0) await this.#thread.end('stopped');
    await this.#thread.terminate();
  }

  #start(data: ShardThreadData): Thread<ShardReport> {
    const { shard } = data;
    const thread = new Thread<ShardReport>(
      new URL('../shard/shard-thread.js', import.meta.url),
      data,
      `shard ${shard}`,
      { maxOldGenerationSizeMb: this.#parts.heapMb },
    );
    thread.on('detached', ({ gateway }) =>
      this.#parts.warn(
        `gateway ${gateway} did not take its events for ${DETACH_AFTER_MS} ms: shard ${shard} goes on without it, and its sessions are closed to resume`,
      ),
    );
    thread.on('warning', ({ sentence }) => this.#parts.warn(sentence));
    thread.on('halted', ({ message }) => this.#parts.warn(message));
    return thread;
  }

  #watch(): void {
    const thread = this.#thread;
    thread.onFailure((message) => void this.#died(thread, message));
  }

  async #died(thread: Thread<ShardReport>, message: string): Promise<void> {
    const { data, board, warn, giveUp } = this.#parts;
    const { shard } = data;
    if (thread !== this.#thread || this.#isStopping) return;
    board.setPhase(shard, ShardPhase.Recovering);
    if (data.durability === 'none') {
      giveUp(`shard ${shard}: ${message}`);
      return;
    }
    if (!this.#restarts.take()) {
      giveUp(`shard ${shard} dies again and again, at last of this: ${message}`);
      return;
    }
    warn(`shard ${shard} died and is started again: ${message}`);
    await thread.terminate();
    // Between its death and here the exchange may have been told to stop.
    if (this.#isStopping) return;
    board.countRestart(shard);
    this.#thread = this.#start({ ...data, replaces: { run: this.#run } });
    this.#watch();
    try {
      const { summary } = await this.#thread.next('recovered');
      await this.#thread.next('running');
      warn(`shard ${shard} is back at sequence ${summary.nextSequence - 1}`);
    } catch {
      // It has died again, and whoever watches it knows.
    }
  }
}
