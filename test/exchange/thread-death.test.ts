import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExchangeSettings } from '../../dist/src/exchange.js';
import type { LatencyReport } from '../../src/metrics/latency-report.js';
import { BinaryClient, buy, kind, sell } from '../support/binary-client.js';
import { exchangesHere } from '../support/exchange-here.js';
import { temporaryDirectory } from '../support/exchange-process.js';

const house = exchangesHere({});
const { warnings } = house;
const start = (settings: Partial<ExchangeSettings> = {}) => house.start({ shardHeapMb: 128, ...settings });

/** Sends an order until it is taken: while its shard recovers it is refused. Returns how often it was refused. */
async function askUntilTaken(
  client: BinaryClient,
  order: Parameters<BinaryClient['send']>[0],
): Promise<{ refused: number; place: number }> {
  for (let refused = 0; ; refused++) {
    const [answer] = await client.ask(1, order);
    if (answer!.kind === 'accepted') return { refused, place: answer!.place };
    expect(answer).toMatchObject({ kind: 'rejected', code: 502 });
    expect(answer!.sentence).toContain('recovering');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.each(['exception', 'memory'] as const)('a shard whose thread dies of %s', (how) => {
  it('is started again with all that was acknowledged, while the other shard goes on', async () => {
    const { exchange, ws, url } = await start();
    const client = await BinaryClient.open(`${ws}?account=1&account=2`);
    const order = { instrument: 1, account: 1, price: 100, size: 5 };
    const [first] = await client.ask(1, { ...order, clientId: 1 });
    expect(first).toMatchObject({ kind: 'accepted' });
    exchange.drill('shard', 0, how);
    // The other shard does not notice.
    for (let i = 0; i < 20; i++)
      expect(
        await client.ask(1, { instrument: 2, account: 2, clientId: 100 + i, price: 100, size: 1 }),
      ).toMatchObject([{ kind: 'accepted' }]);
    await until(() => warnings.some((sentence) => sentence.includes('is back')));
    const { place } = await askUntilTaken(client, { ...order, clientId: 2 });
    expect(place).toBe(first!.place + 1);
    // The first order is there still, and its retry gets the first answer.
    expect(await client.ask(1, { ...order, clientId: 1 })).toMatchObject([
      { kind: 'accepted', place: first!.place },
    ]);
    const fills = await client.ask(5, {
      ...order,
      account: 2,
      side: sell,
      clientId: 3,
      price: 100,
      size: 10,
    });
    expect(fills.map((event) => event.kind)).toEqual(['accepted', 'fill', 'fill', 'fill', 'fill']);
    const health = (await (await fetch(`${url}/health`)).json()) as { status: string };
    expect(health.status).toBe('ok');
    expect(client.events).toEqual([]);
    // Latencies are recorded on: the first shard has taken four commands, a retry among them, the other one twenty.
    const report = (await (await fetch(`${url}/histograms`)).json()) as LatencyReport;
    const { count } = report.stages.find(({ stage }) => stage === 'whole')!;
    expect(count + report.dropped).toBeGreaterThanOrEqual(4 + 20);
    client.close();
  });
});

describe('a follower whose thread dies', () => {
  it.each(['exception', 'memory'] as const)('of %s is started again, and matching goes on', async (how) => {
    const { exchange, ws } = await start({ shards: 1 });
    const client = await BinaryClient.open(`${ws}?account=1`);
    await client.ask(1, { instrument: 1, clientId: 1, price: 100, size: 5 });
    exchange.drill('follower', 0, how);
    await client.ask(1, { instrument: 1, clientId: 2, price: 100, size: 5 });
    await until(() => warnings.some((sentence) => sentence.includes('follower 0 died')));
    const [taken] = await exchange.takeSnapshots();
    // Settings, two listings and two orders.
    expect(taken).toMatchObject({ shard: 0, sequence: 5, fault: undefined });
    expect(readdirSync(join(exchange.facts.data, 'shard-00'))).toContain('0000000000000005.snapshot');
    client.close();
  });
});

describe('a shard whose events are not those of its log', () => {
  it('is halted, and says where; the other one goes on', async () => {
    const { exchange, ws } = await start();
    const client = await BinaryClient.open(`${ws}?account=1`);
    await client.ask(1, { instrument: 1, clientId: 1, price: 100, size: 5 });
    exchange.drill('shard', 0, 'divergence');
    client.send({ instrument: 1, clientId: 2, price: 100, size: 5 });
    client.send({ instrument: 1, clientId: 3, price: 100, size: 5 });
    // The shard and its follower tell of it on their own, in any order.
    const told = [/shard 0: stopped/, /the events of the commands \d+ to \d+ do not come out/];
    await until(() => told.every((sentence) => sentence.test(warnings.join('\n'))));
    const { port } = exchange.facts;
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(health.status).toBe(503);
    client.events.length = 0;
    expect(await client.ask(1, { instrument: 2, clientId: 4, price: 100, size: 5 })).toMatchObject([
      { kind: 'accepted' },
    ]);
    const [halted, well] = await exchange.takeSnapshots();
    expect(halted!.fault).toContain('do not come out');
    expect(well!.fault).toBeUndefined();
    client.close();
  });
});

describe('a client that reconnects', () => {
  it('gets what it missed, in order, once, over a reconnect and over a restart', async () => {
    const data = temporaryDirectory();
    let { exchange, ws } = await start({ data, shards: 1 });
    const one = await BinaryClient.open(`${ws}?account=1`);
    const other = await BinaryClient.open(`${ws}?account=2`);
    const [accepted] = await one.ask(1, { instrument: 1, clientId: 1, price: 100, size: 5 });
    one.close();
    await one.closed;
    const sequenceOf = (place: number) => place % 2 ** 48;
    for (let i = 0; i < 3; i++)
      await other.ask(2, {
        instrument: 1,
        account: 2,
        clientId: 10 + i,
        side: sell,
        price: 100,
        size: 1,
        timeInForce: 2,
      });
    const back = await BinaryClient.open(
      `${ws}?account=1&after=0:${sequenceOf(accepted!.place)}.${accepted!.index}`,
    );
    const missed = await back.take(4);
    expect(missed.map((event) => event.kind)).toEqual(['fill', 'fill', 'fill', 'resumed']);
    expect(missed.slice(0, 3).map(({ remaining }) => remaining)).toEqual([4, 3, 2]);
    expect(missed[0]!.previousPlace).toBe(accepted!.place);
    expect(missed[3]).toMatchObject({ code: 0, size: 3 });
    // What comes now comes live, and names the one before it.
    await other.ask(2, {
      instrument: 1,
      account: 2,
      clientId: 20,
      side: sell,
      price: 100,
      size: 1,
      timeInForce: 2,
    });
    const [live] = await back.take(1);
    expect(live).toMatchObject({ kind: 'fill', remaining: 1, previousPlace: missed[2]!.place });
    expect(back.events).toEqual([]);
    back.close();
    other.close();
    await exchange.stop();

    ({ exchange, ws } = await start({ data, shards: 1 }));
    const again = await BinaryClient.open(
      `${ws}?account=1&after=0:${sequenceOf(missed[1]!.place)}.${missed[1]!.index}`,
    );
    const after = await again.take(3);
    expect(after.map((event) => event.kind)).toEqual(['fill', 'fill', 'resumed']);
    expect(after.slice(0, 2).map(({ remaining }) => remaining)).toEqual([2, 1]);
    // From the beginning, for one that has seen nothing.
    const all = await BinaryClient.open(`${ws}?account=1&after=0:0.0`);
    expect((await all.take(6)).map((event) => event.kind)).toEqual([
      'accepted',
      'fill',
      'fill',
      'fill',
      'fill',
      'resumed',
    ]);
    again.close();
    all.close();
  });

  it('is told where nobody knows what it missed, and what it may name', async () => {
    const { ws, url } = await start({ shards: 1, follower: 'off' });
    const client = await BinaryClient.open(`${ws}?account=1&after=0:0.0`);
    expect(await client.take(1)).toMatchObject([{ kind: 'resumed', code: 1, size: 0 }]);
    expect(await client.ask(1, { instrument: 1, clientId: 1, price: 1, size: 1, side: buy })).toMatchObject([
      { kind: 'accepted' },
    ]);
    client.close();
    for (const after of ['1:0.0', '0:1', 'x', '0:1.2&after=0:1.2']) {
      const answer = await fetch(`${url}/ws?after=${after}`, { headers: { connection: 'upgrade' } }).catch(
        () => undefined,
      );
      expect(answer?.status).not.toBe(101);
      await expect(BinaryClient.open(`${ws}?after=${after}`)).rejects.toThrow('400');
    }
    expect(kind.book).toBe(64);
  });
});

describe('a clean stop', () => {
  it('leaves a snapshot, and the next start replays nothing', async () => {
    const data = temporaryDirectory();
    const { exchange, ws } = await start({ data, shards: 1 });
    const client = await BinaryClient.open(`${ws}?account=1`);
    for (let i = 1; i <= 10; i++)
      await client.ask(1, { instrument: 1, clientId: i, price: 100 - i, size: 5 });
    client.close();
    await exchange.stop();
    const again = await start({ data, shards: 1 });
    expect(again.exchange.facts.shards).toMatchObject([{ snapshot: 13, commands: 0, nextSequence: 14 }]);
    const later = await BinaryClient.open(`${again.ws}?account=1`);
    expect(await later.ask(1, { instrument: 1, clientId: 1, price: 99, size: 5 })).toMatchObject([
      { kind: 'accepted', flags: 41 },
    ]);
    const [book] = await later.ask(1, { kind: kind.book, instrument: 1, size: 3 });
    expect(book!.bids).toEqual([
      [99, 5, 1],
      [98, 5, 1],
      [97, 5, 1],
    ]);
    later.close();
  });
});
