import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { type Message, MsgpackClient } from '../support/msgpack-client.js';
import { transportsHere } from '../support/transports.js';

describe.each(await transportsHere())('msgpack sessions on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport]);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('takes the commands of the protocol page and answers in decimals', async () => {
    const client = await MsgpackClient.open(`${exchange.ws}?account=7`);
    const [accepted] = await client.ask(1, {
      type: 'new',
      clientOrderId: 1,
      symbol: 'BTC-USD',
      side: 'buy',
      price: '50000.00',
      size: '0.5',
    });
    expect(accepted).toMatchObject({
      event: 'accepted',
      account: 7,
      answer: true,
      symbol: 'BTC-USD',
      side: 'buy',
      price: '50000.00',
      size: '0.5000',
      remaining: '0.5000',
      cumulative: '0.0000',
      clientOrderId: 1,
      previous: null,
    });
    const [amended] = await client.ask(1, {
      type: 'amend',
      clientId: 'a-3',
      clientOrderId: 1,
      symbol: 'BTC-USD',
      size: 0.25,
    });
    expect(amended).toMatchObject({
      event: 'amended',
      clientId: 'a-3',
      size: '0.2500',
      orderId: accepted!['orderId'],
      previous: { sequence: accepted!['sequence'], index: 0 },
    });
    const [book] = await client.ask(1, { type: 'book', symbol: 'BTC-USD' });
    expect(book).toMatchObject({ event: 'book', bids: [['50000.00', '0.2500', 1]], asks: [] });
    const taken = await client.ask(4, {
      type: 'new',
      clientOrderId: 'taker',
      symbol: 'BTC-USD',
      side: 'sell',
      timeInForce: 'IOC',
      price: 49_000,
      sizeLots: 3000,
    });
    expect(taken.map((event) => event['event'])).toEqual(['accepted', 'fill', 'fill', 'cancelled']);
    expect(taken[1]).toMatchObject({
      liquidity: 'taker',
      price: '50000.00',
      size: '0.2500',
      counterOrderId: accepted!['orderId'],
    });
    expect(taken[2]).toMatchObject({ liquidity: 'maker', orderDone: true, trade: taken[1]!['trade'] });
    expect(taken[3]).toMatchObject({ reason: 'immediate or cancel rest', size: '0.0500' });
  });

  it('takes an array of commands and answers each', async () => {
    const client = await MsgpackClient.open(`${exchange.ws}?account=8`);
    const order = { type: 'new', symbol: 'ACME', side: 'sell', price: '99.01', size: 10 };
    const events = await client.ask(3, [
      { ...order, clientOrderId: 1 },
      { ...order, clientOrderId: 2 },
      { type: 'cancel', clientId: 3, clientOrderId: 1, symbol: 'ACME' },
    ]);
    expect(events.map((event) => event['event'])).toEqual(['accepted', 'accepted', 'cancelled']);
    expect(events[2]).toMatchObject({ reason: 'asked', clientId: 3, orderId: events[0]!['orderId'] });
  });

  it.each([
    ['a price off the tick', { price: '50000.001' }, 111],
    ['a size off the lot', { size: '0.00001' }, 112],
    ['an unknown symbol', { symbol: 'NOPE' }, 200],
    ['a field that is not known', { prise: 1 }, 100],
    ['no client order id', { clientOrderId: undefined }, 108],
    ['a client order id of 37 bytes', { clientOrderId: 'x'.repeat(37) }, 109],
    ['a size of zero', { size: 0 }, 301],
    ['a price out of range', { price: '99999999' }, 300],
    ['a size over 2^53', { size: undefined, sizeLots: 2 ** 54 }, 107],
    ['an unknown type', { type: 'newest' }, 102],
    ['the account of somebody else', { account: 1234 }, 201],
  ])('%s: one reject with code, name and sentence', async (_, change, code) => {
    const client = await MsgpackClient.open(`${exchange.ws}?account=9`);
    const order: Message = {
      type: 'new',
      clientOrderId: `bad-${code}`,
      symbol: 'BTC-USD',
      side: 'buy',
      price: '1.00',
      size: '0.5',
    };
    const message = Object.fromEntries(
      Object.entries({ ...order, ...change }).filter(([, value]) => value !== undefined),
    );
    const [reject] = await client.ask(1, message);
    expect(reject).toMatchObject({ event: 'rejected', code });
    expect(String(reject!['text']).length).toBeGreaterThan(10);
    const [good] = await client.ask(1, { ...order, clientOrderId: `good-${code}-${_}`.slice(0, 36) });
    expect(good).toMatchObject({ event: 'accepted' });
  });

  it('bytes that are no msgpack, nested ones, and what is no map: one reject each', async () => {
    const client = await MsgpackClient.open(`${exchange.ws}?account=10`);
    client.socket.send(Buffer.from([0xc1]));
    client.socket.send(Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]));
    client.socket.send(Buffer.from([0x05]));
    const events = await client.ask(4, [[{ type: 'new' }]]);
    expect(events.map((event) => event['code'])).toEqual([100, 100, 100, 100]);
  });

  it('too many commands in one message, and lists in lists to the end of one: one reject each', async () => {
    const client = await MsgpackClient.open(`${exchange.ws}?account=11`);
    const [many] = await client.ask(1, new Array(1025).fill(null));
    expect(many).toMatchObject({ event: 'rejected', code: 110, reason: 'message-too-large' });
    expect(many!['text']).toContain('1025 commands');
    expect(await client.ask(1024, new Array(1024).fill(null))).toHaveLength(1024);
    client.socket.send(Buffer.concat([Buffer.alloc(65_535, 0x91), Buffer.from([0xc0])]));
    const [deep] = await client.ask(1, { type: 'book', symbol: 'ACME' });
    expect(deep).toMatchObject({ event: 'rejected', code: 100 });
  });
});
