import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryClient, buy, eventFlag, kind, type OrderFields, state } from '../support/binary-client.js';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { MsgpackClient } from '../support/msgpack-client.js';
import { transportsHere } from '../support/transports.js';

/** Instruments of the default configuration, on two shards: BTC-USD and ACME on the first, ETH-USD on the second. */
const btc = 1;
const eth = 2;
const acme = 3;

describe.each(await transportsHere())('the operator and all shards on %s', (transport) => {
  let exchange: RunningExchange;
  let account = 100;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport, '--shards', '2']);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const open = (...accounts: number[]) =>
    BinaryClient.open(`${exchange.ws}?${accounts.map((one) => `account=${one}`).join('&')}`);
  const call = async (method: string, path: string, body?: object) => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(exchange.url + path, init);
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, json };
  };
  /** All that has come so far: a read on each shard comes behind it. */
  const drained = async (client: BinaryClient) => {
    const events = await client.ask(
      2,
      { kind: kind.book, instrument: btc, size: 1 },
      { kind: kind.book, instrument: eth, size: 1 },
    );
    while (events.filter((event) => event.kind === 'book').length < 2) events.push(...(await client.take(1)));
    return events.filter((event) => event.kind !== 'book');
  };
  const bid = (clientId: number, instrument: number): OrderFields => ({
    instrument,
    account,
    clientId,
    side: buy,
    price: 100,
    size: clientId,
  });

  const commands: [string, OrderFields, Record<string, unknown>][] = [
    [
      'state',
      { kind: kind.state, type: state.halted },
      { type: 'state', symbol: 'BTC-USD', state: 'halted' },
    ],
    [
      'prices',
      { kind: kind.prices, flags: 8, price: 5 },
      { type: 'prices', symbol: 'BTC-USD', referenceTicks: 5 },
    ],
    ['account', { kind: kind.account, instrument: 0, target: 9 }, { type: 'account', subject: 9 }],
    ['cancel all of everybody', { kind: kind.cancelAll, instrument: 0 }, { type: 'cancelAll', account: 0 }],
  ];
  it.each(commands)('%s is refused to a session that did not name account 0', async (_, record, object) => {
    const client = await open(++account);
    const [refused] = await client.ask(1, { account: 0, clientId: 1, ...record });
    expect(refused).toMatchObject({ kind: 'rejected', code: 201, account: 0, place: 0 });
    expect(refused!.flags & eventFlag.refused).toBe(eventFlag.refused);
    const msgpack = await MsgpackClient.open(`${exchange.ws}?account=${account}`);
    expect(await msgpack.ask(1, { clientId: 1, ...object })).toMatchObject([
      { event: 'rejected', code: 201, refused: true },
    ]);
    msgpack.socket.close();
    client.close();
  });

  it('a session of the operator has no client orders of its own to send', async () => {
    const client = await open(0);
    expect(await client.ask(1, { ...bid(1, acme), account: 0 })).toMatchObject([
      { kind: 'rejected', code: 201 },
    ]);
    const msgpack = await MsgpackClient.open(`${exchange.ws}?account=0`);
    const order = { type: 'new', clientOrderId: 1, symbol: 'ACME', side: 'buy', price: 1, size: 1 };
    expect(await msgpack.ask(1, order)).toMatchObject([{ event: 'rejected', code: 201 }]);
    msgpack.socket.close();
    client.close();
  });

  it('its answers go to the sessions of account 0, wherever they come from, and to nobody else', async () => {
    const operators = [await open(0), await open(++account, 0)];
    const stranger = await open(account);
    const answer = await call('POST', '/instruments/ACME/state', { state: 'halted' });
    expect(answer).toMatchObject({
      status: 200,
      json: { event: 'stateChanged', state: 'halted', events: [] },
    });
    const changed = { kind: 'stateChanged', account: 0, code: state.halted };
    for (const operator of operators) expect(await drained(operator)).toMatchObject([changed]);
    expect(await drained(stranger)).toEqual([]);
    expect(await call('POST', '/instruments/ACME/state', { state: 'halted' })).toMatchObject({
      status: 422,
      json: { reason: 'state-unchanged' },
    });
    expect((await call('GET', '/books/ACME')).json['state']).toBe('halted');
    expect((await call('POST', '/instruments/ACME/state', { state: 'continuous' })).status).toBe(200);
    for (const client of [...operators, stranger]) client.close();
  });

  it('cancel all without an instrument is answered by each shard, to a session one by one', async () => {
    const client = await open(++account);
    await client.ask(3, bid(1, btc), bid(2, eth), bid(3, acme));
    const events = await client.ask(5, { kind: kind.cancelAll, account, clientId: 9, instrument: 0 });
    const ofShard = (shard: number) => events.filter(({ place }) => Math.floor(place / 2 ** 48) === shard);
    expect(ofShard(0)).toMatchObject([
      { kind: 'allCancelled', size: 2, clientId: 9 },
      { kind: 'cancelled', size: 1 },
      { kind: 'cancelled', size: 3 },
    ]);
    expect(ofShard(1)).toMatchObject([
      { kind: 'allCancelled', size: 1 },
      { kind: 'cancelled', size: 2 },
    ]);
    client.close();
  });

  it('cancel all by HTTP gives the sum of all shards, and the same again to a retry', async () => {
    const client = await open(++account);
    await client.ask(3, bid(1, btc), bid(2, eth), bid(3, acme));
    const path = `/orders?account=${account}&clientId=all`;
    const first = await call('DELETE', path);
    expect(first).toMatchObject({
      status: 200,
      json: {
        event: 'allCancelled',
        clientId: 'all',
        orders: 3,
        answers: [
          { shard: 0, orders: 2 },
          { shard: 1, orders: 1 },
        ],
        events: [{ size: '0.0001' }, { size: '3' }, { size: '0.002' }],
      },
    });
    const retried = await call('DELETE', path);
    expect(retried).toMatchObject({ status: 200, json: { orders: 3, repeated: true, events: [] } });
    expect((await call('DELETE', `${path}&side=buy`)).status).toBe(409);
    expect((await call('DELETE', `/orders?account=${account}`)).json).toMatchObject({
      orders: 0,
      events: [],
    });
    client.close();
  });

  it('cancel all of the operator names the orders of all accounts', async () => {
    const one = await open(++account);
    await one.ask(1, bid(1, btc));
    const other = await open(++account);
    await other.ask(1, bid(2, eth));
    const { json } = await call('DELETE', '/orders?account=0');
    expect(json).toMatchObject({ orders: 2, account: 0, events: [{ account: account - 1 }, { account }] });
    one.close();
    other.close();
  });

  it('quotes of several shards are refused, those of one are taken', async () => {
    const quote = (symbol: string) => ({
      symbol,
      bidTicks: 90,
      bidSizeLots: 1,
      askTicks: 110,
      askSizeLots: 1,
    });
    const quotes = (clientId: number, ...symbols: string[]) =>
      call('POST', '/quotes', { account: 88, clientId, quotes: symbols.map(quote) });
    expect(await quotes(1, 'BTC-USD', 'ETH-USD')).toMatchObject({ status: 422, json: { code: 202 } });
    // A refusal uses up no client id.
    const taken = await quotes(1, 'BTC-USD', 'ACME');
    expect(taken).toMatchObject({ status: 201, json: { event: 'quoted', quotes: 2 } });
    expect(taken.json['events']).toHaveLength(4);
  });

  it('bounds of an account hold on every shard; too many orders in a second: 429, and when to come back', async () => {
    const set = await call('PATCH', '/accounts/77', { maxOrdersPerSecond: 1 });
    expect(set).toMatchObject({
      status: 200,
      json: {
        event: 'accountChanged',
        subject: 77,
        maxOrdersPerSecond: 1,
        answers: [{ shard: 0 }, { shard: 1 }],
      },
    });
    for (const symbol of ['BTC-USD', 'ETH-USD']) {
      const order = (clientOrderId: string) =>
        call('POST', '/orders', {
          account: 77,
          clientOrderId: clientOrderId + symbol,
          symbol,
          side: 'buy',
          priceTicks: 1,
          sizeLots: 1,
        });
      expect((await order('first')).status).toBe(201);
      const second = await order('second');
      expect(second).toMatchObject({ status: 429, json: { code: 405, reason: 'too-many-orders' } });
      expect(second.headers.get('retry-after')).toBe('1');
    }
    const stopped = await call('PATCH', '/accounts/77', { killSwitch: true, clientId: 'stop 77' });
    expect(stopped.json).toMatchObject({
      killSwitch: true,
      events: [{ reason: 'kill switch' }, { reason: 'kill switch' }],
    });
  });
});
