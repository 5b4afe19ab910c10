import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { EventHistory } from '../../src/follower/event-history.js';
import type { TailAnswer } from '../../src/follower/follower.js';
import type { TailRequest } from '../../src/follower/follower-messages.js';
import { TimeInForce } from '../../src/model/command.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { CHANGES_ORDER, OrderMirror } from '../../src/store/order-mirror.js';
import { FIRST_DONE_STATUS } from '../../src/store/order-status.js';
import type { SqlRow } from '../../src/store/sql-session.js';
import type { StoreAnswer, StoreQuery } from '../../src/store/store-query.js';
import { type StoredOrder, storedOrder } from '../../src/store/stored-order.js';
import { StoreReads } from '../../src/supervisor/store-reads.js';
import { EVENT_CODE, EVENT_ORDER, eventFlags, eventKind, nextEvent } from '../../src/wire/event-record.js';
import { ORDER_TERMS, orderKind, orderTimeInForce } from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';
import { EngineHost } from '../book/engine-host.js';
import { FEATURES } from '../book/features.js';
import { RandomFlow } from '../book/random-flow.js';
import { record } from '../book/record.js';
import { streamOf } from '../book/stream-plan.js';
import { TIME_BASE } from '../book/venue.js';

const COMMANDS = 1200;

/** A random stream: its events in a history, and all its orders as a store would have them at some sequences. */
class Stream {
  readonly history = new EventHistory(0);
  /** By sequence, all orders that there have been by then. */
  readonly states = new Map<number, readonly StoredOrder[]>();
  sequence = 0;

  constructor(seed: number) {
    const dice = new SeededRandomness(seed);
    const { window = 50, ...options } = streamOf(seed, new Set(FEATURES));
    const flow = new RandomFlow(dice, { ...options, window }, TIME_BASE);
    const host = new EngineHost({ shard: 0, clientIdWindow: window });
    const mirror = new OrderMirror();
    const ids: number[] = [];
    const take = (words: Int32Array) => {
      flow.observe(host.applyWords(words, flow.time));
      const { events } = host.engine;
      this.history.add(events.words, events.length);
      for (let at = 0; at < events.length; at = nextEvent(events.words, at)) {
        const kind = eventKind(events.words[at]!);
        if (!CHANGES_ORDER.has(kind)) continue;
        if ((eventFlags(events.words[at + EVENT_CODE]!) & EventFlag.Repeated) !== 0) continue;
        if (kind === EventKind.Accepted) ids.push(readWhole(events.words, at + EVENT_ORDER));
        const isNew = orderKind(words[0]!) === 1;
        mirror.take(
          events.words,
          at,
          isNew ? orderTimeInForce(words[ORDER_TERMS]!) : TimeInForce.GoodTillCancel,
        );
      }
      this.sequence = host.engine.sequence;
    };
    for (const instrument of flow.instruments) take(record({ kind: 'list', instrument }));
    for (let i = 0; i < COMMANDS; i++) {
      take(record(flow.next()));
      if (i % 50 === 0 || i === COMMANDS - 1)
        this.states.set(
          this.sequence,
          ids.sort((a, b) => a - b).map((id) => storedOrder(mirror, mirror.slotOf(id))),
        );
    }
  }

  get orders(): readonly StoredOrder[] {
    return this.states.get(this.sequence)!;
  }

  follower(upTo = this.sequence) {
    return {
      tail: ({ of, after }: TailRequest): Promise<TailAnswer> =>
        Promise.resolve({ ...this.history.tail(of, after), upTo }),
    };
  }

  /** The store as it was at a sequence. */
  store(sequence: number) {
    const orders = this.states.get(sequence)!;
    return {
      ask: (query: StoreQuery): Promise<StoreAnswer> =>
        Promise.resolve({ positions: { 0: sequence }, rows: rowsOf(query, orders) }),
    };
  }
}

/** As the statements of `SqlReads` do it. */
function rowsOf(query: StoreQuery, orders: readonly StoredOrder[]): SqlRow[] {
  if (query.of === 'trades') return [];
  if (query.of === 'order') return orders.filter(({ orderId }) => orderId === query.orderId).map(rowOf);
  const { account, after, also = [], limit } = query;
  const own = orders.filter((order) => order.account === account);
  const page = own.filter((order) => order.orderId > after && matches(order, query)).slice(0, limit);
  return [
    // Not in order: a join need not be.
    ...own.filter(({ orderId }) => also.includes(orderId)).map((order) => ({ ...rowOf(order), page: 0 })),
    ...page.reverse().map((order) => ({ ...rowOf(order), page: 1 })),
  ];
}

type Wanted = Pick<Extract<StoreQuery, { of: 'orders' }>, 'status' | 'clientOrderId'>;

function matches(order: StoredOrder, { status, clientOrderId }: Wanted): boolean {
  if (clientOrderId !== undefined && order.clientOrderId !== clientOrderId) return false;
  const isDone = order.status >= FIRST_DONE_STATUS;
  if (status === 'open') return !isDone;
  if (status === 'done') return isDone;
  return status === 'all' || order.status === status;
}

function rowOf(order: StoredOrder): SqlRow {
  const isText = typeof order.clientOrderId === 'string';
  const time = (text: string) => (text === '0' ? null : text);
  return {
    order_id: String(order.orderId),
    instrument: order.instrument,
    account: order.account,
    client_id: isText ? null : order.clientOrderId,
    client_text: isText ? order.clientOrderId : null,
    side: order.side,
    type: order.type,
    time_in_force: order.timeInForce,
    flags: order.flags,
    status: order.status,
    price_ticks: String(order.priceTicks),
    size_lots: String(order.sizeLots),
    remaining_lots: String(order.remainingLots),
    cumulative_lots: String(order.cumulativeLots),
    notional: '0',
    display_size_lots: order.displaySizeLots || null,
    stop_price_ticks: order.stopPriceTicks || null,
    distance: order.distance || null,
    peg_reference: order.pegReference || null,
    trail_unit: order.trailUnit || null,
    expires_ns: time(order.expiresNs),
    accepted_ns: order.acceptedNs,
    triggered_ns: time(order.triggeredNs),
    first_fill_ns: time(order.firstFillNs),
    last_fill_ns: time(order.lastFillNs),
    changed_ns: order.changedNs,
    done_ns: time(order.doneNs),
    done_reason: order.doneReason || null,
    last_place: String(order.lastPlace),
    last_index: order.lastIndex,
  };
}

/** What only the command says may be unknown, and is never wrong. */
function unlessUnknown(expected: StoredOrder, found: StoredOrder | undefined): StoredOrder {
  return found?.timeInForce === 0 ? { ...expected, timeInForce: 0 } : expected;
}

describe('orders out of a store that is behind', () => {
  it.each([2, 3, 6, 8, 10])('are what they are by now, over all pages: stream %d', async (seed) => {
    const stream = new Stream(seed);
    const dice = new SeededRandomness(seed + 100);
    const { sequence, orders } = stream;
    const accounts = [...new Set(orders.map(({ account }) => account))];
    let pages = 0;
    for (const position of stream.states.keys()) {
      const reads = new StoreReads({
        store: stream.store(position),
        followers: [stream.follower()],
        shards: 1,
        // It may have moved on since it was looked at.
        stored: () => Math.max(0, position - dice.below(40)),
      });
      const account = accounts[dice.below(accounts.length)]!;
      for (const status of ['all', 'open', 'done', 1, 2, 3, 4, 5] as const) {
        const limit = 1 + dice.below(30);
        const some = orders[dice.below(orders.length)]!.clientOrderId ?? undefined;
        const clientOrderId = dice.below(4) === 0 ? some : undefined;
        const found: StoredOrder[] = [];
        let next: number | undefined = 0;
        while (next !== undefined) {
          const query = { of: 'orders', account, status, clientOrderId, after: next, limit } as const;
          const answer = await reads.answer({ query, until: [sequence] });
          if (answer.of !== 'orders') throw new Error(JSON.stringify(answer));
          expect(answer.positions).toEqual({ 0: sequence });
          expect(answer.orders.length).toBeLessThanOrEqual(limit);
          if (answer.next !== undefined) expect(answer.next).toBeGreaterThan(next);
          found.push(...answer.orders);
          next = answer.next;
          pages++;
        }
        const expected = orders.filter(
          (order) => order.account === account && matches(order, { status, clientOrderId }),
        );
        expect(found).toEqual(expected.map((order, i) => unlessUnknown(order, found[i])));
      }
    }
    expect(pages).toBeGreaterThan(stream.states.size * 8);
  });

  it('are found one by one, also without the store where all of them is in memory', async () => {
    const stream = new Stream(7);
    const [position] = [...stream.states.keys()].slice(10);
    const parts = { followers: [stream.follower()], shards: 1, stored: () => position! };
    const reads = new StoreReads({ ...parts, store: stream.store(position!) });
    const away = { ask: () => Promise.resolve({ positions: {}, rows: [], fault: 'it is away' }) };
    const fromMemory = new StoreReads({ ...parts, store: away });
    for (const order of stream.orders)
      for (const each of [reads, fromMemory]) {
        const query = { of: 'order', orderId: order.orderId } as const;
        const answer = await each.answer({ query, until: [stream.sequence] });
        if (answer.of !== 'order') throw new Error(JSON.stringify(answer));
        expect(answer.order).toEqual(unlessUnknown(order, answer.order));
        expect(answer.positions).toEqual({ 0: stream.sequence });
        // What rests is known to rest.
        if (order.status < FIRST_DONE_STATUS) expect(answer.order!.timeInForce).toBe(order.timeInForce);
      }
    const nobody = { of: 'order', orderId: stream.sequence + 1 } as const;
    for (const each of [reads, fromMemory])
      expect(await each.answer({ query: nobody, until: [stream.sequence] })).toMatchObject({
        of: 'order',
        order: undefined,
      });
  });

  it('are read as of the store where it is further than what is in memory', async () => {
    const stream = new Stream(9);
    const [early, late] = [[...stream.states.keys()][3]!, stream.sequence];
    const reads = new StoreReads({
      store: stream.store(late),
      followers: [stream.follower(early)],
      shards: 1,
      stored: () => early,
    });
    const { account } = stream.orders[0]!;
    const query = {
      of: 'orders',
      account,
      status: 'all',
      clientOrderId: undefined,
      after: 0,
      limit: 1000,
    } as const;
    const answer = await reads.answer({ query, until: [early] });
    expect(answer).toMatchObject({ of: 'orders', positions: { 0: late } });
    if (answer.of === 'orders')
      expect(answer.orders).toEqual(stream.orders.filter((order) => order.account === account));
  });
});

describe('a store that cannot answer', () => {
  const account = {
    of: 'orders',
    account: 1,
    status: 'all',
    clientOrderId: undefined,
    after: 0,
    limit: 10,
  } as const;
  const noFollower = { followers: [], shards: 1, stored: () => 0 };

  it('is said to be away, with its own sentence', async () => {
    const away = { ask: () => Promise.resolve({ positions: {}, rows: [], fault: 'no route to it' }) };
    const reads = new StoreReads({ ...noFollower, store: away });
    const trades = {
      of: 'trades',
      instrument: 1,
      fromNs: '0',
      toNs: '9',
      after: undefined,
      limit: 1,
    } as const;
    for (const query of [account, trades, { of: 'order', orderId: 5 } as const])
      expect(await reads.answer({ query, until: [0] })).toEqual({
        of: 'fault',
        reason: 'store-away',
        sentence: 'The store cannot answer: no route to it.',
      });
  });

  it('is asked again while it is behind and nobody remembers what it lacks, and then given up', async () => {
    let asked = 0;
    const store = {
      ask: () => Promise.resolve({ positions: { 0: ++asked }, rows: [] }),
    };
    const reads = new StoreReads({ ...noFollower, store });
    expect(await reads.answer({ query: account, until: [5] })).toMatchObject({ positions: { 0: 5 } });
    expect(await reads.answer({ query: account, until: [10_000] })).toMatchObject({
      of: 'fault',
      reason: 'store-behind',
    });
  });

  it('is not made up for by events that begin later', async () => {
    const history = new EventHistory(100);
    const follower = {
      tail: ({ of, after }: TailRequest) => Promise.resolve({ ...history.tail(of, after), upTo: 120 }),
    };
    const store = { ask: () => Promise.resolve({ positions: { 0: 99 }, rows: [] }) };
    const at = (sequence: number) => ({
      ask: () => Promise.resolve({ positions: { 0: sequence }, rows: [] }),
    });
    const parts = { followers: [follower], shards: 1, stored: () => 0 };
    expect(await new StoreReads({ ...parts, store }).answer({ query: account, until: [120] })).toMatchObject({
      reason: 'store-behind',
    });
    expect(
      await new StoreReads({ ...parts, store: at(100) }).answer({ query: account, until: [120] }),
    ).toMatchObject({ of: 'orders', positions: { 0: 120 }, orders: [], next: undefined });
  });
});
