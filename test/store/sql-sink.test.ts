import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { LiveClock } from '../../src/clock/live-clock.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { StoreBoard } from '../../src/metrics/store-board.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { OutageNews } from '../../src/store/outage-news.js';
import { PgliteSession } from '../../src/store/pglite-session.js';
import { PostgresSession } from '../../src/store/postgres-session.js';
import { ShardPipe } from '../../src/store/shard-pipe.js';
import { PositionMoved, StoreAway } from '../../src/store/sink.js';
import { SqlReads } from '../../src/store/sql-reads.js';
import type { SqlSession } from '../../src/store/sql-session.js';
import { SqlSink } from '../../src/store/sql-sink.js';
import { FEATURES } from '../book/features.js';
import { streamOf } from '../book/stream-plan.js';
import { describeWith } from '../support/not-run.js';
import { expectedTables } from './expected-tables.js';
import { FLOW_START_NS, ShardLog } from './shard-log.js';
import { differences } from './stored-tables.js';

type Connect = () => Promise<SqlSession>;

const clock = new LiveClock();
afterAll(() => clock.close());

function pipeInto(log: ShardLog, connect: Connect, warnings: string[] = [], shard = 0) {
  const sink = new SqlSink(shard, connect);
  const pipe = new ShardPipe({
    source: log.source,
    logEnd: log.logEnd,
    lastSequence: () => log.lastSequence,
    sink,
    clock,
    board: new StoreBoard(StoreBoard.allocate(shard + 1)),
    store: 0,
    shard,
    writeTargetNs: 10e6,
    delayMs: 1,
    doorbell: new Doorbell(Doorbell.allocate()),
    news: new OutageNews('postgres', (sentence) => warnings.push(sentence)),
  });
  return { pipe, sink };
}

/** Carries all there is by now into the store, through a pipe that then ends. */
async function carry(log: ShardLog, connect: Connect, warnings: string[] = []): Promise<void> {
  const { pipe, sink } = pipeInto(log, connect, warnings);
  pipe.finish();
  await pipe.run();
  pipe.close();
  await sink.disconnect();
}

/** A session whose connection is lost where a test says so. */
class LosingSession implements SqlSession {
  readonly #inner: SqlSession;
  readonly #lose: () => 'before' | 'after' | 'never';

  constructor(inner: SqlSession, lose: () => 'before' | 'after' | 'never') {
    this.#inner = inner;
    this.#lose = lose;
  }

  run(sql: string) {
    return this.#inner.run(sql);
  }

  rows(sql: string, values?: Parameters<SqlSession['rows']>[1]) {
    return this.#inner.rows(sql, values);
  }

  async write(...write: Parameters<SqlSession['write']>) {
    const when = this.#lose();
    if (when === 'before') throw new StoreAway('lost before the write');
    await this.#inner.write(...write);
    if (when === 'after') throw new StoreAway('lost between commit and answer');
  }

  close() {
    return this.#inner.close();
  }
}

function rules(name: string, database: () => Promise<Connect>): void {
  describe(name, () => {
    it.each([11, 12, 13, 14])('holds what the log says, field by field: seed %d', async (seed) => {
      const connect = await database();
      const log = new ShardLog(seed, {
        features: new Set(FEATURES),
        flow: streamOf(seed, new Set(FEATURES)),
      });
      // In several goes: orders are open between them, and the mirror is loaded from the tables.
      for (let go = 0; go < 3; go++) {
        log.grow(700);
        await carry(log, connect);
        const session = await connect();
        expect(await differences(session, expectedTables(log.directory, 0, log.lastSequence))).toEqual([]);
        await session.close();
      }
      const session = await connect();
      const [open] = await session.rows('select count(*)::int as orders from orders_open');
      expect(open!['orders']).toBe(log.engine.liveOrders);
      await session.close();
      log.close();
    });

    it('writes each row once where connections are lost before and after the commit', async () => {
      const dice = new SeededRandomness(5);
      const connect = await database();
      const warnings: string[] = [];
      const lost = { before: 0, after: 0, never: 0 };
      const log = new ShardLog(21);
      for (let go = 0; go < 12; go++) {
        log.grow(200);
        const losing = async () =>
          new LosingSession(await connect(), () => {
            const when = (['before', 'after', 'never'] as const)[dice.below(3)]!;
            lost[when]++;
            return when;
          });
        const { pipe, sink } = pipeInto(log, losing, warnings);
        const running = pipe.run();
        while (pipe.position.sequence < log.lastSequence)
          await new Promise((resolve) => setTimeout(resolve, 5));
        pipe.finish();
        await running;
        await sink.disconnect();
      }
      for (const count of Object.values(lost)) expect(count).toBeGreaterThan(0);
      const session = await connect();
      expect(await differences(session, expectedTables(log.directory))).toEqual([]);
      await session.close();
      log.close();
    });

    it('fences a second writer', async () => {
      const connect = await database();
      const log = new ShardLog(31);
      log.grow(50);
      await carry(log, connect);
      log.grow(50);
      const first = pipeInto(log, connect);
      const second = pipeInto(log, connect);
      const batchOf = async ({ sink }: typeof first) => {
        const from = await sink.open();
        const { LogFeed } = await import('../../src/follower/log-feed.js');
        const feed = LogFeed.open(log.source, log.logEnd, from);
        await sink.begin(feed);
        const batch = sink.makeBatch();
        batch.from = from;
        while (feed.read((run) => sink.add(run, batch)));
        batch.to = feed.position;
        sink.seal(batch);
        feed.close();
        return batch;
      };
      const one = await batchOf(first);
      const other = await batchOf(second);
      await first.sink.write(one);
      await expect(second.sink.write(other)).rejects.toThrow(PositionMoved);
      const session = await connect();
      expect(await differences(session, expectedTables(log.directory))).toEqual([]);
      await session.close();
      await first.sink.disconnect();
      await second.sink.disconnect();
      log.close();
    });

    it('does not take up what another log has written', async () => {
      const connect = await database();
      const one = new ShardLog(41);
      const other = new ShardLog(42);
      one.grow(100);
      other.grow(200);
      await carry(one, connect);
      await expect(carry(other, connect)).rejects.toThrow(/another log/);
      const shorter = new ShardLog(41);
      shorter.grow(50);
      await expect(carry(shorter, connect)).rejects.toThrow(/the log ends at/);
      for (const log of [one, other, shorter]) log.close();
    });

    it('is not shared by two logs that begin at once, however alike', async () => {
      const connect = await database();
      const one = new ShardLog(43);
      const other = new ShardLog(43, { fromNs: FLOW_START_NS + 1_024 });
      one.grow(100);
      other.grow(100);
      expect(other.lastSequence).toBe(one.lastSequence);
      // The one has come through when the other writes for the first time.
      const late: Connect = async () => {
        const session = await connect();
        const write = session.write.bind(session);
        session.write = async (...parts) => {
          session.write = write;
          await carry(one, connect);
          await write(...parts);
        };
        return session;
      };
      await expect(carry(other, late)).rejects.toThrow(/another log/);
      const session = await connect();
      expect(await differences(session, expectedTables(one.directory))).toEqual([]);
      await session.close();
      for (const log of [one, other]) log.close();
    });

    it('keeps rows of each month apart, so that old ones can be dropped', async () => {
      const connect = await database();
      const newYear = Date.UTC(2027, 0) * 1e6;
      const log = new ShardLog(51, {
        features: new Set(),
        fromNs: newYear - 40_000_000,
      });
      for (let i = 0; i < 2; i++) {
        log.grow(1500);
        await carry(log, connect);
      }
      const session = await connect();
      expect(await differences(session, expectedTables(log.directory))).toEqual([]);
      const months = await session.rows(
        "select relname from pg_class where relname ~ '^(orders|trades|executions)_20' and relkind = 'r' order by 1",
      );
      expect(months.map((row) => row['relname'])).toEqual(
        ['executions', 'orders', 'trades'].flatMap((table) => [`${table}_202612`, `${table}_202701`]),
      );
      await session.run('drop table executions_202612, trades_202612, orders_202612');
      const reads = new SqlReads(session);
      const found = async (orderId: number) => (await reads.ask({ of: 'order', orderId })).rows.length;
      const [oldest] = await session.rows('select min(order_id) as id from orders_open');
      const id = Number(oldest!['id']);
      expect(await found(id)).toBe(1);
      // As where its month was dropped while it stayed open: nothing says any more whose it is.
      await session.run(`delete from executions where place <= ${id}`);
      expect(await found(id)).toBe(1);
      expect(await found(log.lastSequence + 1)).toBe(0);
      const [open] = await session.rows('select count(*)::int as orders from orders where done_ns is null');
      expect(open!['orders']).toBe(log.engine.liveOrders);
      await session.close();
      log.close();
    });

    it('is migrated once by two that start at once', async () => {
      const connect = await database();
      const sinks = [new SqlSink(0, connect), new SqlSink(1, connect), new SqlSink(2, connect)];
      await Promise.all(sinks.map((sink) => sink.open()));
      const session = await connect();
      expect(await session.rows('select version from schema_versions')).toEqual([{ version: 1 }]);
      await session.run('insert into schema_versions values (1000)');
      await expect(new SqlSink(0, connect).open()).rejects.toThrow(
        /schema version 1000, written by a newer Tickloom/,
      );
      await session.close();
      for (const sink of sinks) await sink.disconnect();
    });
  });
}

describe('a shard in tables', () => {
  rules('of the embedded Postgres', async () => {
    const database = await PGlite.create();
    return () => Promise.resolve(new PgliteSession(database));
  });

  describeWith(postgresMissing(), 'of a Postgres server', () => {
    let server: PostgresServer;
    let databases = 0;
    beforeAll(async () => {
      server = await PostgresServer.start({ auth: 'trust', fsync: false });
    });
    afterAll(() => server.dispose());

    rules('started for this', async () => {
      const name = `rules${++databases}`;
      await server.psql(`create database ${name}`);
      return () => PostgresSession.connect(server.url(name), 'test');
    });
  });
});
