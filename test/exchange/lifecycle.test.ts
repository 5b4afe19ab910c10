import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { canShareAPort } from '../../src/gateway/transport/node-transport.js';
import { BinaryClient, buy, type Event, eventFlag, ioc, orderFlag, sell } from '../support/binary-client.js';
import { runTickloom, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { transportsHere, twoGatewaysHere } from '../support/transports.js';

const acme = 3;
const transports = await transportsHere();
const twoGateways = await twoGatewaysHere();

const bookOf = async (url: string, symbol: string) =>
  (await (await fetch(`${url}/books/${symbol}?depth=100`)).json()) as {
    bids: unknown;
    asks: unknown;
    position: { sequence: number };
  };

/** Trades a little on all three instruments; returns what was answered. */
async function trade(ws: string, account: number, from = 1): Promise<Event[]> {
  const client = await BinaryClient.open(`${ws}?account=${account}`);
  const answers: Event[] = [];
  for (let i = from; i < from + 60; i++) {
    const instrument = 1 + (i % 3);
    const side = i % 2 === 0 ? buy : sell;
    const price = 10_000 + (i % 7) * (side === buy ? -1 : 1) + (i % 11 === 0 ? (side === buy ? 20 : -20) : 0);
    client.send({
      account,
      instrument,
      clientId: i,
      side,
      price,
      size: 1 + (i % 5),
      timeInForce: i % 11 === 0 ? ioc : 1,
    });
  }
  while (answers.length < 60)
    for (const event of await client.take(1)) if (event.flags & eventFlag.answer) answers.push(event);
  client.close();
  return answers;
}

describe('start, stop and start again', () => {
  it.each([
    ['a clean stop', 'SIGTERM', 1],
    ['kill -9', 'SIGKILL', 1],
    ['kill -9 of two shards', 'SIGKILL', 2],
  ] as const)('recovers books and sequence numbers after %s', async (_, signal, shards) => {
    const options = ['--shards', String(shards)];
    const first = await startExchange(options);
    const answers = await trade(first.ws, 1);
    expect(answers.every((event) => event.kind === 'accepted')).toBe(true);
    const before = await Promise.all(
      ['BTC-USD', 'ETH-USD', 'ACME'].map((symbol) => bookOf(first.url, symbol)),
    );
    first.process.kill(signal);
    const ended = await first.process.ended;
    if (signal === 'SIGTERM') expect(ended).toMatchObject({ code: 0, stderr: '' });

    const second = await startExchange(options, first.data);
    const after = await Promise.all(
      ['BTC-USD', 'ETH-USD', 'ACME'].map((symbol) => bookOf(second.url, symbol)),
    );
    expect(after.map(({ bids, asks }) => ({ bids, asks }))).toEqual(
      before.map(({ bids, asks }) => ({ bids, asks })),
    );
    expect(after.map(({ position }) => position)).toEqual(before.map(({ position }) => position));
    const commands = second.shards.reduce((sum, shard) => sum + shard.nextSequence - 1, 0);
    // 60 orders, three listings, and the settings of each shard.
    expect(commands).toBe(63 + shards);

    // A retry of an order from before gets the answer from before.
    const client = await BinaryClient.open(`${second.ws}?account=1`);
    const i = 12;
    const [again] = await client.ask(1, {
      account: 1,
      instrument: 1,
      clientId: i,
      side: buy,
      price: 10_000 - (i % 7),
      size: 1 + (i % 5),
    });
    const old = answers.find((event) => event.clientId === i)!;
    expect(again).toMatchObject({ place: old.place, time: old.time, flags: old.flags | eventFlag.repeated });
    // A new one goes on counting, and time goes on too.
    const [next] = await client.ask(1, {
      account: 1,
      instrument: 1,
      clientId: 1000,
      side: buy,
      price: 1,
      size: 1,
    });
    const highest = Math.max(
      ...answers.filter((event) => event.instrument === 1).map((event) => event.place),
    );
    expect(next!.place).toBeGreaterThan(highest);
    expect(next!.time >= old.time).toBe(true);
    expect(next!.previousPlace).toBeGreaterThan(0);
    expect((await second.process.stop()).code).toBe(0);
  });

  it('loses nothing acknowledged over many kills, and does nothing twice', async () => {
    let data: string | undefined;
    const told = new Map<number, Event>();
    for (let round = 0; round < 4; round++) {
      const exchange = await startExchange([], data);
      data = exchange.data;
      const client = await BinaryClient.open(`${exchange.ws}?account=9`);
      const orders = Array.from({ length: 400 }, (_, i) => ({
        account: 9,
        instrument: acme,
        clientId: 1 + i + round * 200,
        side: buy,
        price: 100,
        size: 1,
      }));
      // Half of them were sent in the round before, some of those perhaps without an answer: they come again.
      for (const order of orders) client.send(order);
      const wanted = round === 3 ? 400 : 250 + round * 37;
      for (const event of await client.take(wanted)) {
        expect(event.kind).toBe('accepted');
        const before = told.get(event.clientId as number);
        if (before !== undefined) expect([event.place, event.time]).toEqual([before.place, before.time]);
        told.set(event.clientId as number, event);
      }
      if (round === 3) {
        const book = await bookOf(exchange.url, 'ACME');
        // Every client id once, and none lost: 400 of the last round and 200 of each before.
        expect(book.bids).toEqual([['1.00', '1000', 1000]]);
        expect(told.size).toBe(1000);
        await exchange.process.stop();
      } else {
        exchange.process.kill('SIGKILL');
        await exchange.process.ended;
      }
    }
  });

  it.each(transports)(
    'stopped under load, has acknowledged exactly what it journaled (%s)',
    async (transport) => {
      const options = ['--transport', transport];
      const exchange = await startExchange(options);
      const client = await BinaryClient.open(`${exchange.ws}?account=4`);
      let clientId = 0;
      const message = () =>
        Array.from({ length: 256 }, () => ({
          account: 4,
          instrument: acme,
          clientId: ++clientId,
          side: buy,
          price: 100,
          size: 1,
        }));
      for (let i = 0; i < 40; i++) client.send(...message());
      await client.take(1);
      exchange.process.kill('SIGTERM');
      // It goes on sending until the door is closed.
      const sender = setInterval(() => client.send(...message()), 1);
      expect((await client.closed).code).toBe(1001);
      clearInterval(sender);
      expect((await exchange.process.ended).code).toBe(0);
      const accepted = client.events.filter((event) => event.kind === 'accepted').length + 1;
      const refused = client.events.filter((event) => event.kind === 'rejected');
      expect(new Set(refused.map((event) => event.code))).toEqual(new Set(refused.length > 0 ? [501] : []));
      const again = await startExchange(options, exchange.data);
      // Settings and three listings came before the orders.
      expect(again.shards[0]!.nextSequence - 1).toBe(accepted + 4);
      await again.process.stop();
    },
  );

  it.skipIf(!twoGateways)(
    'divides instruments between two shards and connections between two gateways',
    async () => {
      const exchange = await startExchange(['--shards', '2', '--gateways', '2']);
      const instruments = (await (await fetch(`${exchange.url}/instruments`)).json()) as {
        symbol: string;
        shard: number;
      }[];
      expect(instruments.map(({ shard }) => shard)).toEqual([0, 1, 0]);
      const clients = await Promise.all(
        Array.from({ length: 16 }, () => BinaryClient.open(`${exchange.ws}?account=3`)),
      );
      const seenBy = await Promise.all(
        clients.map(async (client, i) => {
          client.send({
            account: 3,
            instrument: 1 + (i % 3),
            clientId: 1 + i,
            side: i % 2 === 0 ? buy : sell,
            price: 10_000,
            size: 1,
          });
          client.send({
            account: 3,
            instrument: 1 + (i % 3),
            kind: 2,
            clientId: 100 + i,
            target: 1 + i,
            flags: orderFlag.byClientId,
          });
          return client;
        }),
      );
      // Every session of the account hears of all 32 commands, through whichever gateway it is connected.
      for (const client of seenBy) {
        const answers: Event[] = [];
        while (answers.length < 32)
          answers.push(...(await client.take(1)).filter((event) => event.flags & eventFlag.answer));
        expect(new Set(answers.map((event) => event.clientId)).size).toBe(32);
      }
      const places = (shard: number) =>
        seenBy[0]!.events.concat().filter((event) => Math.floor(event.place / 2 ** 48) === shard);
      expect(places(0).length + places(1).length).toBe(seenBy[0]!.events.length);
      const gateways = new Set<number>();
      for (let i = 0; i < 60; i++) {
        const health = (await (
          await fetch(`${exchange.url}/health`, { headers: { connection: 'close' } })
        ).json()) as { gateway: number };
        gateways.add(health.gateway);
      }
      expect([...gateways].sort()).toEqual([0, 1]);
      expect((await exchange.process.stop()).code).toBe(0);
    },
  );

  it('lists an instrument that the configuration gains, and keeps those that it loses', async () => {
    const directory = temporaryDirectory();
    const config = join(directory, 'config.json');
    const instrument = (symbol: string, tickSize = '1') => ({
      symbol,
      tickSize,
      lotSize: '1',
      minPrice: tickSize,
      maxPrice: '100000',
      minSize: '1',
      maxSize: '1000',
    });
    const data = join(directory, 'data');
    const run = async (...instruments: object[]) => {
      writeFileSync(config, JSON.stringify({ instruments }));
      return await startExchange(['--config', config], data);
    };
    const first = await run(instrument('A'));
    const client = await BinaryClient.open(`${first.ws}?account=1`);
    expect((await client.ask(1, { instrument: 1, clientId: 1, price: 5, size: 1 }))[0]!.kind).toBe(
      'accepted',
    );
    expect((await client.ask(1, { instrument: 2, clientId: 2, price: 5, size: 1 }))[0]!.code).toBe(200);
    await first.process.stop();

    const second = await run(instrument('A'), instrument('B'));
    expect(second.shards[0]!.nextSequence - 1).toBe(3);
    const again = await BinaryClient.open(`${second.ws}?account=1`);
    const [accepted] = await again.ask(1, { instrument: 2, clientId: 2, price: 5, size: 1 });
    // Settings, a listing, an order, a listing, this one: each is a command of the log.
    expect(accepted).toMatchObject({ kind: 'accepted', place: 5 });
    await second.process.stop();

    const third = await run(instrument('B'));
    expect((await bookOf(third.url, 'A')).bids).toEqual([['5', '1', 1]]);
    await third.process.stop();

    writeFileSync(config, JSON.stringify({ instruments: [instrument('A', '2')] }));
    const refused = await runTickloom(['start', '--port', '0', '--config', config, '--data', data]);
    expect(refused.code).toBe(1);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    expect(refused.stderr).toContain('instrument A: tickSize');
  });

  it('writes nothing with --durability none, and does not go on from a journal with it', async () => {
    const memory = await startExchange(['--durability', 'none']);
    expect((await trade(memory.ws, 1)).length).toBe(60);
    await memory.process.stop();
    expect(readdirSync(memory.data).filter((name) => name.startsWith('shard'))).toEqual([]);

    const kept = await startExchange(['--durability', 'os']);
    await trade(kept.ws, 1);
    kept.process.kill('SIGKILL');
    await kept.process.ended;
    const refused = await runTickloom(['start', '--port', '0', '--data', kept.data, '--durability', 'none']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('holds a journal');
    const again = await startExchange(['--durability', 'os'], kept.data);
    expect(again.shards[0]!.commands).toBe(64);
    await again.process.stop();
  });

  it('stamps by a test clock, which only its command moves', async () => {
    const exchange = await startExchange([], undefined, {
      TICKLOOM_CLOCK: 'test',
      TICKLOOM_CLOCK_START: '2026-01-31T09:30:00Z',
    });
    const client = await BinaryClient.open(`${exchange.ws}?account=1`);
    const start = BigInt(Date.UTC(2026, 0, 31, 9, 30)) * 1_000_000n;
    const order = { account: 1, instrument: acme, price: 100, size: 1 };
    expect((await client.ask(1, { ...order, clientId: 1 }))[0]!.time).toBe(start);
    expect((await client.ask(1, { ...order, clientId: 2 }))[0]!.time).toBe(start);
    const moved = await fetch(`${exchange.url}/clock`, {
      method: 'POST',
      body: '{"advanceNs":"1500000001"}',
    });
    expect(await moved.json()).toEqual({ timeNs: String(start + 1_500_000_001n) });
    expect((await client.ask(1, { ...order, clientId: 3 }))[0]!.time).toBe(start + 1_500_000_001n);
    await exchange.process.stop();
  });
});

describe('what cannot start says why in one line and exits with 1', () => {
  const expectOneLine = async (args: string[], ...words: string[]) => {
    const ended = await runTickloom(['start', '--port', '0', ...args]);
    expect(ended.stderr.trim().split('\n'), ended.stderr).toHaveLength(1);
    for (const word of words) expect(ended.stderr).toContain(word);
    expect(ended.stderr).not.toContain('    at ');
    expect(ended.code).toBe(1);
  };

  it.each(transports)('the port is taken (%s)', async (transport) => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    await expectOneLine(
      ['--port', String(port), '--data', temporaryDirectory(), '--transport', transport],
      String(port),
      'another program',
    );
    server.close();
    const exchange = await startExchange(['--transport', transport]);
    await expectOneLine(
      ['--port', String(exchange.port), '--data', temporaryDirectory(), '--transport', transport],
      String(exchange.port),
      'another program',
    );
    await exchange.process.stop();
  });

  it('a host that is not ours', async () => {
    await expectOneLine(['--host', '203.0.113.7', '--data', temporaryDirectory()], '203.0.113.7');
  });

  it('the data directory is a file, or cannot be written', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'file');
    writeFileSync(file, '');
    await expectOneLine(['--data', file], file);
    await expectOneLine(['--data', join(file, 'below')], file);
    if (process.getuid?.() === 0) await expectOneLine(['--data', '/proc/tickloom'], '/proc/tickloom');
    else {
      const closed = join(directory, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      await expectOneLine(['--data', closed], closed);
    }
  });

  it('another exchange holds the data directory', async () => {
    // Without a parent, so that the process that was started is the one that holds it.
    const exchange = await startExchange(['--restarts', '0']);
    await expectOneLine(['--data', exchange.data], exchange.data, String(exchange.process.child.pid));
    exchange.process.kill('SIGKILL');
    await exchange.process.ended;
    const second = await startExchange([], exchange.data);
    await second.process.stop();
  });

  it('a journal of another version, or a damaged one', async () => {
    // Without a snapshot a start reads the whole log.
    const exchange = await startExchange(['--follower', 'off']);
    await trade(exchange.ws, 1);
    await exchange.process.stop();
    const segment = join(exchange.data, 'shard-00', '00000001.segment');
    const bytes = Buffer.from(readFileSync(segment).subarray(0, 8192));
    const put = (offset: number, value: number) => {
      const file = openSync(segment, 'r+');
      writeSync(file, Buffer.from([value]), 0, 1, offset);
      closeSync(file);
    };
    const inFirstFrame = 4096 + 128 + 10;
    put(inFirstFrame, bytes[inFirstFrame]! ^ 1);
    await expectOneLine(['--data', exchange.data], segment, '4096');
    put(inFirstFrame, bytes[inFirstFrame]!);
    // As another version of the program would have written it: with a checksum that is right.
    const header = Buffer.from(bytes.subarray(0, 512));
    header[4] = 2;
    header.writeUInt32LE(0, 8);
    header.writeUInt32LE(crc32(header), 8);
    for (let i = 4; i < 12; i++) put(i, header[i]!);
    await expectOneLine(['--data', exchange.data], segment, 'version 2', 'version 1');
    for (let i = 4; i < 12; i++) put(i, bytes[i]!);
    await (await startExchange([], exchange.data)).process.stop();
  });

  it('fewer shards than the data directory holds', async () => {
    const exchange = await startExchange(['--shards', '2']);
    await exchange.process.stop();
    await expectOneLine(['--data', exchange.data], '--shards 2');
  });

  it.skipIf(canShareAPort())('two gateways where the platform cannot share a port', async () => {
    await expectOneLine(
      ['--transport', 'node', '--gateways', '2', '--data', temporaryDirectory()],
      '--gateways 1',
    );
  });

  it('wrong options: one line each, exit code 2, nothing made', async () => {
    const data = join(temporaryDirectory(), 'never');
    const ended = await runTickloom(['start', '--prot', '1', '--data', data]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--port'.slice(2));
    expect(existsSync(data)).toBe(false);
  });
});
