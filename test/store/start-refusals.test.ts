import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { RedisServer, redisMissing } from '../../load/servers/redis-server.js';
import { runTickloom, temporaryDirectory } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';
import { optionsWith, startWithStores } from './store-exchange.js';
import { StoreLoad } from './store-load.js';
import { expectStored } from './stored-log.js';

const SECRET = 'se cret/7';

/** Runs a start that must come to nothing. Returns the one line that it says. */
async function refusal(...stores: string[]): Promise<string> {
  const data = temporaryDirectory();
  const start = ['start', '--port', '0', '--json', '--data', data, ...optionsWith(stores, data)];
  const { code, signal, stdout, stderr } = await runTickloom(start);
  expect({ code, signal, stdout }).toEqual({ code: 1, signal: null, stdout: '' });
  expect(stderr).toMatch(/^tickloom: [^\n]+\n$/);
  for (const secret of [SECRET, encodeURIComponent(SECRET), 'wrong-one'])
    expect(stderr).not.toContain(secret);
  return stderr;
}

describeWith(postgresMissing(), 'a start with a Postgres that will never do', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: false, password: SECRET });
  });
  afterAll(() => server.dispose());

  it('says that the password is wrong', async () => {
    const said = await refusal('--postgres', server.url('postgres', 'tickloom', 'wrong-one'));
    expect(said).toMatch(/user or password is wrong; mend/);
  });

  it('says that a password is needed where the address has none', async () => {
    expect(await refusal('--postgres', `postgres://tickloom@127.0.0.1:${server.port}/postgres`)).toMatch(
      /password/,
    );
  });

  it('says that there is no such database', async () => {
    expect(await refusal('--postgres', server.url('nowhere'))).toMatch(/"nowhere" does not exist.*create it/);
  });

  it('says that the user may not write', async () => {
    await server.psql('create database readers');
    await server.psql(`create role reader login password '${SECRET}'`);
    await server.psql('revoke all on schema public from public', 'readers');
    await server.psql(
      'grant connect on database readers to reader; grant usage on schema public to reader;' +
        'alter default privileges in schema public grant select on tables to reader',
      'readers',
    );
    const url = server.url('readers', 'reader', SECRET);
    expect(await refusal('--postgres', url)).toMatch(/may not write there; grant it/);
    // The same where the tables are there already, made by another.
    const maker = await startWithStores(['--postgres', server.url('readers')]);
    await maker.process.stop();
    expect(await refusal('--postgres', url)).toMatch(/may not write there; grant it/);
  });

  it('says that the database is read-only', async () => {
    await server.psql('create database frozen');
    await server.psql('alter database frozen set default_transaction_read_only = on');
    expect(await refusal('--postgres', server.url('frozen'))).toMatch(
      /read-only; name the primary server, or a user that may write/,
    );
  });

  it('says that a newer Tickloom has been there', async () => {
    await server.psql('create database future');
    await server.psql(
      'create table schema_versions (version integer primary key); insert into schema_versions values (1000)',
      'future',
    );
    expect(await refusal('--postgres', server.url('future'))).toMatch(
      /schema version 1000, written by a newer Tickloom.*use the newer program, or another database/,
    );
  });

  it.each([
    'postgres',
    'http://127.0.0.1:5432/base',
    `postgres://tickloom:wrong-one@127.0.0.1:nowhere/base`,
    'postgres://tickloom:wrong-one@127.0.0.1:99999/base',
  ])('says that an address is not understood: %s', async (address) => {
    expect(await refusal('--postgres', address)).toMatch(/postgres:\/\//);
  });

  it('refuses a second exchange, and one whose log is another, in a database that has one', async () => {
    await server.psql('create database shared');
    const url = server.url('shared');
    const first = await startWithStores(['--postgres', url]);
    // While the first one has nothing in its log but its instruments, and when it has more.
    expect(await refusal('--postgres', url)).toMatch(/another log/);
    const load = new StoreLoad(2);
    await load.send(first.url, 2_000);
    await expectStored(url, first.data);
    expect(await refusal('--postgres', url)).toMatch(/another log/);
    await load.send(first.url, 500);
    await expectStored(url, first.data);
    const { stderr } = await first.process.stop();
    expect(stderr).toBe('');
    expect(await refusal('--postgres', url)).toMatch(/another log/);
  });
});

describeWith(redisMissing(), 'a start with a Redis that will never do', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({ password: SECRET });
  });
  afterAll(() => server.dispose());

  it('says that the password is wrong, or missing', async () => {
    for (const url of [server.url('wrong-one'), `redis://127.0.0.1:${server.port}`])
      expect(await refusal('--redis', url)).toMatch(/put the right user and password into its URL/);
  });

  it('says that a database is not there', async () => {
    expect(await refusal('--redis', `${server.url()}/99`)).toMatch(/name a database that it has/);
  });

  it.each([
    'redis',
    'http://127.0.0.1:6379',
    'redis://:wrong-one@127.0.0.1:nowhere',
    'redis://:50%wrong-one@here',
  ])('says that an address is not understood: %s', async (address) => {
    expect(await refusal('--redis', address)).toMatch(/redis:|%25|port/);
  });

  it('refuses a second exchange', async () => {
    const first = await startWithStores(['--redis', server.url()]);
    expect(await refusal('--redis', server.url())).toMatch(/another log/);
    const { stderr } = await first.process.stop();
    expect(stderr).toBe('');
  });

  it('says that what answers is no Redis', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    expect(await refusal('--redis', `redis://127.0.0.1:${port}`)).toMatch(/there is no Redis: mend/);
    other.close();
  });
});
