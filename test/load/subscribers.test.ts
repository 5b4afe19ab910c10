import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Subscribers, subscriberFailures } from '../../load/subscribers.js';
import { SubscriptionCount } from '../../load/subscription-count.js';

const script = fileURLToPath(new URL('../../dist/load/subscriber-process.js', import.meta.url));

const depth = (number: number, snapshot?: true) =>
  JSON.stringify([{ event: 'depth', symbol: 'ONE', number, snapshot, bids: [], asks: [] }]);

describe('the count of a subscription', () => {
  it('follows the numbers from the first snapshot on', () => {
    const count = new SubscriptionCount();
    count.take('[{"event":"subscribed"}]');
    for (const text of [depth(5, true), depth(6), depth(7, true), depth(8)]) count.take(text);
    expect(count.counts()).toMatchObject({ messages: 4, snapshots: 2, gaps: 0, ended: undefined });
  });

  it('finds what is missing, told twice, or first without a snapshot', () => {
    const count = new SubscriptionCount();
    for (const text of [depth(5), depth(7), depth(7), depth(9, true)]) count.take(text);
    expect(count.counts()).toMatchObject({ messages: 4, gaps: 4 });
  });

  it('takes nothing else', () => {
    const refused = '[{"event":"rejected","text":"There is no market data."}]';
    expect(() => new SubscriptionCount().take(refused)).toThrow(/told rejected: There is no market data/);
  });
});

describe('subscribers in a process of their own', () => {
  let http: Server;
  let port: number;
  let sockets: WebSocket[];
  let asked: unknown[];
  let answer: (socket: WebSocket) => void;

  beforeEach(async () => {
    sockets = [];
    asked = [];
    http = createServer((_, response) => response.end('[{"symbol":"ONE"},{"symbol":"TWO"}]'));
    const server = new WebSocketServer({ server: http });
    server.on('connection', (socket) => {
      sockets.push(socket);
      socket.on('message', (data: Buffer) => {
        asked.push(JSON.parse(data.toString()));
        answer(socket);
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    port = (http.address() as AddressInfo).port;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.terminate();
    await new Promise((resolve) => http.close(resolve));
  });

  /** The report, as soon as so many messages have come. */
  async function reportOf(subscribers: Subscribers, messages: number) {
    for (;;) {
      const report = await subscribers.report();
      if (report.messages >= messages) return report;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('count what they are told, and say what is wrong with it', async () => {
    answer = (socket) => {
      socket.send('[{"event":"subscribed"}]');
      socket.send(depth(1, true));
    };
    const subscribers = await Subscribers.open('127.0.0.1', port, 3, script);
    expect(asked).toEqual(
      [1, 2, 3].map(() => ({
        type: 'subscribe',
        channel: 'depth',
        symbol: 'ONE',
        levels: 10,
        intervalMs: 100,
      })),
    );
    for (const socket of sockets) socket.send(depth(2));
    const well = await reportOf(subscribers, 6);
    expect(well).toMatchObject({ connections: 3, symbol: 'ONE', messages: 6, newSnapshots: 0, gaps: 0 });
    expect(subscriberFailures(well)).toEqual([]);
    sockets[0]!.send(depth(4));
    const gap = await reportOf(subscribers, 7);
    expect(subscriberFailures(gap)).toEqual([expect.stringMatching(/^1 messages of market data/)]);
    sockets[1]!.close(4002, 'too slow');
    let cut = gap;
    while (cut.ended === 0) cut = await reportOf(subscribers, 7);
    expect(cut.whys).toEqual({ 'closed with 4002 too slow': 1 });
    expect(subscriberFailures(cut)).toHaveLength(2);
    await subscribers.close();
    await expect(subscribers.report()).rejects.toThrow(/ended by itself/);
  });

  it('say why they could not subscribe', async () => {
    answer = (socket) => socket.send('[{"event":"rejected","text":"There is no market data."}]');
    await expect(Subscribers.open('127.0.0.1', port, 2, script)).rejects.toThrow(
      /the subscribers: subscriber 80000\d got no market data: .*There is no market data/,
    );
  });
});
