import { expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { CELL_BYTES } from '../../src/model/limits.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { allocateRing, RingConsumer } from '../../src/ring/ring.js';
import { Outbox } from '../../src/shard/outbox.js';
import { Republication } from '../../src/shard/republication.js';
import { instrument, record } from '../book/commands.js';
import { readEvents } from '../book/events.js';

it('tells again what nobody may have seen, and only when it is told that the log is safe', () => {
  const ring = allocateRing(64, CELL_BYTES);
  const outbox = new Outbox([ring], [new Doorbell(Doorbell.allocate())], new TestClock(), () => {});
  const consumer = new RingConsumer(ring, CELL_BYTES);
  const republication = new Republication(outbox, 2);
  const engine = new Engine({ shard: 0 });
  const order = (clientId: number) =>
    record({ kind: 'new', account: 1, clientId, instrument: 1, side: 1, price: 10, size: 1 });
  const log = [record({ kind: 'list', instrument: instrument(1) }), order(2), order(3), order(4)];
  for (const [i, words] of log.entries()) {
    engine.apply(words, 0, i + 1, 1000 + i, 0);
    republication.take(engine);
    engine.events.clear();
  }
  outbox.publish();
  // A power cut could still take what was replayed from memory alone.
  expect(consumer.empty).toBe(true);
  republication.send();
  const words = new Int32Array(64 * 8);
  const cells = consumer.take(words, 0, 64);
  expect(readEvents(words, cells * 8).map(({ sequence, clientId }) => [sequence, clientId])).toEqual([
    [3, 3],
    [4, 4],
  ]);
  republication.send();
  expect(consumer.empty).toBe(true);
});
