import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { RedisServer, redisMissing } from '../../load/servers/redis-server.js';
import { StoreState } from '../../src/metrics/store-board.js';
import { temporaryDirectory } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';
import { CutLine } from './cut-line.js';
import { type HouseExchange, startHouse, startWithStores, until } from './store-exchange.js';
import { StoreLoad } from './store-load.js';
import { expectStored, expectStreamed, lastSequences } from './stored-log.js';

const TIMES = 10;
/** Deaths of a thread within a minute that are forgiven. */
const FORGIVEN = 5;

const house: HouseExchange[] = [];
afterEach(async () => {
  for (const { exchange } of house.splice(0)) await exchange.stop();
});

function isWell({ storeBoard }: HouseExchange['exchange']): boolean {
  return [0, 1].every((shard) => storeBoard.figures(0, shard).state === StoreState.Well);
}

async function start(settings: Parameters<typeof startHouse>[0]): Promise<HouseExchange> {
  const started = await startHouse(settings);
  house.push(started);
  return started;
}

describeWith(postgresMissing(), 'a Postgres under an exchange', () => {
  let server: PostgresServer;
  let databases = 0;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.dispose());

  async function newDatabase(): Promise<string> {
    const name = `outage_${++databases}`;
    await server.psql(`create database ${name}`);
    return server.url(name);
  }

  it(`has every row once after the thread that writes died ${TIMES} times`, async () => {
    const postgres = await newDatabase();
    const data = temporaryDirectory();
    const load = new StoreLoad(11);
    for (let died = 0; died < TIMES; died += FORGIVEN) {
      const { exchange, url, warnings } = await start({ postgres, data });
      const deaths = () => warnings.filter((sentence) => sentence.includes('postgres died')).length;
      const kill = async () => {
        for (let i = 1; i <= FORGIVEN; i++) {
          await until(() => exchange.storeBoard.figures(0, 0).state === StoreState.Well);
          await pause(30 * i);
          exchange.drill('store', 0, 'exception');
          await until(() => deaths() === i);
        }
      };
      await load.during(url, kill());
      await expectStored(postgres, data);
      await exchange.stop();
    }
    const { executions } = await expectStored(postgres, data);
    expect(load.untold(executions)).toEqual([]);
  });

  it(`has every row once after it was killed ${TIMES} times, while orders were answered`, async () => {
    const postgres = await newDatabase();
    const { exchange, url, data, warnings } = await start({ postgres });
    const load = new StoreLoad(12);
    const kill = async () => {
      for (let i = 0; i < TIMES; i++) {
        await until(() => isWell(exchange));
        await pause(50);
        await server.kill();
        // Matching goes on without it, and what waits can be seen. A last answer may come out of the wire behind the kill.
        await until(() => exchange.storeBoard.figures(0, 0).state === StoreState.Away);
        const answered = load.answered;
        const { sequence } = exchange.storeBoard.figures(0, 0);
        await until(() => load.answered > answered + 200);
        expect(exchange.storeBoard.figures(0, 0).sequence).toBe(sequence);
        expect(exchange.storeBoard.backlog(0, lastSequences(data)[0]!)).toBeGreaterThan(0);
        await server.restart();
      }
    };
    await load.during(url, kill());
    const { executions } = await expectStored(postgres, data);
    expect(load.untold(executions)).toEqual([]);
    const said = (text: string) => warnings.filter((sentence) => sentence.includes(text)).length;
    // Not for each attempt. One shard may notice when another has it back.
    expect(said('trying again')).toBeLessThanOrEqual(2 * TIMES);
    expect(said('is back')).toBe(said('trying again'));
    expect(warnings.join()).not.toContain('died');
  });

  it('has every row once where connections are lost between commit and its answer', async () => {
    const postgres = await newDatabase();
    const line = await CutLine.to(server.port);
    const through = postgres.replace(`:${server.port}/`, `:${line.port}/`);
    const { url, data, warnings } = await start({ postgres: through });
    const load = new StoreLoad(13);
    await load.send(url, 500);
    const cut = async () => {
      for (let i = 1; i <= TIMES; i++) {
        line.loses = (answer) => {
          const isCommit = answer.includes('COMMIT\0');
          if (isCommit) line.loses = () => false;
          return isCommit;
        };
        await until(() => warnings.filter((sentence) => sentence === 'store postgres is back').length === i);
      }
    };
    await load.during(url, cut());
    await expectStored(postgres, data);
    expect(line.lost).toBe(TIMES);
    line.close();
  });

  it('has every row once after the exchange was killed several times', async () => {
    const postgres = await newDatabase();
    const data = temporaryDirectory();
    const load = new StoreLoad(14);
    for (let i = 1; i <= 3; i++) {
      const exchange = await startWithStores(['--postgres', postgres], data);
      const kill = async () => {
        await pause(300 * i);
        exchange.process.kill('SIGKILL');
        await exchange.process.ended;
      };
      await load.during(exchange.url, kill());
    }
    const exchange = await startWithStores(['--postgres', postgres], data);
    const { executions } = await expectStored(postgres, data);
    expect(load.untold(executions)).toEqual([]);
    expect((await exchange.process.stop()).stderr).toBe('');
  });

  it('may come later than the exchange', async () => {
    const postgres = await newDatabase();
    await server.kill();
    const { exchange, url, data, warnings } = await start({ postgres });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^store postgres: Postgres cannot be reached.*ECONNREFUSED.*; trying again/);
    const load = new StoreLoad(15);
    await load.send(url, 1_000);
    expect(exchange.storeBoard.figures(0, 0).sequence).toBe(0);
    await server.restart();
    await until(() =>
      [0, 1].every((shard) => exchange.storeBoard.figures(0, shard).state === StoreState.Well),
    );
    await expectStored(postgres, data);
    expect(warnings.slice(1)).toEqual(['store postgres is back']);
  });
});

describeWith(redisMissing(), 'a Redis under an exchange', () => {
  it(`has all once after it, and the thread that writes, were killed ${TIMES} times`, async () => {
    const server = await RedisServer.start();
    const data = temporaryDirectory();
    const load = new StoreLoad(21);
    for (let died = 0; died < TIMES; died += FORGIVEN) {
      // Nothing is trimmed behind a snapshot: what a stop would take one of is compared from the beginning.
      const { exchange, url, warnings } = await start({ redis: server.url(), data, follower: 'off' });
      const deaths = () => warnings.filter((sentence) => sentence.includes('redis died')).length;
      const kill = async () => {
        for (let i = 1; i <= FORGIVEN; i++) {
          await until(() => exchange.storeBoard.figures(1, 0).state === StoreState.Well);
          await pause(20 * i);
          await server.kill();
          const answered = load.answered;
          await until(() => load.answered > answered + 100);
          await server.restart();
          await until(() => exchange.storeBoard.figures(1, 0).state === StoreState.Well);
          await pause(20);
          exchange.drill('store', 0, 'exception');
          await until(() => deaths() === i);
        }
      };
      await load.during(url, kill());
      await expectStreamed(server.url(), data);
      await exchange.stop();
    }
    await expectStreamed(server.url(), data);
    await server.dispose();
  });

  it('has all once after the exchange was killed several times', async () => {
    const server = await RedisServer.start();
    const data = temporaryDirectory();
    const load = new StoreLoad(22);
    for (let i = 1; i <= 3; i++) {
      const exchange = await startWithStores(['--redis', server.url()], data);
      const kill = async () => {
        await pause(300 * i);
        exchange.process.kill('SIGKILL');
        await exchange.process.ended;
      };
      await load.during(exchange.url, kill());
    }
    const exchange = await startWithStores(['--redis', server.url()], data);
    await expectStreamed(server.url(), data);
    expect((await exchange.process.stop()).stderr).toBe('');
    await server.dispose();
  });
});
