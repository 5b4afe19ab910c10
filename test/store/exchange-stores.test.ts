import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { RedisServer, redisMissing } from '../../load/servers/redis-server.js';
import { describeWith } from '../support/not-run.js';
import { startWithStores } from './store-exchange.js';
import { StoreLoad } from './store-load.js';
import { expectStored, expectStreamed } from './stored-log.js';

describeWith(postgresMissing() ?? redisMissing(), 'an exchange with Postgres and Redis', () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  beforeAll(async () => {
    postgres = await PostgresServer.start({ fsync: false });
    redis = await RedisServer.start();
  });
  afterAll(async () => {
    await postgres.dispose();
    await redis.dispose();
  });

  it('holds what clients were told and what the log says, field by field', async () => {
    const load = new StoreLoad(1);
    const exchange = await startWithStores(['--postgres', postgres.url(), '--redis', redis.url()]);
    await load.send(exchange.url, 20_000);
    expect(load.ledger.differences).toEqual([]);
    expect(load.answered).toBe(20_000);
    const tables = await expectStored(postgres.url(), exchange.data);
    await expectStreamed(redis.url(), exchange.data);
    expect(load.untold(tables.executions)).toEqual([]);
    expect(tables.trades.length).toBeGreaterThan(1_000);
    expect(tables.orders.some((row) => row['client_text'] !== undefined)).toBe(true);
    expect(new Set(tables.executions.map((row) => row['kind'])).size).toBeGreaterThan(7);
    const { code, stderr } = await exchange.process.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
