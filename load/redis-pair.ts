import { Redis } from 'ioredis';
import { LogFeed } from '../src/follower/log-feed.js';
import { measureLog } from '../src/follower/measured-log.js';
import { RedisBatch } from '../src/store/redis-batch.js';
import { RedisSink } from '../src/store/redis-sink.js';
import { COMMANDS_FIELD, EVENTS_FIELD } from '../src/store/redis-stream.js';
import { nextEvent } from '../src/wire/event-record.js';
import { RedisServer, redisMissing } from './servers/redis-server.js';
import { carryLog, type StorePair } from './store-pair.js';

/** Rows of an entry's worth: as many as a batch in catch-up has. */
const PIECE_ROWS = 65_536;
/** Entries that are on their way at once. */
const PIPELINED = 64;

/** An entry of a stream: key, id, field, bytes. */
type Entry = readonly [string, string, string, Buffer];

/**
 * Into a Redis of its own without persistence. Bare: the same packed entries of both streams by pipelined XADD, and neither
 * position nor keys of orders and tops. Returns what to install where there is none.
 */
export async function redisPair(log: string, writeMs: number): Promise<StorePair | string> {
  const missing = redisMissing();
  if (missing !== undefined) return missing;
  const { entries, rows } = packedEntries(log);
  const server = await RedisServer.start();
  const client = new Redis(server.url(), { retryStrategy: () => null });
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1];
  let batchRows = 0;
  const begin = async () => void (await client.flushall());
  return {
    server: `Redis ${version}`,
    rows,
    commands: measureLog({ directory: log, shard: 0 }).lastSequence,
    batchRows: () => batchRows,
    prepareOurs: begin,
    async ours() {
      const sink = new RedisSink({ url: server.url(), shard: 0, reachableSnapshot: () => 0 });
      batchRows = await carryLog(log, sink, writeMs);
      await sink.disconnect();
    },
    prepareBare: begin,
    async bare() {
      for (let from = 0; from < entries.length; from += PIPELINED) {
        const pipeline = client.pipeline();
        for (const entry of entries.slice(from, from + PIPELINED)) pipeline.xadd(...entry);
        await pipeline.exec();
      }
    },
    async end() {
      client.disconnect();
      await server.dispose();
    },
  };
}

/** The entries of both streams, ready to be sent. */
function packedEntries(log: string): { entries: Entry[]; rows: number } {
  const source = { directory: log, shard: 0 };
  const { logEnd } = measureLog(source);
  const feed = LogFeed.open(source, logEnd, { sequence: 0, hash: undefined });
  const entries: Entry[] = [];
  let rows = 0;
  let batch = new RedisBatch();
  let copied = 0;
  const keep = () => {
    for (const [key, field, stream] of [
      ['commands', COMMANDS_FIELD, batch.commands],
      ['events', EVENTS_FIELD, batch.events],
    ] as const) {
      const list: (string | number | Buffer)[] = [];
      stream.appendTo(list);
      for (let i = 0; i < list.length; i += 2)
        entries.push([`bare:${key}`, `${list[i]}-0`, field, Buffer.from(list[i + 1] as Buffer)]);
    }
    rows += copied;
    copied = 0;
    batch = new RedisBatch();
  };
  const counted = (run: Parameters<RedisBatch['copy']>[0]) => {
    batch.copy(run, feed.engine.sequence);
    copied += countEvents(run.events, run.from, run.to);
  };
  while (feed.read(counted)) if (copied >= PIECE_ROWS) keep();
  keep();
  feed.close();
  return { entries, rows };
}

function countEvents(words: Int32Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at = nextEvent(words, at)) count++;
  return count;
}
