import type { FedRun, FeedPosition, LogFeed } from '../follower/log-feed.js';
import { RESUME_COMMANDS } from '../model/limits.js';
import { RedisBatch } from './redis-batch.js';
import { RedisConnection } from './redis-connection.js';
import { RedisKeys } from './redis-keys.js';
import { READ_POSITION, type RedisScript, WRITE_BATCH } from './redis-script.js';
import { RedisState } from './redis-state.js';
import { PositionMoved, type ShardSink, StoreRefused } from './sink.js';

/** How long the key of an order or of a top stays after it was written, by the exchange's clock. */
const STATE_TTL_MS = 24 * 60 * 60 * 1000;

export interface RedisSinkParts {
  /** `redis://`, `rediss://`, `redis+cluster://` or `rediss+cluster://`. */
  readonly url: string;
  readonly shard: number;
  /** Sequence of the oldest good snapshot on disk; 0: none. The stream of commands is trimmed behind it. */
  readonly reachableSnapshot: () => number;
  /** Commands of which the stream of events keeps the events. */
  readonly eventsKept?: number;
  readonly stateTtlMs?: number;
  readonly warn?: (sentence: string) => void;
}

type Argument = string | number | Buffer;

/** One shard's way into Redis. What it writes there stands in `docs/redis.md`. */
export class RedisSink implements ShardSink<RedisBatch> {
  readonly #parts: RedisSinkParts;
  readonly #keys: RedisKeys;
  readonly #connection: RedisConnection;
  readonly #free: RedisBatch[] = [];
  #feed: LogFeed | undefined;
  #state: RedisState | undefined;
  /** Behind which the commands were trimmed last. */
  #trimmedTo = 0;

  /** @throws StoreRefused where the URL is none */
  constructor(parts: RedisSinkParts) {
    this.#parts = parts;
    this.#keys = new RedisKeys(parts.shard);
    this.#connection = new RedisConnection(parts.url, this.#keys.position, parts.warn ?? (() => {}));
  }

  async open(): Promise<FeedPosition> {
    const { position, commands, events } = this.#keys;
    if (!this.#connection.isOpen) await this.#connection.open();
    this.#trimmedTo = 0;
    const keys = [position, commands, events, this.#keys.order(0)];
    const [stored, hash, ...ends] = (await this.#run(READ_POSITION, keys, [
      RedisKeys.trades(''),
    ])) as string[];
    const sequence = Number(stored);
    const ahead = ends.find((end) => Number(end) > sequence);
    // Whoever deletes the position alone would have all written twice.
    if (ahead !== undefined)
      throw new StoreRefused(
        `Redis at ${this.#connection.place.name} has shard ${this.#parts.shard} at sequence ${sequence} and its streams at ${ahead}; delete all keys ${this.#keys.prefix}* to have it written anew`,
      );
    return { sequence, hash: hash || undefined };
  }

  async begin(feed: LogFeed): Promise<void> {
    this.#feed = feed;
    this.#state = new RedisState(this.#keys, feed.engine, this.#parts.stateTtlMs ?? STATE_TTL_MS);
  }

  makeBatch(): RedisBatch {
    return this.#free.pop() ?? new RedisBatch();
  }

  add(run: FedRun, batch: RedisBatch): void {
    batch.copy(run, this.#feed!.engine.sequence);
    this.#state!.note(run.events, run.from, run.to, batch);
  }

  /** The books are those behind the batch: nothing was read on yet. */
  seal(batch: RedisBatch): void {
    this.#state!.seal(batch);
  }

  async write(batch: RedisBatch): Promise<void> {
    const { from, to, messages } = batch;
    const { position, commands, events } = this.#keys;
    const { reachableSnapshot, stateTtlMs = STATE_TTL_MS, eventsKept = RESUME_COMMANDS } = this.#parts;
    const snapshot = Math.min(reachableSnapshot(), to.sequence);
    const list: Argument[] = [from.sequence, to.sequence, to.hash ?? '', batch.timeNs.toString()];
    list.push(Math.max(1, Number(batch.timeNs / 1_000_000n) + stateTtlMs));
    list.push(snapshot > this.#trimmedTo ? snapshot : 0, Math.max(0, to.sequence - eventsKept + 1));
    list.push(batch.state.pack(), batch.gone.pack());
    list.push(batch.commands.entries, batch.events.entries, messages.length / 2, from.hash ?? '');
    batch.commands.appendTo(list);
    batch.events.appendTo(list);
    for (const message of messages) list.push(message);
    const moved = await this.#run(WRITE_BATCH, [position, commands, events], list);
    if (moved !== null)
      throw new PositionMoved(
        `Redis has shard ${this.#parts.shard} at sequence ${moved}, not at ${from.sequence}: somebody else writes it too, or an answer was lost`,
      );
    this.#trimmedTo = Math.max(this.#trimmedTo, snapshot);
  }

  release(batch: RedisBatch): void {
    batch.clear();
    this.#free.push(batch);
  }

  /** Deletes all keys of the shard. @throws StoreAway, StoreRefused */
  async empty(): Promise<void> {
    await this.#connection.open();
    await this.#connection.use(async (client) => {
      // Braces have no meaning in a pattern.
      for await (const keys of client.scanStream({ match: `${this.#keys.prefix}*`, count: 1_000 }))
        if ((keys as string[]).length > 0) await client.unlink(...(keys as string[]));
    });
    this.#connection.close();
  }

  async disconnect(): Promise<void> {
    this.#connection.close();
  }

  /** By its name; with its text where Redis does not know it (it was restarted, or is another one now). */
  #run(script: RedisScript, keys: readonly string[], list: readonly Argument[]): Promise<unknown> {
    return this.#connection.use(async (client) => {
      try {
        return await client.evalsha(script.sha, keys.length, ...keys, ...list);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return client.eval(script.text, keys.length, ...keys, ...list);
      }
    });
  }
}
