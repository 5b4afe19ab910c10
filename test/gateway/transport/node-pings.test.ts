import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { TestClock } from '../../../src/clock/test-clock.js';
import { anybody } from '../../../src/gateway/actor.js';
import { usualLimits } from '../../../src/gateway/gateway-limits.js';
import type { Admission } from '../../../src/gateway/session.js';
import { Protocol, Session } from '../../../src/gateway/session.js';
import { ConnectionCounts } from '../../../src/gateway/transport/connection-counts.js';
import { NodeTransport } from '../../../src/gateway/transport/node-transport.js';
import type { TransportHandlers } from '../../../src/gateway/transport/transport.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('a connection that answers pings stays, a silent one is cut', async () => {
  let closed = 0;
  const admission: Admission = {
    protocol: Protocol.Binary,
    accounts: [1],
    after: [],
    actor: anybody,
    address: '127.0.0.1',
    heartbeatMs: 0,
    disconnect: undefined,
  };
  const handlers: TransportHandlers = {
    isKeyed: false,
    admit: () => admission,
    opened: (connection) => new Session(1, admission, connection),
    message: () => {},
    ponged: () => {},
    closed: () => closed++,
    request: () => {},
  };
  const counts = new ConnectionCounts(ConnectionCounts.allocate(), 0, 10, 10);
  const transport = new NodeTransport(handlers, { limits: usualLimits, counts, realTime: new TestClock() });
  const url = `ws://127.0.0.1:${await transport.listen('127.0.0.1', 0)}/ws`;
  const alive = new WebSocket(url, Protocol.Binary);
  const silent = new WebSocket(url, Protocol.Binary, { autoPong: false });
  await Promise.all([once(alive, 'open'), once(silent, 'open')]);
  const cut = once(silent, 'close');
  for (let i = 0; i < 2; i++) {
    const pinged = [once(alive, 'ping'), once(silent, 'ping')];
    vi.advanceTimersByTime(60_000);
    await Promise.all(pinged);
    // The pong goes back over the real network.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const pinged = once(alive, 'ping');
  vi.advanceTimersByTime(60_000);
  await Promise.all([cut, pinged]);
  expect(alive.readyState).toBe(WebSocket.OPEN);
  await expect.poll(() => closed).toBe(1);
  const over = once(alive, 'close');
  transport.close();
  await over;
});
