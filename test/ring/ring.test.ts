import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { allocateRing, RingConsumer, RingProducer } from '../../src/ring/ring.js';

const SLOT_BYTES = 32;
const SLOT_WORDS = SLOT_BYTES / 4;

/** A record of `slots` slots whose words all derive from its number, so that a torn or shifted one shows. */
function record(number: number, slots: number): Int32Array {
  const words = new Int32Array(slots * SLOT_WORDS);
  words[0] = 1 | (7 << 8) | (slots << 16);
  for (let i = 1; i < words.length; i++) words[i] = Math.imul(number, 31) + i;
  return words;
}

function expectRecord(words: Int32Array, at: number, number: number): number {
  const slots = (words[at]! >>> 16) & 0xff;
  expect(Array.from(words.subarray(at, at + slots * SLOT_WORDS))).toEqual(Array.from(record(number, slots)));
  return slots;
}

/** Near both wraps of the 32-bit cursors, and in the middle. */
const starts = [0, -3, 0x7fffffff - 5, -0x80000000, 12345];

describe.each(starts)('ring with cursors that start at %i', (start) => {
  const make = (slots = 16) => {
    const buffer = allocateRing(slots, SLOT_BYTES, start);
    return { producer: new RingProducer(buffer, SLOT_BYTES), consumer: new RingConsumer(buffer, SLOT_BYTES) };
  };

  it('hands records over in order, whole, whatever their length', () => {
    const { producer, consumer } = make();
    const random = new SeededRandomness(42);
    let sent = 0;
    let received = 0;
    for (let step = 0; step < 20_000; step++) {
      if (random.below(2) === 0) {
        const slots = 1 + random.below(5);
        const at = producer.claim(slots);
        if (at >= 0) producer.words.set(record(sent++, slots), at);
        if (random.below(2) === 0) producer.publish();
      } else {
        const at = consumer.next();
        if (at >= 0) consumer.skip(expectRecord(consumer.words, at, received++));
        if (random.below(2) === 0) consumer.release();
      }
    }
    producer.publish();
    for (let at = consumer.next(); at >= 0; at = consumer.next())
      consumer.skip(expectRecord(consumer.words, at, received++));
    expect(received).toBe(sent);
    expect(sent).toBeGreaterThan(1000);
  });

  it('goes on where a consumer before had come to, but never behind what was given back', () => {
    const buffer = allocateRing(16, SLOT_BYTES, start);
    const producer = new RingProducer(buffer, SLOT_BYTES);
    const before = new RingConsumer(buffer, SLOT_BYTES);
    const send = (number: number) => {
      producer.words.set(record(number, 2), producer.claim(2));
      producer.publish();
    };
    for (let number = 0; number < 4; number++) send(number);
    for (let number = 0; number < 2; number++) before.skip(expectRecord(before.words, before.next(), number));
    const { position } = before;
    // It has died before it gave them back.
    const after = new RingConsumer(buffer, SLOT_BYTES);
    after.seek(position);
    after.skip(expectRecord(after.words, after.next(), 2));
    after.release();
    const last = new RingConsumer(buffer, SLOT_BYTES);
    last.seek(position);
    expectRecord(last.words, last.next(), 3);
  });

  it('copies many records at once on both sides, and loses none', () => {
    const { producer, consumer } = make(64);
    const random = new SeededRandomness(7);
    const batch = new Int32Array(40 * SLOT_WORDS);
    const taken = new Int32Array(64 * SLOT_WORDS);
    let sent = 0;
    let received = 0;
    let from = 0;
    let to = 0;
    for (let step = 0; step < 20_000; step++) {
      if (from === to) {
        from = 0;
        to = 0;
        for (let i = random.below(8); i >= 0; i--) {
          const slots = 1 + random.below(4);
          batch.set(record(sent++, slots), to);
          to += slots * SLOT_WORDS;
        }
      }
      from = producer.append(batch, from, to);
      if (random.below(3) > 0) producer.publish();
      const slots = consumer.take(taken, 0, 1 + random.below(64));
      for (let at = 0; at < slots * SLOT_WORDS; ) at += expectRecord(taken, at, received++) * SLOT_WORDS;
      if (random.below(3) > 0) consumer.release();
    }
    expect(received).toBeGreaterThan(5000);
    expect(sent - received).toBeLessThan(100);
  });

  it('says that it is full, and takes no more until slots come back', () => {
    const { producer, consumer } = make(8);
    let claimed = 0;
    while (producer.claim(1) >= 0) {
      producer.words[((start + claimed) & 7) * SLOT_WORDS] = 1 | (7 << 8) | (1 << 16);
      claimed++;
    }
    expect(claimed).toBe(8);
    producer.publish();
    expect(producer.depth).toBe(8);
    consumer.next();
    consumer.skip(1);
    expect(producer.claim(1)).toBe(-1);
    consumer.release();
    expect(producer.claim(1)).toBeGreaterThanOrEqual(0);
    expect(producer.claim(1)).toBe(-1);
  });

  it('shows nothing before it is published', () => {
    const { producer, consumer } = make();
    producer.words.set(record(1, 1), producer.claim(1));
    expect(producer.pending).toBe(true);
    expect(consumer.next()).toBe(-1);
    expect(consumer.empty).toBe(true);
    producer.publish();
    expect(producer.pending).toBe(false);
    expect(consumer.next()).toBeGreaterThanOrEqual(0);
  });

  it('gives up on a consumer, which attaches anew and goes on', () => {
    const { producer, consumer } = make();
    producer.words.set(record(1, 2), producer.claim(2));
    producer.publish();
    producer.detach();
    expect(consumer.detached).toBe(true);
    consumer.reattach();
    expect(producer.detached).toBe(false);
    expect(consumer.next()).toBe(-1);
    producer.words.set(record(2, 2), producer.claim(2));
    producer.publish();
    expectRecord(consumer.words, consumer.next(), 2);
  });
});

describe('ring memory', () => {
  it('refuses sizes that its cursors cannot count', () => {
    expect(() => allocateRing(100, 64)).toThrow('100');
    expect(() => allocateRing(1, 64)).toThrow('power of two');
    expect(() => allocateRing(16, 7)).toThrow('7');
    expect(() => new RingConsumer(allocateRing(16, 32), 60)).toThrow('60');
  });
});

describe('ring and doorbell between two threads', () => {
  it('brings a hundred thousand records over, through sleeps of both sides', async () => {
    const count = 100_000;
    const ring = allocateRing(256, SLOT_BYTES, -100);
    const bell = Doorbell.allocate();
    const producerThread = new Worker(
      `
      const { workerData } = require('node:worker_threads');
      (async () => {
        const { RingProducer } = await import(workerData.ringUrl);
        const { Doorbell } = await import(workerData.bellUrl);
        const producer = new RingProducer(workerData.ring, ${SLOT_BYTES});
        const bell = new Doorbell(workerData.bell);
        const pause = new Int32Array(new SharedArrayBuffer(4));
        for (let number = 0; number < ${count}; ) {
          const slots = 1 + (number % 4);
          const at = producer.claim(slots);
          if (at >= 0) {
            producer.words[at] = 1 | (7 << 8) | (slots << 16);
            for (let i = 1; i < slots * ${SLOT_WORDS}; i++) producer.words[at + i] = Math.imul(number, 31) + i;
            number++;
          }
          if (at < 0 || number % 7 === 0 || number === ${count}) { producer.publish(); bell.ring(); }
          if (at < 0 || number % 5000 === 0) Atomics.wait(pause, 0, 0, 1);
        }
        producer.publish();
        bell.ring();
      })();
      `,
      {
        eval: true,
        workerData: {
          ring,
          bell,
          ringUrl: new URL('../../dist/src/ring/ring.js', import.meta.url).href,
          bellUrl: new URL('../../dist/src/ring/doorbell.js', import.meta.url).href,
        },
      },
    );
    const consumer = new RingConsumer(ring, SLOT_BYTES);
    const doorbell = new Doorbell(bell);
    let received = 0;
    let sleeps = 0;
    await new Promise<void>((resolve, reject) => {
      producerThread.on('error', reject);
      const drain = () => {
        for (let at = consumer.next(); at >= 0; at = consumer.next()) {
          const slots = (consumer.words[at]! >>> 16) & 0xff;
          if (
            slots !== 1 + (received % 4) ||
            consumer.words[at + SLOT_WORDS * slots - 1] !==
              ((Math.imul(received, 31) + SLOT_WORDS * slots - 1) | 0)
          )
            return reject(new Error(`record ${received} came out wrong`));
          received++;
          consumer.skip(slots);
        }
        consumer.release();
        if (received === count) return resolve();
        doorbell.prepare();
        if (!consumer.empty) {
          doorbell.stay();
          setImmediate(drain);
        } else {
          sleeps++;
          if (!doorbell.whenRung(drain)) setImmediate(drain);
        }
      };
      drain();
    });
    expect(received).toBe(count);
    expect(sleeps).toBeGreaterThan(0);
    await producerThread.terminate();
  });

  it('blocks a thread until it is rung', async () => {
    const bell = Doorbell.allocate();
    const sleeper = new Worker(
      `
      const { workerData, parentPort } = require('node:worker_threads');
      import(workerData.bellUrl).then(({ Doorbell }) => {
        const bell = new Doorbell(workerData.bell);
        bell.prepare();
        parentPort.postMessage('asleep');
        bell.sleep(60_000);
        parentPort.postMessage('awake');
      });
      `,
      {
        eval: true,
        workerData: { bell, bellUrl: new URL('../../dist/src/ring/doorbell.js', import.meta.url).href },
      },
    );
    const said: string[] = [];
    await new Promise<void>((resolve) => {
      sleeper.on('message', (word: string) => {
        said.push(word);
        if (word === 'asleep') new Doorbell(bell).ring();
        else resolve();
      });
    });
    expect(said).toEqual(['asleep', 'awake']);
    await sleeper.terminate();
  });
});
