import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../../src/clock/randomness.js';
import {
  BinaryClient,
  buy,
  type Event,
  eventFlag,
  ioc,
  kind,
  orderFlag,
  sell,
} from '../../support/binary-client.js';
import { exchangesHere } from '../../support/exchange-here.js';
import { MarketClient, PROTOCOLS, type Topic, type Trade } from '../../support/market-client.js';
import { transportsHere, twoGatewaysHere } from '../../support/transports.js';

const { start, warnings } = exchangesHere({ tickSize: 1, priceDecimals: 0, sizeDecimals: 0 });

const aaa = { symbol: 'AAA', instrument: 1 };

interface Book {
  position: { sequence: number };
  lastPrice: string | null;
  state: string;
  bids: [string, string, number][];
  asks: [string, string, number][];
}

async function readBook(url: string, depth: number): Promise<Book> {
  return (await (await fetch(`${url}/books/AAA?depth=${depth}`)).json()) as Book;
}

function wholeLevels({ bids, asks }: Book) {
  const whole = (side: Book['bids']) =>
    side.map(([price, size, orders]) => [Number(price), Number(size), orders]);
  return { bids: whole(bids), asks: whole(asks) };
}

/** Sends orders of all sorts around a price, waits for their answers, and keeps the trades that its account was told. */
class Trader {
  readonly trades: Trade[] = [];
  readonly #client: BinaryClient;
  readonly #random: SeededRandomness;
  #clientId = 0;

  constructor(client: BinaryClient, seed: number) {
    this.#client = client;
    this.#random = new SeededRandomness(seed);
  }

  /** Sends so many orders in one message. */
  async send(count: number): Promise<void> {
    const next = (below: number) => this.#random.next32() % below;
    const orders = Array.from({ length: count }, () => {
      const side = next(2) === 0 ? buy : sell;
      const clientId = ++this.#clientId;
      const price = 1000 + (side === buy ? -1 : 1) * (next(60) - 6);
      const order = { instrument: 1, account: 1, clientId, side, price, size: 1 + next(9) };
      const dice = next(20);
      if (dice === 0) return { ...order, size: 20, display: 4 };
      if (dice === 1) return { ...order, flags: orderFlag.hidden };
      if (dice < 5) return { ...order, timeInForce: ioc };
      if (dice < 12 && clientId > 20)
        return {
          kind: kind.cancel,
          instrument: 1,
          account: 1,
          clientId,
          target: 1 + next(clientId - 1),
          flags: orderFlag.byClientId,
        };
      return order;
    });
    this.#client.send(...orders);
    for (let answers = 0; answers < count; ) {
      const [event] = await this.#client.take(1);
      if ((event!.flags & eventFlag.answer) !== 0) answers++;
      if ((event!.flags & eventFlag.answer) !== 0 && answers === count) await this.#rest(event!);
      else this.#note(event!);
    }
  }

  /** What the last command has caused stands behind its answer. */
  async #rest(answer: Event): Promise<void> {
    let event = answer;
    this.#note(event);
    while ((event.flags & eventFlag.last) === 0) {
      event = (await this.#client.take(1))[0]!;
      this.#note(event);
    }
  }

  #note(event: Event): void {
    if (event.kind !== 'fill' || (event.flags & eventFlag.maker) !== 0) return;
    this.trades.push({
      trade: event.trade!,
      price: event.price,
      size: event.size,
      side: event.side === buy ? 'buy' : 'sell',
      timeNs: event.time.toString(),
    });
  }
}

const depthTopics: Topic[] = [
  { ...aaa, channel: 'depth', intervalMs: 10, levels: 1 },
  { ...aaa, channel: 'depth', intervalMs: 10, levels: 5 },
  { ...aaa, channel: 'depth', intervalMs: 50, levels: 100 },
  { ...aaa, channel: 'depth' },
];

describe.each(await transportsHere())('market data on %s', (transport) => {
  it.each(PROTOCOLS)('is the book and the trades, in %s', async (protocol) => {
    const { ws, url } = await start({ transport });
    const trader = new Trader(await BinaryClient.open(`${ws}?account=1`), 5);
    await trader.send(300);
    const client = await MarketClient.open(`${ws}?account=2`, protocol);
    for (const topic of depthTopics)
      expect(await client.ask('subscribe', topic)).toMatchObject({ event: 'subscribed', channel: 'depth' });
    const answer = await client.ask('subscribe', { ...aaa, channel: 'trades', intervalMs: 20 });
    expect(answer).toMatchObject({ event: 'subscribed', channel: 'trades', intervalMs: 20 });
    await client.ask('subscribe', { ...aaa, channel: 'top', intervalMs: 10 });
    const before = trader.trades.length;
    // What it has put together at a position is what a read shows at that position.
    const seen = new Map<string, string>();
    client.onBook = (levels, sequence) =>
      seen.set(`${levels} ${sequence}`, JSON.stringify(client.book(levels)));
    let compared = 0;
    for (let round = 0; round < 60; round++) {
      await trader.send(1 + (round % 40));
      const levels = [1, 5, 100, 10][round % 4]!;
      const book = await readBook(url, levels);
      await new Promise((resolve) => setTimeout(resolve, 15));
      const same = seen.get(`${levels} ${book.position.sequence}`);
      if (same === undefined) continue;
      expect(JSON.parse(same)).toEqual(wholeLevels(book));
      compared++;
    }
    for (const levels of [1, 5, 100, 10]) {
      const book = wholeLevels(await readBook(url, levels));
      expect(book.bids.length).toBeGreaterThan(0);
      await client.until(() => JSON.stringify(client.book(levels)) === JSON.stringify(book));
    }
    expect(compared).toBeGreaterThan(0);
    const { bids, asks, lastPrice, state } = await readBook(url, 1);
    const best = [bids[0]![0], bids[0]![1], asks[0]![0], asks[0]![1], lastPrice].map(Number);
    await client.until(() => JSON.stringify(client.top) === JSON.stringify([...best, state]));
    const expected = trader.trades.slice(before);
    expect(expected.length).toBeGreaterThan(50);
    await client.until(() => client.trades.length >= expected.length);
    expect(client.trades).toEqual(expected);
    expect(client.faults).toEqual([]);
    expect([client.missed, client.jumps]).toEqual([0, 0]);
  });

  it('comes late with a snapshot, stops when it is unsubscribed, and refuses what there is not', async () => {
    const { ws } = await start({ transport });
    const trader = new Trader(await BinaryClient.open(`${ws}?account=1`), 6);
    const early = await MarketClient.open(`${ws}?account=2`, 'tickloom.json.v1');
    const topic: Topic = { ...aaa, channel: 'depth', intervalMs: 10, levels: 10 };
    await early.ask('subscribe', topic);
    for (let i = 0; i < 10; i++) await trader.send(20);
    const late = await MarketClient.open(`${ws}?account=3`, 'tickloom.binary.v1');
    await late.ask('subscribe', topic);
    for (let i = 0; i < 10; i++) await trader.send(20);
    await early.until(() => JSON.stringify(early.book(10)) === JSON.stringify(late.book(10)));
    expect([...early.faults, ...late.faults]).toEqual([]);
    // Once more: a fresh snapshot.
    const snapshots = late.books.get(10)!.snapshots;
    await late.ask('subscribe', topic);
    await late.until(() => late.books.get(10)!.snapshots > snapshots);
    expect(await late.ask('unsubscribe', topic)).toMatchObject({ event: 'unsubscribed', channel: 'depth' });
    const left = JSON.stringify(late.book(10));
    for (let i = 0; i < 10; i++) await trader.send(20);
    await early.until(() => JSON.stringify(early.book(10)) !== left);
    expect(JSON.stringify(late.book(10))).toBe(left);
    expect(await late.ask('unsubscribe', topic)).toMatchObject({ event: 'rejected', code: 206 });

    const bad: [Partial<Topic>, number][] = [
      [{ intervalMs: 15 }, 206],
      [{ levels: 101 }, 206],
      [{ channel: 'top' }, 206],
      [{ symbol: 'CCC', instrument: 9 }, 200],
    ];
    for (const protocol of PROTOCOLS) {
      const client = await MarketClient.open(`${ws}?account=4`, protocol);
      for (const [change, code] of bad)
        expect(await client.ask('subscribe', { ...topic, ...change })).toMatchObject({
          event: 'rejected',
          code,
        });
      client.socket.close();
    }
    early.socket.send('{"type":"subscribe","channel":"depth","symbol":"AAA","interval":10}');
    await early.until(() => early.answers.length === 2);
    expect(early.answers[1]).toMatchObject({ code: 100 });
    expect(early.answers[1]!.text).toContain('intervalMs');
  });

  it('passes over who does not read, and tells it all anew when it reads again', async () => {
    const { ws, url } = await start({ transport });
    const trader = new Trader(await BinaryClient.open(`${ws}?account=1`), 7);
    const slow = await MarketClient.open(`${ws}?account=2`, 'tickloom.json.v1');
    const fast = await MarketClient.open(`${ws}?account=3`, 'tickloom.json.v1');
    const levels = Array.from({ length: 40 }, (_, i) => 100 - i);
    for (const client of [slow, fast]) {
      for (const each of levels)
        client.send('subscribe', { ...aaa, channel: 'depth', intervalMs: 10, levels: each });
      await client.ask('subscribe', { ...aaa, channel: 'trades', intervalMs: 10 });
      await client.until(() => client.answers.length === levels.length + 1);
    }
    slow.socket.pause();
    const from = fast.bytes;
    // More than a loopback connection keeps for a client that does not read.
    while (fast.bytes - from < 12 * 1024 * 1024) await trader.send(200);
    slow.socket.resume();
    for (let i = 0; i < 20; i++) await trader.send(20);
    for (const each of [100, 80, 61]) {
      const book = JSON.stringify(wholeLevels(await readBook(url, each)));
      await slow.until(() => JSON.stringify(slow.book(each)) === book);
    }
    expect(slow.jumps).toBeGreaterThan(0);
    expect(slow.missed).toBeGreaterThan(0);
    expect([...slow.faults, ...fast.faults]).toEqual([]);
    expect(slow.closeCode).toBeUndefined();
    const numbers = slow.trades.map(({ trade }) => trade);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });
});

describe('market data', async () => {
  it.each(['exception', 'memory'] as const)('goes on after its follower has died of %s', async (how) => {
    const { exchange, ws, url } = await start({ shards: 1, shardHeapMb: 128 });
    const trader = new Trader(await BinaryClient.open(`${ws}?account=1`), 8);
    await trader.send(100);
    const client = await MarketClient.open(`${ws}?account=2`, 'tickloom.msgpack.v1');
    await client.ask('subscribe', { ...aaa, channel: 'depth', intervalMs: 10 });
    await client.ask('subscribe', { ...aaa, channel: 'trades', intervalMs: 10 });
    const before = trader.trades.length;
    for (let i = 0; i < 10; i++) await trader.send(20);
    exchange.drill('follower', 0, how);
    for (let i = 0; i < 30; i++) await trader.send(20);
    await client.until(() => warnings.some((sentence) => sentence.includes('follower 0 died')));
    for (let i = 0; i < 10; i++) await trader.send(20);
    const expected = trader.trades.slice(before);
    await client.until(() => client.trades.length >= expected.length);
    const book = JSON.stringify(wholeLevels(await readBook(url, 10)));
    await client.until(() => JSON.stringify(client.book(10)) === book);
    expect(client.trades).toEqual(expected);
    expect([...client.faults, client.missed, client.jumps]).toEqual([0, 0]);
  });

  it('is refused where there are no followers', async () => {
    const { ws } = await start({ follower: 'off' });
    for (const protocol of PROTOCOLS) {
      const client = await MarketClient.open(ws, protocol);
      expect(await client.ask('subscribe', { ...aaa, channel: 'top' })).toMatchObject({
        event: 'rejected',
        code: 207,
      });
    }
  });

  it.skipIf(!(await twoGatewaysHere()))(
    'comes to the sessions of two gateways, also after all of them had gone',
    async () => {
      const { ws } = await start({ gateways: 2, shards: 1 });
      const trader = new Trader(await BinaryClient.open(`${ws}?account=1`), 9);
      for (let round = 0; round < 3; round++) {
        const clients = await Promise.all(
          Array.from({ length: 6 }, (_, i) => MarketClient.open(`${ws}?account=2`, PROTOCOLS[i % 3]!)),
        );
        for (const client of clients)
          await client.ask('subscribe', { ...aaa, channel: 'trades', intervalMs: 10 });
        const before = trader.trades.length;
        for (let i = 0; i < 5; i++) await trader.send(40);
        const expected = trader.trades.slice(before);
        for (const client of clients) {
          await client.until(() => client.trades.length >= expected.length);
          expect(client.trades).toEqual(expected);
          client.socket.terminate();
        }
      }
    },
  );

  it('has a bound on the subscriptions of a session', async () => {
    const { ws } = await start();
    const client = await MarketClient.open(ws, 'tickloom.msgpack.v1');
    const topics = [10, 20, 50].flatMap((intervalMs) =>
      Array.from({ length: 100 }, (_, i): Topic => ({ ...aaa, channel: 'depth', intervalMs, levels: i + 1 })),
    );
    for (const topic of topics) client.send('subscribe', topic);
    await client.until(() => client.answers.length === topics.length);
    const refused = client.answers.filter(({ event }) => event === 'rejected');
    expect(refused).toHaveLength(topics.length - 256);
    expect(refused[0]).toMatchObject({ code: 206 });
    expect(refused[0]!.text).toContain('256');
  });
});
