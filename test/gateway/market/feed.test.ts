import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../src/clock/test-clock.js';
import { allocateMarketBoard, MarketBoardWriter } from '../../../src/follower/market-board.js';
import { anybody } from '../../../src/gateway/actor.js';
import { MarketData } from '../../../src/gateway/market/data.js';
import { Protocol, type Session } from '../../../src/gateway/session.js';
import { SessionRegistry } from '../../../src/gateway/session-registry.js';
import type { Connection } from '../../../src/gateway/transport/connection.js';
import { EventKind } from '../../../src/model/event.js';
import { placeOf } from '../../../src/model/identity.js';
import {
  MARKET_BACKLOG_BYTES,
  MARKET_DRAINED_BYTES,
  MARKET_SENDS_PER_TURN,
} from '../../../src/model/limits.js';
import { MarketChannel, type MarketTopic } from '../../../src/model/market.js';
import { BOOK_BIDS, EVENT_CELLS, EVENT_PLACE, eventHead } from '../../../src/wire/event-record.js';
import { InstrumentTable } from '../../../src/wire/instrument-table.js';
import { writeWhole } from '../../../src/wire/words.js';
import { stock } from '../../wire/instruments.js';

const MS = 1_000_000;
const depth: MarketTopic = {
  channel: MarketChannel.Depth,
  instrument: stock.id,
  intervalMs: 100,
  levels: 10,
};
const trades: MarketTopic = {
  channel: MarketChannel.Trades,
  instrument: stock.id,
  intervalMs: 100,
  levels: 0,
};

interface Told {
  event: string;
  number?: number;
  snapshot?: boolean;
  missed?: boolean;
  bids?: [string, string, number][];
  trades?: { trade: number }[];
}

/** A client that is told JSON, and reads as fast as it is said to. */
class Client implements Connection {
  waiting = 0;
  readonly told: Told[] = [];

  send(bytes: Uint8Array): void {
    this.told.push(...(JSON.parse(Buffer.from(bytes).toString()) as Told[]));
  }

  ping(): void {}

  waitingBytes(): number {
    return this.waiting;
  }

  close(): void {}
  cut(): void {}

  /** What was told since the last call, in a few words each. */
  news(): string[] {
    return this.told.splice(0).map(({ event, number, snapshot, missed, trades }) => {
      const marks = `${snapshot ? ' snapshot' : ''}${missed ? ' missed' : ''}`;
      const list = trades === undefined ? '' : ` [${trades.map(({ trade }) => trade)}]`;
      return `${event}${number === undefined ? '' : ` ${number}`}${marks}${list}`;
    });
  }
}

/** A gateway's market data with its clock, its turns and the follower's side of its board in the hand of the test. */
class Bench {
  readonly clock = new TestClock();
  readonly board = allocateMarketBoard();
  readonly writer = new MarketBoardWriter(this.board);
  readonly sessions = new SessionRegistry(
    0,
    () => false,
    () => {},
  );
  readonly watches: string[] = [];
  readonly market: MarketData;
  turns = 0;
  #due: (() => void)[] = [];
  #sequence = 0;
  #trade = 0;

  constructor() {
    const instruments = new InstrumentTable();
    instruments.add(stock, 0);
    this.show(1);
    this.market = new MarketData({
      instruments,
      sessions: this.sessions,
      epochNs: () => this.clock.epochNs(),
      realTime: this.clock,
      afterTurn: (run) => this.#due.push(run),
      watching: {
        watch: (id) => this.watches.push(`watch ${id}`),
        unwatch: (id) => this.watches.push(`unwatch ${id}`),
      },
    });
  }

  open(client: Client): Session {
    const admission = { protocol: Protocol.Json, accounts: [1], after: [], address: '', heartbeatMs: 0 };
    return this.sessions.open(client, { ...admission, actor: anybody, disconnect: undefined });
  }

  subscribe(session: Session, topic: MarketTopic): void {
    expect(this.market.subscribe(session, topic)).toBeUndefined();
    this.sessions.flush();
  }

  /** The book has one bid of so many lots. */
  show(lots: number): void {
    const words = new Int32Array((EVENT_CELLS + 1) * 8);
    words[0] = eventHead(EventKind.Book, EVENT_CELLS + 1, 0);
    writeWhole(words, EVENT_PLACE, placeOf(0, ++this.#sequence));
    words[BOOK_BIDS] = 1;
    writeWhole(words, 24, 100);
    writeWhole(words, 26, lots);
    words[28] = 1;
    this.writer.show(words, 0);
  }

  trade(): void {
    this.writer.trade(++this.#trade, Int32Array.of(100, 0, 1, 0, 0, 0, 1, 0));
  }

  turn(): void {
    const due = this.#due;
    this.#due = [];
    if (due.length > 0) this.turns++;
    for (const run of due) run();
  }

  /** One interval, and all turns that it takes. */
  interval(): void {
    this.clock.advance(100 * MS);
    while (this.#due.length > 0) this.turn();
  }

  get isIdle(): boolean {
    return this.#due.length === 0;
  }
}

describe('a feed', () => {
  it('waits for the follower, tells changes only, and sleeps where nobody listens', () => {
    const bench = new Bench();
    const client = new Client();
    const session = bench.open(client);
    bench.subscribe(session, depth);
    expect(client.news()).toEqual([]);
    expect(bench.watches).toEqual(['watch 1']);
    bench.market.watched(1, bench.board);
    bench.sessions.flush();
    expect(client.news()).toEqual(['subscribed', 'depth 1 snapshot']);
    bench.interval();
    expect(client.news()).toEqual([]);
    bench.show(2);
    bench.show(3);
    bench.interval();
    expect(client.told[0]!.bids).toEqual([['1.00', '30', 1]]);
    expect(client.news()).toEqual(['depth 2']);
    // Another sequence, and the same book.
    bench.show(3);
    bench.interval();
    expect(client.news()).toEqual([]);
    bench.market.closed(session);
    expect(bench.watches).toEqual(['watch 1', 'unwatch 1']);
    bench.show(4);
    bench.clock.advance(1000 * MS);
    expect(bench.isIdle).toBe(true);
    // What comes too late is about nothing.
    bench.market.watched(1, bench.board);
    expect(client.news()).toEqual([]);
  });

  it('passes over who reads too slowly, until that one has caught up', () => {
    const bench = new Bench();
    const slow = new Client();
    const fast = new Client();
    for (const client of [slow, fast]) {
      const session = bench.open(client);
      bench.subscribe(session, depth);
      bench.subscribe(session, trades);
    }
    bench.market.watched(1, bench.board);
    bench.sessions.flush();
    slow.news();
    fast.news();
    const happen = (lots: number) => {
      bench.show(lots);
      bench.trade();
      bench.interval();
    };
    happen(2);
    expect(slow.news()).toEqual(fast.news());
    slow.waiting = MARKET_BACKLOG_BYTES + 1;
    happen(3);
    // Not yet: a little more than that must have gone.
    slow.waiting = MARKET_DRAINED_BYTES + 1;
    happen(4);
    expect(slow.news()).toEqual([]);
    expect(fast.news()).toEqual(['depth 3', 'trades 2 [2]', 'depth 4', 'trades 3 [3]']);
    slow.waiting = 0;
    // Also where nothing new happens.
    bench.interval();
    expect(slow.told[0]!.bids).toEqual([['1.00', '40', 1]]);
    expect(slow.news()).toEqual(['depth 4 snapshot', 'trades 3 missed []']);
    happen(5);
    expect(slow.news()).toEqual(['depth 5', 'trades 4 [4]']);
    slow.waiting = MARKET_BACKLOG_BYTES + 1;
    happen(6);
    slow.waiting = 0;
    happen(7);
    expect(slow.news()).toEqual(['depth 7 snapshot', 'trades 6 missed [6]']);
    expect(fast.news()).toEqual([
      'depth 5',
      'trades 4 [4]',
      'depth 6',
      'trades 5 [5]',
      'depth 7',
      'trades 6 [6]',
    ]);
  });

  it('tells many in slices, and one who comes meanwhile neither twice nor too little', () => {
    const bench = new Bench();
    const clients = Array.from({ length: 3 * MARKET_SENDS_PER_TURN }, () => new Client());
    const sessions = clients.map((client) => bench.open(client));
    for (const session of sessions) bench.subscribe(session, depth);
    bench.market.watched(1, bench.board);
    bench.sessions.flush();
    for (const client of clients) expect(client.news()).toEqual(['subscribed', 'depth 1 snapshot']);
    bench.show(2);
    bench.clock.advance(100 * MS);
    bench.turn();
    const told = () => clients.filter((client) => client.told.length > 0).length;
    expect(told()).toBeLessThanOrEqual(MARKET_SENDS_PER_TURN);
    expect(told()).toBeGreaterThan(0);
    const late = new Client();
    bench.subscribe(bench.open(late), depth);
    expect(late.news()).toEqual(['subscribed', 'depth 2 snapshot']);
    // One goes, and the next interval comes, before all are told.
    bench.market.closed(sessions.at(-1)!);
    bench.show(3);
    bench.clock.advance(100 * MS);
    while (!bench.isIdle) bench.turn();
    bench.interval();
    for (const client of clients.slice(0, -1)) expect(client.news()).toEqual(['depth 2', 'depth 3']);
    expect(clients.at(-1)!.news()).toEqual([]);
    expect(late.news()).toEqual(['depth 3']);
  });

  it('ends where the follower is gone for good', () => {
    const bench = new Bench();
    const waiting = new Client();
    bench.subscribe(bench.open(waiting), depth);
    bench.market.watched(1, undefined);
    bench.sessions.flush();
    expect(waiting.news()).toEqual(['rejected']);
    const client = new Client();
    const session = bench.open(client);
    bench.subscribe(session, depth);
    bench.market.watched(2, bench.board);
    bench.market.watched(2, undefined);
    bench.sessions.flush();
    expect(client.news()).toEqual(['subscribed', 'depth 1 snapshot', 'unsubscribed']);
    bench.clock.advance(1000 * MS);
    expect(bench.isIdle).toBe(true);
    expect(bench.market.unsubscribe(session, depth)).toMatchObject({ code: 206 });
  });
});
