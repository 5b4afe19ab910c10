import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SyncedBook, TickloomClient } from '../../src/client/index.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { TickloomProcess, temporaryDirectory } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';
import { CuttingProxy } from './cutting-proxy.js';
import { Trader } from './trader.js';

const SYMBOLS = ['BTC-USD', 'ETH-USD', 'ACME'];

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each(await transportsHere())('market data from an exchange on %s', (transport) => {
  const data = temporaryDirectory();
  const random = new SeededRandomness(7);
  const open: TickloomClient[] = [];
  let exchange: TickloomProcess;
  let proxy: CuttingProxy;
  let port = 0;

  async function start(): Promise<void> {
    const options = ['--shards', '2', '--transport', transport, '--restarts', '0'];
    exchange = new TickloomProcess(['start', '--port', String(port), '--json', '--data', data, ...options]);
    ({ port } = await exchange.listening());
  }

  /** Through a proxy that may cut. */
  async function connect(account: number): Promise<TickloomClient> {
    const reconnect = { firstMs: 10, mostMs: 200 };
    const client = await TickloomClient.connect({ url: proxy.url, accounts: [account], reconnect });
    open.push(client);
    return client;
  }

  beforeAll(async () => {
    await start();
    proxy = await CuttingProxy.to(port, random, 40_000);
    proxy.isCutting = false;
  });
  afterAll(async () => {
    for (const client of open) client.close();
    proxy.close();
    expect((await exchange.stop()).code).toBe(0);
  });

  it('is what the books are in the end, however often a connection is cut and the exchange is killed', async () => {
    const watcher = await connect(50);
    const books: SyncedBook[] = [];
    for (const symbol of SYMBOLS)
      books.push(await watcher.orderBook(symbol, { intervalMs: 10, levels: 100 }));
    let changes = 0;
    for (const book of books) book.on('change', () => changes++);
    const trades = await watcher.trades('ACME', { intervalMs: 10 });
    const numbers: number[] = [];
    const missed: number[] = [];
    trades.on('trade', ({ trade }) => numbers.push(trade));
    trades.on('missed', ({ from, to }) => {
      for (let trade = from; trade <= to; trade++) missed.push(trade);
    });
    const traders: Trader[] = [];
    for (const account of [1, 2])
      traders.push(new Trader(await connect(account), new SeededRandomness(random.next32())));
    const trading = Promise.all(traders.map((trader) => trader.trade()));
    proxy.isCutting = true;
    const progress = async (count: number) => {
      const wanted = traders.map(({ outcomes }) => outcomes.size + count);
      await until(() => traders.every(({ outcomes }, i) => outcomes.size >= wanted[i]!));
    };
    await progress(500);
    exchange.kill('SIGKILL');
    await exchange.ended;
    await start();
    await progress(500);
    proxy.isCutting = false;
    for (const trader of traders) trader.stop();
    await trading;
    expect(traders.flatMap(({ faults }) => faults)).toEqual([]);
    for (const book of books) {
      const read = await watcher.book(book.symbol, 100);
      await expect.poll(() => [book.bids, book.asks]).toEqual([read.bids, read.asks]);
      expect(book.isSynced).toBe(true);
    }
    expect(changes).toBeGreaterThan(10);
    expect(proxy.cuts).toBeGreaterThan(0);
    // What was missed last is known by the next trade.
    const fill = new Promise<number>((resolve) => watcher.on('fill', ({ trade }) => resolve(trade)));
    const order = { symbol: 'ACME', size: '1' };
    await watcher.submit({ ...order, side: 'sell', price: '100000.00' });
    await watcher.submit({ ...order, side: 'buy', orderType: 'market' });
    const last = await fill;
    // Each trade is told or named as missed, once, in order.
    await until(() => numbers.at(-1) === last);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    const all = [...numbers, ...missed].sort((one, other) => one - other);
    expect(all).toEqual(Array.from({ length: last - all[0]! + 1 }, (_, i) => all[0]! + i));
  });

  it('tells best prices and trades as they happen', async () => {
    const client = await connect(60);
    await client.cancelAll();
    const other = await connect(61);
    const cleaner = await TickloomClient.connect({ url: proxy.url, accounts: [0] });
    await cleaner.cancelAll({ account: 0 });
    cleaner.close();
    const top = await client.top('ETH-USD', { intervalMs: 10 });
    const trades = await client.trades('ETH-USD', { intervalMs: 10 });
    const first = trades[Symbol.asyncIterator]().next();
    await client.submit({ symbol: 'ETH-USD', side: 'sell', price: '31.00', size: '2' });
    await until(() => top.ask === '31.00');
    expect([top.askSize, top.bid, top.state]).toEqual(['2.000', null, 'continuous']);
    await other.submit({ symbol: 'ETH-USD', side: 'buy', price: '31.00', size: '1' });
    expect((await first).value).toMatchObject({ price: '31.00', size: '1.000', side: 'buy' });
    await until(() => top.askSize === '1.000');
    expect(top.lastPrice).toBe('31.00');
  });

  it('is refused for what there is not', async () => {
    const client = await connect(62);
    await expect(client.orderBook('NOWHERE')).rejects.toMatchObject({ name: 'OrderRejected', refused: true });
    await expect(client.top('ACME', { intervalMs: 7 as 10 })).rejects.toMatchObject({
      name: 'OrderRejected',
    });
    const book = await client.orderBook('ACME');
    expect(book.isSynced).toBe(true);
  });
});
