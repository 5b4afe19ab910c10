import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PostgresServer, postgresMissing } from '../../load/servers/postgres-server.js';
import { describeWith } from '../support/not-run.js';
import { startHouse, until } from './store-exchange.js';
import { StoreLoad } from './store-load.js';
import { expectStored, lastSequences } from './stored-log.js';

const STANDS_STILL_MS = 30_000;

describeWith(postgresMissing(), 'a Postgres that stands still for 30 s', () => {
  it('has every row once in the end, and orders were answered all the time', async () => {
    const server = await PostgresServer.start();
    const { exchange, url, data } = await startHouse({ postgres: server.url() });
    const load = new StoreLoad(31);
    await load.send(url, 1_000);
    await expectStored(server.url(), data);
    // The answers too have come.
    await until(() => exchange.storeBoard.figures(0, 0).sequence === lastSequences(data)[0]);
    await server.pause();
    const begin = exchange.storeBoard.figures(0, 0).sequence;
    for (let i = 0; i < 10; i++) {
      await load.send(url, 400);
      await pause(STANDS_STILL_MS / 10);
    }
    expect(load.answered).toBe(5_000);
    expect(exchange.storeBoard.figures(0, 0).sequence).toBe(begin);
    server.resume();
    await until(() => exchange.storeBoard.figures(0, 0).sequence > begin);
    const { executions } = await expectStored(server.url(), data);
    expect(load.untold(executions)).toEqual([]);
    await exchange.stop();
    await server.dispose();
  });
});
