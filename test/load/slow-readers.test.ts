import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrderFlow } from '../../load/flow.js';
import { Dealing, encodeFrames } from '../../load/frames.js';
import { IdleConnections } from '../../load/idle-connections.js';
import { SlowReaders } from '../../load/slow-readers.js';
import { LiveClock } from '../../src/clock/live-clock.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { FakeExchange } from './fake-exchange.js';

const instrument = { id: 1, minPriceTicks: 1, maxPriceTicks: 100_000, minSizeLots: 1, maxSizeLots: 1_000 };

function frames(count: number, orders: number) {
  const flow = new OrderFlow(new SeededRandomness(1), count, [instrument]);
  return encodeFrames(new Dealing(count, 1, 1), flow, count * orders, new SeededRandomness(2), 1, 900);
}

describe('connections that do not take part', () => {
  let fake: FakeExchange;
  const clock = new LiveClock();

  beforeEach(async () => {
    fake = await FakeExchange.start();
  });
  afterEach(() => fake.stop());

  it('send without reading, from the beginning again, until they are closed', async () => {
    fake.fate = () => 'silent';
    const slow = await SlowReaders.open('127.0.0.1', fake.port, frames(2, 30), 5_000, clock);
    expect(fake.paths).toEqual(['/ws?account=900', '/ws?account=901']);
    slow.start();
    while ((fake.records[0]?.length ?? 0) < 100) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(slow.report()).toMatchObject({ connections: 2, closed: 0, lastClosedMs: undefined, whys: {} });
    fake.sockets[0]!.terminate();
    while (slow.open > 1) await new Promise((resolve) => setTimeout(resolve, 10));
    slow.stop();
    const report = slow.report();
    expect(report).toMatchObject({ connections: 2, closed: 1 });
    expect(report.lastClosedMs).toBeGreaterThan(0);
    expect(Object.values(report.whys)).toEqual([1]);
  });

  it('wait idle, answer pings, and say what memory they took', async () => {
    const idle = await IdleConnections.open('127.0.0.1', fake.port, process.pid, 3);
    const ponged = new Promise((resolve) => fake.sockets[1]!.once('pong', resolve));
    fake.sockets[1]!.ping();
    await ponged;
    expect(idle.report()).toMatchObject({ connections: 3, ended: 0 });
    fake.sockets[0]!.terminate();
    while (idle.report().ended === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    idle.close();
  });

  it('are refused in words', async () => {
    await fake.stop();
    await expect(IdleConnections.open('127.0.0.1', fake.port, process.pid, 1)).rejects.toThrow(
      /account 1000000 got no session: ECONNREFUSED/,
    );
    fake = await FakeExchange.start();
  });
});
