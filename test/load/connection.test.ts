import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventAnswers, Tally } from '../../load/answers.js';
import { Connection, ConnectionError } from '../../load/connection.js';
import { OrderFlow } from '../../load/flow.js';
import { type ClientFrames, Dealing, encodeFrames } from '../../load/frames.js';
import { LatencyRecorder } from '../../load/latency.js';
import { LiveClock } from '../../src/clock/live-clock.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { CommandFlag, CommandKind, OrderType } from '../../src/model/command.js';
import {
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_HEAD,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TERMS,
  orderFlags,
  orderKind,
  orderLines,
  orderSide,
  orderTimeInForce,
  orderType,
  orderVersion,
} from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';
import { FakeExchange } from './fake-exchange.js';

const instruments = [
  { id: 3, minPriceTicks: 1, maxPriceTicks: 1_000_000, minSizeLots: 1, maxSizeLots: 1_000 },
];

function encode(dealing: Dealing, orders: number): ClientFrames[] {
  const flow = new OrderFlow(new SeededRandomness(5), dealing.connections, instruments);
  return encodeFrames(dealing, flow, orders, new SeededRandomness(6));
}

function open(port: number, frames: ClientFrames, tally = new Tally()): Promise<Connection> {
  return Connection.open({
    host: '127.0.0.1',
    port,
    path: `/ws?account=${frames.account}`,
    frames,
    clock: new LiveClock(),
    answers: (onControl) => new EventAnswers(frames.orders, tally, new LatencyRecorder(), onControl),
  });
}

/** Waits until a condition holds; the test's own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('frames and their connection', () => {
  let fake: FakeExchange;

  beforeEach(async () => {
    fake = await FakeExchange.start();
  });
  afterEach(() => fake.stop());

  it.each([
    [1, 100, [64]],
    [64, 150, [4096, 1408]],
  ])(
    'with %i orders a frame arrive at a ws server as the flow made them',
    async (ordersPerFrame, orders, sizes) => {
      const dealing = new Dealing(1, ordersPerFrame, 2);
      const [frames] = encode(dealing, orders);
      const tally = new Tally();
      const connection = await open(fake.port, frames!, tally);
      connection.send(1, 0);
      connection.send(frames!.frames - 1, 0);
      await until(() => tally.answered === orders);
      connection.close();

      expect(fake.paths).toEqual(['/ws?account=1']);
      expect([...new Set(fake.messageBytes[0])]).toEqual(sizes);
      expect(tally).toMatchObject({ acknowledged: orders, unexpected: 0 });
      const flow = new OrderFlow(new SeededRandomness(5), 1, instruments);
      for (const record of fake.records[0]!) {
        flow.next(0);
        const head = record[ORDER_HEAD]!;
        const terms = record[ORDER_TERMS]!;
        expect([orderVersion(head), orderLines(head)]).toEqual([1, 1]);
        expect([orderKind(head), orderSide(head)]).toEqual([flow.kind, flow.side]);
        expect([record[ORDER_INSTRUMENT], record[ORDER_ACCOUNT]]).toEqual([3, 1]);
        expect(readWhole(record, ORDER_CLIENT_ID)).toBe(flow.clientId);
        expect(readWhole(record, ORDER_TARGET)).toBe(flow.target);
        expect(readWhole(record, ORDER_PRICE)).toBe(flow.priceTicks);
        expect(readWhole(record, ORDER_SIZE)).toBe(flow.sizeLots);
        const isNew = flow.kind === CommandKind.New;
        expect([orderType(terms), orderTimeInForce(terms)]).toEqual([
          isNew ? OrderType.Limit : 0,
          flow.timeInForce,
        ]);
        expect(orderFlags(terms)).toBe(isNew ? 0 : CommandFlag.TargetByClientId);
      }
      expect(fake.records[0]).toHaveLength(orders);
    },
  );

  it.each([
    [1, 16],
    [64, 1],
    [64, 3],
  ])(
    'with %i orders a frame are dealt in stripes of %i frames, every order once',
    (ordersPerFrame, stripeFrames) => {
      for (const orders of [0, 1, 63, 64, 65, 1_000, 4_096, 5_001]) {
        const dealing = new Dealing(3, ordersPerFrame, stripeFrames);
        const counts = [0, 0, 0];
        for (let place = 0; place < orders; place++) counts[dealing.connectionOf(place)]!++;
        expect([0, 1, 2].map((connection) => dealing.share(connection, orders))).toEqual(counts);
        const frames = encode(dealing, orders);
        expect(frames.map((each) => each.orders)).toEqual(counts);
        expect(frames.map((each) => each.ordersBefore(each.frames))).toEqual(counts);
      }
    },
  );

  it('answers pings and says why the server left', async () => {
    const [frames] = encode(new Dealing(1, 1, 1), 1);
    const connection = await open(fake.port, frames!);
    let failure: Error | undefined;
    connection.onFailure = (error) => {
      failure = error;
    };
    const pong = new Promise((resolve) => fake.sockets[0]!.once('pong', resolve));
    fake.sockets[0]!.ping('hello');
    expect(String(await pong)).toBe('hello');
    fake.sockets[0]!.close(1008, 'too slow');
    await until(() => failure !== undefined);
    expect(failure?.message).toBe('the server closed the connection with code 1008 (too slow)');
  });

  it('says that a server has vanished', async () => {
    const [frames] = encode(new Dealing(1, 1, 1), 1);
    const connection = await open(fake.port, frames!);
    const failure = new Promise<Error>((resolve) => {
      connection.onFailure = resolve;
    });
    fake.sockets[0]!.terminate();
    expect((await failure).message).toMatch(/ended the connection|ECONNRESET/);
  });

  it('closes in order, and tells no failure then', async () => {
    const [frames] = encode(new Dealing(1, 1, 1), 1);
    const connection = await open(fake.port, frames!);
    connection.onFailure = (error) => expect.unreachable(error.message);
    const closed = new Promise<number>((resolve) => fake.sockets[0]!.once('close', resolve));
    connection.close();
    expect(await closed).toBe(1000);
  });
});

describe('a handshake', () => {
  it.each([
    ['HTTP/1.1 403 Forbidden\r\n\r\n', /refused the handshake: HTTP\/1.1 403/],
    ['HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n', /another key/],
  ])('that the server answers with %j is given up', async (answer, message) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [frames] = encode(new Dealing(1, 1, 1), 1);
    const opening = open((server.address() as AddressInfo).port, frames!);
    await expect(opening).rejects.toThrow(ConnectionError);
    await expect(opening).rejects.toThrow(message);
    server.close();
  });

  it('with nobody there fails', async () => {
    const fake = await FakeExchange.start();
    const { port } = fake;
    await fake.stop();
    const [frames] = encode(new Dealing(1, 1, 1), 1);
    await expect(open(port, frames!)).rejects.toThrow(/ECONNREFUSED/);
  });
});
