import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../../load/servers/postgres-server.js';
import { describeWith } from '../../support/not-run.js';

describeWith(postgresMissing(), 'a Postgres for tests', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start({ settings: { max_connections: '20' } });
    await server.psql('CREATE TABLE trades (id int)');
  });
  afterAll(() => server?.dispose());

  const ids = async () => (await server.psql('SELECT id FROM trades ORDER BY id')).map((row) => row['id']);

  /** A session that is there until the server cuts it off. */
  async function session(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: server.url() });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  it('listens on loopback with what it was told', async () => {
    expect(await server.psql('SHOW max_connections')).toEqual([{ max_connections: '20' }]);
    expect(await server.psql('SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await server.psql('SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(await server.psql('SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await server.psql('SELECT 1 AS one; SELECT 2 AS two')).toEqual([{ two: 2 }]);
    expect(await server.psql('SELECT current_user')).toEqual([{ current_user: 'tickloom' }]);
  });

  it('lets nobody in with a wrong password', async () => {
    const client = new pg.Client({ connectionString: server.url('postgres', 'tickloom', 'wrong') });
    await expect(client.connect()).rejects.toThrow('password authentication failed');
  });

  it('has databases and users of its own', async () => {
    await server.psql(`CREATE DATABASE "a b"`);
    await server.psql(`CREATE ROLE reader LOGIN PASSWORD 'p@ss/word'`);
    expect(await server.psql('SELECT current_database() AS name', 'a b')).toEqual([{ name: 'a b' }]);
    const client = new pg.Client({ connectionString: server.url('a b', 'reader', 'p@ss/word') });
    await client.connect();
    expect((await client.query('SELECT current_user AS name')).rows).toEqual([{ name: 'reader' }]);
    await client.end();
  });

  it('keeps what was committed through a kill, with clients connected and at work', async () => {
    const port = server.port;
    const idle = await session();
    const busy = await session();
    const asleep = busy.query('SELECT pg_sleep(3600)').catch((error: Error) => error);
    await server.psql('INSERT INTO trades VALUES (1)');
    const closed = new Promise((resolve) => idle.once('end', resolve));
    await server.kill();
    expect(server.isRunning).toBe(false);
    expect(await asleep).toBeInstanceOf(Error);
    await closed;
    await expect(server.psql('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(server.port).toBe(port);
    expect(await ids()).toEqual([1]);
    expect(server.printed()).toContain('was not properly shut down');
  });

  it('stops in good order, and takes its data up again', async () => {
    const idle = await session();
    await server.psql('INSERT INTO trades VALUES (2)');
    await server.stop();
    expect(server.printed()).toContain('database system is shut down');
    await server.restart();
    expect(await ids()).toEqual([1, 2]);
    expect(server.printed()).not.toContain('was not properly shut down');
    await server.restart();
    expect(await ids()).toEqual([1, 2]);
    await idle.end();
  });

  it('stands still while it is paused, backends and all', async () => {
    const client = await session();
    await server.pause();
    let answered = false;
    const insert = client.query('INSERT INTO trades VALUES (3)').then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    server.resume();
    await insert;
    expect(await ids()).toEqual([1, 2, 3]);
    await client.end();
  });

  it('can be killed and stopped while it is paused', async () => {
    await server.pause();
    await server.kill();
    await server.restart();
    await server.pause();
    await server.restart();
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('can be one that trusts, and takes its directory away', async () => {
    const trusting = await PostgresServer.start({ auth: 'trust', fsync: false });
    const client = new pg.Client({ connectionString: trusting.url('postgres', 'tickloom', 'wrong') });
    await client.connect();
    expect((await client.query('SHOW fsync')).rows).toEqual([{ fsync: 'off' }]);
    await client.end();
    await trusting.dispose();
    expect(existsSync(trusting.directory)).toBe(false);
  });

  it('says what it printed where it does not start', async () => {
    const failed = PostgresServer.start({ settings: { max_connections: 'many' } });
    await expect(failed).rejects.toThrow('invalid value for parameter "max_connections"');
  });
});
