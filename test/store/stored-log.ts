import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { FRAME_FIRST_SEQUENCE, FRAME_HEADER_WORDS, FRAME_TIME, frameEnd } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { PostgresSession } from '../../src/store/postgres-session.js';
import { RedisKeys } from '../../src/store/redis-keys.js';
import type { SqlSession } from '../../src/store/sql-session.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';
import { readEvents, type SeenEvent } from '../book/events.js';
import { type ExpectedRow, type ExpectedTables, expectedTables } from './expected-tables.js';
import { client, objects, rebuilt, streamedEvents } from './redis-run.js';
import { differences } from './stored-tables.js';

/** How many shards the exchanges of these tests have. */
export const SHARDS = 2;

/** Of each shard, the last sequence in its log. Nothing may be sent meanwhile. */
export function lastSequences(data: string): number[] {
  return Array.from(
    { length: SHARDS },
    (_, shard) => readJournal({ directory: data, shard }, () => {}).nextSequence - 1,
  );
}

/** What the tables of all shards must hold together. */
export function allTables(data: string): ExpectedTables {
  const shards = Array.from({ length: SHARDS }, (_, shard) => expectedTables(data, shard));
  const all = (table: keyof ExpectedTables) => shards.flatMap((tables) => tables[table]);
  const accounts = new Map<string, ExpectedRow>();
  for (const row of all('accounts')) {
    const before = accounts.get(row['account']!);
    const isFirst = before === undefined || BigInt(row['first_seen_ns']!) < BigInt(before['first_seen_ns']!);
    if (isFirst) accounts.set(row['account']!, row);
  }
  return {
    orders: all('orders'),
    executions: all('executions'),
    trades: all('trades'),
    instruments: all('instruments'),
    accounts: [...accounts.values()],
  };
}

/** Waits until all of the log is in the tables, and compares them with it. Returns what they hold. */
export async function expectTables(session: SqlSession, data: string): Promise<ExpectedTables> {
  const last = lastSequences(data).join();
  for (;;) {
    const rows = await session.rows('select sequence from log_positions order by shard');
    if (rows.map((row) => String(row['sequence'])).join() === last) break;
    await pause(20);
  }
  const tables = allTables(data);
  expect(await differences(session, tables)).toEqual([]);
  return tables;
}

/** The same on a connection to a server. */
export async function expectStored(url: string, data: string): Promise<ExpectedTables> {
  const session = await PostgresSession.connect(url, 'test');
  try {
    return await expectTables(session, data);
  } finally {
    await session.close();
  }
}

/** Waits until all of the log is in Redis: events, commands that rebuild the shards, and the open orders. */
export async function expectStreamed(url: string, data: string): Promise<void> {
  const redis = client(url);
  try {
    for (const [shard, last] of lastSequences(data).entries()) {
      const keys = new RedisKeys(shard);
      while ((await redis.hget(keys.position, 'sequence')) !== `${last}`) await pause(20);
      const log = replayed(data, shard);
      expect(await streamedEvents(redis, shard)).toEqual(log.events);
      const { engine } = await rebuilt(redis, shard);
      expect(Buffer.from(engine.snapshot()).equals(Buffer.from(log.engine.snapshot()))).toBe(true);
      const orders = await objects(redis, `${keys.prefix}order:`);
      const open = log.engine.openOrders();
      expect([...orders.keys()].map(Number).sort((a, b) => a - b)).toEqual(
        open.map(({ orderId }) => orderId).sort((a, b) => a - b),
      );
      for (const { orderId, account } of open) expect(orders.get(`${orderId}`)).toMatchObject({ account });
    }
  } finally {
    redis.disconnect();
  }
}

function replayed(directory: string, shard: number): { engine: Engine; events: readonly SeenEvent[] } {
  const engine = new Engine({ shard });
  const events: SeenEvent[] = [];
  readJournal({ directory, shard }, (words, at) => {
    let sequence = readWhole(words, at + FRAME_FIRST_SEQUENCE);
    const end = frameEnd(words, at);
    for (let line = at + FRAME_HEADER_WORDS; line < end; line += orderLines(words[line]!) * LINE_WORDS) {
      engine.apply(words, line, sequence, words[at + FRAME_TIME]!, words[at + FRAME_TIME + 1]!);
      sequence += sequencesOf(words, line);
    }
    events.push(...readEvents(engine.events.words, engine.events.length));
    engine.events.clear();
  });
  return { engine, events };
}
