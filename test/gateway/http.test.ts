import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryClient, buy } from '../support/binary-client.js';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

describe.each(await transportsHere())('HTTP on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport]);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const call = async (method: string, path: string, body?: unknown) => {
    const init: RequestInit = { method };
    if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(exchange.url + path, init);
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, json };
  };
  const order = (id: string | number, more: object = {}) => ({
    clientOrderId: id,
    account: 5,
    symbol: 'ETH-USD',
    side: 'buy',
    price: '2000.00',
    size: '1',
    ...more,
  });

  it('places, amends, cancels and shows an order', async () => {
    const placed = await call('POST', '/orders', order('h-1'));
    expect(placed.status).toBe(201);
    expect(placed.json).toMatchObject({
      event: 'accepted',
      clientOrderId: 'h-1',
      remaining: '1.000',
      events: [],
    });
    const id = placed.json['orderId'];
    const book = await call('GET', '/books/ETH-USD?depth=1');
    expect(book).toMatchObject({
      status: 200,
      json: { event: 'book', bids: [['2000.00', '1.000', 1]], asks: [] },
    });
    const amended = await call('PATCH', `/orders/${id}`, {
      clientId: 'h-2',
      account: 5,
      symbol: 'ETH-USD',
      price: '2001.00',
    });
    expect(amended).toMatchObject({ status: 200, json: { event: 'amended', price: '2001.00' } });
    const cancelled = await call('DELETE', `/orders/${id}?account=5`);
    expect(cancelled).toMatchObject({
      status: 200,
      json: { event: 'cancelled', reason: 'asked', orderId: id },
    });
    expect(await call('DELETE', `/orders/${id}?account=5`)).toMatchObject({
      status: 404,
      json: { code: 400 },
    });
    expect((await call('GET', '/books/ETH-USD')).json['bids']).toEqual([]);
  });

  it('answers with the fills, and tells the other side on its session', async () => {
    const session = await BinaryClient.open(`${exchange.ws}?account=6`);
    await session.ask(1, { account: 6, instrument: 2, clientId: 1, side: buy, price: 200_000, size: 500 });
    const taken = await call(
      'POST',
      '/orders',
      order('h-10', { side: 'sell', timeInForce: 'IOC', size: '0.7' }),
    );
    expect(taken.status).toBe(201);
    expect(taken.json['events']).toMatchObject([
      { event: 'fill', size: '0.500', liquidity: 'taker' },
      { event: 'cancelled', size: '0.200' },
    ]);
    expect((await session.take(1))[0]).toMatchObject({ kind: 'fill', size: 500, remaining: 0 });
  });

  it('gives a retry the identical answer, and rejects an id used again', async () => {
    const first = await call('POST', '/orders', order('again', { price: '1.00' }));
    const second = await call('POST', '/orders', order('again', { price: '1.00' }));
    const { events: _, ...answer } = first.json;
    expect(second.status).toBe(201);
    expect(second.json).toEqual({ ...answer, previous: null, repeated: true, events: [] });
    const other = await call('POST', '/orders', order('again', { price: '2.00' }));
    expect(other).toMatchObject({ status: 409, json: { code: 401, reason: 'client-id-reused' } });
  });

  it('answers many at once, each with its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        call('POST', '/orders', order(`many-${i}`, { price: '1.00', account: 1 + (i % 3) })),
      ),
    );
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(answers.map(({ json }) => json['clientOrderId'])).toEqual(answers.map((_, i) => `many-${i}`));
    expect(new Set(answers.map(({ json }) => json['orderId'])).size).toBe(200);
  });

  it('lists instruments, and says how it is', async () => {
    const list = (await (await fetch(`${exchange.url}/instruments`)).json()) as {
      symbol: string;
      shard: number;
    }[];
    expect(list.map(({ symbol }) => symbol)).toEqual(['BTC-USD', 'ETH-USD', 'ACME']);
    expect(await call('GET', '/health')).toMatchObject({
      status: 200,
      json: { status: 'ok', transport, shards: [{ shard: 0, phase: 'running' }] },
    });
  });

  it.each([
    ['POST', '/orders', '{"clientOrderId":', 400, 'JSON'],
    ['POST', '/orders', '[]', 400, 'object'],
    ['POST', '/orders', '{}', 400, ''],
    ['POST', '/orders', order('x', { price: '1.001' }), 400, 'price'],
    ['POST', '/orders', order('x', { symbol: 'NOPE' }), 404, 'NOPE'],
    ['POST', '/orders', order('x', { size: 0 }), 422, 'size'],
    ['POST', '/orders', order('x', { account: 'me' }), 400, 'account'],
    ['POST', '/orders', 'x'.repeat(70_000), 413, '65536'],
    ['DELETE', '/orders/abc', undefined, 400, 'abc'],
    ['DELETE', '/orders/9007199254740993', undefined, 400, 'order id'],
    ['DELETE', '/orders/12345?account=0', undefined, 400, 'account'],
    ['PUT', '/orders', '{}', 405, 'POST'],
    ['DELETE', '/orders?account=me', undefined, 400, 'account=me'],
    ['DELETE', '/orders?symbol=NOPE', undefined, 404, 'NOPE'],
    ['DELETE', '/orders?side=up', undefined, 400, 'side'],
    ['POST', '/quotes', '{}', 400, 'clientId'],
    ['POST', '/quotes', { clientId: 1, quotes: [] }, 400, 'quotes'],
    ['POST', '/instruments/NOPE/state', { state: 'halted' }, 404, 'NOPE'],
    ['POST', '/instruments/ACME/state', { state: 'asleep' }, 400, 'state'],
    ['POST', '/instruments/ACME/status', {}, 404, '/instruments/ACME/status'],
    ['POST', '/instruments/ACME/prices', { mark: 'x' }, 400, 'mark'],
    ['PATCH', '/accounts/0', {}, 400, '0 is not'],
    ['PATCH', '/accounts/7', { killSwitch: 1 }, 400, 'killSwitch'],
    ['GET', '/books/NOPE', undefined, 404, 'NOPE'],
    ['GET', '/books/ACME?depth=0', undefined, 400, 'depth'],
    ['GET', '/books/ACME?depth=101', undefined, 400, 'depth'],
    ['GET', '/nothing/here', undefined, 404, '/nothing/here'],
    ['POST', '/clock', '{"advanceNs":"1"}', 404, '/clock'],
  ])('%s %s with %j: status %i and a sentence', async (method, path, body, status, word) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.json['event']).toBe('rejected');
    expect(String(answer.json['text'])).toContain(word);
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET, POST, DELETE');
  });
});
