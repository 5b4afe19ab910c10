import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeTable } from '../../../src/gateway/documents/route-table.js';
import { document, documentedFetch, met } from '../../support/documented-http.js';
import { type RunningExchange, startExchange } from '../../support/exchange-process.js';

type Json = Record<string, unknown>;

let exchange: RunningExchange;
let timeless: RunningExchange;

const call = async (method: string, path: string, body?: unknown, url = exchange.url) => {
  const init: RequestInit = { method };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await documentedFetch(url + path, init);
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    json: (type.startsWith('application/json') ? await response.json() : {}) as Json,
  };
};

/** Reads what the store has; where it is behind, or took too long, it is asked again, as the protocol says. */
const read = async (path: string) => {
  for (;;) {
    const answer = await call('GET', path);
    if (answer.status !== 503 && answer.status !== 504) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

beforeAll(async () => {
  exchange = await startExchange(['--shards', '2'], undefined, { TICKLOOM_POSTGRES: 'embedded' });
  timeless = await startExchange([], undefined, { TICKLOOM_CLOCK: 'test' });
  await read('/orders?account=1');
});
afterAll(async () => {
  expect((await exchange.process.stop()).code).toBe(0);
  expect((await timeless.process.stop()).code).toBe(0);
});

/** A path of the table with something in its braces. */
const pathFor = (template: string) => template.replaceAll(/\{[^}]+\}/g, '1');

describe('the OpenAPI document', () => {
  it('is what is served', async () => {
    const served = await (await fetch(`${exchange.url}/openapi.json`)).json();
    expect(served).toEqual(document);
    const other = (await (await fetch(`${exchange.url}/asyncapi.json`)).json()) as Json;
    expect(other['asyncapi']).toBe('3.0.0');
  });

  it('has the paths and methods that are served, and no other', async () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      const url = path === '/clock' ? timeless.url : exchange.url;
      const response = await fetch(url + pathFor(path), { method: 'PUT' });
      expect(response.status, path).toBe(405);
      const allowed = (response.headers.get('allow') ?? '').toLowerCase().split(', ');
      expect(allowed.toSorted(), path).toEqual(Object.keys(operations).toSorted());
    }
    expect((await fetch(`${exchange.url}/clock`, { method: 'PUT' })).status).toBe(404);
  });

  it('says of every route what a key needs for it', () => {
    const { paths } = document as unknown as {
      paths: Record<string, Record<string, { security: object[] }>>;
    };
    for (const { path, method, scope } of routeTable) {
      const { security } = paths[path]![method.toLowerCase()]!;
      expect(security).toHaveLength({ public: 0, read: 2, trade: 1, admin: 1 }[scope]);
    }
  });
});

describe('real answers', () => {
  const order = (id: number | string, more: object = {}) => ({
    clientOrderId: id,
    account: 5,
    symbol: 'ETH-USD',
    side: 'buy',
    price: '2000.00',
    size: '1',
    ...more,
  });

  it('are as the document says: orders', async () => {
    const placed = await call('POST', '/orders', order('d-1'));
    expect(placed.status).toBe(201);
    const id = placed.json['orderId'];
    expect((await call('POST', '/orders', order('d-1'))).json['repeated']).toBe(true);
    expect((await call('POST', '/orders', order('d-1', { size: '2' }))).status).toBe(409);
    const taker = { side: 'sell', account: 6, timeInForce: 'IOC', size: '0.5' };
    expect((await call('POST', '/orders', order('d-2', taker))).json['events']).toHaveLength(1);
    for (const [name, terms] of Object.entries({
      stop: { orderType: 'stopLimit', stopPrice: '2500.00', price: '2501.00' },
      iceberg: { displaySize: '0.1', timeInForce: 'DAY' },
      pegged: { orderType: 'pegged', pegReference: 'best', pegOffset: '-1.00', price: undefined },
      trailing: { orderType: 'trailingStop', trailBasisPoints: 100, price: undefined },
      bracket: { takeProfit: '2600.00', stopLoss: '1500.00' },
      dated: { timeInForce: 'GTD', expiresAtNs: '4000000000000000000', selfTrade: 'cancelBoth' },
    }))
      expect((await call('POST', '/orders', order(name, terms))).status, name).toBe(201);
    const amend = { clientId: 'd-3', account: 5, symbol: 'ETH-USD', price: '2001.00' };
    expect((await call('PATCH', `/orders/${id}`, amend)).json['event']).toBe('amended');
    const down = { clientId: 'd-4', account: 5, sizeLots: 1 };
    expect((await call('PATCH', `/orders/${id}`, down)).json['event']).toBe('cancelled');
    const other = (await call('POST', '/orders', order('d-5'))).json['orderId'];
    expect((await call('DELETE', `/orders/${other}?account=5&clientId=77`)).status).toBe(200);
    expect((await call('DELETE', `/orders/${other}?account=5`)).status).toBe(404);
    expect((await read('/orders?account=5&limit=3')).json['orders']).toHaveLength(3);
    expect((await read('/orders?account=5&status=done')).status).toBe(200);
    expect((await read(`/orders/${id}`)).status).toBe(200);
    expect((await read('/orders/123456')).status).toBe(404);
    expect((await call('DELETE', '/orders?account=5&symbol=ETH-USD')).status).toBe(200);
    expect((await call('DELETE', '/orders?account=5')).json['answers']).toHaveLength(2);
    const quotes = { clientId: 'q', account: 7, quotes: [{ symbol: 'ACME', bid: '9.00', bidSize: '1' }] };
    expect((await call('POST', '/quotes', quotes)).json['event']).toBe('quoted');
    for (const [body, status] of [
      [order('x', { price: '1.001' }), 400],
      [order('x', { symbol: 'NOPE' }), 404],
      [order('x', { size: 0 }), 422],
      [{}, 400],
    ] as const)
      expect((await call('POST', '/orders', body)).status).toBe(status);
  });

  it('are as the document says: the market', async () => {
    expect((await call('GET', '/books/ETH-USD?depth=3')).status).toBe(200);
    expect((await call('GET', '/books/NOPE')).status).toBe(404);
    expect((await call('GET', '/books/ACME?depth=0')).status).toBe(400);
    for (;;) {
      const { json } = await read('/trades?symbol=ETH-USD&limit=5');
      if ((json['trades'] as object[]).length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await read('/trades?symbol=NOPE')).status).toBe(404);
    expect((await call('GET', '/instruments')).status).toBe(200);
  });

  it('are as the document says: the operator', async () => {
    const listing = {
      symbol: 'NEW-USD',
      priceDecimals: 2,
      sizeDecimals: 0,
      tickSize: 1,
      lotSize: 1,
      minPriceTicks: 1,
      maxPriceTicks: 1000,
      minSizeLots: 1,
      maxSizeLots: 1000,
      maxNotional: 100_000,
      collarTicks: 10,
    };
    expect((await call('POST', '/instruments', listing)).status).toBe(201);
    expect((await call('POST', '/instruments', listing)).status).toBe(200);
    expect((await call('POST', '/instruments', { ...listing, tickSize: 2 })).status).toBe(422);
    expect((await call('POST', '/instruments/ACME/state', { state: 'halted' })).status).toBe(200);
    expect((await call('POST', '/instruments/ACME/state', { state: 'halted' })).status).toBe(422);
    expect((await call('POST', '/instruments/ACME/prices', { reference: '10.00', mark: null })).status).toBe(
      200,
    );
    expect((await call('PATCH', '/accounts/7', { maxOpenOrders: 9, killSwitch: true })).status).toBe(200);
    expect((await call('PATCH', '/accounts/0', {})).status).toBe(400);
    expect((await call('POST', '/snapshots')).status).toBe(200);
    expect((await call('POST', '/clock', { advanceNs: '1000' }, timeless.url)).status).toBe(200);
    expect((await call('POST', '/clock', { advanceNs: '-' }, timeless.url)).status).toBe(400);
  });

  it('are as the document says: figures', async () => {
    expect((await call('GET', '/health')).status).toBe(200);
    expect((await call('GET', '/metrics')).status).toBe(200);
    expect((await call('GET', '/session')).status).toBe(200);
    for (const query of ['', '?format=hgrm&stage=whole', '?format=v2'])
      expect((await call('GET', `/histograms${query}`)).status).toBe(200);
    expect((await call('GET', '/histograms?format=x')).status).toBe(400);
    expect((await call('GET', '/time?clientTimeNs=12')).json['clientTimeNs']).toBe('12');
    expect((await call('GET', '/time?clientTimeNs=x')).status).toBe(400);
    expect((await call('GET', '/orders?account=1', undefined, timeless.url)).status).toBe(503);
    for (const path of ['/', '/openapi.json', '/asyncapi.json'])
      expect((await call('GET', path)).status).toBe(200);
  });

  it('were one of every success that there is', () => {
    const successes = routeTable.flatMap(({ id, answers }) =>
      Object.keys(answers)
        .filter((status) => Number(status) < 300)
        .map((status) => `${id} ${status}`),
    );
    expect(successes.filter((success) => !met.has(success))).toEqual([]);
  });
});
