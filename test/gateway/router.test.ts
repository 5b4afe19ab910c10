import { describe, expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import { ALL_SHARDS, Router } from '../../src/gateway/router.js';
import { DiskState, ShardBoard, ShardPhase } from '../../src/metrics/shard-board.js';
import { DEFAULT_RULES } from '../../src/model/instrument.js';
import { LINE_BYTES } from '../../src/model/limits.js';
import { RejectCode } from '../../src/model/reject.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { allocateRing, RingConsumer } from '../../src/ring/ring.js';
import { InstrumentTable } from '../../src/wire/instrument-table.js';
import { encodeOrder, kind, type OrderFields, orderFlag } from '../support/binary-client.js';

const rules = {
  ...DEFAULT_RULES,
  priceDecimals: 0,
  sizeDecimals: 0,
  tickSize: 1,
  lotSize: 1,
  minPriceTicks: 1,
  maxPriceTicks: 1000,
  minSizeLots: 1,
  maxSizeLots: 1000,
};

/** A router to two shards with rings of so many lines; instruments 1 and 3 live on the first, 2 on the second. */
function bench(lines = 64) {
  const rings = [0, 1].map(() => allocateRing(lines, LINE_BYTES, -10));
  const instruments = new InstrumentTable();
  for (const id of [1, 2, 3]) instruments.add({ ...rules, id, symbol: `I-${id}` }, (id + 1) % 2);
  const doorbells = rings.map(() => new Doorbell(Doorbell.allocate()));
  const board = new ShardBoard(ShardBoard.allocate(2));
  board.setPhase(0, ShardPhase.Running);
  board.setPhase(1, ShardPhase.Running);
  const router = new Router(rings, doorbells, instruments, new TestClock(), board);
  const consumers = rings.map((ring) => new RingConsumer(ring, LINE_BYTES));
  const send = (fields: OrderFields) => {
    const bytes = encodeOrder({ account: 1, clientId: 1, ...fields });
    return router.send(new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), 0, 77);
  };
  /** The client ids that have come to each shard. */
  const taken = () => {
    router.publish();
    return consumers.map((consumer) => {
      const ids: number[] = [];
      for (let at = consumer.next(); at >= 0; at = consumer.next()) {
        ids.push(consumer.words[at + 4]!);
        expect(consumer.words[at + 14]).toBe(77);
        consumer.skip((consumer.words[at]! >>> 16) & 0xff);
      }
      consumer.release();
      return ids;
    });
  };
  return { send, taken, board, router };
}

describe('a router', () => {
  it('sends by instrument what names one', () => {
    const { send, taken } = bench();
    expect(send({ clientId: 1, instrument: 2 })).toBe(1);
    expect(send({ clientId: 2, instrument: 3, linked: 2 ** 48 + 5 })).toBe(0);
    expect(send({ clientId: 3, kind: kind.cancelAll, instrument: 2 })).toBe(1);
    expect(send({ clientId: 4, kind: kind.state, account: 0, instrument: 2, type: 4 })).toBe(1);
    expect(send({ clientId: 5, kind: kind.prices, account: 0, instrument: 1 })).toBe(0);
    expect(send({ clientId: 6, kind: kind.amend, target: 3, flags: orderFlag.byClientId })).toBe(0);
    expect(send({ clientId: 7, instrument: 9 })).toBe(-RejectCode.UnknownInstrument);
    expect(taken()).toEqual([
      [2, 5, 6],
      [1, 3, 4],
    ]);
  });

  it('sends by order id what names an order', () => {
    const { send, taken } = bench();
    expect(send({ clientId: 1, kind: kind.cancel, instrument: 0, target: 2 ** 48 + 5 })).toBe(1);
    expect(send({ clientId: 2, kind: kind.cancel, instrument: 0, target: 2 ** 49 })).toBe(
      -RejectCode.UnknownOrder,
    );
    expect(taken()).toEqual([[], [1]]);
  });

  it('sends a mass quote to the shard of all its instruments, where there is one', () => {
    const { send, taken } = bench();
    const quotes = (...instruments: number[]): OrderFields => ({
      kind: kind.massQuote,
      quotes: instruments.map((instrument) => ({ instrument, bid: 1, bidSize: 1 })),
    });
    expect(send({ ...quotes(1, 3, 1), clientId: 1 })).toBe(0);
    expect(send({ ...quotes(2), clientId: 2 })).toBe(1);
    expect(send(quotes(1, 2))).toBe(-RejectCode.QuotesOfSeveralShards);
    expect(send(quotes(1, 2, 9))).toBe(-RejectCode.UnknownInstrument);
    expect(send(quotes(9, 1))).toBe(-RejectCode.UnknownInstrument);
    expect(taken()).toEqual([[1], [2]]);
  });

  it('sends to all shards what is about no instrument', () => {
    const { send, taken } = bench();
    expect(send({ clientId: 1, kind: kind.cancelAll, instrument: 0 })).toBe(ALL_SHARDS);
    // The group of an account stands where others have their instrument.
    expect(send({ clientId: 2, kind: kind.account, account: 0, target: 7, instrument: 2 })).toBe(ALL_SHARDS);
    expect(taken()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('sends to none of them where one has no room', () => {
    const { send, taken } = bench();
    for (let i = 1; i <= 64; i++) expect(send({ clientId: i, instrument: 2 })).toBe(1);
    expect(send({ instrument: 2 })).toBe(-RejectCode.Busy);
    expect(send({ kind: kind.cancelAll, instrument: 0 })).toBe(-RejectCode.Busy);
    expect(taken()[0]).toEqual([]);
    expect(send({ clientId: 5, kind: kind.cancelAll, instrument: 0 })).toBe(ALL_SHARDS);
    expect(taken()).toEqual([[5], [5]]);
  });

  it('says why a shard takes nothing, from the next turn on', () => {
    const { send, taken, board, router } = bench();
    expect(send({ clientId: 1, instrument: 1 })).toBe(0);
    board.setPhase(0, ShardPhase.Recovering);
    expect(send({ clientId: 2, instrument: 1 })).toBe(0);
    router.publish();
    expect(send({ clientId: 3, instrument: 1 })).toBe(-RejectCode.ShardRecovering);
    expect(send({ clientId: 4, instrument: 2 })).toBe(1);
    // What is for all goes to none.
    expect(send({ clientId: 5, kind: kind.cancelAll, instrument: 0 })).toBe(-RejectCode.ShardRecovering);
    router.publish();
    board.setPhase(0, ShardPhase.Halted);
    expect(send({ clientId: 6, instrument: 1 })).toBe(-RejectCode.ShardHalted);
    router.publish();
    board.setPhase(0, ShardPhase.Running);
    board.setDisk(0, DiskState.Failing);
    expect(send({ clientId: 7, instrument: 1 })).toBe(-RejectCode.DiskFailing);
    router.publish();
    // A full disk takes some commands: the shard knows which.
    board.setDisk(0, DiskState.Reserve);
    expect(send({ clientId: 8, instrument: 1 })).toBe(0);
    expect(taken()).toEqual([[1, 2, 8], [4]]);
  });
});
