import { describe, expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import { Gateway } from '../../src/gateway/gateway.js';
import type { Admission, Session } from '../../src/gateway/session.js';
import type { Connection } from '../../src/gateway/transport/connection.js';
import { isRefusal } from '../../src/gateway/transport/transport.js';
import { ShardBoard, ShardPhase } from '../../src/metrics/shard-board.js';
import { CELL_BYTES, LINE_BYTES, MAX_MESSAGE_BYTES, MAX_TURN_BYTES } from '../../src/model/limits.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { allocateRing, RingConsumer } from '../../src/ring/ring.js';
import { InstrumentTable } from '../../src/wire/instrument-table.js';
import { encodeOrder } from '../support/binary-client.js';
import { stock } from '../wire/instruments.js';

const RING_LINES = 8192;
/** Orders of one line that fill the largest message. */
const MESSAGE_ORDERS = MAX_MESSAGE_BYTES / LINE_BYTES;

const idle: Connection = {
  send() {},
  ping() {},
  waitingBytes: () => 0,
  close() {},
  cut() {},
};

/** A gateway of one shard, whose turn ends when the test says so. */
function bench() {
  const clock = new TestClock();
  const instruments = new InstrumentTable();
  instruments.add({ ...stock, id: 1, lotSize: 1 }, 0);
  const board = new ShardBoard(ShardBoard.allocate(1));
  board.setPhase(0, ShardPhase.Running);
  const input = allocateRing(RING_LINES, LINE_BYTES, -10);
  const turns: (() => void)[] = [];
  const gateway = new Gateway({
    gateway: 0,
    run: 1,
    clock,
    realTime: clock,
    instruments,
    inputRings: [input],
    eventRings: [allocateRing(64, CELL_BYTES, -10)],
    shardDoorbells: [new Doorbell(Doorbell.allocate())],
    doorbell: new Doorbell(Doorbell.allocate()),
    board,
    afterTurn: (run) => turns.push(run),
    about: {},
  });
  const admitted = gateway.admit({
    path: '/ws',
    query: 'account=7',
    protocols: ['tickloom.binary.v1'],
    origin: '',
    host: '127.0.0.1',
    address: '127.0.0.1',
  });
  if (isRefusal(admitted)) throw new Error(admitted.sentence);
  const session: Session = gateway.opened(idle, admitted as Admission);
  const consumer = new RingConsumer(input, LINE_BYTES);
  let lastId = 0;
  return {
    turns,
    send(orders: number) {
      const one = () => encodeOrder({ account: 7, instrument: 1, price: 1000, size: 1, clientId: ++lastId });
      const bytes = Buffer.concat(Array.from({ length: orders }, one));
      gateway.message(session, new Uint8Array(bytes).buffer, true);
    },
    post(bytes: number) {
      const body = Buffer.alloc(bytes, ' ');
      const source = { origin: '', host: '127.0.0.1', address: '' };
      const request = { method: 'POST', path: '/orders', query: '', body, bodyOverBytes: 0, ...source };
      gateway.request(request, () => {});
    },
    /** Orders that the shard sees now. */
    shown() {
      let orders = 0;
      for (; consumer.next() >= 0; orders++) consumer.skip(1);
      consumer.release();
      return orders;
    },
  };
}

describe('a turn of a gateway', () => {
  it('shows its orders to the shards at its end', () => {
    const { send, shown, turns } = bench();
    send(3);
    send(4);
    expect(shown()).toBe(0);
    // One for all that came in it.
    expect(turns).toHaveLength(1);
    turns[0]!();
    expect(shown()).toBe(7);
  });

  it('shows them before, where it has brought so many bytes', () => {
    const { send, shown, turns } = bench();
    const messages = MAX_TURN_BYTES / MAX_MESSAGE_BYTES;
    for (let round = 0; round < 2; round++) {
      for (let i = 1; i < messages; i++) send(MESSAGE_ORDERS);
      send(MESSAGE_ORDERS - 1);
      expect(shown()).toBe(0);
      send(1);
      expect(shown()).toBe(messages * MESSAGE_ORDERS);
    }
    expect(turns).toHaveLength(1);
  });

  it('counts the bodies of requests, and each message as one order at least', () => {
    const { send, post, shown } = bench();
    send(1);
    for (let bytes = LINE_BYTES; bytes < MAX_TURN_BYTES - LINE_BYTES; bytes += MAX_MESSAGE_BYTES)
      post(Math.min(MAX_MESSAGE_BYTES, MAX_TURN_BYTES - LINE_BYTES - bytes));
    expect(shown()).toBe(0);
    // Empty.
    post(0);
    expect(shown()).toBe(1);
  });
});
