import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import { canShareAPort } from '../../src/gateway/transport/node-transport.js';
import { Disconnects } from '../../src/supervisor/disconnects.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { type Message, MsgpackClient } from '../support/msgpack-client.js';
import { transportsHere } from '../support/transports.js';

const GRACE_MS = 10_000;

const named = (name: string, account = 7, grace = GRACE_MS) =>
  `?account=${account}&cancelOnDisconnect=${grace}&session=${name}`;

let lastId = 0;

/** Rests in a book of its own price, so that it trades with nobody. */
const order = (symbol = 'BTC-USD') => ({
  type: 'new',
  clientOrderId: ++lastId,
  symbol,
  side: 'buy',
  price: '10.00',
  size: symbol === 'ACME' ? '1' : '0.01',
});

/** Places an order and returns its id. */
async function place(client: MsgpackClient, symbol?: string): Promise<number> {
  client.send(order(symbol));
  for (;;) {
    const [event] = await client.take(1);
    if (event!['event'] === 'accepted' && event!['clientOrderId'] === lastId)
      return event!['orderId'] as number;
    if (event!['event'] === 'rejected') throw new Error(JSON.stringify(event));
  }
}

async function leave(client: MsgpackClient, how: 'close' | 'terminate' = 'close'): Promise<void> {
  const closed = once(client.socket, 'close');
  client.socket[how]();
  await closed;
}

/** How many orders rest at the best bid. */
async function resting(exchange: RunningExchange, symbol = 'BTC-USD'): Promise<number> {
  const response = await fetch(`${exchange.url}/books/${symbol}?depth=1`);
  const book = (await response.json()) as { bids: [string, string, number][] };
  return book.bids[0]?.[2] ?? 0;
}

async function advance(exchange: RunningExchange, ms: number): Promise<void> {
  const body = JSON.stringify({ advanceNs: String(ms * 1e6) });
  expect((await fetch(`${exchange.url}/clock`, { method: 'POST', body })).status).toBe(200);
}

/** The sessions that the file of the exchange names, once `done` holds. */
async function kept(data: string, done: (sessions: readonly Message[]) => boolean): Promise<void> {
  const path = join(data, 'sessions.json');
  const read = () =>
    existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { sessions: Message[] }).sessions : [];
  await expect.poll(() => done(read())).toBe(true);
}

/** Until the exchange has written down that somebody has left: his time begins then. */
async function noticed(data: string, leave: () => Promise<void>): Promise<void> {
  const written = () => statSync(join(data, 'sessions.json')).ino;
  const before = written();
  await leave();
  await expect.poll(() => written() !== before).toBe(true);
}

/** A session that has come back once. */
const hasTwoNumbers = (entry: Message) => (entry['numbers'] as number[]).length === 2;

const clear = async (exchange: RunningExchange) => {
  for (const account of [7, 8])
    await fetch(`${exchange.url}/orders?account=${account}`, { method: 'DELETE' });
  for (const symbol of ['BTC-USD', 'ETH-USD', 'ACME']) expect(await resting(exchange, symbol)).toBe(0);
};

describe.each(await transportsHere())('orders that go with their session, on %s', (transport) => {
  const gateways = transport === 'uws' || canShareAPort() ? '2' : '1';
  const options = ['--transport', transport, '--shards', '2', '--gateways', gateways];
  const env = { TICKLOOM_CLOCK: 'test' };
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(options, temporaryDirectory(), env);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const open = (query: string) => MsgpackClient.open(`${exchange.ws}${query}`);

  it('go at once where there is no grace, in all shards, and nobody else has to fear for his', async () => {
    const watcher = await open('?account=7');
    await place(watcher);
    const posted = await fetch(`${exchange.url}/orders?account=7`, {
      method: 'POST',
      body: JSON.stringify({ ...order(), type: undefined, account: 7 }),
    });
    expect(posted.status).toBe(201);
    const leaving = await open('?account=7&account=8&cancelOnDisconnect=0');
    const ids = new Set([
      await place(leaving),
      await place(leaving, 'ETH-USD'),
      await place(leaving, 'ACME'),
    ]);
    expect(await resting(exchange)).toBe(3);
    await leave(leaving, 'terminate');
    while (ids.size > 0) {
      const [event] = await watcher.take(1);
      if (event!['event'] !== 'cancelled') continue;
      expect(event).toMatchObject({ account: 7, reason: 'disconnected' });
      expect(ids.delete(event!['orderId'] as number)).toBe(true);
    }
    expect([await resting(exchange), await resting(exchange, 'ETH-USD')]).toEqual([2, 0]);
    // Who has not asked for it keeps his orders.
    await leave(watcher);
    expect(await resting(exchange)).toBe(2);
    await clear(exchange);
  });

  it('wait for the grace, and not longer', async () => {
    const watcher = await open('?account=7');
    const leaving = await open(named('waits'));
    const id = await place(leaving);
    await kept(exchange.data, (sessions) => sessions.length === 1);
    await noticed(exchange.data, () => leave(leaving));
    await advance(exchange, GRACE_MS - 1);
    expect(await resting(exchange)).toBe(1);
    await advance(exchange, 1);
    for (;;) {
      const [event] = await watcher.take(1);
      if (event!['event'] !== 'cancelled') continue;
      expect(event).toMatchObject({ orderId: id, reason: 'disconnected' });
      break;
    }
    await kept(exchange.data, (sessions) => sessions.length === 0);
    await leave(watcher);
  });

  it('stay where the session is back in time, and go when it leaves again', async () => {
    const first = await open(named('back'));
    await place(first);
    await kept(exchange.data, (sessions) => sessions.length === 1);
    await noticed(exchange.data, () => leave(first));
    await advance(exchange, GRACE_MS - 1);
    const second = await open(named('back'));
    await kept(exchange.data, (sessions) => sessions.some(hasTwoNumbers));
    await place(second);
    await advance(exchange, 2 * GRACE_MS);
    expect(await resting(exchange)).toBe(2);
    await leave(second, 'terminate');
    await expect
      .poll(async () => {
        await advance(exchange, GRACE_MS);
        return await resting(exchange);
      })
      .toBe(0);
  });

  it('stay where the client is back before the exchange has noticed that it was gone', async () => {
    const first = await open(named('half-open'));
    await place(first);
    const second = await open(named('half-open'));
    await kept(exchange.data, (sessions) => sessions.length === 2);
    await leave(first, 'terminate');
    await kept(exchange.data, (sessions) => sessions.length === 1);
    await advance(exchange, 2 * GRACE_MS);
    expect(await resting(exchange)).toBe(1);
    await leave(second);
    await expect
      .poll(async () => {
        await advance(exchange, GRACE_MS);
        return await resting(exchange);
      })
      .toBe(0);
  });

  it('are nobody else’s: not another name’s, not another account’s', async () => {
    const first = await open(named('mine'));
    await place(first);
    await kept(exchange.data, (sessions) => sessions.length === 1);
    await noticed(exchange.data, () => leave(first));
    const others = await Promise.all(
      [
        named('yours'),
        named('mine', 8),
        `${named('mine')}&account=8`,
        `?account=7&cancelOnDisconnect=${GRACE_MS}`,
      ].map(open),
    );
    await kept(exchange.data, (sessions) => sessions.length === 5);
    await advance(exchange, GRACE_MS);
    await expect.poll(() => resting(exchange)).toBe(0);
    for (const other of others) await leave(other);
    await expect
      .poll(async () => {
        await advance(exchange, GRACE_MS);
        return readFileSync(join(exchange.data, 'sessions.json'), 'utf8');
      })
      .toBe('{"version":1,"sessions":[]}');
  });
});

describe('orders that go with their session, over a restart', () => {
  const env = { TICKLOOM_CLOCK: 'test' };
  // The parent would start the exchange again by itself.
  const options = ['--restarts', '0'];

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'go after the grace, or stay where the client is back: %s',
    async (signal) => {
      const data = temporaryDirectory();
      const before = await startExchange(options, data, env);
      const comes = await MsgpackClient.open(`${before.ws}${named('comes')}`);
      await place(comes, 'ETH-USD');
      const stays = await MsgpackClient.open(`${before.ws}${named('stays-away')}`);
      await place(stays, 'BTC-USD');
      const atOnce = await MsgpackClient.open(`${before.ws}?account=7&cancelOnDisconnect=0`);
      await place(atOnce, 'ACME');
      await kept(data, (sessions) => sessions.length === 3);
      before.process.kill(signal);
      await before.process.ended;
      const after = await startExchange(options, data, env);
      await expect.poll(() => resting(after, 'ACME')).toBe(0);
      expect([await resting(after, 'ETH-USD'), await resting(after)]).toEqual([1, 1]);
      const back = await MsgpackClient.open(`${after.ws}${named('comes')}`);
      await kept(data, (sessions) => sessions.some(hasTwoNumbers));
      await advance(after, GRACE_MS);
      await expect.poll(() => resting(after)).toBe(0);
      expect(await resting(after, 'ETH-USD')).toBe(1);
      await leave(back);
      expect((await after.process.stop()).code).toBe(0);
    },
  );

  it('of one client that comes back again and again the oldest session’s orders go at some time', () => {
    const cancelled: number[] = [];
    const disconnects = new Disconnects({
      clock: new TestClock(),
      directory: temporaryDirectory(),
      cancel: (session) => cancelled.push(session),
      warn: (sentence) => expect.fail(sentence),
    });
    const client = { keyId: 'k', accounts: [7], name: 'n', graceMs: GRACE_MS };
    for (let session = 1; session <= 64; session++) {
      disconnects.opened({ ...client, session });
      disconnects.closed(session);
    }
    expect(cancelled).toEqual([]);
    // Two at a time: the one that goes hands its orders to the other.
    disconnects.opened({ ...client, session: 65 });
    expect(cancelled).toEqual([1]);
    disconnects.opened({ ...client, session: 66 });
    disconnects.closed(65);
    expect(cancelled).toEqual([1, 2]);
  });

  it('a broken file is told of in one warning, and the start goes on', async () => {
    for (const text of ['{"version":1,"sessions":[{"keyId"', '{"version":2,"sessions":[]}', '']) {
      const data = temporaryDirectory();
      writeFileSync(join(data, 'sessions.json'), text);
      const exchange = await startExchange(options, data, env);
      const { code, stderr } = await exchange.process.stop();
      expect(code).toBe(0);
      const said = stderr.split('\n').filter((line) => line.includes('sessions.json'));
      expect(said).toEqual([
        expect.stringMatching(/^tickloom: .*sessions\.json cannot be read: .*look at the open orders$/),
      ]);
    }
  });
});
