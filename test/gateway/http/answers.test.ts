import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryClient, buy, sell } from '../../support/binary-client.js';
import { type RunningExchange, startExchange } from '../../support/exchange-process.js';
import { transportsHere } from '../../support/transports.js';

describe.each(await transportsHere())('answers over HTTP on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport, '--shards', '2']);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const place = async (order: Record<string, unknown>) => {
    const body = JSON.stringify({ side: 'buy', price: '1.00', size: '1', ...order });
    const response = await fetch(`${exchange.url}/orders`, { method: 'POST', body });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };

  it('are not swapped between two shards where they have one client id', async () => {
    const list = (await (await fetch(`${exchange.url}/instruments`)).json()) as {
      symbol: string;
      shard: number;
    }[];
    const symbols = [0, 1].map((shard) => list.find((instrument) => instrument.shard === shard)!.symbol);
    for (let i = 0; i < 50; i++) {
      const id = `both-${i}`;
      const answers = await Promise.all(
        symbols.map((symbol) => place({ account: 1, symbol, clientOrderId: id })),
      );
      expect(answers.map(({ json }) => [json['event'], json['symbol'], json['shard']])).toEqual(
        symbols.map((symbol, shard) => ['accepted', symbol, shard]),
      );
    }
  });

  it('are not taken from a session with the same account and client id', async () => {
    const session = await BinaryClient.open(`${exchange.ws}?account=2`);
    const acme = { instrument: 3, account: 2 };
    for (let i = 1; i <= 50; i++) {
      const before = session.events.length;
      // The order of the two is left to chance; each must be told of its own all the same.
      session.send({ ...acme, clientId: i, side: i % 2 === 0 ? sell : buy, price: 50_000 + i, size: 7 });
      const { status, json } = await place({ account: 2, symbol: 'ACME', clientOrderId: i, size: 3 });
      if (status === 201)
        expect(json).toMatchObject({ event: 'accepted', price: '1.00', size: '3', clientOrderId: i });
      else expect(json).toMatchObject({ event: 'rejected', code: 401, clientId: i });
      await session.take(before + 2);
    }
    session.close();
  });

  it('are those of a cancel where a session amends with its client id', async () => {
    const session = await BinaryClient.open(`${exchange.ws}?account=3`);
    for (let i = 1; i <= 20; i++) {
      const { json } = await place({ account: 3, symbol: 'ACME', clientOrderId: `order-${i}`, size: 9 });
      await session.take(1);
      const target = json['orderId'] as number;
      session.send({ instrument: 3, account: 3, kind: 3, clientId: i, target, flags: 16, size: 4 });
      const response = await fetch(`${exchange.url}/orders/${target}?account=3&clientId=${i}`, {
        method: 'DELETE',
      });
      const answer = (await response.json()) as Record<string, unknown>;
      expect(answer['event']).toBe(response.status === 200 ? 'cancelled' : 'rejected');
      if (response.status !== 200) expect(answer['code']).toBe(401);
      await session.take(2);
    }
    session.close();
  });
});
