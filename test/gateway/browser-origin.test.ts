import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

describe.each(await transportsHere())('pages in a browser on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport]);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  /** As `fetch` would, which does not let a program set `Origin`. */
  const call = (method: string, path: string, origin: string | undefined, host?: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = {
        ...(origin === undefined ? {} : { origin }),
        ...(host === undefined ? {} : { host }),
      };
      const sent = request(exchange.url + path, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      });
      sent.on('error', reject);
      sent.end();
    });
  const open = (origin: string | undefined) =>
    new Promise<number>((resolve) => {
      const options = origin === undefined ? {} : { origin };
      const socket = new WebSocket(exchange.ws, 'tickloom.binary.v1', options);
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode!));
      socket.on('error', () => {});
    });

  const foreign = ['http://evil.example', 'null', 'http://127.0.0.1:1', 'nonsense'];

  it.each(foreign)('one of %s may neither open a session nor trade', async (origin) => {
    expect(await open(origin)).toBe(403);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status, text } = await call(method, '/orders/1', origin);
      expect(status).toBe(403);
      expect(JSON.parse(text)).toMatchObject({ event: 'rejected', reason: 'foreign-origin' });
      expect(text).toContain(origin);
    }
    expect((await call('GET', '/instruments', origin)).status).toBe(200);
  });

  it('one whose name was made to lead here (DNS rebinding) gets nothing, where there are no keys', async () => {
    for (const host of [`evil.example:${exchange.port}`, '127.0.0.1.evil.example', '10.0.0.1', 'x']) {
      for (const [method, path] of [
        ['GET', '/health'],
        ['POST', '/orders'],
      ] as const) {
        const { status, text } = await call(method, path, `http://${host}`, host);
        expect([host, status]).toEqual([host, 403]);
        expect(JSON.parse(text)['reason']).toMatch(/^strange-host$/);
      }
      const socket = new WebSocket(exchange.ws, 'tickloom.binary.v1', { headers: { host } });
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      expect(response.statusCode).toBe(403);
    }
    for (const host of ['localhost', `localhost:${exchange.port}`, '127.0.0.1', '[::1]:80'])
      expect((await call('GET', '/health', undefined, host)).status).toBe(200);
  });

  it('one that comes from here may, and so may programs', async () => {
    for (const origin of [exchange.url, undefined]) {
      expect(await open(origin)).toBe(101);
      expect((await call('DELETE', '/orders/1', origin)).status).toBe(404);
    }
  });
});
