import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { RawConnection } from '../support/raw-connection.js';
import { transportsHere } from '../support/transports.js';
import { exchangeOn } from './exchange-under-test.js';
import { RawClient } from './raw-client.js';

/** Requests whose framing is at an edge. */
describe.each(await transportsHere())('requests, on %s', (transport) => {
  const exchange = exchangeOn(transport);
  const isUws = transport === 'uws';

  const statusOf = async (text: string) => {
    const client = await RawClient.connect(exchange.port);
    client.write(text);
    const head = await client.head();
    client.destroy();
    return head?.status;
  };
  const post = (headers: string, body: string) =>
    statusOf(`POST /orders HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n\r\n${body}`);

  it('may follow a HEAD over one agent, which is told where the connection ends', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (method: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const { port } = exchange;
        const asked = request({ agent, host: '127.0.0.1', port, path: '/health', method }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        asked.on('error', reject).end();
      });
    const methods = ['GET', 'HEAD', 'HEAD', 'GET', 'HEAD', 'GET'];
    // All wait for the one connection, so that each comes right behind the one before.
    expect(await Promise.all(methods.map(ask))).toEqual(methods.map(() => 200));
    agent.destroy();
  });

  it('wait for the answer to the one before; uWebSockets.js cuts who does not', async () => {
    const order = (clientOrderId: number) =>
      JSON.stringify({ clientOrderId, symbol: 'ACME', side: 'buy', price: '1', size: '1' });
    const request = (body: string) =>
      `POST /orders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const orders = await RawConnection.open(exchange.port, request(order(71)) + request(order(72)));
    if (isUws) {
      await orders.closed;
      expect(orders.text).toBe('');
    } else await expect.poll(() => orders.text.match(/HTTP\/1.1 201/g)).toHaveLength(2);
    orders.socket.destroy();
    // The first was done all the same: to send it again gives its answer, and makes no other order.
    const url = `http://127.0.0.1:${exchange.port}/orders`;
    const again = await fetch(url, { method: 'POST', body: order(71) });
    expect(await again.json()).toMatchObject({ clientOrderId: 71, repeated: true });
    // What is answered at once may come in a row.
    const times = 'GET /time HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'.repeat(2);
    const reads = await RawConnection.open(exchange.port, times);
    await expect.poll(() => reads.text.match(/HTTP\/1.1 200/g)).toHaveLength(2);
    reads.socket.destroy();
  });

  it('have a head of 4 KiB at most on uWebSockets.js, of 16 KiB on plain Node.js', async () => {
    const get = (pathBytes: number) =>
      statusOf(`GET /${'x'.repeat(pathBytes)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    expect(await get(4_000)).toBe(404);
    expect(await get(4_200)).toBe(isUws ? 431 : 404);
    expect(await get(17_000)).toBe(431);
  });

  it('have a length or chunks, not both, and a length that is a number', async () => {
    expect(await post('content-length: 2\r\ntransfer-encoding: chunked', '0\r\n\r\n')).toBe(400);
    for (const length of ['-1', 'x', '2x', '0x2', '18446744073709551616'])
      expect(await post(`content-length: ${length}`, '{}'), length).toBe(400);
  });

  it('have one length; uWebSockets.js takes the first of two', async () => {
    expect(await post('content-length: 2\r\ncontent-length: 5', '{}')).toBe(400);
    // The sentences tell who it was: a body that was read is refused for what it lacks.
    const client = await RawClient.connect(exchange.port);
    client.write(
      'POST /nothing HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n{}',
    );
    expect((await client.head())?.status).toBe(isUws ? 404 : 400);
    client.destroy();
  });

  it('may come in chunks', async () => {
    expect(await post('transfer-encoding: chunked', '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n')).toBe(400);
    const body = '{"clientOrderId":1,"symbol":"ACME","side":"buy","price":"1","size":"1"}';
    const chunks = [...body].map((char) => `1\r\n${char}\r\n`).join('');
    expect(await post('transfer-encoding: chunked', `${chunks}0\r\n\r\n`)).toBe(201);
  });
});
