import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../../src/clock/randomness.js';
import { type RunningExchange, startExchange } from '../../support/exchange-process.js';

type Json = Record<string, unknown>;

/** An order as this test knows it, in lots. */
interface Known {
  readonly orderId: number;
  readonly account: number;
  readonly clientOrderId: string | number;
  readonly symbol: string;
  readonly side: string;
  price: string;
  size: number;
  traded: number;
  status: 'active' | 'filled' | 'cancelled';
}

/** Lots of a thousandth; ACME's are whole. */
const sizeOf: Record<string, (lots: number) => string> = {
  'ETH-USD': (lots) => (lots / 1000).toFixed(3),
  ACME: (lots) => String(lots),
};
const lotsOf = (symbol: string, size: unknown) => Math.round(Number(size) * (symbol === 'ACME' ? 1 : 1000));

let exchange: RunningExchange;

const call = async (method: string, path: string, body?: unknown, url = exchange.url) => {
  const init: RequestInit = { method };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(url + path, init);
  return { status: response.status, json: (await response.json()) as Json };
};
/** Asks again where a busy machine has let the store be too late, as the answer says. */
const get = async (path: string) => {
  for (;;) {
    const answer = await call('GET', path);
    if (answer.status !== 504) return answer;
  }
};

/** All pages of a list, each of which is no longer than it may be. */
const allPages = async (path: string, limit: number) => {
  const found: Json[] = [];
  const name = path.startsWith('/trades') ? 'trades' : 'orders';
  let next: unknown = null;
  do {
    const after: string = next === null ? '' : `&after=${String(next)}`;
    const { status, json } = await get(`${path}&limit=${limit}${after}`);
    expect(status).toBe(200);
    const list = json[name] as Json[];
    expect(list.length).toBeLessThanOrEqual(limit);
    found.push(...list);
    next = json['next'];
  } while (next !== null);
  return found;
};

/** Takes a moment at the start, for which it is said to be away. */
const storeIsThere = async () => {
  while ((await get('/orders?account=1')).status === 503)
    await new Promise((resolve) => setTimeout(resolve, 50));
};

/** The store comes a moment behind. */
const storeHasAll = async () => {
  for (;;) {
    const { stores } = (await get('/health')).json as { stores: { state: string; behind: number }[] };
    if (stores.every(({ state, behind }) => state === 'well' && behind === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

beforeAll(async () => {
  exchange = await startExchange(['--shards', '2'], undefined, { TICKLOOM_POSTGRES: 'embedded' });
  await storeIsThere();
});
afterAll(async () => {
  expect((await exchange.process.stop()).code).toBe(0);
});

describe('orders over HTTP', () => {
  const orders = new Map<number, Known>();
  const asJson = (known: Known) => ({
    orderId: known.orderId,
    account: known.account,
    clientOrderId: known.clientOrderId,
    symbol: known.symbol,
    side: known.side,
    orderType: 'limit',
    price: known.price,
    size: sizeOf[known.symbol]!(known.size),
    remaining: sizeOf[known.symbol]!(known.status === 'cancelled' ? 0 : known.size - known.traded),
    cumulative: sizeOf[known.symbol]!(known.traded),
    status: known.status,
  });
  const fillBy = (known: Known, lots: number) => {
    known.traded += lots;
    if (known.traded === known.size) known.status = 'filled';
  };

  /** Does something to an order, of two accounts that trade with each other, and takes in what it was told. */
  const act = async (dice: SeededRandomness, number: number): Promise<Known> => {
    const open = [...orders.values()].filter(({ status }) => status === 'active');
    const known = open[dice.below(Math.max(1, open.length))];
    const choice = dice.below(10);
    if (known !== undefined && choice < 1) {
      const { status } = await call('DELETE', `/orders/${known.orderId}?account=${known.account}`);
      expect(status).toBe(200);
      known.status = 'cancelled';
      return known;
    }
    if (known !== undefined && choice < 3) {
      const size = known.traded + 1 + dice.below(9);
      const { status } = await call('PATCH', `/orders/${known.orderId}`, {
        clientId: `amend ${number}`,
        account: known.account,
        symbol: known.symbol,
        size: sizeOf[known.symbol]!(size),
      });
      expect(status).toBe(200);
      known.size = size;
      return known;
    }
    const account = 21 + dice.below(2);
    const symbol = dice.below(2) === 0 ? 'ETH-USD' : 'ACME';
    const size = 1 + dice.below(9);
    const clientOrderId = dice.below(2) === 0 ? number + 1 : `an order, ${number}`;
    // Each side for itself, so that an account does not trade with itself.
    const side = account === 21 ? 'buy' : 'sell';
    const price = `${(side === 'buy' ? 8 : 10) + dice.below(4)}.00`;
    const isIoc = dice.below(4) === 0;
    const { status, json } = await call('POST', '/orders', {
      ...{ clientOrderId, account, symbol, side, price, size: sizeOf[symbol]!(size) },
      timeInForce: isIoc ? 'IOC' : 'GTC',
    });
    expect(status).toBe(201);
    const orderId = json['orderId'] as number;
    const placed: Known = {
      ...{ orderId, account, clientOrderId, symbol, side, price, size },
      traded: 0,
      status: 'active',
    };
    orders.set(orderId, placed);
    for (const event of json['events'] as Json[]) {
      if (event['event'] === 'cancelled') placed.status = 'cancelled';
      if (event['event'] !== 'fill') continue;
      fillBy(placed, lotsOf(symbol, event['size']));
      fillBy(orders.get(event['counterOrderId'] as number)!, lotsOf(symbol, event['size']));
    }
    return placed;
  };

  it('are read as they are at once after what was done to them', async () => {
    const dice = new SeededRandomness(11);
    for (let number = 0; number < 200; number++) {
      const known = await act(dice, number);
      const { status, json } = await get(`/orders/${known.orderId}`);
      expect(status).toBe(200);
      expect(json['order']).toMatchObject(asJson(known));
      const { shard, sequence } = json['position'] as { shard: number; sequence: number };
      expect(shard).toBe(known.orderId >= 2 ** 48 ? 1 : 0);
      expect(sequence).toBeGreaterThanOrEqual(
        ((json['order'] as Json)['lastEvent'] as { sequence: number }).sequence,
      );
      if (number % 10 !== 9) continue;
      const own = await allPages(`/orders?account=${known.account}`, 7);
      const expected = [...orders.values()].filter(({ account }) => account === known.account);
      expect(own).toMatchObject(expected.sort((a, b) => a.orderId - b.orderId).map(asJson));
    }
    // A run that did not reach the cases would prove nothing.
    const all = [...orders.values()];
    for (const status of ['active', 'filled', 'cancelled'] as const)
      expect(all.filter((known) => known.status === status).length).toBeGreaterThan(5);
    expect(new Set(all.map(({ orderId }) => orderId >= 2 ** 48)).size).toBe(2);
  });

  it.each(['all', 'open', 'done', 'active', 'filled', 'cancelled', 'awaitsStop', 'awaitsAuction'])(
    'are found by their status: %s',
    async (status) => {
      const wanted: Record<string, readonly string[]> = {
        all: ['active', 'filled', 'cancelled'],
        open: ['active'],
        done: ['filled', 'cancelled'],
      };
      for (const account of [21, 22]) {
        const expected = [...orders.values()]
          .filter((known) => known.account === account && (wanted[status] ?? [status]).includes(known.status))
          .map(({ orderId }) => orderId)
          .sort((a, b) => a - b);
        for (const limit of [3, 1000]) {
          const found = await allPages(`/orders?account=${account}&status=${status}`, limit);
          expect(found.map(({ orderId }) => orderId)).toEqual(expected);
        }
      }
    },
  );

  it('are found by their client order id, a number or a text', async () => {
    for (const { account, clientOrderId, orderId } of [...orders.values()].slice(0, 20)) {
      const id = encodeURIComponent(clientOrderId);
      const { json } = await get(`/orders?account=${account}&clientOrderId=${id}`);
      expect(json).toMatchObject({ orders: [{ orderId, clientOrderId }], next: null });
      const other = await get(`/orders?account=${43 - account}&clientOrderId=${id}`);
      expect(other.json).toMatchObject({ orders: [], next: null });
    }
  });

  it('say when and why, once they stand in the store too', async () => {
    await storeHasAll();
    for (const known of orders.values()) {
      const { json } = await get(`/orders/${known.orderId}`);
      expect(json['order']).toMatchObject(asJson(known));
      const order = json['order'] as Json;
      expect(['GTC', 'IOC']).toContain(order['timeInForce']);
      expect(order['acceptedNs']).toMatch(/^\d{19}$/);
      expect('firstFillNs' in order).toBe(known.traded > 0);
      expect('lastFillNs' in order).toBe(known.traded > 0);
      expect(order['doneNs']).toBe(known.status === 'active' ? undefined : order['changedNs']);
      if (known.status !== 'cancelled') expect(order).not.toHaveProperty('doneReason');
      else expect(['asked', 'immediate or cancel rest', 'amended to nothing']).toContain(order['doneReason']);
    }
    const positions = (await get('/orders?account=21&limit=1')).json['position'] as Json;
    const { shards } = (await get('/health')).json as { shards: { sequence: number }[] };
    expect(positions).toEqual(Object.fromEntries(shards.map(({ sequence }, shard) => [shard, sequence])));
  });

  it('have their terms, and are found when they entered later than their number was given out', async () => {
    const terms = { account: 31, symbol: 'ETH-USD', side: 'buy' };
    const iceberg = {
      ...terms,
      clientOrderId: 'ice',
      price: '5',
      size: '9',
      displaySize: '2',
      postOnly: 'reject',
    };
    const placed = await call('POST', '/orders', iceberg);
    expect((await get(`/orders/${placed.json['orderId']}`)).json['order']).toMatchObject({
      orderType: 'limit',
      displaySize: '2.000',
      postOnly: 'reject',
      timeInForce: 'GTC',
    });
    // A bracket: its exits have the two numbers behind its own, and enter once it has left.
    const bracket = { takeProfit: '70', stopLoss: '50' };
    const entry = { ...terms, clientOrderId: 'entry', price: '60', size: '1', ...bracket };
    const { json } = await call('POST', '/orders', entry);
    expect(json).toMatchObject({ event: 'accepted' });
    const orderId = json['orderId'] as number;
    expect((await get(`/orders/${orderId + 1}`)).status).toBe(404);
    await call('POST', '/orders', {
      ...terms,
      clientOrderId: 'x',
      side: 'sell',
      account: 32,
      price: '60',
      size: '1',
    });
    expect((await get(`/orders/${orderId + 1}`)).json['order']).toMatchObject({
      status: 'active',
      linked: true,
    });
    await call('DELETE', `/orders/${orderId + 1}?account=31`);
    for (const isStored of [false, true]) {
      if (isStored) await storeHasAll();
      expect((await get(`/orders/${orderId + 1}`)).json['order']).toMatchObject({
        status: 'cancelled',
        account: 31,
        side: 'sell',
        price: '70.00',
      });
    }
  });

  it('are answered to HEAD as to GET', async () => {
    const { orderId } = [...orders.values()][0]!;
    for (const path of [`/orders/${orderId}`, '/orders?account=21', '/trades?symbol=ACME', '/metrics']) {
      const response = await fetch(exchange.url + path, { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    }
  });
});

describe('trades over HTTP', () => {
  let trailing: unknown;

  it('come where nothing has traded yet: a trailing stop has its distance', async () => {
    const terms = { account: 33, symbol: 'BTC-USD', side: 'sell', orderType: 'trailingStop', size: '1' };
    trailing = (await call('POST', '/orders', { ...terms, clientOrderId: 't', trail: '10' })).json['orderId'];
    const { json } = await get(`/orders/${trailing}`);
    expect(json['order']).toMatchObject({ orderType: 'trailingStop', status: 'awaitsStop', trail: '10.00' });
    expect(json['order']).not.toHaveProperty('stopPrice');
  });

  it('are read by symbol and span, page by page, with the position that they are true as of', async () => {
    const trades: Json[] = [];
    for (let i = 0; i < 40; i++) {
      const order = { symbol: 'BTC-USD', price: `${100 + i}.00`, size: '0.5' };
      await call('POST', '/orders', { ...order, account: 41, clientOrderId: i + 1, side: 'sell' });
      const taken = await call('POST', '/orders', {
        ...order,
        account: 42,
        clientOrderId: i + 1,
        side: 'buy',
      });
      trades.push((taken.json['events'] as Json[]).find(({ event }) => event === 'fill')!);
    }
    for (const isStored of [false, true]) {
      if (isStored) await storeHasAll();
      const { json } = await get(`/orders/${trailing}`);
      expect(json['order']).toMatchObject({ status: 'awaitsStop', stopPrice: '129.00', trail: '10.00' });
    }
    const expected = trades.map((fill) => ({
      trade: fill['trade'],
      symbol: 'BTC-USD',
      timeNs: fill['timeNs'],
      price: fill['price'],
      size: '0.5000',
      takerSide: 'buy',
      takerOrderId: fill['orderId'],
      makerOrderId: fill['counterOrderId'],
      shard: fill['shard'],
      sequence: fill['sequence'],
      index: fill['index'],
    }));
    for (const limit of [1, 7, 40, 1000])
      expect(await allPages('/trades?symbol=BTC-USD', limit)).toEqual(expected);
    const { json } = await get('/trades?symbol=BTC-USD');
    const shard = Number(trades[0]!['shard']);
    expect(json['position']).toEqual({ [shard]: expect.any(Number) });
    expect((json['position'] as Record<number, number>)[shard]).toBeGreaterThanOrEqual(
      Number(trades.at(-1)!['sequence']),
    );
    // From inclusive, to exclusive, exact to the nanosecond, in numbers and as RFC 3339 has it.
    const [from, to] = [String(trades[10]!['timeNs']), String(trades[30]!['timeNs'])];
    const text = (ns: string) =>
      `${new Date(Number(BigInt(ns) / 1_000_000n)).toISOString().slice(0, 20)}${ns.slice(-9)}Z`;
    const inSpan = expected.filter(
      ({ timeNs }) => BigInt(String(timeNs)) >= BigInt(from) && BigInt(String(timeNs)) < BigInt(to),
    );
    expect(inSpan.length).toBeGreaterThan(0);
    for (const span of [`from=${from}&to=${to}`, `from=${text(from)}&to=${text(to)}`])
      expect(await allPages(`/trades?symbol=BTC-USD&${span}`, 3)).toEqual(inSpan);
    const empty = [
      'to=1970-01-01T00:00:00Z',
      'from=9999-12-31T23:59:59Z',
      'to=2020-02-29T12:00:00.5%2B01:00',
    ];
    for (const span of empty)
      expect((await get(`/trades?symbol=BTC-USD&${span}`)).json).toMatchObject({ trades: [], next: null });
  });
});

describe('what cannot be read', () => {
  it.each([
    ['/orders', 400, 'account='],
    ['/orders?account=0', 400, 'account=0'],
    ['/orders?account=me', 400, 'account=me'],
    ['/orders?account=1&state=open', 400, 'state='],
    ['/orders?account=1&status=gone', 400, 'awaitsStop'],
    ['/orders?account=1&limit=0', 400, 'limit=0'],
    ['/orders?account=1&limit=1001', 400, '1000'],
    ['/orders?account=1&limit=', 400, 'limit='],
    ['/orders?account=1&after=x', 400, 'after=x'],
    ['/orders?account=1&after=9007199254740993', 400, '2^53'],
    ['/orders?account=1&clientOrderId=', 400, 'clientOrderId='],
    [`/orders?account=1&clientOrderId=${'x'.repeat(37)}`, 400, '36'],
    ['/orders/abc', 400, 'order id'],
    ['/orders/9007199254740993', 400, 'order id'],
    ['/orders/1?account=7', 400, 'account='],
    ['/orders/999999', 404, '999999'],
    ['/orders/9007199254740991', 404, '9007199254740991'],
    ['/trades', 400, 'symbol='],
    ['/trades?symbol=NOPE', 404, 'NOPE'],
    ['/trades?symbol=ACME&from=yesterday', 400, 'from=yesterday'],
    ['/trades?symbol=ACME&to=2026-02-30T00:00:00Z', 400, 'to=2026-02-30'],
    ['/trades?symbol=ACME&to=2026-02-20T00:00:00', 400, 'RFC 3339'],
    ['/trades?symbol=ACME&to=2026-02-20T24:00:00Z', 400, 'RFC 3339'],
    ['/trades?symbol=ACME&after=1.2', 400, 'after=1.2'],
    ['/trades?symbol=ACME&after=9999999999999999999.1.1', 400, 'after='],
    ['/trades?symbol=ACME&limit=-1', 400, 'limit=-1'],
    ['/trades?symbol=ACME&account=1', 400, 'account='],
  ])('GET %s: status %i and a sentence', async (path, status, word) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.json['event']).toBe('rejected');
    expect(String(answer.json['text'])).toContain(word);
    expect(String(answer.json['text'])).toMatch(/[.]$/);
    expect(String(answer.json['reason'])).toMatch(/^(malformed|unknown-order|unknown-instrument)$/);
  });

  it('is said to have no store where it is off', async () => {
    const off = await startExchange();
    for (const path of ['/orders?account=1', '/orders/1', '/trades?symbol=ACME'])
      expect(await call('GET', path, undefined, off.url)).toMatchObject({
        status: 503,
        json: { event: 'rejected', reason: 'no-store' },
      });
    expect((await call('GET', '/health', undefined, off.url)).json).toMatchObject({ stores: [] });
    expect((await off.process.stop()).code).toBe(0);
  });

  it('is waited for where there are no followers, and is there after a restart', async () => {
    const env = { TICKLOOM_POSTGRES: 'embedded' };
    const first = await startExchange(['--follower', 'off'], undefined, env);
    const order = { clientOrderId: 1, symbol: 'ACME', side: 'buy', price: '1.00', size: '1', account: 9 };
    const placed = await call('POST', '/orders', order, first.url);
    const path = `/orders/${placed.json['orderId']}`;
    const read = async (url: string) => {
      for (;;) {
        const found = await call('GET', path, undefined, url);
        // The embedded one takes a moment to be made, and on a busy machine many seconds (504): ask again.
        if (found.status !== 503 && found.status !== 504) return found;
        expect(found.json['reason']).toMatch(/^store-|^no-answer$/);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const found = await read(first.url);
    expect(found.json).toMatchObject({ order: { clientOrderId: 1, status: 'active', timeInForce: 'GTC' } });
    expect((await first.process.stop()).code).toBe(0);
    const second = await startExchange([], first.data, env);
    expect((await read(second.url)).json['order']).toEqual(found.json['order']);
    expect((await second.process.stop()).code).toBe(0);
  });
});
