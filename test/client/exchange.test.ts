import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AnswerUnknown,
  ConnectionError,
  type LoggedEvent,
  OrderRejected,
  TickloomClient,
} from '../../src/client/index.js';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

describe.each(await transportsHere())('a client of an exchange on %s', (transport) => {
  let exchange: RunningExchange;
  let nextAccount = 100;
  const open: TickloomClient[] = [];

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport, '--shards', '2']);
  });
  afterAll(async () => {
    for (const client of open) client.close();
    expect((await exchange.process.stop()).code).toBe(0);
  });

  /** A client with an account that nobody has used. */
  async function connect(accounts = [nextAccount++]): Promise<TickloomClient> {
    const client = await TickloomClient.connect({ url: exchange.ws, accounts });
    open.push(client);
    return client;
  }

  const order = { symbol: 'BTC-USD', side: 'buy', price: '10.00', size: '0.5' } as const;

  it('answers orders, cancels and amends', async () => {
    const client = await connect();
    const accepted = await client.submit({ ...order, clientOrderId: 'first' });
    expect(accepted).toMatchObject({
      event: 'accepted',
      answer: true,
      clientOrderId: 'first',
      remaining: '0.5000',
    });
    const { orderId } = accepted;
    const amended = await client.amend({ orderId, symbol: 'BTC-USD', size: '0.7' });
    expect(amended).toMatchObject({ event: 'amended', orderId, size: '0.7000' });
    const cancelled = await client.cancel({ clientOrderId: 'first', symbol: 'BTC-USD' });
    expect(cancelled).toMatchObject({ event: 'cancelled', orderId, reason: 'asked', size: '0.7000' });
    expect([client.underWay, client.isConnected, client.accounts.length]).toEqual([0, true, 1]);
  });

  it('tells fills to both sides, each event once, in order', async () => {
    const [maker, taker] = [await connect(), await connect()];
    const told: LoggedEvent[] = [];
    maker.on('event', (event) => told.push(event));
    const fill = new Promise((resolve) => maker.on('fill', resolve));
    const taken = (async () => {
      const names: string[] = [];
      for await (const event of taker.events()) {
        names.push(event.event);
        if (event.event === 'fill') return names;
      }
      return names;
    })();
    await maker.submit({ ...order, symbol: 'ETH-USD', side: 'sell', price: '20.00' });
    await taker.submit({ ...order, symbol: 'ETH-USD', price: '21.00', timeInForce: 'IOC' });
    expect(await fill).toMatchObject({ liquidity: 'maker', price: '20.00', size: '0.500', orderDone: true });
    expect(await taken).toEqual(['accepted', 'fill']);
    expect(told.map(({ event }) => event)).toEqual(['accepted', 'fill']);
  });

  it('throws what is rejected, by the exchange and by its gateway', async () => {
    const client = await connect();
    const rejected: unknown[] = [];
    client.on('rejected', (event) => rejected.push(event));
    const unknown = await client.cancel({ orderId: 12345 }).catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(OrderRejected);
    expect(unknown).toMatchObject({
      code: 400,
      reason: 'unknown-order',
      refused: false,
      event: { answer: true },
    });
    expect((unknown as Error).message).toContain('unknown-order (400): ');
    const off = await client.submit({ ...order, price: '10.001' }).catch((error: unknown) => error);
    expect(off).toMatchObject({ code: 111, refused: true });
    const nowhere = await client.book('NOWHERE').catch((error: unknown) => error);
    expect(nowhere).toMatchObject({ code: 200, refused: true });
    const notYours = await client.submit({ ...order, account: 99 }).catch((error: unknown) => error);
    expect(notYours).toMatchObject({ code: 201 });
    // What the log has not is no event.
    expect(rejected).toEqual([(unknown as OrderRejected).event]);
  });

  it('refuses by itself what could not be answered', async () => {
    const client = await connect();
    await expect(client.submit({ ...order, clientOrderId: '' })).rejects.toThrow(
      'client id "": give a whole',
    );
    await expect(client.submit({ ...order, clientOrderId: 0.5 })).rejects.toThrow(TypeError);
    const first = client.submit({ ...order, clientOrderId: 'twin' });
    await expect(client.submit({ ...order, clientOrderId: 'twin' })).rejects.toThrow('under way already');
    // And a number is no text.
    const numbers = [
      client.submit({ ...order, clientOrderId: 5 }),
      client.submit({ ...order, clientOrderId: '5' }),
    ];
    expect((await Promise.all([first, ...numbers])).map((one) => one.clientOrderId)).toEqual([
      'twin',
      5,
      '5',
    ]);
    // Sent again it is the first answer again, and no event.
    const events: LoggedEvent[] = [];
    client.on('event', (event) => events.push(event));
    const again = await client.submit({ ...order, clientOrderId: 'twin' });
    expect(again).toMatchObject({ repeated: true, orderId: (await first).orderId });
    expect(events).toEqual([]);
  });

  it('cancels all, on all shards or in one instrument', async () => {
    const client = await connect();
    const symbols = ['BTC-USD', 'ETH-USD', 'ACME', 'BTC-USD'];
    await Promise.all(symbols.map((symbol) => client.submit({ ...order, symbol, size: '1' })));
    const one = await client.cancelAll({ symbol: 'BTC-USD' });
    expect([one.orders, one.answers.length]).toEqual([2, 1]);
    const rest = await client.cancelAll();
    expect([rest.orders, rest.answers.map(({ shard }) => shard).sort()]).toEqual([2, [0, 1]]);
  });

  it('quotes, reads books, and carries out what the operator wants', async () => {
    const client = await connect([nextAccount++, 0]);
    const quote = { symbol: 'ACME', bid: '5.00', bidSize: '10', ask: '6.00', askSize: '20' };
    expect(await client.massQuote({ quotes: [quote] })).toMatchObject({ event: 'quoted', quotes: 1 });
    const book = await client.book('ACME', 1);
    expect([book.bids, book.asks]).toEqual([[['5.00', '10', 1]], [['6.00', '20', 1]]]);
    expect(await client.setPrices({ symbol: 'ACME', reference: '5.50' })).toMatchObject({
      reference: '5.50',
    });
    expect(await client.setState({ symbol: 'ACME', state: 'halted' })).toMatchObject({ state: 'halted' });
    expect(await client.setState({ symbol: 'ACME', state: 'continuous' })).toMatchObject({
      state: 'continuous',
    });
    expect(await client.setAccount({ subject: 55, maxOpenOrders: 9 })).toMatchObject({ maxOpenOrders: 9 });
    const other = await connect();
    await expect(other.setState({ symbol: 'ACME', state: 'halted' })).rejects.toMatchObject({ code: 201 });
  });

  it('sends thousands of commands at once, answered in their order', async () => {
    const client = await connect();
    const prices = Array.from({ length: 3000 }, (_, i) => (1 + (i % 500) / 100).toFixed(2));
    const answers = await Promise.all(prices.map((price) => client.submit({ ...order, price })));
    expect(answers.map(({ price }) => price)).toEqual(prices);
    const sequences = answers.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
    expect(new Set(answers.map(({ clientOrderId }) => clientOrderId)).size).toBe(3000);
  });

  it('goes on where a client before it stopped', async () => {
    const account = nextAccount++;
    const before = await connect([account]);
    const first = await before.submit(order);
    const { places } = before;
    before.close();
    const meanwhile = await connect([account]);
    const second = await meanwhile.submit(order);
    const client = await TickloomClient.connect({
      url: exchange.ws,
      accounts: [account],
      resumeFrom: places,
    });
    open.push(client);
    const told: number[] = [];
    client.on('accepted', ({ orderId }) => told.push(orderId));
    const connected = new Promise((resolve) => client.on('connected', resolve));
    expect(client.isConnected).toBe(false);
    const third = await client.submit(order);
    expect(await connected).toEqual({ isFirst: true });
    expect(client.places[third.shard]).toEqual({ sequence: third.sequence, index: third.index });
    expect(told).toEqual([second.orderId, third.orderId]);
    expect(second.orderId).toBeGreaterThan(first.orderId);
  });

  it('knows what time it is at the exchange', async () => {
    const client = await connect();
    while (!client.clock.isKnown) await new Promise((resolve) => setTimeout(resolve, 5));
    const sentNs = client.serverTimeNs();
    const { receivedNs } = (await (await fetch(`${exchange.url}/time`)).json()) as { receivedNs: string };
    const answeredNs = client.serverTimeNs();
    const slackNs = BigInt(Math.ceil(client.clock.roundTripNs));
    expect(BigInt(receivedNs)).toBeGreaterThan(sentNs - slackNs);
    expect(BigInt(receivedNs)).toBeLessThan(answeredNs + slackNs);
  });

  it('ends with close, and says what is not known then', async () => {
    const client = await connect();
    const closed = new Promise((resolve) => client.on('closed', resolve));
    const stream = client.events();
    const answer = client.submit({ ...order, clientOrderId: 'late' });
    client.close();
    client.close();
    const error = await answer.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AnswerUnknown);
    expect(error).toMatchObject({ clientId: 'late' });
    expect(await closed).toEqual({ error: undefined });
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    await expect(client.submit(order)).rejects.toThrow(ConnectionError);
  });

  it('is told why it cannot come in, and does not try for ever', async () => {
    const tooMany = Array.from({ length: 65 }, (_, i) => i + 1);
    const refused = TickloomClient.connect({ url: exchange.ws, accounts: tooMany });
    await expect(refused).rejects.toThrow('The exchange refuses this client (400): account=65: ');
    const nobody = TickloomClient.connect({ url: 'ws://127.0.0.1:65533', connectTimeoutMs: 300 });
    await expect(nobody).rejects.toThrow(/^No session within 300 ms: .*ECONNREFUSED/);
  });
});

describe('options', () => {
  it.each([
    [{ url: '127.0.0.1:9001' }, 'is no address such as ws://127.0.0.1:9001'],
    [{ url: 'ftp://x' }, 'is no address'],
    [{ accounts: [] }, 'accounts: give whole numbers'],
    [{ accounts: [-1] }, 'accounts: give whole numbers'],
    [{ session: 'a b' }, 'session: "a b" is not'],
    [{ heartbeatMs: 999 }, 'heartbeatMs: 999 is not a whole number from 1000 to 60000.'],
    [{ cancelOnDisconnectMs: -1 }, 'cancelOnDisconnectMs: -1 is not'],
    [{ connectTimeoutMs: 0 }, 'connectTimeoutMs: 0 is not'],
    [{ reconnect: { firstMs: 100, mostMs: 10 } }, 'reconnect.mostMs: 10 is not'],
    [{ key: { id: 'a' } }, 'key: give privateKey'],
    [{ key: { id: 'a', secret: 'abc' } }, '64 hex digits'],
    [{ key: { id: 'a', privateKey: 'abc' } }, 'it is no private key in PEM'],
  ])('%o are refused', async (options, fault) => {
    await expect(TickloomClient.connect({ url: 'ws://127.0.0.1:1', ...options })).rejects.toThrow(fault);
  });
});
