import { MAX_SHARDS } from '../model/limits.js';
import { EmbeddedStore } from './embedded-store.js';
import { DROP_SQL } from './migrations.js';
import { PostgresSession } from './postgres-session.js';
import { RedisSink } from './redis-sink.js';
import { type Pipe, type PipeSettings, ShardPipe } from './shard-pipe.js';
import { SqlReads } from './sql-reads.js';
import type { SqlSession } from './sql-session.js';
import { SqlSink } from './sql-sink.js';
import type { StoreTarget } from './store-messages.js';
import type { StoreAnswer, StoreQuery } from './store-query.js';

/** A store that is open: it makes a pipe for each shard, and may answer questions. */
export interface Store {
  pipe(shard: number, settings: PipeSettings): Pipe;
  readonly reads: { ask(query: StoreQuery): Promise<StoreAnswer> } | undefined;
  /** Takes away all that it holds, so that it is written anew. @throws StoreAway, StoreRefused */
  empty(): Promise<void>;
  /** Sets aside what contradicts the log and begins anew; false where that is not its to do. */
  setAside(why: string): Promise<boolean>;
  close(): Promise<void>;
}

const APPLICATION = 'tickloom';

/**
 * @param reachableSnapshot sequence of the oldest snapshot of a shard that is kept, 0 for none: commands before it may go
 * @throws StoreRefused where the address is not one of a store
 */
export async function openStore(
  target: StoreTarget,
  reachableSnapshot: (shard: number) => number,
  warn: (sentence: string) => void,
): Promise<Store> {
  if (target.kind === 'embedded') return await openEmbedded(target.directory, warn);
  if (target.kind === 'redis') return openRedis(target.url, reachableSnapshot, warn);
  return openPostgres(target.url);
}

function openRedis(
  url: string,
  reachableSnapshot: (shard: number) => number,
  warn: (sentence: string) => void,
): Store {
  const sinks: RedisSink[] = [];
  return {
    pipe(shard, settings) {
      const sink = new RedisSink({ url, shard, warn, reachableSnapshot: () => reachableSnapshot(shard) });
      sinks.push(sink);
      return new ShardPipe({ ...settings, sink });
    },
    reads: undefined,
    async empty() {
      for (let shard = 0; shard < MAX_SHARDS; shard++)
        await new RedisSink({ url, shard, warn, reachableSnapshot: () => 0 }).empty();
    },
    setAside: () => Promise.resolve(false),
    async close() {
      for (const sink of sinks) await sink.disconnect();
    },
  };
}

function openPostgres(url: string): Store {
  // Questions come several at once, and the first of them connects.
  let reading: Promise<PostgresSession> | undefined;
  const sinks: SqlSink[] = [];
  return {
    pipe: pipesInto(sinks, () => PostgresSession.connect(url, APPLICATION)),
    reads: {
      async ask(query) {
        reading ??= PostgresSession.connect(url, `${APPLICATION} reads`);
        const own = reading;
        try {
          return await new SqlReads(await own).ask(query);
        } catch (error) {
          if (reading === own) reading = undefined;
          await closed(own);
          throw error;
        }
      },
    },
    async empty() {
      const session = await PostgresSession.connect(url, APPLICATION);
      await session.run(DROP_SQL).finally(() => session.close());
    },
    setAside: () => Promise.resolve(false),
    async close() {
      if (reading !== undefined) await closed(reading);
      for (const sink of sinks) await sink.disconnect();
    },
  };
}

/** Whether it was ever open or not. */
async function closed(session: Promise<PostgresSession>): Promise<void> {
  await session.then((open) => open.close()).catch(() => {});
}

async function openEmbedded(directory: string, warn: (sentence: string) => void): Promise<Store> {
  const embedded = new EmbeddedStore(directory);
  const sinks: SqlSink[] = [];
  const open = async () => {
    const sentence = await embedded.open();
    if (sentence !== undefined) warn(sentence);
  };
  await open();
  return {
    pipe: pipesInto(sinks, () => Promise.resolve(embedded.session())),
    reads: { ask: (query) => new SqlReads(embedded.session()).ask(query) },
    empty: () => embedded.session().run(DROP_SQL),
    async setAside(why) {
      await embedded.close();
      warn(embedded.setAside(why));
      await open();
      return true;
    },
    async close() {
      for (const sink of sinks) await sink.disconnect();
      await embedded.close();
    },
  };
}

function pipesInto(sinks: SqlSink[], connect: () => Promise<SqlSession>): Store['pipe'] {
  return (shard, settings) => {
    const sink = new SqlSink(shard, connect);
    sinks.push(sink);
    return new ShardPipe({ ...settings, sink });
  };
}
