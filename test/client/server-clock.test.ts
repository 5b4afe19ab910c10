import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvents } from '../../src/client/messages.js';
import { ServerClock } from '../../src/client/server-clock.js';
import { TimeKeeping } from '../../src/client/time-keeping.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { TestClock } from '../../src/clock/test-clock.js';

const MS = 1_000_000;

/** A sample over a link with these one-way delays, to a server whose clock is ahead by so much. */
function sample(sentNs: bigint, aheadNs: bigint, thereNs: number, serverNs: number, backNs: number) {
  const serverReceivedNs = sentNs + BigInt(thereNs) + aheadNs;
  return {
    sentNs,
    serverReceivedNs,
    serverSentNs: serverReceivedNs + BigInt(serverNs),
    receivedNs: sentNs + BigInt(thereNs + serverNs + backNs),
  };
}

const distance = (one: bigint, other: bigint) => Number(one > other ? one - other : other - one);

describe('the estimate of the clock of the exchange', () => {
  it('is exact where both ways take the same', () => {
    const clock = new ServerClock();
    expect([clock.isKnown, clock.offsetNs, clock.roundTripNs]).toEqual([false, 0n, Number.NaN]);
    clock.add(sample(1_000_000_000n, -77n, 500, 30, 500));
    expect([clock.isKnown, clock.offsetNs, clock.roundTripNs]).toEqual([true, -77n, 1000]);
  });

  it('is within half the least round trip of the truth, however unequal and jittery the ways are', () => {
    const delay = fc.integer({ min: 0, max: 300 * MS });
    const exchange = fc.record({ there: delay, back: delay, server: fc.integer({ min: 0, max: 5 * MS }) });
    const ahead = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    fc.assert(
      fc.property(ahead, fc.array(exchange, { minLength: 1, maxLength: 30 }), (aheadNs, exchanges) => {
        const clock = new ServerClock();
        let atNs = 1_767_225_600_000_000_000n;
        for (const { there, back, server } of exchanges) {
          clock.add(sample(atNs, aheadNs, there, server, back));
          atNs += BigInt(2 * there + back + server);
        }
        const least = Math.min(...exchanges.slice(-8).map(({ there, back }) => there + back));
        expect(clock.roundTripNs).toBe(least);
        // A division of whole numbers may lose half of one.
        expect(distance(clock.offsetNs, aheadNs)).toBeLessThanOrEqual(least / 2 + 1);
      }),
    );
  });

  it('is of the last eight: a better one that is older does not count', () => {
    const clock = new ServerClock();
    clock.add(sample(0n, 5n, 10, 0, 10));
    for (let i = 1; i <= 7; i++) clock.add(sample(BigInt(i) * 1000n, 9n, 100, 0, 100));
    expect(clock.offsetNs).toBe(5n);
    clock.add(sample(9000n, 9n, 100, 0, 100));
    expect(clock.offsetNs).toBe(9n);
  });

  it('leaves out what cannot be, and keeps the estimate over a new connection', () => {
    const clock = new ServerClock();
    clock.add({ sentNs: 10n, serverReceivedNs: 30n, serverSentNs: 20n, receivedNs: 40n });
    clock.add({ sentNs: 10n, serverReceivedNs: 30n, serverSentNs: 61n, receivedNs: 9n });
    expect(clock.isKnown).toBe(false);
    clock.add(sample(0n, 5n, 10, 0, 10));
    // Rounded to nothing.
    clock.add({ sentNs: 10n, serverReceivedNs: 12n, serverSentNs: 18n, receivedNs: 10n });
    expect([clock.offsetNs, clock.roundTripNs]).toEqual([5n, 0]);
    clock.begin();
    expect(clock.offsetNs).toBe(5n);
    clock.add(sample(1000n, 9n, 100, 0, 100));
    expect(clock.offsetNs).toBe(9n);
  });
});

describe('keeping time', () => {
  /** A link on simulated time: up to 40 ms there, up to 4 ms back, at random. */
  function run(heartbeatMs: number, seconds: number) {
    const clock = new TestClock();
    const random = new SeededRandomness(3);
    const serverClock = new ServerClock();
    const aheadNs = 123_456_789n;
    const sentAtNs: number[] = [];
    const keeping = new TimeKeeping(clock, serverClock, heartbeatMs, (bytes) => {
      sentAtNs.push(clock.nowNs());
      const { clientTimeNs } = decodeEvents(new Uint8Array([0x91, ...bytes]).buffer)[0] as {
        clientTimeNs: string;
      };
      clock.setAlert(clock.nowNs() + random.below(40 * MS), () => {
        const receivedNs = (clock.epochNs() + aheadNs).toString();
        const event = { event: 'time', clientTimeNs, receivedNs, sentNs: receivedNs } as const;
        clock.setAlert(clock.nowNs() + random.below(4 * MS), () => keeping.take(event));
      });
    });
    keeping.connected();
    clock.advance(seconds * 1e9);
    return { keeping, clock, serverClock, sentAtNs, aheadNs };
  }

  it('asks eight times in a row, and then every five seconds', () => {
    const { sentAtNs, serverClock, aheadNs } = run(60_000, 16);
    const expected = [0, 100, 200, 300, 400, 500, 600, 700, 5700, 10_700, 15_700];
    expect(sentAtNs.map((at) => at / MS)).toEqual(expected);
    expect(distance(serverClock.offsetNs, aheadNs)).toBeLessThanOrEqual(serverClock.roundTripNs / 2);
    // Of eight random round trips of up to 44 ms the least is short.
    expect(serverClock.roundTripNs).toBeLessThan(22 * MS);
  });

  it('says something within every heartbeat', () => {
    const { sentAtNs } = run(1_000, 10);
    const pauses = sentAtNs.slice(1).map((at, i) => at - sentAtNs[i]!);
    expect(Math.max(...pauses)).toBe(1_000 * MS);
  });

  it('takes no answer that it has not asked for, and stops with the connection', () => {
    const { keeping, clock, serverClock, sentAtNs } = run(1_000, 2);
    const before = serverClock.offsetNs;
    keeping.take({ event: 'time', clientTimeNs: '5', receivedNs: '5', sentNs: '5' });
    keeping.disconnected();
    const count = sentAtNs.length;
    clock.advance(60e9);
    expect([serverClock.offsetNs, sentAtNs.length]).toEqual([before, count]);
  });
});
