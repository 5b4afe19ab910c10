import { describe, expect, it } from 'vitest';
import type { Disconnected } from '../../src/client/index.js';
import { accepted, FakeExchange, refused, turns } from './fake-exchange.js';

const order = { symbol: 'ACME', side: 'buy', price: '1.00', size: '1' } as const;
const SECOND_NS = 1e9;

describe('a client that reconnects', () => {
  it('asks for what it missed of each shard, from its end at first', async () => {
    const exchange = new FakeExchange();
    const options = { accounts: [7, 8], session: 'mine', cancelOnDisconnectMs: 500, heartbeatMs: 2000 };
    const connecting = exchange.connect(options);
    await turns();
    expect(exchange.last.url.href).toBe(
      'ws://exchange.test/ws?account=7&account=8&after=0:281474976710655.4294967295&heartbeat=2000&cancelOnDisconnect=500&session=mine',
    );
    await exchange.last.resume(30);
    const client = await connecting;
    exchange.last.tell(accepted(31, 'x'));
    exchange.last.end();
    await exchange.untilNextAttempt();
    expect(exchange.last.url.searchParams.get('after')).toBe('0:31.0');
    expect(client.places).toEqual({ 0: { sequence: 31, index: 0 } });
    expect(exchange.asked).toEqual(['/health']);
    client.close();
  });

  it('sends again what has no answer, in its order, once all that was missed is told', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const events: unknown[] = [];
    client.on('event', (event) => events.push('clientOrderId' in event ? event.clientOrderId : undefined));
    const answers = ['a', 'b', 'c'].map((clientOrderId) => client.submit({ ...order, clientOrderId }));
    await turns();
    const first = exchange.last;
    expect(first.sent.map(({ clientOrderId }) => clientOrderId)).toEqual(['a', 'b', 'c']);
    first.tell(accepted(1, 'a'));
    first.end();
    const late = client.submit({ ...order, clientOrderId: 'd' });
    expect(await exchange.untilNextAttempt()).toBeLessThanOrEqual(50);
    exchange.last.open();
    await turns();
    expect(exchange.last.sent).toEqual([]);
    // b was done, and is settled by what was missed; c is done a second time in no way.
    await exchange.last.resume(2, accepted(2, 'b'));
    expect(exchange.last.sent.map(({ clientOrderId }) => clientOrderId)).toEqual(['c', 'd']);
    exchange.last.tell(accepted(3, 'c'), accepted(3, 'c', { repeated: true }), accepted(4, 'd'));
    expect((await Promise.all([...answers, late])).map(({ orderId }) => orderId)).toEqual([1, 2, 3, 4]);
    expect(events).toEqual(['a', 'b', 'c', 'd']);
    expect(client.underWay).toBe(0);
    // What an old connection still has to say does not count.
    first.tell(accepted(9, 'z'));
    expect(events).toHaveLength(4);
    client.close();
  });

  it('does not take the word of a gateway for what may have been done before', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const [busy, unsure] = ['busy', 'unsure'].map((clientOrderId) =>
      client.submit({ ...order, clientOrderId }),
    );
    await turns();
    exchange.last.tell(refused('busy', 500));
    await expect(busy).rejects.toMatchObject({ code: 500, refused: true });
    exchange.last.end();
    await exchange.untilNextAttempt();
    await exchange.last.resume();
    for (const code of [205, 502]) {
      exchange.last.tell(refused('unsure', code));
      exchange.clock.advance(SECOND_NS);
      await turns();
    }
    expect(exchange.last.sent.map(({ clientOrderId }) => clientOrderId)).toEqual([
      'unsure',
      'unsure',
      'unsure',
    ]);
    exchange.last.tell(accepted(1, 'unsure', { repeated: true }));
    expect(await unsure).toMatchObject({ orderId: 1, repeated: true });
    client.close();
  });

  it('waits for the next exchange with what the one that shuts down refuses', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const answer = client.submit({ ...order, clientOrderId: 'a' });
    await turns();
    exchange.last.tell(refused('a', 501));
    exchange.last.end(1001, 'the exchange is shutting down');
    await exchange.untilNextAttempt();
    await exchange.last.resume();
    exchange.last.tell(accepted(1, 'a'));
    expect(await answer).toMatchObject({ orderId: 1 });
    client.close();
  });

  it('waits longer from attempt to attempt, up to a bound, and at random', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected({ reconnect: { firstMs: 100, mostMs: 1000 } });
    const told: Disconnected[] = [];
    client.on('disconnected', (how) => told.push(how));
    const waitsMs: number[] = [];
    for (let i = 0; i < 8; i++) {
      exchange.last.end(1013, 'try again');
      waitsMs.push(await exchange.untilNextAttempt());
    }
    for (const [i, waitMs] of waitsMs.entries()) {
      const longestMs = Math.min(1000, 100 * 2 ** i);
      expect(waitMs).toBeGreaterThanOrEqual(longestMs / 2);
      expect(waitMs).toBeLessThanOrEqual(longestMs + 1);
    }
    // A turn may pass until the attempt is seen.
    for (const [i, { retryMs }] of told.entries()) expect(waitsMs[i]! - retryMs).toBeLessThanOrEqual(1);
    expect(told[0]).toMatchObject({ code: 1013, reason: 'try again' });
    expect(new Set(waitsMs.slice(4)).size).toBeGreaterThan(1);
    // A session that was told all begins anew.
    await exchange.last.resume();
    exchange.last.end(4002);
    expect(await exchange.untilNextAttempt()).toBeLessThanOrEqual(101);
    client.close();
  });

  it.each([1001, 1006, 1013, 4001, 4002])('tries again after close code %d', async (code) => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    exchange.last.end(code);
    await exchange.untilNextAttempt();
    await exchange.last.resume();
    expect(client.isConnected).toBe(true);
    client.close();
  });

  it('ends for good with 1008, and where it may not reconnect', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const answer = client.submit({ ...order, clientOrderId: 'a' });
    const closed = new Promise((resolve) => client.on('closed', resolve));
    exchange.last.end(1008, 'the key was revoked');
    await expect(answer).rejects.toThrow('Whether command a was done is not known; send it again');
    expect(await closed).toMatchObject({ error: { closeCode: 1008 } });
    exchange.clock.advance(60 * SECOND_NS);
    await turns();
    expect(exchange.sockets).toHaveLength(1);
    const once = await exchange.connected({ reconnect: false });
    const ended = new Promise((resolve) => once.on('closed', resolve));
    exchange.last.end(1006);
    expect(await ended).toMatchObject({ error: { closeCode: 1006 } });
  });

  it('takes a connection that has gone silent for dead', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected({ heartbeatMs: 1000 });
    const told: Disconnected[] = [];
    client.on('disconnected', (how) => told.push(how));
    for (let i = 0; i < 10; i++) {
      exchange.clock.advance(SECOND_NS);
      exchange.last.tell({ event: 'heartbeat', timeNs: '0' });
    }
    // Eight questions at first, then one in each interval.
    expect(exchange.last.timesAsked).toBeGreaterThanOrEqual(16);
    expect(told).toEqual([]);
    const silent = exchange.last;
    exchange.clock.advance(3 * SECOND_NS);
    expect(told).toMatchObject([{ code: 4000, reason: 'nothing came for 3 heartbeats' }]);
    expect(silent.closedWith).toBeDefined();
    client.close();
  });

  it('gives an attempt up that takes too long, in any of its parts', async () => {
    const exchange = new FakeExchange();
    const connecting = exchange.connect({ connectTimeoutMs: 60_000 });
    await turns();
    exchange.clock.advance(10 * SECOND_NS);
    await exchange.untilNextAttempt();
    expect(exchange.sockets).toHaveLength(2);
    exchange.last.open();
    const client = await connecting;
    // It is open, and never told what was missed.
    const told: Disconnected[] = [];
    client.on('disconnected', (how) => told.push(how));
    exchange.last.tell({ event: 'heartbeat', timeNs: '0' });
    for (let i = 0; i < 10; i++) {
      exchange.clock.advance(SECOND_NS);
      exchange.last.tell({ event: 'heartbeat', timeNs: '0' });
    }
    expect(told).toMatchObject([{ code: 1006, reason: 'no session within 10000 ms' }]);
    client.close();
  });

  it('reconnects for an event that is missing, and says so where it stays missing', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const gaps: string[] = [];
    const sequences: number[] = [];
    client.on('gap', ({ text }) => gaps.push(text));
    client.on('event', ({ sequence }) => sequences.push(sequence));
    exchange.last.tell(accepted(1, 'a'), accepted(3, 'c'), accepted(4, 'd'));
    expect(sequences).toEqual([1]);
    await exchange.untilNextAttempt();
    expect(exchange.last.url.searchParams.get('after')).toBe('0:1.0');
    await exchange.last.resume(4, accepted(2, 'b'), accepted(3, 'c'), accepted(4, 'd'));
    expect([sequences, gaps]).toEqual([[1, 2, 3, 4], []]);
    exchange.last.tell(accepted(9, 'i'));
    await exchange.untilNextAttempt();
    await exchange.last.resume(9, accepted(9, 'i'));
    expect([sequences, gaps.length]).toEqual([[1, 2, 3, 4, 9], 1]);
    exchange.last.end();
    await exchange.untilNextAttempt();
    exchange.last.open();
    const resumed = { event: 'resumed', position: { shard: 0, sequence: 5000 }, timeNs: '0' };
    exchange.last.tell({ ...resumed, complete: false, events: 0 });
    expect(gaps).toHaveLength(2);
    expect(client.isConnected).toBe(true);
    client.close();
  });

  it('drops a connection that talks nonsense', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const told: Disconnected[] = [];
    client.on('disconnected', (how) => told.push(how));
    exchange.last.onmessage?.({ data: new Uint8Array([0xc1]).buffer } as never);
    expect(told[0]?.reason).toMatch(/^a message cannot be read/);
    client.close();
  });

  it('tells the other listeners and the answer where one throws', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const caught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => caught.push(error));
    const names: string[] = [];
    client.on('event', () => {
      throw new Error('by a listener');
    });
    client.on('event', ({ event }) => names.push(event));
    const answer = client.submit({ ...order, clientOrderId: 'a' });
    exchange.last.tell(accepted(1, 'a'));
    expect(await answer).toMatchObject({ orderId: 1 });
    await turns();
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect([names, caught.map(String)]).toEqual([['accepted'], ['Error: by a listener']]);
    client.close();
  });
});

describe('a client that is not let in', () => {
  const key = { id: 'k', secret: 'ab'.repeat(32) };

  it('asks by HTTP where its WebSocket does not say why', async () => {
    const exchange = new FakeExchange();
    const connecting = exchange.connect({ key });
    await turns();
    exchange.pages.set('/session', {
      status: 403,
      body: { reason: 'account-not-yours', text: 'Not yours.' },
    });
    exchange.last.end();
    await expect(connecting).rejects.toThrow('The exchange refuses this client (403): Not yours.');
    expect(exchange.asked).toEqual(['/health', '/session']);
  });

  it('tries again where HTTP finds nothing wrong, or does not answer', async () => {
    const exchange = new FakeExchange();
    const connecting = exchange.connect({ key });
    await turns();
    exchange.pages.set('/session', { status: 200, body: { accounts: [7] } });
    exchange.last.end();
    await turns();
    await exchange.untilNextAttempt();
    exchange.pages.clear();
    exchange.last.end();
    await turns();
    await exchange.untilNextAttempt();
    await exchange.last.resume();
    (await connecting).close();
  });

  it('gives up after its time, and says what was wrong last', async () => {
    const exchange = new FakeExchange();
    exchange.pages.clear();
    const connecting = exchange.connect({ connectTimeoutMs: 1000 });
    const failed = expect(connecting).rejects.toThrow('No session within 1000 ms: fetch failed.');
    for (let i = 0; i < 200; i++) {
      exchange.clock.advance(10_000_000);
      await turns(1);
    }
    await failed;
  });
});
