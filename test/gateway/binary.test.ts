import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { BinaryClient, buy, eventFlag, ioc, orderFlag, sell } from '../support/binary-client.js';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

/** Instrument 3 of the default configuration: a stock of whole shares, tick 0.01. */
const acme = 3;

describe.each(await transportsHere())('binary sessions on %s', (transport) => {
  let exchange: RunningExchange;
  let account = 100;

  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport]);
    expect(exchange.transport).toBe(transport);
  });
  afterAll(async () => {
    const { code, stderr } = await exchange.process.stop();
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  /** A session with an account of its own. */
  const connect = async () => {
    account++;
    const client = await BinaryClient.open(`${exchange.ws}?account=${account}`);
    return Object.assign(client, { account });
  };

  it('accepts, fills, cancels and amends, each with its place in the log', async () => {
    const maker = await connect();
    const taker = await connect();
    const m = { instrument: acme, account: maker.account };
    const t = { instrument: acme, account: taker.account };

    const [rest] = await maker.ask(1, { ...m, clientId: 1, side: sell, price: 10_100, size: 10 });
    expect(rest).toMatchObject({
      kind: 'accepted',
      side: sell,
      code: 0,
      flags: eventFlag.answer | eventFlag.last,
      index: 0,
      instrument: acme,
      account: maker.account,
      previousPlace: 0,
      previousIndex: 0,
      clientId: 1,
      price: 10_100,
      size: 10,
      remaining: 10,
      cumulative: 0,
    });
    expect(rest!.orderId).toBe(rest!.place);

    const taken = await taker.ask(3, {
      ...t,
      clientId: 1,
      side: buy,
      timeInForce: ioc,
      price: 10_100,
      size: 14,
    });
    expect(taken.map((event) => event.kind)).toEqual(['accepted', 'fill', 'cancelled']);
    const [accepted, fill, cancelled] = taken;
    expect(fill).toMatchObject({
      flags: 0,
      index: 1,
      price: 10_100,
      size: 10,
      remaining: 4,
      cumulative: 10,
      orderId: accepted!.orderId,
      counterOrder: rest!.orderId,
      previousPlace: accepted!.place,
      previousIndex: 0,
    });
    expect(cancelled).toMatchObject({
      code: 2,
      index: 3,
      flags: eventFlag.done | eventFlag.last,
      size: 4,
      remaining: 0,
      cumulative: 10,
      previousPlace: accepted!.place,
      previousIndex: 1,
    });
    expect(accepted!.place).toBe(rest!.place + 1);

    const [made] = await maker.take(1);
    expect(made).toMatchObject({
      kind: 'fill',
      flags: eventFlag.maker | eventFlag.done,
      index: 2,
      place: accepted!.place,
      orderId: rest!.orderId,
      counterOrder: accepted!.orderId,
      trade: fill!.trade,
      clientId: 1,
      previousPlace: rest!.place,
      time: fill!.time,
    });

    const [second] = await maker.ask(1, { ...m, clientId: 2, side: buy, price: 9_900, size: 5 });
    const [amended] = await maker.ask(1, {
      ...m,
      kind: 3,
      clientId: 3,
      target: second!.orderId,
      flags: orderFlag.price | orderFlag.size,
      price: 9_950,
      size: 7,
    });
    expect(amended).toMatchObject({
      kind: 'amended',
      clientId: 3,
      orderId: second!.orderId,
      price: 9_950,
      size: 7,
      remaining: 7,
    });
    const [gone] = await maker.ask(1, { ...m, kind: 2, clientId: 4, target: 2, flags: orderFlag.byClientId });
    expect(gone).toMatchObject({
      kind: 'cancelled',
      code: 1,
      clientId: 4,
      orderId: second!.orderId,
      size: 7,
      remaining: 0,
    });
    expect(gone!.time >= rest!.time).toBe(true);
  });

  it('takes many records in one message, text client ids among them', async () => {
    const client = await connect();
    const base = { instrument: acme, account: client.account };
    const events = await client.ask(
      4,
      { ...base, text: '550e8400-e29b-41d4-a716-446655440000', side: buy, price: 100, size: 1 },
      { ...base, clientId: 7, side: buy, price: 101, size: 2 },
      { ...base, kind: 2, text: 'cancel it', targetText: '550e8400-e29b-41d4-a716-446655440000' },
      { ...base, kind: 2, clientId: 8, target: 7, flags: orderFlag.byClientId },
    );
    expect(events.map((event) => [event.kind, event.clientId])).toEqual([
      ['accepted', '550e8400-e29b-41d4-a716-446655440000'],
      ['accepted', 7],
      ['cancelled', 'cancel it'],
      ['cancelled', 8],
    ]);
  });

  it('reads a book in order with the commands', async () => {
    const client = await connect();
    const base = { instrument: 2, account: client.account };
    const events = await client.ask(
      5,
      { ...base, clientId: 1, side: buy, price: 200, size: 3 },
      { ...base, clientId: 2, side: buy, price: 200, size: 4 },
      { ...base, clientId: 3, side: sell, price: 205, size: 5 },
      { ...base, kind: 64, clientId: 77, size: 10 },
      { ...base, kind: 2, clientId: 4, target: 3, flags: orderFlag.byClientId },
    );
    expect(events[3]).toMatchObject({
      kind: 'book',
      clientId: 77,
      place: events[2]!.place,
      bids: [[200, 7, 2]],
      asks: [[205, 5, 1]],
    });
    const [after] = await client.ask(1, { ...base, kind: 64, clientId: 78, size: 10 });
    expect(after).toMatchObject({ kind: 'book', place: events[4]!.place, bids: [[200, 7, 2]], asks: [] });
  });

  it('gives the first answer again for the same client id and content, and rejects other content', async () => {
    const client = await connect();
    const order = { instrument: acme, account: client.account, clientId: 5, side: buy, price: 500, size: 5 };
    const [first] = await client.ask(1, order);
    const [again] = await client.ask(1, { ...order, sendTime: first!.time + 1n });
    expect(again).toMatchObject({
      kind: 'accepted',
      place: first!.place,
      orderId: first!.orderId,
      time: first!.time,
      flags: first!.flags | eventFlag.repeated,
    });
    const [other] = await client.ask(1, { ...order, size: 6 });
    expect(other).toMatchObject({ kind: 'rejected', code: 401 });
    expect(other!.place).toBeGreaterThan(first!.place);
    expect(other!.sentence).toContain('other content');
    const [book] = await client.ask(1, { kind: 64, instrument: acme, account: client.account, size: 1 });
    expect(book!.bids?.[0]?.[1]).toBe(5);
  });

  it('sends an account its events on every session, and nobody else', async () => {
    const one = await connect();
    const two = await BinaryClient.open(`${exchange.ws}?account=${one.account}&account=9999`);
    const stranger = await connect();
    await one.ask(1, { instrument: acme, account: one.account, clientId: 1, side: buy, price: 1, size: 1 });
    const [seen] = await two.take(1);
    expect(seen).toMatchObject({ kind: 'accepted', account: one.account, clientId: 1 });
    await stranger.ask(1, { instrument: acme, account: stranger.account, kind: 64, size: 1 });
    expect(stranger.events).toEqual([]);
  });

  describe('bad input', () => {
    const base = { instrument: acme, side: buy, price: 100, size: 1, clientId: 1 };
    const cases: [string, Parameters<BinaryClient['send']>[0], number][] = [
      ['another version', { ...base, version: 2 }, 101],
      ['an unknown kind', { ...base, kind: 9 }, 102],
      ['a listing, which is not for clients', { ...base, kind: 16 }, 102],
      ['no side', { ...base, side: 0 }, 103],
      ['an unknown order type', { ...base, type: 7 }, 104],
      ['an unknown time in force', { ...base, timeInForce: 9 }, 105],
      ['a flag without meaning', { ...base, flags: orderFlag.onlySession }, 106],
      ['a size of 2^53', { ...base, size: 2n ** 53n }, 107],
      ['a price under zero', { ...base, price: -5n }, 107],
      ['no client id', { ...base, clientId: 0 }, 108],
      ['a client id of a gateway', { ...base, clientId: 2n ** 52n }, 109],
      ['an unknown instrument', { ...base, instrument: 999 }, 200],
      ['another account', { ...base, account: 4242 }, 201],
      ['a price out of range', { ...base, price: 2 ** 50 }, 300],
      ['a size of zero', { ...base, size: 0 }, 301],
      ['a size over the bound', { ...base, size: 2 ** 40 }, 301],
      [
        'a cancel of nothing',
        { ...base, side: 0, kind: 2, type: 0, timeInForce: 0, price: 0, size: 0, target: 12345 },
        400,
      ],
      [
        'an amend of nothing',
        { ...base, side: 0, kind: 3, type: 0, timeInForce: 0, price: 0, size: 0, target: 1 },
        403,
      ],
      [
        'an order of a shard that is not there',
        { ...base, side: 0, kind: 2, price: 0, size: 0, target: 2n ** 52n },
        400,
      ],
    ];

    it.each(cases)('%s: one reject with a code and a sentence', async (_, order, code) => {
      const client = await connect();
      const neighbour = await connect();
      const [reject, ...more] = await client.ask(1, { account: client.account, ...order });
      expect(more).toEqual([]);
      expect(reject).toMatchObject({ kind: 'rejected', code });
      expect(reject!.flags & eventFlag.answer).toBe(eventFlag.answer);
      expect((reject!.flags & eventFlag.refused) !== 0).toBe(reject!.place === 0);
      expect(reject!.sentence!.length).toBeGreaterThan(20);
      // The session and its neighbour go on.
      const good = { instrument: acme, side: buy, price: 100, size: 1, clientId: 99 };
      expect((await client.ask(1, { ...good, account: client.account }))[0]!.kind).toBe('accepted');
      expect((await neighbour.ask(1, { ...good, account: neighbour.account }))[0]!.kind).toBe('accepted');
    });

    it('a truncated message, an empty one, one too long: one reject each', async () => {
      const client = await connect();
      client.sendRaw(Buffer.alloc(63, 1));
      client.sendRaw(Buffer.alloc(0));
      client.sendRaw(Buffer.alloc(65_536 + 64, 1));
      const events = await client.take(3);
      expect(events.map((event) => event.code)).toEqual([100, 100, 110]);
      expect(events.every((event) => event.sentence!.length > 20)).toBe(true);
    });

    it('a record that says it is longer than its message: one reject, and the rest is left out', async () => {
      const client = await connect();
      const events = await client.ask(
        2,
        { ...base, account: client.account },
        { ...base, account: client.account, clientId: 2, lines: 2 },
        { ...base, account: client.account, clientId: 3 },
      );
      // The gateway says no at once; the shard's answer comes after its sync.
      expect(events.map((event) => [event.kind, event.code])).toEqual([
        ['rejected', 100],
        ['accepted', 0],
      ]);
      await client.ask(1, { ...base, account: client.account, clientId: 4 });
      expect(client.events).toEqual([]);
    });

    it('a message over 1 MiB, and text: the connection closes, the one next to it notices nothing', async () => {
      const large = await connect();
      const text = await connect();
      const neighbour = await connect();
      large.sendRaw(Buffer.alloc(1024 * 1024 + 64));
      text.sendRaw('{"type":"new"}');
      expect((await text.closed).code).toBe(1003);
      expect((await text.closed).reason).toContain('binary');
      expect([1006, 1009]).toContain((await large.closed).code);
      expect((await neighbour.ask(1, { ...base, account: neighbour.account }))[0]!.kind).toBe('accepted');
    });

    it.each([
      ['/ws', 'tickloom.binary.v2', 400, 'tickloom.binary.v1'],
      ['/ws', undefined, 400, 'none'],
      ['/elsewhere', 'tickloom.binary.v1', 404, '/ws'],
      ['/ws?account=00', 'tickloom.binary.v1', 400, 'account=00'],
      ['/ws?account=abc', 'tickloom.binary.v1', 400, 'account=abc'],
    ])(
      'an upgrade of %s with subprotocol %s: HTTP %i and a sentence',
      async (path, protocol, status, word) => {
        const socket = new WebSocket(
          `${exchange.ws.replace('/ws', '')}${path}`,
          protocol === undefined ? [] : protocol,
        );
        const [code, body] = await new Promise<[number, string]>((resolve, reject) => {
          socket.on('unexpected-response', (_, response) => {
            let text = '';
            response.on('data', (chunk) => {
              text += chunk;
            });
            response.on('end', () => resolve([response.statusCode!, text]));
          });
          socket.on('open', () => reject(new Error('it was opened')));
          socket.on('error', () => {});
        });
        expect(code).toBe(status);
        expect(body).toContain(word);
        socket.terminate();
      },
    );
  });
});
