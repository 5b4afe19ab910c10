import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../load/servers/redis-server.js';
import { Engine, type OpenOrder } from '../../src/book/engine.js';
import { Side, TimeInForce } from '../../src/model/command.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { priceText, sizeText } from '../../src/wire/instrument-object.js';
import { describeWith } from '../support/not-run.js';
import { client, keys, objects, RedisRun, rebuilt, streamedEvents } from './redis-run.js';
import { ShardLog } from './shard-log.js';

const TTL_MS = 3_600_000;

describeWith(redisMissing(), 'a log in Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = client(server.url());
  });
  afterAll(async () => {
    redis.disconnect();
    await server.dispose();
  });

  async function withLog(work: (log: ShardLog) => Promise<void>, seed = 1): Promise<void> {
    await redis.flushall();
    const log = new ShardLog(seed);
    try {
      await work(log);
    } finally {
      log.close();
    }
  }

  it.each([1, 2, 3])('holds the events and the state of the log, and rebuilds the shard (seed %i)', (seed) =>
    withLog(async (log) => {
      log.grow(6000);
      await new RedisRun(log, server.url(), { stateTtlMs: TTL_MS }).finish();
      expect(await redis.hgetall(keys.position)).toEqual({
        sequence: `${log.lastSequence}`,
        hash: log.hash.toString(),
        timeNs: `${log.timeNs}`,
      });
      expect(await streamedEvents(redis)).toEqual(log.events);
      const { engine, hash } = await rebuilt(redis);
      expect(Buffer.from(engine.snapshot())).toEqual(Buffer.from(log.engine.snapshot()));
      expect(hash.toString()).toBe(log.hash.toString());
      await expectState(log);
    }, seed),
  );

  async function expectState(log: ShardLog): Promise<void> {
    const open = log.engine.openOrders();
    expect(open.length).toBeGreaterThan(3);
    const found = await objects(redis, `${keys.prefix}order:`);
    expect([...found.keys()].map(Number).sort((a, b) => a - b)).toEqual(open.map(({ orderId }) => orderId));
    for (const order of open) expect(found.get(`${order.orderId}`)).toMatchObject(told(order, log));
    const tops = await objects(redis, `${keys.prefix}top:`);
    expect([...tops.keys()].sort()).toEqual(
      log.engine
        .instruments()
        .map(({ symbol }) => symbol)
        .sort(),
    );
    for (const instrument of log.engine.instruments()) {
      const [bid, ask] = [1, 2].map((side) => {
        const best = log.engine.levels(instrument.id, side)[0];
        if (best === undefined) return null;
        return [priceText(best.priceTicks, instrument), sizeText(best.sizeLots, instrument), best.orders];
      });
      const { lastPriceTicks } = log.engine.instrumentStatus(instrument.id);
      const lastPrice = lastPriceTicks === 0 ? null : priceText(lastPriceTicks, instrument);
      expect(tops.get(instrument.symbol)).toMatchObject({ symbol: instrument.symbol, bid, ask, lastPrice });
    }
  }

  function told(order: OpenOrder, log: ShardLog) {
    const instrument = log.engine.instruments().find(({ id }) => id === order.instrumentId)!;
    return {
      orderId: order.orderId,
      clientOrderId: order.clientOrderId || null,
      account: order.account,
      symbol: instrument.symbol,
      side: order.side === 1 ? 'buy' : 'sell',
      price: priceText(order.priceTicks, instrument),
      size: sizeText(order.sizeLots, instrument),
      remaining: sizeText(order.remainingLots, instrument),
      cumulative: sizeText(order.cumulativeLots, instrument),
    };
  }

  it('goes on where it was, and the keys of orders that were done meanwhile go', () =>
    withLog(async (log) => {
      for (let i = 0; i < 4; i++) {
        log.grow(700);
        await new RedisRun(log, server.url()).finish();
        await expectState(log);
      }
      expect(await streamedEvents(redis)).toEqual(log.events);
    }, 8));

  it("expires keys by the exchange's clock", () =>
    withLog(async (log) => {
      log.grow(2000);
      const half = log.timeNs + BigInt(TTL_MS / 2) * 1_000_000n;
      for (const instrument of [1, 2, 3]) {
        const terms = { side: Side.Buy, size: 5, price: log.engine.instruments()[0]!.minPriceTicks };
        log.send({
          kind: 'new',
          account: 3,
          instrument,
          clientId: 900_000 + instrument,
          ...terms,
          timeInForce: TimeInForce.GoodTillDate,
          expiry: half,
        });
      }
      await new RedisRun(log, server.url(), { stateTtlMs: TTL_MS }).finish();
      const nowMs = Number(log.timeNs / 1_000_000n);
      const orders = new Map(log.engine.openOrders().map((order) => [order.orderId, order]));
      let dated = 0;
      for (const [id, { expiresAtNs }] of orders) {
        const { timeNs } = JSON.parse((await redis.get(keys.order(id)))!) as { timeNs: string };
        const byState = Number(BigInt(timeNs) / 1_000_000n) + TTL_MS;
        const byDate = expiresAtNs === undefined ? byState : Math.ceil(Number(expiresAtNs) / 1e6);
        const expiry = Number(await redis.call('PEXPIRETIME', keys.order(id)));
        // A number does not hold these nanoseconds exactly.
        expect(Math.abs(expiry - Math.min(byState, byDate))).toBeLessThanOrEqual(1);
        if (byDate < byState) dated++;
      }
      expect(dated).toBeGreaterThan(0);
      for (const { symbol } of log.engine.instruments()) {
        const expiry = Number(await redis.call('PEXPIRETIME', keys.top(symbol)));
        expect(expiry).toBeLessThanOrEqual(nowMs + TTL_MS);
        expect(expiry).toBeGreaterThan(nowMs);
      }
    }));

  it('writes the keys of orders that nothing happens to anew before they expire', () =>
    withLog(async (log) => {
      const run = new RedisRun(log, server.url(), { stateTtlMs: TTL_MS });
      log.grow(1500);
      await run.caughtUp();
      for (let i = 0; i < 4; i++) {
        log.advance((TTL_MS / 2) * 1e6 + 1e6);
        log.grow(100);
        await run.caughtUp();
      }
      await run.finish();
      const nowMs = Number(log.timeNs / 1_000_000n);
      const open = log.engine.openOrders();
      expect(open.length).toBeGreaterThan(3);
      for (const { orderId, expiresAtNs } of open) {
        if (expiresAtNs !== undefined) continue;
        const expiry = Number(await redis.call('PEXPIRETIME', keys.order(orderId)));
        expect(expiry).toBeGreaterThanOrEqual(nowMs + TTL_MS / 2);
      }
    }, 4));

  it('publishes each trade once and the tops that changed', () =>
    withLog(async (log) => {
      const subscriber = client(server.url());
      await subscriber.psubscribe('tickloom:trades:*', 'tickloom:tops:*');
      const trades: Record<string, unknown>[] = [];
      const tops = new Map<string, Record<string, unknown>>();
      subscriber.on('pmessage', (_pattern, channel: string, message: string) => {
        const [, kind, symbol = ''] = channel.split(':');
        if (kind === 'tops') tops.set(symbol, JSON.parse(message));
        else for (const trade of JSON.parse(message)) trades.push({ symbol, ...trade });
      });
      const run = new RedisRun(log, server.url());
      for (let i = 0; i < 5; i++) {
        log.grow(800);
        await run.caughtUp();
      }
      await run.finish();
      await subscriber.ping();
      const expected = log.events
        .filter(({ kind, flags }) => kind === EventKind.Fill && (flags & EventFlag.Maker) === 0)
        .map((fill) => {
          const instrument = log.engine.instruments().find(({ id }) => id === fill.instrument)!;
          return {
            symbol: instrument.symbol,
            trade: fill.trade,
            price: priceText(fill.price, instrument),
            size: sizeText(fill.size, instrument),
            side: fill.side === 1 ? 'buy' : 'sell',
            takerOrderId: fill.order,
            makerOrderId: fill.counterOrder,
          };
        });
      expect(expected.length).toBeGreaterThan(100);
      const ofInstrument = (list: readonly { symbol?: unknown }[], symbol: string) =>
        list.filter((trade) => trade.symbol === symbol);
      for (const { symbol } of log.engine.instruments())
        expect(ofInstrument(trades, symbol)).toMatchObject(ofInstrument(expected, symbol));
      expect(trades.length).toBe(expected.length);
      const numbers = new Set(trades.map(({ symbol, trade }) => `${symbol} ${trade}`));
      expect(numbers.size).toBe(trades.length);
      for (const { symbol } of log.engine.instruments()) {
        const kept = JSON.parse((await redis.get(keys.top(symbol)))!) as Record<string, unknown>;
        const { bid, ask, lastPrice, state } = tops.get(symbol)!;
        expect(kept).toMatchObject({ bid, ask, lastPrice, state });
      }
      subscriber.disconnect();
    }, 5));

  it('trims events by number, and commands behind a snapshot only', () =>
    withLog(async (log) => {
      let snapshot = 0;
      const run = new RedisRun(log, server.url(), { eventsKept: 1000, reachableSnapshot: () => snapshot });
      for (let i = 0; i < 6; i++) {
        log.grow(1000);
        await run.caughtUp();
      }
      const all = await rebuilt(redis);
      expect(all.engine.sequence).toBe(log.lastSequence);
      const kept = await streamedEvents(redis);
      expect(kept.length).toBeLessThan(log.events.length);
      expect(kept).toEqual(log.events.slice(-kept.length));
      expect(kept[0]!.sequence).toBeLessThanOrEqual(log.lastSequence - 1000 + 1);

      const taken = log.engine.snapshot();
      snapshot = log.lastSequence;
      log.grow(1000);
      await run.finish();
      const first = (await redis.xrange(keys.commands, '-', '+', 'COUNT', 1))[0]!;
      expect(Number.parseInt(first[0], 10)).toBeGreaterThanOrEqual(snapshot);
      const { engine } = await rebuilt(redis, 0, Engine.restore(taken));
      expect(Buffer.from(engine.snapshot())).toEqual(Buffer.from(log.engine.snapshot()));
      // What is in front of the snapshot is not to be had any more, and that is said.
      await expect(rebuilt(redis)).rejects.toThrow(/missing/);
    }, 6));
});
