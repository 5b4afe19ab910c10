import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { RedisServer, redisMissing } from '../../load/servers/redis-server.js';
import { PgliteSession } from '../../src/store/pglite-session.js';
import { PostgresSession } from '../../src/store/postgres-session.js';
import { expectedTables } from '../store/expected-tables.js';
import { differences } from '../store/stored-tables.js';
import { BinaryClient, sell } from '../support/binary-client.js';
import { runTickloom, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';

/** A data directory whose exchange has stopped, without any store. */
async function traded(): Promise<string> {
  const exchange = await startExchange();
  const client = await BinaryClient.open(`${exchange.ws}?account=1&account=2`);
  for (let clientId = 1; clientId <= 30; clientId++) {
    await client.ask(1, { clientId, price: 1000 + (clientId % 7), size: 10 });
    if (clientId % 3 === 0) await client.ask(3, { account: 2, clientId, side: sell, price: 1000, size: 7 });
  }
  client.close();
  await exchange.process.stop();
  return exchange.data;
}

let data: string;
beforeAll(async () => {
  data = await traded();
});

describe('tickloom rebuild', () => {
  it('makes the embedded tables anew, whatever was in them', async () => {
    for (let go = 0; go < 2; go++) {
      const { code, stdout, stderr } = await runTickloom([
        'rebuild',
        '--data',
        data,
        '--postgres',
        'embedded',
        '--json',
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const [shard] = (JSON.parse(stdout) as { shards: { sequence: number; commands: number }[] }).shards;
      expect(shard!.sequence).toBe(shard!.commands);
      const database = await PGlite.create(join(data, 'store'));
      const session = new PgliteSession(database);
      expect(await differences(session, expectedTables(data))).toEqual([]);
      await session.run('delete from orders; update log_positions set sequence = 5');
      await database.close();
    }
  });

  it('says in one line what is missing', async () => {
    const fault = async (...args: string[]) => {
      const { code, stdout, stderr } = await runTickloom(['rebuild', ...args]);
      expect(stdout).toBe('');
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      return { code, stderr };
    };
    const nothing = await fault('--data', data);
    expect(nothing.stderr).toMatch(/say what to make anew/);
    expect(nothing.code).toBe(2);
    expect((await fault('--data', temporaryDirectory(), '--postgres', 'embedded')).stderr).toMatch(
      /no journal/,
    );
    const away = await fault('--data', data, '--postgres', 'postgres://someone:secret@127.0.0.1:9/none');
    expect(away.code).toBe(1);
    expect(away.stderr).not.toContain('secret');
  });

  it('leaves a running exchange alone', async () => {
    const exchange = await startExchange([], data);
    const { code, stderr } = await runTickloom(['rebuild', '--data', data, '--postgres', 'embedded']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/in use|running/);
    await exchange.process.stop();
  });

  describeWith(postgresMissing(), 'into a Postgres server', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start({ fsync: false });
    });
    afterAll(() => server.dispose());

    it('drops what Tickloom made there and nothing else', async () => {
      await server.psql('create table mine (a integer); insert into mine values (7)');
      for (let go = 0; go < 2; go++) {
        const { code, stdout } = await runTickloom(['rebuild', '--data', data, '--postgres', server.url()]);
        expect(code).toBe(0);
        expect(stdout).toMatch(/^Shard 0: all \d+ commands are in the store/);
        await server.psql('delete from trades');
      }
      await runTickloom(['rebuild', '--data', data, '--postgres', server.url()]);
      const session = await PostgresSession.connect(server.url(), 'test');
      expect(await differences(session, expectedTables(data))).toEqual([]);
      await session.close();
      expect(await server.psql('select a from mine')).toEqual([{ a: 7 }]);
    });
  });

  describeWith(redisMissing(), 'into a Redis', () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await RedisServer.start();
    });
    afterAll(() => server.dispose());

    it('deletes the keys that Tickloom made there and nothing else', async () => {
      const redis = new Redis(server.url(), { retryStrategy: () => null });
      await redis.set('mine', '7');
      let first: string[] = [];
      for (let go = 0; go < 2; go++) {
        const { code } = await runTickloom(['rebuild', '--data', data, '--redis', server.url()]);
        expect(code).toBe(0);
        const keys = (await redis.keys('tickloom:*')).sort();
        expect(keys).toContain('tickloom:{shard-0}:commands');
        if (go === 0) first = keys;
        else expect(keys).toEqual(first);
        await redis.del('tickloom:{shard-0}:position');
      }
      expect(await redis.get('mine')).toBe('7');
      redis.disconnect();
    });
  });
});
