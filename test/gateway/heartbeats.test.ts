import { once } from 'node:events';
import { decode } from '@msgpack/msgpack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { type Message, MsgpackClient } from '../support/msgpack-client.js';
import { RawConnection, upgradeHead } from '../support/raw-connection.js';
import { transportsHere } from '../support/transports.js';

const startNs = BigInt(Date.UTC(2026, 0, 5)) * 1_000_000n;

/** A line of 64 bytes between client and gateway, drawn as docs/protocol.md draws it. */
function line(kind: number, clientTimeNs = 0n): Buffer {
  const bytes = Buffer.alloc(64);
  bytes[0] = 1;
  bytes[1] = kind;
  bytes[2] = 1;
  bytes.writeBigUInt64LE(clientTimeNs, 48);
  return bytes;
}

const askTime = 65;
const heartbeat = 66;

/** A session that keeps its messages as they came. */
class BareClient {
  readonly socket: WebSocket;
  readonly messages: Buffer[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #waiting: (() => void) | undefined;

  constructor(url: string, protocol: string) {
    this.socket = new WebSocket(url, protocol);
    this.socket.on('error', () => {});
    this.socket.on('message', (message: Buffer) => {
      this.messages.push(message);
      this.#waiting?.();
    });
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  }

  static async open(url: string, protocol = 'tickloom.binary.v1'): Promise<BareClient> {
    const client = new BareClient(url, protocol);
    await once(client.socket, 'open');
    return client;
  }

  async take(): Promise<Buffer> {
    while (this.messages.length === 0)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    return this.messages.shift()!;
  }
}

describe.each(await transportsHere())('time and signs of life, on %s', (transport) => {
  let exchange: RunningExchange;
  let epochNs = 0n;

  beforeAll(async () => {
    const env = { TICKLOOM_CLOCK: 'test', TICKLOOM_CLOCK_START: String(startNs) };
    exchange = await startExchange(['--transport', transport], temporaryDirectory(), env);
    epochNs = BigInt((await get('/time')).json['sentNs'] as string);
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  async function get(path: string) {
    const response = await fetch(`${exchange.url}${path}`);
    return { status: response.status, json: (await response.json()) as Message };
  }

  async function advance(ms: number): Promise<void> {
    const body = JSON.stringify({ advanceNs: String(BigInt(ms) * 1_000_000n) });
    const response = await fetch(`${exchange.url}/clock`, { method: 'POST', body });
    epochNs += BigInt(ms) * 1_000_000n;
    expect(await response.json()).toEqual({ timeNs: String(epochNs) });
  }

  /** A message of the gateway has come, so everything before it has. */
  async function roundTrip(client: BareClient): Promise<void> {
    client.socket.send(line(askTime));
    for (;;) if ((await client.take())[1] === 66) return;
  }

  it('tells its time over HTTP, with that of the client', async () => {
    const now = String(epochNs);
    expect(await get('/time')).toEqual({
      status: 200,
      json: { clientTimeNs: '0', receivedNs: now, sentNs: now },
    });
    const most = String(2n ** 64n - 1n);
    expect((await get(`/time?clientTimeNs=${most}`)).json['clientTimeNs']).toBe(most);
    for (const wrong of ['-1', '1.5', 'now', String(2n ** 64n), '']) {
      const { status, json } = await get(`/time?clientTimeNs=${wrong}`);
      expect([wrong, status, json['reason']]).toEqual([wrong, 400, 'malformed']);
    }
  });

  it('tells its time in three cells of 32 bytes', async () => {
    const client = await BareClient.open(exchange.ws);
    const clientTime = 0x0102_0304_0506_0708n;
    client.socket.send(line(askTime, clientTime));
    const drawn = Buffer.alloc(96);
    drawn[0] = 1;
    drawn[1] = 66;
    drawn[2] = 3;
    drawn.writeBigUInt64LE(epochNs, 40);
    drawn.writeBigUInt64LE(clientTime, 56);
    drawn.writeBigUInt64LE(epochNs, 64);
    expect(await client.take()).toEqual(drawn);
    // A heartbeat of the client has no answer: the next one is to what comes behind it.
    client.socket.send(line(heartbeat));
    client.socket.send(line(askTime, 5n));
    expect((await client.take()).readBigUInt64LE(56)).toBe(5n);
    client.socket.terminate();
  });

  it('refuses lines that are not as they are drawn', async () => {
    const client = await BareClient.open(exchange.ws);
    const changed = (kind: number, at: number) => {
      const bytes = line(kind);
      bytes[at] = bytes[at]! + 1;
      return bytes;
    };
    const cases: [Buffer, number][] = [
      [changed(askTime, 0), 101],
      [changed(askTime, 2), 100],
      [changed(heartbeat, 2), 100],
      [changed(askTime, 3), 100],
      ...[4, 8, 12, 16, 24, 32, 40, 47].map((at): [Buffer, number] => [changed(askTime, at), 106]),
      ...[4, 31, 48, 55].map((at): [Buffer, number] => [changed(heartbeat, at), 106]),
    ];
    for (const [bytes, code] of cases) {
      client.socket.send(bytes);
      const answer = await client.take();
      expect([bytes.toString('hex'), answer[1], answer.readUInt16LE(4)]).toEqual([
        bytes.toString('hex'),
        2,
        code,
      ]);
    }
    // The last eight bytes are nobody's.
    client.socket.send(changed(askTime, 60));
    expect((await client.take())[1]).toBe(66);
    client.socket.terminate();
  });

  it('tells its time in objects, and refuses what it does not understand', async () => {
    const client = await MsgpackClient.open(exchange.ws);
    const now = String(epochNs);
    expect(await client.ask(1, { type: 'time', clientTimeNs: '17' })).toEqual([
      { event: 'time', clientTimeNs: '17', receivedNs: now, sentNs: now },
    ]);
    expect(await client.ask(1, [{ type: 'heartbeat' }, { type: 'time' }])).toMatchObject([
      { clientTimeNs: '0' },
    ]);
    for (const clientTimeNs of [17, '-1', '1.5', '', String(2n ** 64n)]) {
      const [refused] = await client.ask(1, { type: 'time', clientTimeNs });
      expect(refused).toMatchObject({ event: 'rejected', code: 100 });
      expect(refused!['text']).toContain('clientTimeNs');
    }
    const [unknown] = await client.ask(1, { type: 'heartbeat', more: 1 });
    expect(unknown).toMatchObject({ event: 'rejected', code: 100, text: expect.stringContaining('more') });
    client.socket.terminate();
  });

  it('sends heartbeats where they were asked for, as often, with its time', async () => {
    const binary = await BareClient.open(`${exchange.ws}?heartbeat=2000`);
    const objects = await BareClient.open(`${exchange.ws}?heartbeat=1000`, 'tickloom.msgpack.v1');
    const none = await BareClient.open(exchange.ws);
    const beats: bigint[] = [];
    for (let i = 1; i <= 6; i++) {
      await advance(1000);
      const events = decode(await objects.take()) as Message[];
      expect(events).toEqual([{ event: 'heartbeat', timeNs: String(epochNs) }]);
      objects.socket.send(
        Buffer.from([0x81, 0xa4, ...Buffer.from('type'), 0xa9, ...Buffer.from('heartbeat')]),
      );
      if (i % 2 === 1) continue;
      const bytes = await binary.take();
      expect([bytes.length, bytes[0], bytes[1], bytes[2]]).toEqual([96, 1, 67, 3]);
      beats.push(bytes.readBigUInt64LE(40));
      bytes.fill(0, 0, 3).fill(0, 40, 48);
      expect(bytes).toEqual(Buffer.alloc(96));
      binary.socket.send(line(heartbeat));
      await roundTrip(binary);
    }
    expect(beats).toEqual([4n, 2n, 0n].map((seconds) => epochNs - seconds * 1_000_000_000n));
    await roundTrip(none);
    expect(none.messages).toEqual([]);
    for (const { socket } of [binary, objects, none]) socket.terminate();
  });

  it('closes a client that has been silent for more than three intervals, and no other', async () => {
    const silent = await BareClient.open(`${exchange.ws}?heartbeat=1000`);
    const silentToo = await BareClient.open(`${exchange.ws}?heartbeat=1000`, 'tickloom.msgpack.v1');
    const patient = await BareClient.open(`${exchange.ws}?heartbeat=60000`);
    const beating = await BareClient.open(`${exchange.ws}?heartbeat=1000`);
    const talking = await BareClient.open(`${exchange.ws}?heartbeat=1000`);
    const none = await BareClient.open(exchange.ws);
    for (let i = 0; i < 3; i++) {
      beating.socket.send(line(heartbeat));
      await roundTrip(talking);
      await advance(1000);
      // The beat of this second has come, so this second has been looked at.
      for (const client of [silent, beating]) while ((await client.take())[1] !== 67) {}
    }
    expect(silent.socket.readyState).toBe(WebSocket.OPEN);
    beating.socket.send(line(heartbeat));
    await roundTrip(beating);
    await roundTrip(talking);
    await advance(250);
    for (const { closed } of [silent, silentToo])
      expect(await closed).toEqual({ code: 4001, reason: expect.stringContaining('heartbeat') });
    for (const client of [patient, beating, talking, none]) {
      await roundTrip(client);
      expect(client.socket.readyState).toBe(WebSocket.OPEN);
      client.socket.terminate();
    }
  });

  it('does not wait for a client that has gone silent to answer the close', async () => {
    const dead = await RawConnection.open(exchange.port, upgradeHead('/ws?account=99&heartbeat=1000'));
    await dead.says('101 Switching');
    await advance(3250);
    // A second look, behind the one that came with that time.
    await advance(1000);
    await dead.closed;
    const sessions = async () => (await get('/health')).json['sessions'];
    await expect.poll(sessions).toBe(0);
  });

  it('refuses a session’s name where its orders do not go with it', async () => {
    const socket = new WebSocket(`${exchange.ws}?session=desk`, 'tickloom.binary.v1').on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(400);
  });

  it('refuses intervals that it does not keep', async () => {
    for (const wrong of ['999', '60001', '0', '-1', '1e4', '']) {
      const socket = new WebSocket(`${exchange.ws}?heartbeat=${wrong}`, 'tickloom.binary.v1');
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      expect([wrong, response.statusCode]).toEqual([wrong, 400]);
    }
  });
});
