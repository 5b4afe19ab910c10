import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../load/fleet.js';
import { OrderFlow } from '../../load/flow.js';
import { Dealing, encodeFrames } from '../../load/frames.js';
import { type LoadRunResult, runLoad } from '../../load/load-run.js';
import { LiveClock } from '../../src/clock/live-clock.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { RejectCode } from '../../src/model/reject.js';
import { FakeExchange } from './fake-exchange.js';

interface Wanted {
  readonly warmUp: number;
  readonly leadIn?: number;
  readonly timed: number;
  readonly underWay?: number;
  readonly rate?: number;
  readonly ordersPerFrame?: number;
  readonly server?: 'exchange' | 'echo';
  readonly stallSeconds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

const CONNECTIONS = 4;

function run(fake: FakeExchange, wanted: Wanted): Promise<LoadRunResult> {
  const { warmUp, leadIn = 0, timed, ordersPerFrame = 1 } = wanted;
  const dealing = new Dealing(CONNECTIONS, ordersPerFrame, wanted.rate === undefined ? 2 : 3);
  const instrument = { id: 1, minPriceTicks: 1, maxPriceTicks: 100_000, minSizeLots: 1, maxSizeLots: 1_000 };
  const flow = new OrderFlow(new SeededRandomness(1), CONNECTIONS, [instrument]);
  return runLoad(
    {
      host: '127.0.0.1',
      port: fake.port,
      server: wanted.server ?? 'exchange',
      frames: encodeFrames(dealing, flow, warmUp + leadIn + timed, new SeededRandomness(2)),
      dealing,
      clock: new LiveClock(),
      warmUpOrders: warmUp,
      leadInOrders: leadIn,
      timedOrders: timed,
      underWay: wanted.underWay ?? 1_000,
      ratePerSecond: wanted.rate,
      onProgress: wanted.onProgress ?? (() => {}),
      stallSeconds: wanted.stallSeconds ?? 30,
    },
    wanted.signal ?? new AbortController().signal,
  );
}

describe('a load run', () => {
  let fake: FakeExchange;

  beforeEach(async () => {
    fake = await FakeExchange.start();
  });
  afterEach(() => fake.stop());

  const received = () => fake.records.reduce((sum, records) => sum + records.length, 0);

  it.each([1, 64])('sends every order once in a closed loop, with %i a frame', async (ordersPerFrame) => {
    fake.fate = (order) => (order % 10 === 0 ? 'filled' : order % 7 === 0 ? 'rejected' : 'accepted');
    const result = await run(fake, { warmUp: 640, timed: 5_001, ordersPerFrame, underWay: 512 });
    expect(received()).toBe(5_641);
    expect(result).toMatchObject({ acknowledged: 5_641, refused: 0, trades: 565 });
    expect(result.rejected).toBeGreaterThan(600);
    expect(result.acknowledgedPerSecond).toBeCloseTo(5_001 / result.timedSeconds, 3);
    expect(result.latencyUs.max).toBeGreaterThan(0);
    expect(fake.mostWaiting).toBeLessThanOrEqual(512);
    expect(fake.paths.sort()).toEqual([1, 2, 3, 4].map((account) => `/ws?account=${account}`));
  });

  it('keeps to its bound where answers are slow', async () => {
    fake.delayMs = () => 5;
    await run(fake, { warmUp: 0, timed: 400, underWay: 40 });
    expect(fake.mostWaiting).toBeLessThanOrEqual(40);
    expect(fake.mostWaiting).toBeGreaterThan(20);
  });

  it('counts an echo for each frame', async () => {
    const result = await run(fake, { warmUp: 64, timed: 1_000, ordersPerFrame: 64, server: 'echo' });
    expect(result).toMatchObject({ acknowledged: 1_064, refused: 0, trades: 0 });
  });

  it('sends at its rate in an open loop, and counts a stall for every order that was due in it', async () => {
    let stalled = false;
    setTimeout(() => {
      stalled = true;
      setTimeout(() => {
        stalled = false;
      }, 100);
    }, 900);
    // Everything that arrives during the stall is answered some 300 ms late.
    fake.delayMs = () => (stalled ? 300 : 0);
    const result = await run(fake, { warmUp: 100, leadIn: 200, timed: 3_000, rate: 2_000 });
    expect(received()).toBe(3_300);
    expect(result.timedSeconds).toBeGreaterThan(1.49);
    expect(result.timedSeconds).toBeLessThan(2.5);
    expect(result.latencyUs.p50).toBeLessThan(100_000);
    expect(result.latencyUs.max).toBeGreaterThan(290_000);
    // A tenth of a second of 1.5 s: over 1 % of the orders, so the 99th percentile must show it.
    expect(result.latencyUs.p99).toBeGreaterThan(250_000);
    expect(result.sendLatenessUs?.p50).toBeGreaterThan(0);
  });

  it('sends whole frames of many orders in an open loop', async () => {
    const result = await run(fake, { warmUp: 128, timed: 1_000, rate: 5_000, ordersPerFrame: 64 });
    expect(result.acknowledged).toBe(1_128);
    expect(fake.messageBytes.flat().filter((bytes) => bytes !== 64 * 64)).toEqual([(1_000 % 64) * 64]);
    expect(result.timedSeconds).toBeGreaterThan(0.19);
  });

  it('counts refusals apart', async () => {
    fake.fate = (order) => (order % 4 === 0 ? 'refused' : 'accepted');
    const result = await run(fake, { warmUp: 0, timed: 1_000 });
    expect(result).toMatchObject({ acknowledged: 750, refused: 250, rejected: 0 });
    expect(result.codes.get(RejectCode.Busy)).toBe(250);
  });

  it('ends with counts where answers stop coming', async () => {
    fake.fate = (order) => (order < 300 ? 'accepted' : 'silent');
    const failing = run(fake, { warmUp: 0, timed: 1_000, underWay: 100, stallSeconds: 1 });
    await expect(failing).rejects.toThrow(
      /no answer came for 1 s: 3\d\d orders were sent, 300 answered, \d+ are under way, 1000 were to be answered/,
    );
  });

  it('ends where the exchange closes a connection', async () => {
    fake.fate = (order) => {
      if (order === 500) fake.sockets[2]!.close(1011, 'out of order');
      return order < 500 ? 'accepted' : 'silent';
    };
    await expect(run(fake, { warmUp: 0, timed: 2_000 })).rejects.toThrow(/with code 1011 \(out of order\)/);
  });

  it('ends where it is interrupted, and tells its progress until then', async () => {
    const interrupt = new AbortController();
    const seen: Progress[] = [];
    fake.fate = (order) => (order < 10 ? 'accepted' : 'silent');
    const failing = run(fake, {
      warmUp: 0,
      timed: 100,
      signal: interrupt.signal,
      onProgress: (progress) => {
        seen.push(progress);
        interrupt.abort(new Error('enough'));
      },
    });
    await expect(failing).rejects.toThrow('enough');
    expect(seen[0]).toMatchObject({ sent: 100, answered: 10, orders: 100 });
  });
});
