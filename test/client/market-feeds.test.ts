import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals } from '../../src/client/decimal-order.js';
import { FakeExchange, type FakeSocket, refused, turns } from './fake-exchange.js';

type Level = [string, string, number];

const topic = { symbol: 'ACME', intervalMs: 100, levels: 10 };
const asOf = { position: { shard: 0, sequence: 1 }, timeNs: '5' };

function depth(socket: FakeSocket, number: number, bids: Level[], asks: Level[], isSnapshot = false): void {
  const snapshot = isSnapshot ? { snapshot: true } : {};
  socket.tell({ event: 'depth', ...topic, ...asOf, number, ...snapshot, bids, asks });
}

describe('an order book that is kept up to date', () => {
  async function opened() {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const opening = client.orderBook('ACME');
    await turns();
    expect(exchange.last.sent).toEqual([{ type: 'subscribe', channel: 'depth', ...topic }]);
    exchange.last.tell({ event: 'subscribed', channel: 'depth', ...topic });
    depth(exchange.last, 40, [['9.50', '3', 1]], [['10.00', '5', 2]], true);
    return { exchange, client, book: await opening };
  }

  it('is there once it is whole, and follows the changes', async () => {
    const { exchange, client, book } = await opened();
    expect([book.symbol, book.isSynced, book.bestBid, book.bestAsk]).toEqual([
      'ACME',
      true,
      ['9.50', '3', 1],
      ['10.00', '5', 2],
    ]);
    let changes = 0;
    const end = book.on('change', () => changes++);
    depth(
      exchange.last,
      41,
      [
        ['9.50', '0', 0],
        ['9.40', '1', 1],
        ['9.45', '2', 1],
      ],
      [['9.90', '1', 1]],
    );
    depth(
      exchange.last,
      42,
      [],
      [
        ['10.00', '7', 3],
        ['11.00', '1', 1],
      ],
    );
    expect(book.bids).toEqual([
      ['9.45', '2', 1],
      ['9.40', '1', 1],
    ]);
    expect(book.asks).toEqual([
      ['9.90', '1', 1],
      ['10.00', '7', 3],
      ['11.00', '1', 1],
    ]);
    end();
    // A slow reader gets all of it anew, whatever the number.
    depth(exchange.last, 50, [['1.00', '1', 1]], [], true);
    expect([book.bids, book.asks, changes]).toEqual([[['1.00', '1', 1]], [], 2]);
    book.close();
    await turns();
    expect(exchange.last.sent.at(-1)).toEqual({ type: 'unsubscribe', channel: 'depth', ...topic });
    depth(exchange.last, 51, [['2.00', '1', 1]], []);
    expect(book.bids).toHaveLength(1);
    client.close();
  });

  it('is asked for anew where a number is missing', async () => {
    const { exchange, client, book } = await opened();
    const told: string[] = [];
    book.on('interrupted', () => told.push('interrupted'));
    book.on('change', () => told.push('change'));
    depth(exchange.last, 42, [['9.60', '1', 1]], []);
    await turns();
    expect(exchange.last.sent.slice(1).map(({ type }) => type)).toEqual(['unsubscribe', 'subscribe']);
    // What was under way still.
    depth(exchange.last, 43, [['9.70', '1', 1]], []);
    expect([book.isSynced, book.bids]).toEqual([false, [['9.50', '3', 1]]]);
    depth(exchange.last, 7, [['9.80', '1', 1]], [], true);
    depth(exchange.last, 8, [['9.90', '1', 1]], []);
    expect([book.isSynced, book.bids]).toEqual([
      true,
      [
        ['9.90', '1', 1],
        ['9.80', '1', 1],
      ],
    ]);
    expect(told).toEqual(['interrupted', 'change', 'change']);
    client.close();
  });

  it('is asked for anew over the next connection', async () => {
    const { exchange, client, book } = await opened();
    exchange.last.end();
    expect(book.isSynced).toBe(false);
    await exchange.untilNextAttempt();
    await exchange.last.resume();
    expect(exchange.last.sent).toEqual([{ type: 'subscribe', channel: 'depth', ...topic }]);
    depth(exchange.last, 1, [], [], true);
    expect([book.isSynced, book.bids]).toEqual([true, []]);
    client.close();
  });

  it('may be opened twice, each with its own end', async () => {
    const { exchange, client, book } = await opened();
    const opening = client.orderBook('ACME');
    await turns();
    expect(exchange.last.sent.slice(1).map(({ type }) => type)).toEqual(['unsubscribe', 'subscribe']);
    exchange.last.tell({ event: 'subscribed', channel: 'depth', ...topic });
    depth(exchange.last, 60, [['9.10', '1', 1]], [], true);
    const other = await opening;
    book.close();
    depth(exchange.last, 61, [['9.20', '1', 1]], []);
    expect([other.bids.length, book.bids.length]).toEqual([2, 1]);
    await turns();
    expect(exchange.last.sent).toHaveLength(3);
    client.close();
  });

  it('is refused for good, or asked for again where that is of the moment', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const opening = client.orderBook('ACME');
    await turns();
    exchange.last.tell(refused(null, 204));
    exchange.clock.advance(1e9);
    await turns();
    expect(exchange.last.sent.map(({ type }) => type)).toEqual(['subscribe', 'subscribe']);
    exchange.last.tell(refused(null, 206, { symbol: 'ACME' }));
    await expect(opening).rejects.toMatchObject({ name: 'OrderRejected', code: 206 });
    const waiting = client.top('ACME');
    client.close();
    await expect(waiting).rejects.toThrow('The client was closed.');
  });

  it('comes to what a book of plain maps comes to', () => {
    const price = fc.integer({ min: 1, max: 2000 }).map((ticks) => (ticks / 100).toFixed(2));
    const change = fc.record({ price, orders: fc.integer({ min: 0, max: 3 }) });
    return fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 20 }), async (messages) => {
        const { exchange, client, book } = await opened();
        const bids = new Map<string, Level>([['9.50', ['9.50', '3', 1]]]);
        for (const [i, message] of messages.entries()) {
          const levels = new Map(
            message.map((one) => [one.price, [one.price, String(one.orders), one.orders] as Level]),
          );
          depth(exchange.last, 41 + i, [...levels.values()], []);
          for (const [at, level] of levels)
            if (level[2] === 0) bids.delete(at);
            else bids.set(at, level);
        }
        expect(book.bids).toEqual([...bids.values()].sort(([one], [other]) => Number(other) - Number(one)));
        client.close();
      }),
      { numRuns: 30 },
    );
  });
});

describe('top of book and trades', () => {
  it('tells best prices as they are', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const opening = client.top('ACME', { intervalMs: 20 });
    await turns();
    expect(exchange.last.sent).toEqual([
      { type: 'subscribe', channel: 'top', symbol: 'ACME', intervalMs: 20 },
    ]);
    const event = {
      event: 'top',
      symbol: 'ACME',
      intervalMs: 20,
      ...asOf,
      lastPrice: '9.99',
      state: 'continuous',
    };
    const [bid, none] = [
      { bid: '9.50', bidSize: '3' },
      { ask: null, askSize: null },
    ];
    exchange.last.tell({ ...event, ...bid, ...none, number: 1, snapshot: true });
    const top = await opening;
    expect([top.bid, top.bidSize, top.ask, top.lastPrice, top.state, top.timeNs]).toEqual([
      '9.50',
      '3',
      null,
      '9.99',
      'continuous',
      '5',
    ]);
    exchange.last.tell({ ...event, ...bid, bid: '9.60', ...none, number: 9 });
    expect(top.bid).toBe('9.60');
    exchange.last.end();
    expect(top.isSynced).toBe(false);
    top.close();
    client.close();
  });

  it('tells each trade once, and which it could not tell', async () => {
    const exchange = new FakeExchange();
    const client = await exchange.connected();
    const opening = client.trades('ACME');
    await turns();
    const { levels: _, ...of } = topic;
    const agree = () => exchange.last.tell({ event: 'subscribed', channel: 'trades', ...of });
    agree();
    const trades = await opening;
    const tell = (...numbers: number[]) =>
      exchange.last.tell({
        event: 'trades',
        ...of,
        number: 1,
        trades: numbers.map((trade) => ({ trade, price: '1.00', size: '1', side: 'buy', timeNs: '0' })),
      });
    const told: unknown[] = [];
    trades.on('trade', ({ trade }) => told.push(trade));
    trades.on('missed', (missed) => told.push(missed));
    const read = (async () => {
      const numbers: number[] = [];
      for await (const { trade } of trades) {
        numbers.push(trade);
        if (trade === 12) break;
      }
      return numbers;
    })();
    tell(5, 6);
    tell(6, 7);
    exchange.last.end();
    await exchange.untilNextAttempt();
    await exchange.last.resume();
    agree();
    tell(10, 11);
    tell(12, 13);
    expect(told).toEqual([5, 6, 7, { from: 8, to: 9 }, 10, 11, 12, 13]);
    expect(await read).toEqual([5, 6, 7, 10, 11, 12]);
    trades.close();
    client.close();
  });
});

describe('decimals of one instrument', () => {
  it('compare as their numbers do', () => {
    const number = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(number, number, (one, other) => {
        const order = compareDecimals((one / 100).toFixed(2), (other / 100).toFixed(2));
        expect(Math.sign(order)).toBe(Math.sign(one - other));
      }),
    );
  });
});
