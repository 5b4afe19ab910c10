import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
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
    const order = (clientOrderId: number) => {
      const body = JSON.stringify({ clientOrderId, symbol: 'ACME', side: 'buy', price: '1', size: '1' });
      return `POST /orders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    const client = await RawClient.connect(exchange.port);
    client.write(order(71) + order(72));
    expect((await client.head())?.status).toBe(isUws ? undefined : 201);
    client.destroy();
    // The first was done all the same: to send it again gives its answer, and makes no other order.
    const sentAgain = async () => {
      const again = await fetch(`http://127.0.0.1:${exchange.port}/orders`, {
        method: 'POST',
        body: order(71).split('\r\n\r\n')[1]!,
      });
      return (await again.json()) as { repeated?: boolean };
    };
    expect(await sentAgain()).toMatchObject({ repeated: true });
    // What is answered at once may come in a row.
    const reader = await RawClient.connect(exchange.port);
    reader.write('GET /time HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'.repeat(2));
    expect((await reader.head())?.status).toBe(200);
    reader.destroy();
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
