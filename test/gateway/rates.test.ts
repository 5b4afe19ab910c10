import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BinaryClient, encodeOrder, eventFlag, kind } from '../support/binary-client.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { type Message, MsgpackClient } from '../support/msgpack-client.js';
import {
  ed25519Key,
  hmacKey,
  signedHeaders,
  signedTarget,
  type TestKey,
  writeKeys,
} from '../support/signing.js';
import { transportsHere } from '../support/transports.js';

const MESSAGE_BYTES = 2048;

const newOrder = (clientOrderId: number | string) => ({
  type: 'new',
  clientOrderId,
  symbol: 'BTC-USD',
  side: 'buy',
  price: '10.00',
  size: '0.0001',
});

/** Time stands still here, so that no bucket fills up but by what the test says. */
describe.each(await transportsHere())('what one key may send, on %s', (transport) => {
  const key = (id: string, ordersPerSecond: number, messagesPerSecond: number) =>
    hmacKey(id, { accounts: [7], ordersPerSecond, messagesPerSecond });
  const operator = ed25519Key('operator', { scopes: ['admin'], accounts: [] });
  const slow = {
    http: key('http', 100, 3),
    orders: key('orders', 4, 1000),
    quotes: key('quotes', 10, 1000),
    messages: key('messages', 1000, 4),
    objects: key('objects', 2, 5),
    bytes: key('bytes', 1000, 1000),
    sweeps: key('sweeps', 1000, 8),
    leaving: key('leaving', 1000, 8),
  };
  let exchange: RunningExchange;

  beforeAll(async () => {
    const data = temporaryDirectory();
    writeKeys(data, [operator, ...Object.values(slow)]);
    const options = ['--message-bytes', String(MESSAGE_BYTES), '--signature-window-ms', '60000'];
    const env = { TICKLOOM_CLOCK: 'test', TICKLOOM_CLOCK_START: new Date().toISOString() };
    exchange = await startExchange(['--transport', transport, ...options], data, env);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  async function send(key: TestKey, method: string, target: string, body?: string) {
    const headers = signedHeaders(key, method, target, body === undefined ? {} : { body });
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    const response = await fetch(`${exchange.url}${target}`, init);
    const json = (await response.json()) as Message;
    return { status: response.status, json, header: (name: string) => response.headers.get(name) };
  }

  const advance = async (ms: number) => {
    const body = JSON.stringify({ advanceNs: String(ms * 1e6) });
    expect((await send(operator, 'POST', '/clock', body)).status).toBe(200);
  };
  const sessionOf = (key: TestKey, more = '') =>
    exchange.ws.replace('/ws', '') + signedTarget(key, `/ws?account=7${more}`);

  it('is bounded in requests, and each answer says what is left', async () => {
    for (const left of ['2', '1', '0']) {
      const { status, header } = await send(slow.http, 'GET', '/session');
      expect([status, header('ratelimit-limit'), header('ratelimit-remaining')]).toEqual([200, '3', left]);
    }
    const over = await send(slow.http, 'GET', '/session');
    expect(over).toMatchObject({
      status: 429,
      json: { event: 'rejected', code: 204, reason: 'message-rate' },
    });
    expect(over.header('retry-after')).toBe('1');
    expect(over.header('ratelimit-reset')).toBe('1');
    // Another key has its own.
    expect((await send(slow.objects, 'GET', '/session')).status).toBe(200);
    expect((await send(slow.http, 'GET', '/session')).status).toBe(429);
    await advance(334);
    expect((await send(slow.http, 'GET', '/session')).status).toBe(200);
    expect((await send(slow.http, 'GET', '/session')).status).toBe(429);
    await advance(10_000);
    const full = await send(slow.http, 'GET', '/session');
    expect([full.status, full.header('ratelimit-remaining')]).toEqual([200, '2']);
  });

  it('is bounded in orders, over all that the key sends; cancels pass', async () => {
    const client = await BinaryClient.open(sessionOf(slow.orders));
    const order = (clientId: number) => ({ account: 7, instrument: 1, clientId, price: 1000, size: 1 });
    const http = await send(slow.orders, 'POST', '/orders', JSON.stringify(newOrder('over-http')));
    expect(http.status).toBe(201);
    // The order that came by HTTP is told here, too.
    const [told, ...answers] = await client
      .take(1)
      .then(async (first) => [...first, ...(await client.ask(4, order(1), order(2), order(3), order(4)))]);
    expect(told!.clientId).toBe('over-http');
    const over = answers.find((event) => event.kind === 'rejected')!;
    expect(over).toMatchObject({ code: 205, clientId: 4 });
    expect(over.flags & eventFlag.refused).toBe(eventFlag.refused);
    expect(answers.filter((event) => event.kind === 'accepted').map((event) => event.clientId)).toEqual([
      1, 2, 3,
    ]);
    const refused = await send(slow.orders, 'POST', '/orders', JSON.stringify(newOrder('no-more')));
    expect(refused).toMatchObject({ status: 429, json: { code: 205, reason: 'order-rate' } });
    expect(refused.header('retry-after')).toBe('1');
    const target = answers.find((event) => event.clientId === 1)!.orderId;
    const amend = { kind: kind.amend, account: 7, clientId: 5, target, size: 1, flags: 16 };
    expect(await client.ask(1, amend)).toMatchObject([{ kind: 'rejected', code: 205, clientId: 5 }]);
    const cancel = { kind: kind.cancel, account: 7, clientId: 6, target };
    expect(await client.ask(1, cancel)).toMatchObject([{ kind: 'cancelled', orderId: target }]);
    const all = { kind: kind.cancelAll, account: 7, clientId: 7, instrument: 1 };
    const [allCancelled] = await client.ask(4, all);
    expect(allCancelled!.kind).toBe('allCancelled');
    // A refused command has used up no client id.
    await advance(250);
    expect(await client.ask(1, order(4))).toMatchObject([{ kind: 'accepted', clientId: 4 }]);
    expect(await client.ask(1, order(8))).toMatchObject([{ kind: 'rejected', code: 205, clientId: 8 }]);
    client.close();
  });

  it('counts each quote of a mass quote', async () => {
    const client = await BinaryClient.open(sessionOf(slow.quotes));
    const quote = (clientId: number, count: number) => ({
      kind: kind.massQuote,
      account: 7,
      clientId,
      quotes: Array.from({ length: count }, (_, i) => ({ instrument: i + 1 })),
    });
    expect(await client.ask(1, quote(101, 2))).toMatchObject([{ kind: 'quoted' }]);
    for (let clientId = 102; clientId <= 105; clientId++)
      expect(await client.ask(1, quote(clientId, 2))).toMatchObject([{ kind: 'quoted', clientId }]);
    expect(await client.ask(1, quote(106, 1))).toMatchObject([
      { kind: 'rejected', code: 205, clientId: 106 },
    ]);
    await advance(100);
    expect(await client.ask(1, quote(107, 2))).toMatchObject([
      { kind: 'rejected', code: 205, clientId: 107 },
    ]);
    expect(await client.ask(1, quote(108, 1))).toMatchObject([{ kind: 'quoted', clientId: 108 }]);
    client.close();
  });

  it('is bounded in messages, each record of one over it gets its reject', async () => {
    const client = await BinaryClient.open(sessionOf(slow.messages));
    const book = (clientId: number) => ({ kind: kind.book, account: 7, instrument: 1, clientId, size: 1 });
    for (let clientId = 1; clientId <= 4; clientId++)
      expect(await client.ask(1, book(clientId))).toMatchObject([{ kind: 'book', clientId }]);
    const cancel = { kind: kind.cancel, account: 7, clientId: 6, target: 1 };
    expect(await client.ask(3, book(5), cancel, { account: 7, text: 'seven' })).toMatchObject([
      { kind: 'rejected', code: 204, clientId: 5 },
      { kind: 'rejected', code: 204, clientId: 6 },
      { kind: 'rejected', code: 204, clientId: 'seven' },
    ]);
    // A record whose length is a lie is read no further than the message.
    const short = encodeOrder({ account: 7, clientId: 9, lines: 1 });
    short[2] = 200;
    client.sendRaw(short);
    expect(await client.take(1)).toMatchObject([{ kind: 'rejected', code: 204 }]);
    await advance(250);
    expect(await client.ask(1, book(10))).toMatchObject([{ kind: 'book', clientId: 10 }]);
    client.close();
  });

  it('is bounded likewise where messages are objects', async () => {
    const client = await MsgpackClient.open(sessionOf(slow.objects));
    await advance(1_000);
    const answers = await client.ask(3, [newOrder(1), newOrder('two'), newOrder('three')]);
    expect(answers.find(({ event }) => event === 'rejected')).toMatchObject({ code: 205, clientId: 'three' });
    for (let i = 0; i < 4; i++) await client.ask(1, { type: 'time' });
    expect(
      await client.ask(3, [{ type: 'cancel', clientId: 'c', orderId: 1 }, newOrder(4), { type: 'time' }]),
    ).toMatchObject([
      { event: 'rejected', code: 204, clientId: 'c' },
      { event: 'rejected', code: 204, clientId: 4 },
      { event: 'rejected', code: 204 },
    ]);
    client.socket.terminate();
  });

  it('counts a cancel-all for many messages, yet for half of a small budget at the most', async () => {
    const client = await MsgpackClient.open(sessionOf(slow.sweeps));
    const all = (clientId: string) => ({ type: 'cancelAll', clientId, symbol: 'ACME' });
    for (const clientId of ['all-1', 'all-2'])
      expect(await client.ask(1, all(clientId))).toMatchObject([{ event: 'allCancelled', clientId }]);
    expect(await client.ask(1, all('all-3'))).toMatchObject([{ event: 'rejected', code: 204 }]);
    await advance(500);
    // The refusal is there first: it needs no shard.
    expect(await client.ask(2, [all('all-4'), all('all-5')])).toMatchObject([
      { event: 'rejected', code: 204, clientId: 'all-5' },
      { event: 'allCancelled', clientId: 'all-4' },
    ]);
    client.socket.terminate();
    await advance(1_000);
    expect((await send(slow.sweeps, 'DELETE', '/orders')).status).toBe(200);
    expect((await send(slow.sweeps, 'DELETE', '/orders')).status).toBe(200);
    expect(await send(slow.sweeps, 'DELETE', '/orders')).toMatchObject({ status: 429, json: { code: 204 } });
  });

  it('counts a session whose orders go with it like a cancel-all', async () => {
    const open = () => MsgpackClient.open(sessionOf(slow.leaving, '&cancelOnDisconnect=0'));
    const sessions = [await open(), await open()];
    const url = sessionOf(slow.leaving, '&cancelOnDisconnect=0');
    const socket = new WebSocket(url, 'tickloom.msgpack.v1').on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([429, '1']);
    sessions.push(await MsgpackClient.open(sessionOf(slow.leaving)));
    for (const { socket } of sessions) socket.terminate();
  });

  it('is bounded in the bytes of one message, and says by how many', async () => {
    const bound = `over ${MESSAGE_BYTES} bytes`;
    const binary = await BinaryClient.open(sessionOf(slow.bytes));
    const record = encodeOrder({ kind: kind.book, account: 7, clientId: 1, size: 1 });
    const fits = MESSAGE_BYTES / 64;
    binary.sendRaw(Buffer.concat(Array.from({ length: fits + 1 }, () => record)));
    const [over] = await binary.take(1);
    expect(over).toMatchObject({ kind: 'rejected', code: 110, sentence: expect.stringContaining(bound) });
    binary.sendRaw(Buffer.concat(Array.from({ length: fits }, () => record)));
    expect((await binary.take(fits)).every((event) => event.kind === 'book')).toBe(true);
    binary.close();
    const objects = await MsgpackClient.open(sessionOf(slow.bytes));
    expect(await objects.ask(1, { type: 'time', more: 'x'.repeat(MESSAGE_BYTES) })).toMatchObject([
      { event: 'rejected', code: 110, text: expect.stringContaining(bound) },
    ]);
    expect(await objects.ask(1, { type: 'time' })).toMatchObject([{ event: 'time' }]);
    objects.socket.terminate();
    const body = JSON.stringify({ ...newOrder(1), more: 'x'.repeat(MESSAGE_BYTES) });
    const http = await send(slow.bytes, 'POST', '/orders', body);
    expect([http.status, http.json['reason']]).not.toEqual([201, undefined]);
    expect(http).toMatchObject({ status: 413, json: { reason: 'message-too-large' } });
    expect(http.json['text']).toContain(bound);
  });
});
