import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { MsgpackClient } from '../support/msgpack-client.js';
import { RawConnection, upgradeHead } from '../support/raw-connection.js';
import { transportsHere } from '../support/transports.js';

// They wait for seconds, and may do so together.
describe.concurrent.each(await transportsHere())('connections that say too little, on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    const options = ['--idle-seconds', '8', '--handshake-ms', '500', '--request-ms', '300'];
    exchange = await startExchange(['--transport', transport, ...options]);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const open = (text = '') => RawConnection.open(exchange.port, text);

  it('get 408 where the body of a request does not come in time', async () => {
    const head = 'POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\n';
    for (const text of [
      `${head}Content-Length: 10\r\n\r\n`,
      `${head}Content-Length: 10\r\n\r\n{`,
      `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
    ]) {
      const connection = await open(text);
      await connection.closed;
      expect(connection.text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      const body = connection.text.slice(connection.text.indexOf('\r\n\r\n') + 4);
      expect(JSON.parse(body)).toMatchObject({ event: 'rejected', reason: 'request-too-slow' });
      expect(body).toContain('300 ms');
    }
    // One that drips is not spared.
    const dripping = await open(`${head}Content-Length: 1000\r\n\r\n`);
    const drip = setInterval(() => dripping.socket.write(' '), 50);
    await dripping.closed;
    clearInterval(drip);
    expect(dripping.text).toContain('request-too-slow');
  });

  it('are closed where a request, or its head, never comes; and where no ping is answered', async () => {
    const talking = await MsgpackClient.open(exchange.ws);
    const silent = await open();
    const half = await open('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const halfUpgrade = await open(upgradeHead('/ws').slice(0, -2));
    const dead = await open(upgradeHead('/ws'));
    await dead.says('101 Switching');
    await Promise.all([silent, half, halfUpgrade, dead].map(({ closed }) => closed));
    expect(silent.text).not.toContain('200');
    // A client that answers pings may be silent for as long as it likes.
    expect(await talking.ask(1, { type: 'time' })).toMatchObject([{ event: 'time' }]);
    talking.socket.terminate();
  });
});
