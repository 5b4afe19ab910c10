import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

describe.each(await transportsHere())('clients that break off, on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport]);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const upgrade = (path: string, protocol: string, more = '') =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${more}\r\n`;

  /** Sends, and resets the connection: at once, or after the first bytes of an answer. */
  const reset = (text: string, waits: boolean) =>
    new Promise<void>((resolve) => {
      const socket = connect(exchange.port, '127.0.0.1', () => {
        socket.write(text, () => {
          if (!waits) socket.resetAndDestroy();
        });
      });
      socket.on('data', () => socket.resetAndDestroy());
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });

  it('may reset a refused upgrade, and the exchange serves on', async () => {
    for (let i = 0; i < 20; i++)
      await Promise.all(
        Array.from({ length: 20 }, (_, j) =>
          reset(upgrade(j % 3 === 0 ? '/elsewhere' : '/ws', j % 5 === 0 ? 'h2c' : 'websocket'), j % 2 === 0),
        ),
      );
    expect((await fetch(`${exchange.url}/health`)).status).toBe(200);
  });

  it('that keep their half of a refused connection open do not keep ours', async () => {
    const socket = connect({ port: exchange.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(upgrade('/elsewhere', 'websocket'));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await new Promise((resolve) => socket.once('end', resolve));
    expect(text).toContain('404');
    // Ours is gone: what is sent now is answered with a reset.
    const gone = new Promise((resolve) => {
      socket.on('error', () => {});
      socket.once('close', resolve);
    });
    const writing = setInterval(() => socket.write('x'), 10);
    await gone;
    clearInterval(writing);
  });

  it('that ask for another protocol than WebSocket get an answer', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(exchange.port, '127.0.0.1', () => {
        const body = '{}';
        socket.write(
          `POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
      });
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk;
        if (!received.includes('\r\n\r\n')) return;
        resolve(received);
        socket.destroy();
      });
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    if (transport === 'node') expect(text).toContain('no upgrade to h2c');
  });
});
