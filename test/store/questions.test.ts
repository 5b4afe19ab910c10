import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/store/migrations.js';
import { partitionsSql } from '../../src/store/months.js';
import { PgliteSession } from '../../src/store/pglite-session.js';

/** The questions that docs/operations.md names, and what an index must answer. */
describe('the tables', () => {
  let database: PGlite;
  let session: PgliteSession;
  beforeAll(async () => {
    database = await PGlite.create();
    session = new PgliteSession(database);
    await migrate(session);
    for (const month of ['202611', '202612', '202701']) await session.run(partitionsSql(month));
    // A plan by the index must be possible: with nothing in the tables the planner would rather look through them.
    await session.run('set enable_seqscan = off');
  });
  afterAll(() => database.close());

  const plan = async (sql: string) =>
    (await session.rows(`explain ${sql}`)).map((row) => String(row['QUERY PLAN'])).join('\n');

  it('answer an account’s open orders from those alone, by index', async () => {
    const text = await plan('select * from order_list where account = 7 and done_ns is null');
    expect(text).toMatch(/orders_open_pkey/);
    expect(text).not.toMatch(/orders_20/);
  });

  it('answer an order by client id by index', async () => {
    expect(await plan('select * from order_list where account = 7 and client_id = 12')).toMatch(
      /orders_202611_client/,
    );
    expect(await plan("select * from order_list where account = 7 and client_text = 'a'")).toMatch(
      /orders_202611_text/,
    );
  });

  it('answer trades of a span from its months alone, by index', async () => {
    const text = await plan(
      'select * from trades where instrument = 1 and time_ns >= 1796256000000000000 and time_ns < 1798000000000000000',
    );
    expect(text).toMatch(/trades_202612_instrument_time_ns/);
    expect(text).not.toMatch(/trades_202611|trades_202701/);
  });

  it('know times to the nanosecond, and timestamps as near as those go', async () => {
    const [row] = await session.rows(
      "select ns_time(1798761599123456789)::text as time, ns_of('2026-12-31 23:59:59.123456+00')::text as ns",
    );
    expect(row).toEqual({ time: '2026-12-31 23:59:59.123456+00', ns: '1798761599123456000' });
  });
});
