import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { RawConnection, upgradeHead } from '../support/raw-connection.js';
import { transportsHere } from '../support/transports.js';

const MOST = 5;

const ask = 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

describe.each(await transportsHere())('connections that are counted, on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    const options = ['--max-connections', String(MOST), '--max-connections-per-address', '3'];
    exchange = await startExchange(['--transport', transport, ...options]);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const open = (text = '') => RawConnection.open(exchange.port, text);

  /** A connection that is served; tried again while those before it are still going. */
  async function served(text: string, answer: string): Promise<RawConnection> {
    for (;;) {
      const connection = await open(text);
      try {
        await connection.says(answer);
        return connection;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** There is room for as many as there may be, and for none more: what was counted up has been counted down. */
  async function expectRoomForAll(): Promise<void> {
    const kept: RawConnection[] = [];
    while (kept.length < MOST) kept.push(await served(ask, '200 OK'));
    const extra = await open(ask);
    await extra.closed;
    expect(extra.text).toBe('');
    expect(kept.map(({ isClosed }) => isClosed)).toEqual(kept.map(() => false));
    for (const { socket } of kept) socket.destroy();
    await Promise.all(kept.map(({ closed }) => closed));
  }

  it('closes the one that is too many, and takes one again when one has gone', async () => {
    const kept = [await served(ask, '200 OK'), await served(upgradeHead('/ws'), '101 Switching')];
    while (kept.length < MOST) kept.push(await served(ask, '200 OK'));
    for (let i = 0; i < 3; i++) await (await open(ask)).closed;
    // A WebSocket leaves, an HTTP request has its place; and the other way round.
    for (const [leaves, text, answer] of [
      [1, ask, '200 OK'],
      [0, upgradeHead('/ws'), '101 Switching'],
    ] as const) {
      kept[leaves]!.socket.destroy();
      kept[leaves] = await served(text, answer);
      await (await open(ask)).closed;
    }
    for (const { socket } of kept) socket.destroy();
    await expectRoomForAll();
  });

  it('counts down whatever becomes of a connection', async () => {
    const texts = [
      '',
      ask,
      ask + ask,
      ask.replace('Host', 'Connection: close\r\nHost'),
      'GET /health HTTP/1.1\r\nHost: 127',
      'no request at all\r\n\r\n',
      'POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{',
      `POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}`,
      upgradeHead('/ws'),
      upgradeHead('/ws').slice(0, -2),
      upgradeHead('/elsewhere'),
      upgradeHead('/ws', 'nothing.v1'),
      upgradeHead('/ws').replace('Upgrade: websocket', 'Upgrade: h2c'),
      `${upgradeHead('/ws')}\x81\x85`,
      // A text message without a mask, which ends the session.
      `${upgradeHead('/ws')}\x81\x01a`,
    ];
    for (const ends of ['destroy', 'resetAndDestroy', 'end'] as const)
      for (const waits of [false, true])
        for (const text of texts) {
          const connection = await open(text);
          if (waits) await new Promise((resolve) => setTimeout(resolve, 10));
          connection.socket[ends]();
          if (ends === 'end') setTimeout(() => connection.socket.destroy(), 50);
          await connection.closed;
        }
    await expectRoomForAll();
  });

  it('tells a time that stands between those of the question and the answer', async () => {
    // The clocks are two, and a machine may set one of them in between: a minute is all that is asked.
    const minuteNs = 60_000_000_000n;
    const nowNs = () => BigInt(Date.now()) * 1_000_000n;
    const asked = nowNs();
    // Those of the test before may still be counted: then it is closed, and tried again.
    const ask = () => fetch(`${exchange.url}/time?clientTimeNs=${asked}`);
    let response = await ask().catch(() => undefined);
    while (response === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      response = await ask().catch(() => undefined);
    }
    const { clientTimeNs, receivedNs, sentNs } = (await response.json()) as Record<string, string>;
    expect(clientTimeNs).toBe(String(asked));
    expect(BigInt(receivedNs!)).toBeGreaterThan(asked - minuteNs);
    expect(BigInt(sentNs!)).toBeGreaterThanOrEqual(BigInt(receivedNs!));
    expect(BigInt(sentNs!)).toBeLessThan(nowNs() + minuteNs);
  });

  it('refuses an address one WebSocket too many, and takes one again when one has gone', async () => {
    const sockets: WebSocket[] = [];
    const tryOne = async (): Promise<number> => {
      const socket = new WebSocket(exchange.ws, 'tickloom.msgpack.v1');
      sockets.push(socket);
      const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode);
      const failed = once(socket, 'error').then(() => 0);
      const opened = new Promise<number>((resolve) => socket.once('open', () => resolve(101)));
      return await Promise.race([opened, refused, failed]);
    };
    const settled = async (): Promise<number> => {
      for (;;) {
        const status = await tryOne();
        if (status !== 0) return status;
      }
    };
    expect([await settled(), await settled(), await settled(), await settled()]).toEqual([
      101, 101, 101, 429,
    ]);
    sockets.find(({ readyState }) => readyState === WebSocket.OPEN)!.terminate();
    await expect.poll(tryOne).toBe(101);
    expect(await tryOne()).toBe(429);
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.terminate();
    }
    await expectRoomForAll();
  });
});
