import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { describe, expect, it } from 'vitest';
import { PgliteSession } from '../../src/store/pglite-session.js';
import { temporaryDirectory } from '../support/exchange-process.js';
import { startHouse, startWithStores, until } from './store-exchange.js';
import { StoreLoad } from './store-load.js';
import { expectTables, lastSequences } from './stored-log.js';

const KILLS = 5;
/** Numbers of files of tables that somebody has made begin here; below are Postgres's own. */
const FIRST_TABLE_FILE = 16_384;

/** Runs an exchange until all of its log is in the embedded store. Returns what it warned of. */
async function catchUp(data: string, send = async (_url: string) => {}): Promise<string[]> {
  const { exchange, warnings, url } = await startHouse({ data, postgres: 'embedded' });
  await send(url);
  for (const [shard, last] of lastSequences(data).entries())
    await until(() => exchange.storeBoard.figures(0, shard).sequence === last);
  await exchange.stop();
  return warnings;
}

/** Compares the tables with the log. No exchange may run there. */
async function expectRows(data: string) {
  const database = await PGlite.create({ dataDir: join(data, 'store') });
  const tables = await expectTables(new PgliteSession(database), data);
  await database.close();
  return tables;
}

describe('an exchange with an embedded store', () => {
  it(`has every row once after the exchange was killed ${KILLS} times under load`, async () => {
    const data = temporaryDirectory();
    const load = new StoreLoad(41);
    for (let i = 0; i < KILLS; i++) {
      const exchange = await startWithStores(['--postgres', 'embedded'], data);
      const kill = async () => {
        // The store opens meanwhile, and writes.
        await pause(1_500 + 100 * i);
        exchange.process.kill('SIGKILL');
        await exchange.process.ended;
      };
      await load.during(exchange.url, kill());
      expect(exchange.process.stderr).toBe('');
    }
    expect(await catchUp(data)).toEqual([]);
    const { executions } = await expectRows(data);
    expect(load.untold(executions)).toEqual([]);
  });

  it.each([
    ['all files', 0],
    ['files of tables', FIRST_TABLE_FILE],
  ])('is set aside and made anew from the log where it is damaged: %s', async (_, first) => {
    const data = temporaryDirectory();
    const load = new StoreLoad(42);
    await catchUp(data, (url) => load.send(url, 2_000));
    damage(join(data, 'store', 'base'), first);
    const warnings = await catchUp(data);
    expect(warnings.join('\n')).toMatch(
      /the embedded store was set aside as .*store\.bad-1 and is built anew from the log/,
    );
    expect(readdirSync(data)).toContain('store.bad-1');
    await expectRows(data);
  });
});

/** Writes over the beginnings of files of tables and indexes. */
function damage(base: string, first: number): void {
  let damaged = 0;
  for (const database of readdirSync(base))
    for (const name of readdirSync(join(base, database))) {
      if (!/^\d+$/.test(name) || Number(name) < first) continue;
      const file = openSync(join(base, database, name), 'r+');
      writeSync(file, Buffer.alloc(8_192, 'no page'), 0, 8_192, 0);
      closeSync(file);
      damaged++;
    }
  expect(damaged).toBeGreaterThan(5);
}
