import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  type RunningExchange,
  runTickloom,
  startExchange,
  temporaryDirectory,
} from '../support/exchange-process.js';
import { type Message, MsgpackClient } from '../support/msgpack-client.js';
import {
  bearerToken,
  ed25519Key,
  hmacKey,
  nowNs,
  type SignedFields,
  signedHeaders,
  signedTarget,
  type TestKey,
  writeKeys,
} from '../support/signing.js';
import { transportsHere } from '../support/transports.js';

const order = (clientOrderId: string, account?: number) =>
  JSON.stringify({ clientOrderId, account, symbol: 'BTC-USD', side: 'buy', price: '10.00', size: '0.0001' });

describe.each(await transportsHere())('an exchange with keys on %s', (transport) => {
  const trader = ed25519Key('trader', { accounts: [7, 8] });
  const other = hmacKey('other', { accounts: [9] });
  const reader = ed25519Key('reader', { scopes: ['read'], accounts: [7] });
  const operator = hmacKey('operator', { scopes: ['admin'], accounts: [] });
  const { token, entry } = bearerToken('watcher');
  const all = [trader, other, reader, operator, { entry }];
  const data = temporaryDirectory();
  let exchange: RunningExchange;

  beforeAll(async () => {
    writeKeys(data, all);
    const options = ['--transport', transport, '--postgres', 'embedded'];
    exchange = await startExchange(options, data);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  async function send(
    key: TestKey | undefined,
    method: string,
    target: string,
    fields: SignedFields = {},
    more: Record<string, string> = {},
  ): Promise<{ status: number; json: Message; headers: Headers }> {
    const signed = key === undefined ? {} : signedHeaders(key, method, target, fields);
    const response = await fetch(`${exchange.url}${target}`, {
      method,
      headers: { ...signed, ...more },
      ...(fields.body === undefined ? {} : { body: fields.body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, json: isJson ? JSON.parse(text) : { text }, headers: response.headers };
  }

  /** Tries to open a WebSocket; the status where it is refused. */
  async function open(target: string, headers: Record<string, string> = {}): Promise<WebSocket | number> {
    const socket = new WebSocket(`ws://127.0.0.1:${exchange.port}${target}`, 'tickloom.msgpack.v1', {
      headers,
    });
    const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number);
    socket.on('error', () => {});
    return await Promise.race([refused, once(socket, 'open').then(() => socket)]);
  }

  it('lets in nobody who shows nothing, but to what everybody may know', async () => {
    for (const path of ['/health', '/time', '/instruments'])
      expect((await send(undefined, 'GET', path)).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/orders'],
      ['GET', '/books/BTC-USD'],
      ['GET', '/metrics'],
      ['GET', '/orders?account=7'],
      ['POST', '/snapshots'],
    ] as const) {
      const fields = method === 'POST' ? { body: order('none', 7) } : {};
      const { status, json, headers } = await send(undefined, method, path, fields);
      expect([path, status, json['reason']]).toEqual([path, 401, 'not-authenticated']);
      expect(headers.get('www-authenticate')).not.toBeNull();
    }
    expect(await open('/ws')).toBe(401);
    expect(await open('/ws?account=7')).toBe(401);
  });

  it('takes a signed order, for the accounts of its key alone', async () => {
    const body = order('http-1');
    const taken = await send(trader, 'POST', '/orders', { body });
    expect(taken).toMatchObject({ status: 201, json: { event: 'accepted', account: 7 } });
    expect(taken.headers.get('ratelimit-remaining')).not.toBeNull();
    const eight = await send(trader, 'POST', '/orders', { body: order('http-2', 8) });
    expect(eight).toMatchObject({ status: 201, json: { account: 8 } });
    for (const account of [9, 1, 0])
      expect(await send(trader, 'POST', '/orders', { body: order(`no-${account}`, account) })).toMatchObject({
        status: 403,
        json: { code: 201, reason: 'account-not-yours' },
      });
    expect(await send(other, 'DELETE', `/orders/${taken.json['orderId']}?account=7`)).toMatchObject({
      status: 403,
    });
    // With its own account named, the order of another one is none.
    expect(await send(other, 'DELETE', `/orders/${taken.json['orderId']}`)).toMatchObject({ status: 404 });
    const isThere = async () => (await send(reader, 'GET', `/orders/${taken.json['orderId']}`)).status;
    await expect.poll(isThere).toBe(200);
    expect(await send(other, 'GET', `/orders/${taken.json['orderId']}`)).toMatchObject({ status: 404 });
    expect(await send(other, 'GET', '/orders?account=7')).toMatchObject({ status: 403 });
    expect(await send(reader, 'GET', `/orders/${taken.json['orderId']}`)).toMatchObject({ status: 200 });
    const askAll = async () => (await send(operator, 'GET', '/orders?account=7')).status;
    await expect.poll(askAll).toBe(200);
  });

  it('refuses a request that is sent once more', async () => {
    const headers = signedHeaders(trader, 'POST', '/orders', { body: order('again') });
    const init = { method: 'POST', headers, body: order('again') };
    expect((await fetch(`${exchange.url}/orders`, init)).status).toBe(201);
    const second = await fetch(`${exchange.url}/orders`, init);
    expect([second.status, await second.json()]).toMatchObject([401, { reason: 'nonce-used' }]);
  });

  it('refuses what was signed too long ago, or for a time to come', async () => {
    for (const off of [-6_000_000_000n, 6_000_000_000n])
      expect(await send(trader, 'GET', '/session', { timestamp: nowNs() + off })).toMatchObject({
        status: 401,
        json: { reason: 'timestamp-outside-window' },
      });
  });

  it('refuses a signature of something else', async () => {
    const { status } = await send(trader, 'GET', '/session');
    expect(status).toBe(200);
    const cases: [string, string, string | undefined][] = [
      ['POST', '/session', undefined],
      ['GET', '/metrics', undefined],
      ['GET', '/session?', undefined],
      ['GET', '/session', 'a body'],
    ];
    for (const [method, target, body] of cases) {
      const headers = signedHeaders(trader, method, target, body === undefined ? {} : { body });
      const response = await fetch(`${exchange.url}/session`, { headers });
      expect([method, target, response.status]).toEqual([method, target, 401]);
    }
    // Another key's id over one's own signature; and a key that there is not.
    for (const id of ['other', 'nobody']) {
      const headers = { ...signedHeaders(trader, 'GET', '/session'), 'tickloom-key': id };
      const response = await fetch(`${exchange.url}/session`, { headers });
      expect([id, response.status, await response.json()]).toMatchObject([
        id,
        401,
        { reason: 'not-authenticated' },
      ]);
    }
  });

  it('keeps each key to its scope', async () => {
    expect(await send(reader, 'POST', '/orders', { body: order('reads') })).toMatchObject({
      status: 403,
      json: { code: 203, reason: 'scope-missing' },
    });
    for (const key of [reader, trader]) {
      const body = JSON.stringify({ state: 'halted' });
      expect(await send(key, 'POST', '/instruments/ACME/state', { body })).toMatchObject({ status: 403 });
      expect(await send(key, 'POST', '/snapshots')).toMatchObject({ status: 403 });
      expect(await send(key, 'DELETE', '/orders?account=0')).toMatchObject({ status: 403 });
    }
    const body = JSON.stringify({ state: 'halted' });
    expect(await send(operator, 'POST', '/instruments/ACME/state', { body })).toMatchObject({ status: 200 });
    expect(await send(trader, 'GET', '/session')).toMatchObject({
      json: { key: 'trader', scopes: ['read', 'trade'], accounts: [7, 8] },
    });
  });

  it('lets a token read, and do nothing else', async () => {
    const authorization = `Bearer ${token}`;
    expect(await send(undefined, 'GET', '/metrics', {}, { authorization })).toMatchObject({ status: 200 });
    expect(await send(undefined, 'GET', '/books/BTC-USD', {}, { authorization })).toMatchObject({
      status: 200,
    });
    expect(await send(undefined, 'GET', '/orders?account=7', {}, { authorization })).toMatchObject({
      status: 403,
    });
    expect(
      await send(undefined, 'POST', '/orders', { body: order('token') }, { authorization }),
    ).toMatchObject({
      status: 403,
    });
    expect(await open('/ws', { authorization })).toBe(403);
    const wrong = `Bearer ${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    expect(await send(undefined, 'GET', '/metrics', {}, { authorization: wrong })).toMatchObject({
      status: 401,
    });
  });

  it('opens a session once, by headers or by the query', async () => {
    const byHeaders = signedHeaders(trader, 'GET', '/ws?account=8');
    const first = await open('/ws?account=8', byHeaders);
    expect(first).toBeInstanceOf(WebSocket);
    expect(await open('/ws?account=8', byHeaders)).toBe(401);
    const target = signedTarget(trader, '/ws');
    const second = await open(target);
    expect(second).toBeInstanceOf(WebSocket);
    expect(await open(target)).toBe(401);
    // The accounts are part of what was signed.
    expect(await open('/ws?account=7', signedHeaders(trader, 'GET', '/ws?account=8'))).toBe(401);
    expect(await open(signedTarget(trader, '/ws?account=8').replace('account=8', 'account=7'))).toBe(401);
    (first as WebSocket).terminate();
    (second as WebSocket).terminate();
  });

  it('gives nobody the events of another account, whatever sequence is named', async () => {
    const body = order('to-be-stolen');
    const { json } = await send(trader, 'POST', '/orders', { body });
    const after = `after=${json['shard']}:0.0`;
    // The accounts of the key alone: naming a place in somebody's events is no way to them.
    expect(await open(`/ws?account=7&${after}`, signedHeaders(other, 'GET', `/ws?account=7&${after}`))).toBe(
      403,
    );
    expect(await open(`/ws?account=7&${after}`)).toBe(401);
    const thief = await MsgpackClient.open(
      `${exchange.ws.replace('/ws', '')}${signedTarget(other, `/ws?${after}`)}`,
    );
    for (;;) {
      const [event] = await thief.take(1);
      if (event!['event'] === 'resumed') break;
      expect(event).toMatchObject({ account: 9 });
    }
    thief.socket.terminate();
  });

  it('keeps a session to its scope and its accounts', async () => {
    const base = exchange.ws.replace('/ws', '');
    const client = await MsgpackClient.open(`${base}${signedTarget(reader, '/ws')}`);
    const message = { type: 'new', symbol: 'BTC-USD', side: 'buy', price: '10.00', size: '0.0001' };
    const [refused] = await client.ask(1, { ...message, clientOrderId: 1 });
    expect(refused).toMatchObject({ event: 'rejected', code: 203, refused: true });
    const [book] = await client.ask(1, { type: 'book', symbol: 'BTC-USD' });
    expect(book).toMatchObject({ event: 'book' });
    client.socket.terminate();
    const second = await MsgpackClient.open(`${base}${signedTarget(other, '/ws')}`);
    const [mine] = await second.ask(1, { ...message, clientOrderId: 'mine' });
    expect(mine).toMatchObject({ event: 'accepted', account: 9 });
    const [not] = await second.ask(1, { ...message, clientOrderId: 2, account: 7 });
    expect(not).toMatchObject({ event: 'rejected', code: 201 });
    const [nor] = await second.ask(1, { type: 'state', clientId: 3, symbol: 'BTC-USD', state: 'halted' });
    expect(nor).toMatchObject({ event: 'rejected', code: 201 });
    second.socket.terminate();
  });

  it('ends the sessions of a key that is revoked, at once, and lets in one that is new', async () => {
    const late = ed25519Key('late', { accounts: [11] });
    writeKeys(data, [...all, late]);
    await expect.poll(async () => (await send(late, 'GET', '/session')).status).toBe(200);
    const base = exchange.ws.replace('/ws', '');
    const client = await MsgpackClient.open(`${base}${signedTarget(late, '/ws')}`);
    const bystander = await MsgpackClient.open(`${base}${signedTarget(other, '/ws')}`);
    const closed = once(client.socket, 'close');
    const revoked = await runTickloom(['keys', 'revoke', 'late', '--data', data]);
    expect(revoked.code).toBe(0);
    expect((await closed)[0]).toBe(1008);
    expect((await send(late, 'GET', '/session')).status).toBe(401);
    expect(await bystander.ask(1, { type: 'book', symbol: 'BTC-USD' })).toMatchObject([{ event: 'book' }]);
    bystander.socket.terminate();
  });
});

describe('a start with or without keys', () => {
  it('is refused where strangers could connect and nobody is known', async () => {
    const ended = await runTickloom([
      'start',
      '--host',
      '0.0.0.0',
      '--port',
      '0',
      '--data',
      temporaryDirectory(),
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^tickloom: at 0\.0\.0\.0 strangers could trade.*tickloom keys add.*\n$/);
  });

  it('is refused where others could read the secrets', async () => {
    const data = temporaryDirectory();
    const path = writeKeys(data, [hmacKey('secret')]);
    const { chmodSync } = await import('node:fs');
    chmodSync(path, 0o644);
    const ended = await runTickloom(['start', '--port', '0', '--data', data]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`chmod 600 ${path}`);
  });

  it('is refused where the file that was named is not there', async () => {
    const options = ['start', '--port', '0', '--data', temporaryDirectory(), '--keys', 'missing.json'];
    const ended = await runTickloom(options);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('missing.json');
  });

  it('serves strangers where there are keys, and no secret is in its log', async () => {
    const data = temporaryDirectory();
    const key = hmacKey('far', { scopes: ['trade'] });
    writeKeys(data, [key]);
    const exchange = await startExchange(['--host', '0.0.0.0'], data);
    const headers = signedHeaders(key, 'GET', '/session');
    expect((await fetch(`${exchange.url}/session`, { headers })).status).toBe(200);
    const wrong = { ...headers, 'tickloom-signature': 'ab'.repeat(32) };
    expect((await fetch(`${exchange.url}/session`, { headers: wrong })).status).toBe(401);
    expect((await exchange.process.stop()).code).toBe(0);
    const { readFileSync } = await import('node:fs');
    const log = readFileSync(`${data}/tickloom.log`, 'utf8');
    expect(log).toContain('not-authenticated');
    expect(log).not.toContain(String(key.entry['secret']));
    expect(log).not.toContain(headers['tickloom-signature']);
    expect(log).not.toContain('abababab');
  });
});
