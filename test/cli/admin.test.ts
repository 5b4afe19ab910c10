import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryClient } from '../support/binary-client.js';
import {
  type Ended,
  type RunningExchange,
  runTickloom,
  startExchange,
  temporaryDirectory,
} from '../support/exchange-process.js';

const two = ['--shards', '2', '--gateways', '2', '--transport', 'uws'];

const listing = {
  symbol: 'NEW-USD',
  tickSize: '0.05',
  lotSize: '0.1',
  minPrice: '0.05',
  maxPrice: '1000.00',
  minSize: '0.1',
  maxSize: '1000.0',
};

describe('tickloom admin', () => {
  let exchange: RunningExchange;
  const admin = (...args: string[]): Promise<Ended> =>
    runTickloom(['admin', ...args, '--port', String(exchange.port)]);
  const json = async (...args: string[]) => {
    const ended = await admin(...args, '--json');
    expect(ended.stderr).toBe('');
    expect(ended.stdout.trim().split('\n')).toHaveLength(1);
    return { code: ended.code, answer: JSON.parse(ended.stdout) };
  };

  beforeAll(async () => {
    exchange = await startExchange(two);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('lists instruments', async () => {
    const text = await admin('instruments');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^id +symbol +shard/);
    expect(text.stdout).toContain('BTC-USD');
    const { answer } = await json('instruments');
    expect(answer).toHaveLength(3);
    expect(answer[0]).toMatchObject({ id: 1, symbol: 'BTC-USD' });
  });

  it('halts, resumes and closes', async () => {
    expect((await admin('halt', 'BTC-USD')).stdout).toBe('BTC-USD is halted.\n');
    const again = await admin('halt', 'BTC-USD');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('in that state already');
    expect((await json('resume', 'BTC-USD')).answer).toMatchObject({
      event: 'stateChanged',
      state: 'continuous',
    });
    expect((await json('close', 'ETH-USD')).answer).toMatchObject({ state: 'closed' });
    expect((await json('resume', 'ETH-USD')).code).toBe(0);
    const unknown = await admin('halt', 'NOPE');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('is not listed here');
  });

  it('cancels orders, and stops accounts', async () => {
    const client = await BinaryClient.open(`${exchange.ws}?account=7&account=8`);
    for (let i = 1; i <= 4; i++)
      await client.ask(1, { account: 7 + (i % 2), clientId: i, price: 1000, size: 100 });
    expect(
      (await json('cancel-all', '--account', '7', '--symbol', 'BTC-USD', '--side', 'buy')).answer.orders,
    ).toBe(2);
    expect((await admin('cancel-all')).stdout).toBe('Orders cancelled: 2.\n');
    await client.take(5);
    expect((await admin('stop-account', '7')).stdout).toContain('is stopped');
    expect(await client.ask(1, { account: 7, clientId: 9, price: 1000, size: 100 })).toMatchObject([
      { kind: 'rejected', code: 406 },
    ]);
    expect((await admin('release-account', '7')).stdout).toContain('may trade again');
    expect(await client.ask(1, { account: 7, clientId: 10, price: 1000, size: 100 })).toMatchObject([
      { kind: 'accepted' },
    ]);
    client.close();
  });

  it('adds an instrument, which trades and survives a restart', async () => {
    const file = join(temporaryDirectory(), 'instrument.json');
    writeFileSync(file, JSON.stringify(listing));
    const added = await json('add-instrument', file);
    expect(added).toMatchObject({ code: 0, answer: { id: 4, symbol: 'NEW-USD', tickSize: '0.05' } });
    // Asked again, the same; with other terms, no.
    expect((await json('add-instrument', JSON.stringify(listing))).answer).toEqual(added.answer);
    const other = await admin('add-instrument', JSON.stringify({ ...listing, maxPrice: '2000.00' }));
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('listed already');
    const wrong = await admin('add-instrument', JSON.stringify({ ...listing, tickSize: 'x' }));
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('tickSize');
    // Both gateways know it.
    for (let i = 0; i < 8; i++) {
      const client = await BinaryClient.open(`${exchange.ws}?account=1`);
      expect(await client.ask(1, { instrument: 4, clientId: 100 + i, price: 20, size: 1 })).toMatchObject([
        { kind: 'accepted', instrument: 4 },
      ]);
      client.close();
    }
    expect((await exchange.process.stop()).code).toBe(0);
    exchange = await startExchange(two, exchange.data);
    const { answer } = await json('instruments');
    expect(answer[3]).toEqual(added.answer);
    const [next] = [(await json('add-instrument', JSON.stringify({ ...listing, symbol: 'NEXT' }))).answer];
    expect(next.id).toBe(5);
  });

  it('takes snapshots, and says how the threads are', async () => {
    const { answer } = await json('snapshot');
    expect(answer).toHaveLength(2);
    for (const { file, sequence } of answer) {
      expect(existsSync(file)).toBe(true);
      expect(sequence).toBeGreaterThan(0);
    }
    const health = await json('health');
    expect(health.answer.shards[0]).toMatchObject({
      phase: 'running',
      disk: 'well',
      restarts: 0,
      follower: { behind: 0, snapshot: answer[0].sequence },
    });
    expect((await admin('health')).stdout).toContain('ok, ');
    expect((await admin('snapshot')).stdout).toContain('.snapshot holds all');
  });

  it('says what is wrong', async () => {
    const gone = await runTickloom(['admin', 'health', '--port', '1']);
    expect(gone).toMatchObject({ code: 1, stdout: '' });
    expect(gone.stderr).toContain('nothing answers at 127.0.0.1:1');
    for (const args of [
      [],
      ['halt'],
      ['fly'],
      ['health', '--prot', '1'],
      ['add-instrument', '/no/such/file'],
    ])
      expect((await runTickloom(['admin', ...args])).code).toBe(2);
    expect((await runTickloom(['admin', '--help'])).stdout).toContain('add-instrument');
  });
});

describe('tickloom admin, where the exchange has keys', () => {
  it('signs with the key that is named, and is refused without one of scope admin', async () => {
    const data = temporaryDirectory();
    const add = (id: string, ...more: string[]) =>
      runTickloom(['keys', 'add', '--id', id, '--data', data, '--json', ...more]);
    const keyFile = (ended: Ended, id: string) => {
      const file = join(data, `${id}.key`);
      const made = JSON.parse(ended.stdout) as Record<string, string>;
      writeFileSync(file, made['privateKey'] ?? made['secret'] ?? '', { mode: 0o600 });
      return file;
    };
    const boss = keyFile(await add('boss', '--scopes', 'admin'), 'boss');
    const clerk = keyFile(
      await add('clerk', '--kind', 'hmac', '--scopes', 'trade', '--accounts', '7'),
      'clerk',
    );
    const keyed = await startExchange([], data);
    const admin = (...args: string[]) => runTickloom(['admin', ...args, '--port', String(keyed.port)]);
    expect(await admin('halt', 'ACME')).toMatchObject({ code: 1, stdout: '' });
    const refused = await admin('halt', 'ACME', '--key-id', 'clerk', '--key-file', clerk);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('scope');
    const done = await admin('halt', 'ACME', '--key-id', 'boss', '--key-file', boss);
    expect(done).toMatchObject({ code: 0, stdout: 'ACME is halted.\n', stderr: '' });
    const half = await admin('halt', 'ACME', '--key-id', 'boss');
    expect(half).toMatchObject({ code: 2, stdout: '' });
    expect(half.stderr).toContain('--key-file');
    expect((await keyed.process.stop()).code).toBe(0);
  });
});
