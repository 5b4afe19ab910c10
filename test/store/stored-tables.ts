import type { SqlRow, SqlSession } from '../../src/store/sql-session.js';
import type { ExpectedRow, ExpectedTables } from './expected-tables.js';

const KEYS: Readonly<Record<keyof ExpectedTables, readonly string[]>> = {
  orders: ['order_id'],
  executions: ['place', 'event_index'],
  trades: ['place', 'event_index'],
  instruments: ['instrument'],
  accounts: ['account'],
};

const TABLES = Object.keys(KEYS) as (keyof ExpectedTables)[];

/** Where tables and log differ, a sentence each, the first few; none where they are equal field by field. */
export async function differences(
  session: Pick<SqlSession, 'rows'>,
  expected: ExpectedTables,
): Promise<string[]> {
  const found: string[] = [];
  for (const table of TABLES) {
    const rows = (await session.rows(`select * from ${table}`)).map(shown);
    const stored = sorted(table, rows);
    const wanted = sorted(table, expected[table]);
    if (stored.length !== wanted.length)
      found.push(`${table}: ${stored.length} rows, ${wanted.length} in the log`);
    for (let i = 0; i < Math.max(stored.length, wanted.length) && found.length < 5; i++)
      if (stored[i] !== wanted[i]) found.push(`${table}: stored ${stored[i]}, in the log ${wanted[i]}`);
  }
  return found;
}

function shown(row: SqlRow): ExpectedRow {
  const entries = Object.entries(row).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** As text, by key: numbers as numbers, so that 10 stands behind 9. */
function sorted(table: keyof ExpectedTables, rows: readonly ExpectedRow[]): string[] {
  const keyOf = (row: ExpectedRow) => KEYS[table].map((name) => row[name]!.padStart(20, '0')).join();
  return rows
    .map(
      (row) =>
        [keyOf(row), JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text);
}
