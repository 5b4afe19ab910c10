import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { Side } from '../../src/model/command.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { instrument, record } from './commands.js';
import { readEvents, type SeenEvent } from './events.js';
import { type FlowOptions, RandomFlow } from './random-flow.js';
import { ReferenceBook } from './reference-book.js';
import { TIME_BASE, TIME_HIGH } from './venue.js';

interface Run {
  readonly engine: Engine;
  readonly events: SeenEvent[];
  readonly hash: string;
}

interface Stream {
  readonly seed: number;
  readonly commands: number;
  readonly window: number;
  readonly flow?: Partial<FlowOptions>;
  readonly hashSalt?: number;
}

/** Drives an engine, and a reference unless it is told not to, through a random stream. */
function run({ seed, commands, window, flow: options = {}, hashSalt = 0 }: Stream, compare: boolean): Run {
  const flow = new RandomFlow(seed, options);
  const { basePrice = 100, instruments = 2 } = options;
  const engine = new Engine({ shard: 0, clientIdWindow: window, hashSalt });
  const reference = new ReferenceBook(0, window);
  const hash = new EventHash();
  const events: SeenEvent[] = [];
  const apply = (words: Int32Array, time: number) => {
    engine.events.clear();
    engine.apply(words, 0, engine.sequence + 1, time, TIME_HIGH);
    hash.update(engine.events.words, 0, engine.events.length);
    const written = readEvents(engine.events.words, engine.events.length);
    events.push(...written);
    return written;
  };
  for (let id = 1; id <= instruments; id++) {
    const bounds = { minPriceTicks: basePrice, maxPriceTicks: basePrice * 10, maxSizeLots: 20 };
    const listing = instrument(id, bounds);
    apply(record({ kind: 'list', instrument: listing }), 1);
    reference.list(listing);
  }
  for (let i = 1; i <= commands; i++) {
    const time = 1000 + 2 * i;
    if (flow.below(100) === 0) {
      const next = 1 + flow.below(2 * window);
      apply(record({ kind: 'settings', window: next }), time);
      reference.setWindow(next);
      continue;
    }
    const command = flow.next(engine.sequence + 1, TIME_BASE + time);
    const written = apply(record(command), time);
    if (!compare) continue;
    const context = `seed ${seed}, command ${engine.sequence}: ${JSON.stringify(command)}`;
    expect(written, context).toEqual(reference.apply(command, TIME_BASE + time));
    expect(engine.liveOrders, context).toBe(reference.liveOrders);
    expect(engine.rememberedClientIds, context).toBe(reference.rememberedClientIds);
    for (let id = 1; id <= instruments; id++)
      for (const side of [Side.Buy, Side.Sell])
        expect(engine.levels(id, side), context).toEqual(reference.levels(id, side));
  }
  return { engine, events, hash: hash.toString() };
}

const STREAMS: Stream[] = [
  ...Array.from({ length: 24 }, (_, i) => ({ seed: i + 1, commands: 400, window: 1 + ((i * 7) % 40) })),
  { seed: 1001, commands: 3000, window: 500 },
  { seed: 1002, commands: 3000, window: 3, flow: { instruments: 1, accounts: 1, prices: 3 } },
  { seed: 1003, commands: 2000, window: 60, flow: { instruments: 5, accounts: 8, prices: 300 } },
  { seed: 1004, commands: 2000, window: 20, flow: { prices: 130, basePrice: 10_000_000_000 } },
];

describe('random streams', () => {
  it.each(STREAMS)('equal the reference, event by event and level by level: $seed', (stream) => {
    const { events } = run(stream, true);
    // A stream that did not reach the rules would prove nothing.
    for (const kind of [
      EventKind.Accepted,
      EventKind.Rejected,
      EventKind.Fill,
      EventKind.Cancelled,
      EventKind.Amended,
    ])
      expect(events.some((event) => event.kind === kind)).toBe(true);
  });

  it('give the same bytes for the same commands', () => {
    const stream = { seed: 77, commands: 2000, window: 50 };
    expect(run(stream, false).hash).toBe(run(stream, false).hash);
    expect(run(stream, false).hash).not.toBe(run({ ...stream, seed: 78 }, false).hash);
  });

  it('give the same bytes whatever the salt of the hash tables', () => {
    const stream = { seed: 79, commands: 3000, window: 50, flow: { accounts: 40 } };
    const { hash } = run(stream, false);
    for (const hashSalt of [1, 0x9e3779b9, 2 ** 32 - 1])
      expect(run({ ...stream, hashSalt }, false).hash).toBe(hash);
  });
});

describe('the events of a random stream', () => {
  const { engine, events } = run({ seed: 5, commands: 6000, window: 100 }, false);
  const first = events.filter((event) => (event.flags & EventFlag.Repeated) === 0);

  it('rebuild the book alone', () => {
    const live = new Map<number, SeenEvent>();
    for (const event of first) {
      const { kind, order, remaining } = event;
      if (kind === EventKind.Accepted || kind === EventKind.Amended) live.set(order, event);
      if (kind === EventKind.Fill) live.set(order, { ...live.get(order)!, remaining });
      if ((event.flags & EventFlag.OrderDone) !== 0) live.delete(order);
    }
    expect(live.size).toBe(engine.liveOrders);
    for (const id of [1, 2])
      for (const side of [Side.Buy, Side.Sell]) {
        const sizes = new Map<number, number>();
        for (const order of live.values())
          if (order.instrument === id && order.side === side)
            sizes.set(order.price, (sizes.get(order.price) ?? 0) + order.remaining);
        const levels = engine.levels(id, side).map((level) => [level.priceTicks, level.sizeLots]);
        const sign = side === Side.Buy ? -1 : 1;
        expect(levels).toEqual([...sizes].sort((a, b) => sign * (a[0] - b[0])));
      }
  });

  it('conserve quantity: each order is traded, cancelled or still there, and each trade has two equal sides', () => {
    const totals = new Map<number, { size: number; traded: number; cancelled: number; remaining: number }>();
    const trades = new Map<string, SeenEvent[]>();
    for (const event of first) {
      const { kind, order, size, remaining } = event;
      if (order === 0 || kind === EventKind.Rejected) continue;
      const total = totals.get(order) ?? { size, traded: 0, cancelled: 0, remaining };
      totals.set(order, { ...total, remaining });
      if (kind === EventKind.Amended) totals.set(order, { ...total, size, remaining });
      if (kind === EventKind.Fill) {
        totals.set(order, { ...total, traded: total.traded + size, remaining });
        const key = `${event.instrument} ${event.trade}`;
        trades.set(key, [...(trades.get(key) ?? []), event]);
        expect(event.cumulative).toBe(total.traded + size);
      }
      if (kind === EventKind.Cancelled) totals.set(order, { ...total, cancelled: size, remaining });
    }
    for (const { size, traded, cancelled, remaining } of totals.values())
      expect(traded + cancelled + remaining).toBe(size);
    expect(trades.size).toBeGreaterThan(500);
    for (const [taker, maker] of [...trades.values()] as [SeenEvent, SeenEvent][]) {
      expect(maker.flags & EventFlag.Maker).toBe(EventFlag.Maker);
      expect(taker.flags & EventFlag.Maker).toBe(0);
      expect([maker.size, maker.price, maker.counterOrder]).toEqual([taker.size, taker.price, taker.order]);
      expect(taker.counterOrder).toBe(maker.order);
      expect(maker.side).not.toBe(taker.side);
    }
  });

  it('number the trades of each instrument from 1, without a gap', () => {
    for (const id of [1, 2]) {
      const numbers = first
        .filter((event) => event.kind === EventKind.Fill && event.instrument === id)
        .map((event) => event.trade);
      numbers.forEach((number, i) => void expect(number).toBe(1 + Math.floor(i / 2)));
    }
  });

  it('form one unbroken chain for each account', () => {
    const last = new Map<number, [number, number]>();
    for (const event of first) {
      if (event.account === 0) {
        expect([event.previousSequence, event.previousIndex]).toEqual([0, 0]);
        continue;
      }
      expect([event.previousSequence, event.previousIndex]).toEqual(last.get(event.account) ?? [0, 0]);
      last.set(event.account, [event.sequence, event.index]);
    }
    expect(last.size).toBe(3);
  });

  it('have one answer to each command, first, and one last event, last', () => {
    const commands = new Map<number, SeenEvent[]>();
    for (const event of first) commands.set(event.sequence, [...(commands.get(event.sequence) ?? []), event]);
    for (const [sequence, own] of commands)
      own.forEach((event, i) => {
        expect(event.index, `command ${sequence}`).toBe(i);
        expect((event.flags & EventFlag.Answer) !== 0).toBe(i === 0);
        expect((event.flags & EventFlag.LastOfCommand) !== 0).toBe(i === own.length - 1);
      });
    const repeated = events.filter((event) => (event.flags & EventFlag.Repeated) !== 0);
    expect(repeated.length).toBeGreaterThan(100);
    for (const event of repeated)
      expect(event.flags & (EventFlag.Answer | EventFlag.LastOfCommand)).toBe(
        EventFlag.Answer | EventFlag.LastOfCommand,
      );
  });
});
