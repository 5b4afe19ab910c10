import { resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium, missingChromium, type Tab } from '../support/chromium.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';
import { writeKeys } from '../support/signing.js';

const root = resolve(import.meta.dirname, '../..');

/** What a page gets of `tickloom/client`: the entry for browsers, minified. */
async function bundle(): Promise<string> {
  const result = await build({
    entryPoints: [resolve(root, 'src/client/browser.ts')],
    absWorkingDir: root,
    bundle: true,
    write: false,
    minify: true,
    logLevel: 'silent',
    platform: 'browser',
    format: 'iife',
    globalName: 'tickloom',
    target: 'es2022',
  });
  return result.outputFiles[0]!.text;
}

describe('the bundle for browsers', () => {
  it('has nothing of Node.js and no schemas, and is small', async () => {
    const script = await bundle();
    expect(script).not.toMatch(/\brequire\(|['"]node:|superRefine|discriminatedUnion/);
    expect(script.length).toBeLessThan(80_000);
  });
});

describeWith(missingChromium, 'the client in Chromium', () => {
  const keys = { scopes: ['trade'], createdAt: '2026-01-01T00:00:00Z' };
  const secret = 'ab'.repeat(32);
  const data = temporaryDirectory();
  let browser: Chromium;
  let exchange: RunningExchange;
  let tab: Tab;

  beforeAll(async () => {
    browser = await Chromium.start();
    tab = await browser.tab();
    exchange = await startExchange([], data);
    // A page may trade where it came from.
    await tab.go(`${exchange.url}/health`);
    await tab.until(`location.href === ${JSON.stringify(`${exchange.url}/health`)}`);
    await tab.ask('Runtime.evaluate', { expression: await bundle() });
  });
  afterAll(async () => {
    await browser.close();
    await exchange.process.stop();
  });

  const order = "{ symbol: 'BTC-USD', side: 'buy', price: '10.00', size: '0.5' }";

  it('trades, reads a book, and knows the time', async () => {
    const told = await tab.value(`(async () => {
      const url = location.origin.replace('http', 'ws');
      const client = await tickloom.TickloomClient.connect({ url, accounts: [7] });
      const names = [];
      client.on('event', ({ event }) => names.push(event));
      const { orderId } = await client.submit(${order});
      const book = await client.book('BTC-USD');
      const { reason } = await client.cancel({ orderId });
      const error = await client.cancel({ orderId }).catch((caught) => caught);
      while (!client.clock.isKnown) await new Promise((done) => setTimeout(done, 5));
      const offMs = Number(client.serverTimeNs() / 1000000n) - Date.now();
      client.close();
      return { names, bids: book.bids, reason, error: error.reason, isClose: Math.abs(offMs) < 60_000 };
    })()`);
    expect(told).toEqual({
      names: ['accepted', 'cancelled', 'rejected'],
      bids: [['10.00', '0.5000', 1]],
      reason: 'asked',
      error: 'unknown-order',
      isClose: true,
    });
  });

  it('goes on when the exchange was killed', async () => {
    await tab.value(`(async () => {
      const url = location.origin.replace('http', 'ws');
      window.client = await tickloom.TickloomClient.connect({ url, accounts: [8], connectTimeoutMs: 60000 });
      window.events = [];
      window.reconnects = 0;
      client.on('event', (event) => events.push(event.clientOrderId));
      client.on('connected', ({ isFirst }) => (reconnects += isFirst ? 0 : 1));
      await client.submit({ ...${order}, clientOrderId: 'before' });
    })()`);
    exchange.process.kill('SIGKILL');
    await exchange.process.ended;
    await tab.until('!client.isConnected');
    await tab.value(`void (window.answer = client.submit({ ...${order}, clientOrderId: 'meanwhile' }))`);
    const again = await startExchange(['--port', String(exchange.port)], data);
    exchange = again;
    const told = await tab.value(
      `answer.then(({ clientOrderId, repeated }) => ({ clientOrderId, repeated, events, reconnects }))`,
    );
    expect(told).toEqual({ clientOrderId: 'meanwhile', events: ['before', 'meanwhile'], reconnects: 1 });
    await tab.value('client.close()');
  });

  it('logs in with either kind of key, and finds out why not', async () => {
    const publicKey = await tab.value<string>(`(async () => {
      window.pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
      const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
      return [...raw].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    })()`);
    await exchange.process.stop();
    const own = { entry: { ...keys, id: 'own', kind: 'ed25519', accounts: [20], publicKey } };
    const shared = { entry: { ...keys, id: 'shared', kind: 'hmac', accounts: [21], secret } };
    writeKeys(data, [own, shared]);
    exchange = await startExchange(['--port', String(exchange.port)], data);
    const told = await tab.value(`(async () => {
      const url = location.origin.replace('http', 'ws');
      const accounts = [];
      for (const key of [{ id: 'own', privateKey: pair.privateKey }, { id: 'shared', secret: '${secret}' }]) {
        const client = await tickloom.TickloomClient.connect({ url, key });
        accounts.push((await client.submit(${order})).account);
        client.close();
      }
      const wrong = { id: 'shared', secret: '${'cd'.repeat(32)}' };
      const error = await tickloom.TickloomClient.connect({ url, key: wrong, accounts: [21] }).catch((caught) => caught);
      return { accounts, error: error.name, status: error.status };
    })()`);
    expect(told).toEqual({ accounts: [20, 21], error: 'ConnectionError', status: 401 });
  });
});
