import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { JsonClient } from '../support/json-client.js';
import { MsgpackClient } from '../support/msgpack-client.js';
import { transportsHere } from '../support/transports.js';

const order = { type: 'new', symbol: 'ACME', side: 'sell', price: '99.01', size: 10 };

describe.each(await transportsHere())('JSON sessions on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport]);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('are told the same objects as msgpack sessions', async () => {
    const json = await JsonClient.open(`${exchange.ws}?account=7`);
    const msgpack = await MsgpackClient.open(`${exchange.ws}?account=7`);
    const [accepted] = await json.ask(1, { ...order, clientOrderId: 2 });
    expect(accepted).toMatchObject({ event: 'accepted', account: 7, answer: true, price: '99.01' });
    expect(await msgpack.take(1)).toEqual([accepted]);
    const cancelled = await msgpack.ask(1, {
      type: 'cancel',
      clientId: 'c',
      clientOrderId: 2,
      symbol: 'ACME',
    });
    expect(cancelled).toMatchObject([{ event: 'cancelled', clientId: 'c', orderId: accepted!['orderId'] }]);
    expect(await json.take(1)).toEqual(cancelled);
  });

  it('take an array of commands and answer each', async () => {
    const client = await JsonClient.open(`${exchange.ws}?account=8`);
    const events = await client.ask(3, [
      { ...order, clientOrderId: 1 },
      { ...order, clientOrderId: 'two' },
      { type: 'cancel', clientId: 3, clientOrderId: 1, symbol: 'ACME' },
    ]);
    expect(events.map((event) => event['event'])).toEqual(['accepted', 'accepted', 'cancelled']);
    expect(events[1]).toMatchObject({ clientOrderId: 'two' });
  });

  it('that send no JSON, nested lists, or too much get one reject each', async () => {
    const client = await JsonClient.open(`${exchange.ws}?account=9`);
    client.socket.send('{"type":');
    client.socket.send('');
    client.socket.send('5');
    client.socket.send('['.repeat(32_768) + ']'.repeat(32_768));
    const events = await client.ask(5, [[order]]);
    expect(events.map((event) => event['code'])).toEqual([100, 100, 100, 100, 100]);
    expect(events[0]!['text']).toBe('The message is not valid JSON.');
    const [many] = await client.ask(1, new Array(1025).fill(null));
    expect(many).toMatchObject({ event: 'rejected', code: 110, reason: 'message-too-large' });
    client.socket.send(`"${'x'.repeat(65_535)}"`);
    expect(await client.take(1)).toMatchObject([{ code: 110 }]);
    const [good] = await client.ask(1, { ...order, clientOrderId: 1 });
    expect(good).toMatchObject({ event: 'accepted' });
  });

  it('that send a binary message are closed with 1003', async () => {
    const client = await JsonClient.open(exchange.ws);
    const closed = new Promise((resolve) => client.socket.on('close', (code) => resolve(code)));
    client.socket.send(Buffer.from(JSON.stringify(order)));
    expect(await closed).toBe(1003);
  });
});
