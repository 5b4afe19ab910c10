import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { TickloomClient as BrowserClient } from '../../src/client/browser.js';
import { type ConnectionError, type ConnectOptions, TickloomClient } from '../../src/client/index.js';
import type { WebSocketConstructor } from '../../src/client/web-socket.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { writeKeys } from '../support/signing.js';
import { transportsHere } from '../support/transports.js';

const usual = { accounts: [7, 8], createdAt: '2026-01-01T00:00:00Z' };
const pair = generateKeyPairSync('ed25519');
const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
const publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('hex');
const secret = randomBytes(32).toString('hex');
const trader = { entry: { id: 'trader', kind: 'ed25519', scopes: ['trade'], ...usual, publicKey } };
const sharer = { entry: { id: 'sharer', kind: 'hmac', scopes: ['trade'], ...usual, accounts: [9], secret } };
const reader = { entry: { id: 'reader', kind: 'hmac', scopes: ['read'], ...usual, secret } };
const order = { symbol: 'BTC-USD', side: 'buy', price: '10.00', size: '0.5' } as const;

/** Both clients; that of browsers with a WebSocket that takes no headers. */
const clients = {
  'Node.js': (options: ConnectOptions) => TickloomClient.connect(options),
  browsers: (options: ConnectOptions) =>
    BrowserClient.connect({ WebSocket: WebSocket as unknown as WebSocketConstructor, ...options }),
};

describe.each(await transportsHere())('an exchange with keys on %s', (transport) => {
  const data = temporaryDirectory();
  let exchange: RunningExchange;

  beforeAll(async () => {
    writeKeys(data, [trader, sharer, reader]);
    exchange = await startExchange(['--transport', transport], data);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  describe.each(Object.entries(clients))('lets in the client of %s', (_, connect) => {
    it('with an Ed25519 key, for all of its accounts or for some', async () => {
      const key = { id: 'trader', privateKey };
      const all = await connect({ url: exchange.ws, key });
      expect(all.accounts).toEqual([7, 8]);
      expect(await all.submit(order)).toMatchObject({ account: 7 });
      const eight = await connect({
        url: exchange.ws,
        key,
        accounts: [8],
        session: 'mine',
        cancelOnDisconnectMs: 0,
      });
      expect(await eight.submit(order)).toMatchObject({ account: 8 });
      const gone = new Promise((resolve) => all.on('cancelled', resolve));
      eight.close();
      expect(await gone).toMatchObject({ account: 8, reason: 'disconnected' });
      all.close();
    });

    it('with a shared secret', async () => {
      const client = await connect({ url: exchange.ws, key: { id: 'sharer', secret } });
      expect(await client.submit(order)).toMatchObject({ account: 9 });
      client.close();
    });

    it('with a clock that is years wrong: the exchange says what time it is', async () => {
      const clock = new TestClock({ startEpochNs: 1_000_000_000_000_000_000n });
      const connecting = connect({ url: exchange.ws, key: { id: 'sharer', secret }, clock });
      // Its time moves only for the wait before the second attempt.
      const moving = setInterval(() => clock.advance(20_000_000), 20);
      const client = await connecting;
      clearInterval(moving);
      const year = new Date(Number(client.serverTimeNs() / 1_000_000n)).getFullYear();
      expect(year).toBeGreaterThan(2020);
      client.close();
    });

    it('not with what it does not know, and says so at once', async () => {
      const refused = async (options: Partial<ConnectOptions>) =>
        (await connect({ url: exchange.ws, ...options }).catch((error: unknown) => error)) as ConnectionError;
      const unknown = await refused({ key: { id: 'nobody', secret } });
      expect([unknown.name, unknown.status]).toEqual(['ConnectionError', 401]);
      const wrong = await refused({ key: { id: 'sharer', secret: '00'.repeat(32) }, accounts: [9] });
      expect(wrong.status).toBe(401);
      expect(wrong.message).not.toContain('00000000');
      expect((await refused({ key: { id: 'trader', secret } })).status).toBe(401);
    });

    it('and refuses orders of one that may only read', async () => {
      const client = await connect({ url: exchange.ws, key: { id: 'reader', secret } });
      await expect(client.submit(order)).rejects.toMatchObject({ code: 203, reason: 'scope-missing' });
      client.close();
    });
  });

  it('says by what it was refused: another account, no key', async () => {
    const key = { id: 'sharer', secret };
    const other = TickloomClient.connect({ url: exchange.ws, key, accounts: [7] });
    await expect(other).rejects.toMatchObject({ status: 403 });
    await expect(other).rejects.toThrow('account=7: the key sharer does not act for that account');
    await expect(TickloomClient.connect({ url: exchange.ws })).rejects.toMatchObject({ status: 401 });
  });

  it('ends the sessions of a revoked key for good', async () => {
    const client = await TickloomClient.connect({ url: exchange.ws, key: { id: 'trader', privateKey } });
    const closed = new Promise<{ error: ConnectionError | undefined }>((resolve) =>
      client.on('closed', resolve),
    );
    writeKeys(data, [sharer, reader]);
    const { error } = await closed;
    expect(error).toMatchObject({ name: 'ConnectionError', closeCode: 1008 });
    expect(error!.message).toBe(
      'The exchange ended the session for good (1008): the key was revoked or changed.',
    );
    await expect(client.submit(order)).rejects.toThrow(
      'This client has ended: The exchange ended the session',
    );
    writeKeys(data, [trader, sharer, reader]);
  });
});
