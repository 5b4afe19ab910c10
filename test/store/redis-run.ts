import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Engine } from '../../src/book/engine.js';
import { LiveClock } from '../../src/clock/live-clock.js';
import { StoreBoard } from '../../src/metrics/store-board.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { OutageNews } from '../../src/store/outage-news.js';
import { RedisKeys } from '../../src/store/redis-keys.js';
import { RedisSink, type RedisSinkParts } from '../../src/store/redis-sink.js';
import { applyEntry, entriesBehind, entryWords } from '../../src/store/redis-stream.js';
import { ShardPipe } from '../../src/store/shard-pipe.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { readEvents, type SeenEvent } from '../book/events.js';
import type { ShardLog } from './shard-log.js';

export const keys = new RedisKeys(0);

/** A log's pipe into a Redis. */
export class RedisRun {
  readonly warnings: string[] = [];
  readonly pipe: ShardPipe<ReturnType<RedisSink['makeBatch']>>;
  readonly board = new StoreBoard(StoreBoard.allocate(1));
  readonly #doorbell = new Doorbell(Doorbell.allocate());
  readonly #log: ShardLog;
  #running: Promise<void> | undefined;

  constructor(log: ShardLog, url: string, more: Partial<RedisSinkParts> = {}) {
    this.#log = log;
    const warn = (sentence: string) => this.warnings.push(sentence);
    const sink = new RedisSink({ url, shard: 0, reachableSnapshot: () => 0, warn, ...more });
    this.pipe = new ShardPipe({
      source: log.source,
      logEnd: log.logEnd,
      lastSequence: () => log.lastSequence,
      sink,
      clock: new LiveClock(),
      board: this.board,
      store: 1,
      shard: 0,
      writeTargetNs: 10_000_000,
      delayMs: 1,
      doorbell: this.#doorbell,
      news: new OutageNews('redis', warn),
    });
    this.#sink = sink;
  }

  readonly #sink: RedisSink;

  start(): void {
    this.#running ??= this.pipe.run();
    this.#running.catch(() => {});
  }

  /** Settles once all of the log is in Redis. */
  async caughtUp(): Promise<void> {
    this.start();
    let fault: unknown;
    this.#running!.catch((error) => {
      fault = error;
    });
    while (this.pipe.position.sequence < this.#log.lastSequence) {
      if (fault !== undefined) throw fault;
      this.#doorbell.ring();
      await pause(2);
    }
  }

  /** Brings all into Redis and ends. */
  async finish(): Promise<void> {
    await this.caughtUp();
    await this.stop();
  }

  async stop(): Promise<void> {
    this.pipe.finish();
    await this.#running;
    this.pipe.close();
    await this.#sink.disconnect();
  }
}

/** All events that the stream has. */
export async function streamedEvents(redis: Redis, shard = 0): Promise<SeenEvent[]> {
  const events: SeenEvent[] = [];
  for await (const { bytes } of entriesBehind(redis, new RedisKeys(shard).events, 0)) {
    const words = entryWords(bytes);
    events.push(...readEvents(words, words.length));
  }
  return events;
}

/** A shard made anew from the stream of its commands. */
export async function rebuilt(redis: Redis, shard = 0, engine = new Engine({ shard })) {
  const hash = new EventHash();
  for await (const { bytes } of entriesBehind(redis, new RedisKeys(shard).commands, engine.sequence))
    applyEntry(engine, bytes, () => hash.update(engine.events.words, 0, engine.events.length));
  return { engine, hash };
}

/** A client for a test to look with. */
export function client(url: string): Redis {
  return new Redis(url, { retryStrategy: () => null });
}

/** The objects of all keys with a prefix. */
export async function objects(redis: Redis, prefix: string): Promise<Map<string, Record<string, unknown>>> {
  const found = new Map<string, Record<string, unknown>>();
  for (const key of await redis.keys(`${prefix}*`))
    found.set(key.slice(prefix.length), JSON.parse((await redis.get(key))!));
  return found;
}
