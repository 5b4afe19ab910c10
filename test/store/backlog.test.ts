import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { LiveClock } from '../../src/clock/live-clock.js';
import type { FedRun } from '../../src/follower/log-feed.js';
import { StoreBoard, StoreState } from '../../src/metrics/store-board.js';
import { Doorbell } from '../../src/ring/doorbell.js';
import { OutageNews } from '../../src/store/outage-news.js';
import { ShardPipe } from '../../src/store/shard-pipe.js';
import type { Batch, ShardSink } from '../../src/store/sink.js';
import { BinaryClient, kind } from '../support/binary-client.js';
import { describeWith } from '../support/not-run.js';
import { ShardLog } from './shard-log.js';
import { type HouseExchange, startHouse, until } from './store-exchange.js';
import { expectStored } from './stored-log.js';

const BOUND = 1_000;
const BEHIND = 506;
/** In a batch whose size nobody has learned yet: 1024, and what one read gives. */
const MOST_WORDS = 50_000;

describeWith(postgresMissing(), 'an exchange whose Postgres is further behind than it may be', () => {
  let server: PostgresServer;
  let house: HouseExchange;
  let client: BinaryClient;
  let clientId = 0;
  beforeEach(async () => {
    server = await PostgresServer.start({ fsync: false });
    house = await startHouse({ postgres: server.url(), storeBacklog: BOUND });
    client = await BinaryClient.open(`${house.url.replace('http', 'ws')}/ws?account=1`);
  });
  afterEach(async () => {
    client.close();
    await house.exchange.stop();
    await server.dispose();
  });

  const order = () => ({ instrument: 1, clientId: ++clientId, price: 100, size: 1 });

  /** Enters orders, which stay, until one is rejected. Returns those that were accepted. */
  async function fill(): Promise<number[]> {
    const accepted: number[] = [];
    for (;;) {
      const [answer] = await client.ask(1, order());
      if (answer!.kind === 'rejected') {
        expect(answer).toMatchObject({ code: BEHIND });
        expect(answer!.sentence).toMatch(/store/);
        return accepted;
      }
      accepted.push(answer!.orderId);
    }
  }

  it('rejects new orders, takes cancels, and takes orders again when it is back', async () => {
    await until(() => house.exchange.storeBoard.figures(0, 0).sequence > 0);
    const reached = house.exchange.storeBoard.figures(0, 0).sequence;
    await server.kill();
    const accepted = await fill();
    // Commands before the kill may not have been written: settings, listings.
    expect(accepted.length).toBeGreaterThan(BOUND - 10);
    expect(house.exchange.storeBoard.backlog(0, reached + BOUND)).toBeGreaterThanOrEqual(BOUND);
    await until(() => house.exchange.storeBoard.figures(0, 0).state === StoreState.Away);
    const answer = await fetch(`${house.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientOrderId: 'late', symbol: 'ALPHA', side: 'buy', price: '100', size: '1' }),
    });
    expect(answer.status).toBe(503);
    expect(JSON.stringify(await answer.json())).toContain('stores-behind');
    for (const target of accepted.slice(0, 20)) {
      const [gone] = await client.ask(1, { kind: kind.cancel, instrument: 1, clientId: ++clientId, target });
      expect(gone).toMatchObject({ kind: 'cancelled', orderId: target });
    }
    expect((await client.ask(1, order()))[0]).toMatchObject({ kind: 'rejected', code: BEHIND });
    // The other shard, which is not behind.
    const other = (await (await fetch(`${house.url}/instruments`)).json()) as unknown;
    expect(JSON.stringify(other)).toContain('BETA');
    await server.restart();
    await until(async () => (await client.ask(1, order()))[0]!.kind === 'accepted');
    await expectStored(server.url(), house.data);
    expect(house.exchange.storeBoard.figures(0, 0).state).toBe(StoreState.Well);
  });
});

/** Counts words of events as rows. */
interface CountedBatch extends Batch {
  rows: number;
}

/** A store that takes a batch and does not answer until it is told to. */
class HangingSink implements ShardSink<CountedBatch> {
  isHanging = true;
  made = 0;
  released = 0;
  mostHeld = 0;
  mostRows = 0;

  async open() {
    return { sequence: 0, hash: undefined };
  }

  async begin() {}

  async disconnect() {}

  makeBatch(): CountedBatch {
    this.made++;
    this.mostHeld = Math.max(this.mostHeld, this.made - this.released);
    const nowhere = { sequence: 0, hash: undefined };
    return { rows: 0, from: nowhere, to: nowhere };
  }

  add(run: FedRun, batch: CountedBatch): void {
    batch.rows += run.to - run.from;
    this.mostRows = Math.max(this.mostRows, batch.rows);
  }

  seal() {}

  async write(): Promise<void> {
    while (this.isHanging) await pause(5);
  }

  release(): void {
    this.released++;
  }
}

describe('a pipe whose store does not answer', () => {
  it('holds two batches, however long the log grows', async () => {
    const log = new ShardLog(3);
    const clock = new LiveClock();
    const sink = new HangingSink();
    const doorbell = new Doorbell(Doorbell.allocate());
    const pipe = new ShardPipe({
      source: log.source,
      logEnd: log.logEnd,
      lastSequence: () => log.lastSequence,
      sink,
      clock,
      board: new StoreBoard(StoreBoard.allocate(1)),
      store: 0,
      shard: 0,
      writeTargetNs: 10e6,
      delayMs: 1,
      doorbell,
      news: new OutageNews('none', () => {}),
    });
    const running = pipe.run();
    for (let i = 0; i < 20; i++) {
      log.grow(1_000);
      doorbell.ring();
      await pause(5);
    }
    expect(sink.mostHeld).toBeLessThanOrEqual(2);
    // A batch is full at so many rows, and one read more may come to it.
    expect(sink.mostRows).toBeLessThan(MOST_WORDS);
    expect(pipe.position.sequence).toBe(0);
    sink.isHanging = false;
    pipe.finish();
    await running;
    expect(pipe.position.sequence).toBe(log.lastSequence);
    expect(sink.mostHeld).toBeLessThanOrEqual(3);
    pipe.close();
    log.close();
    clock.close();
  });
});
