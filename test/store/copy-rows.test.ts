import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CopyRows } from '../../src/store/copy-rows.js';
import { PgliteSession } from '../../src/store/pglite-session.js';

/** A row of every kind of value. */
const rowArbitrary = fc.record({
  small: fc.integer({ min: -32_768, max: 32_767 }),
  whole: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  large: fc.maxSafeInteger(),
  halves: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  text: fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0')),
});

describe('rows in binary COPY format', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
    await database.exec(
      'create table t (n bigint, small smallint, whole integer, large bigint, halves bigint, text text, none integer)',
    );
  });
  afterAll(() => database.close());

  it('come out of Postgres as they went in', async () => {
    const session = new PgliteSession(database);
    await fc.assert(
      fc.asyncProperty(fc.array(rowArbitrary, { minLength: 1, maxLength: 300 }), async (rows) => {
        await session.run('truncate t');
        const copy = new CopyRows();
        for (const [number, row] of rows.entries()) {
          copy.beginRow(7);
          copy.bigint(number);
          copy.smallint(row.small);
          copy.integer(row.whole);
          copy.bigint(row.large);
          copy.halves(Number(BigInt.asIntN(32, row.halves)), Number(BigInt.asIntN(32, row.halves >> 32n)));
          copy.text(row.text);
          copy.integerOrNull(0);
        }
        expect(copy.rows).toBe(rows.length);
        await session.write('', [{ table: 't', content: copy.content }]);
        const stored = await session.rows('select * from t order by n');
        expect(stored).toEqual(
          rows.map((row, number) => ({
            n: `${number}`,
            small: row.small,
            whole: row.whole,
            large: `${row.large}`,
            halves: `${row.halves}`,
            text: row.text,
            none: null,
          })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('grow as far as they must, and begin anew when cleared', async () => {
    const session = new PgliteSession(database);
    await session.run('truncate t');
    const copy = new CopyRows();
    const fill = (count: number) => {
      for (let number = 0; number < count; number++) {
        copy.beginRow(7);
        copy.bigint(number);
        for (let i = 0; i < 4; i++) copy.null();
        copy.text('x'.repeat(36));
        copy.smallintOrNull(0);
      }
    };
    fill(5_000);
    copy.clear();
    expect(copy.rows).toBe(0);
    fill(4_000);
    await session.write('', [{ table: 't', content: copy.content }]);
    const [row] = await session.rows('select count(*)::int as count, sum(n)::bigint as sum from t');
    expect(row).toEqual({ count: 4_000, sum: `${(4_000 * 3_999) / 2}` });
  });
});
