import type { PGlite, Transaction } from '@electric-sql/pglite';
import { storeError } from './postgres-session.js';
import { StoreDamaged } from './sink.js';
import type { SqlCopy, SqlRow, SqlSession, SqlValue } from './sql-session.js';

/**
 * The embedded Postgres, in this thread and in a directory of its own. It does not sync its files: what a power cut leaves of
 * them is set aside and built anew from the log (`embedded-store.ts`).
 */
export class PgliteSession implements SqlSession {
  readonly #database: PGlite;

  constructor(database: PGlite) {
    this.#database = database;
  }

  async run(sql: string): Promise<void> {
    await ask(async () => {
      try {
        await this.#database.exec(sql);
      } catch (error) {
        await this.#database.exec('rollback').catch(() => {});
        throw error;
      }
    });
  }

  rows(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return ask(async () => (await this.#database.query<SqlRow>(sql, [...values], { parsers: asText })).rows);
  }

  write(statements: string, copies: readonly SqlCopy[]): Promise<void> {
    return ask(() =>
      this.#database.transaction(async (transaction: Transaction) => {
        await transaction.exec(statements);
        for (const { table, content } of copies)
          await transaction.exec(`copy ${table} from '/dev/blob' with (format binary)`, {
            blob: new Blob([content as Buffer<ArrayBuffer>]),
          });
      }),
    );
  }

  /** The database stays open for others: whoever opened it closes it. */
  async close(): Promise<void> {}
}

/** Eight-byte integers as texts, as the other session has them. */
const BIGINT = 20;
const asText = { [BIGINT]: (value: string) => value };

/** SQLSTATE classes of damage: `invalid page in block 0 of relation …`. A server's owner must know; ours is made anew. */
const DAMAGE = /^(XX001|XX002|58P01)$/;

async function ask<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    throw DAMAGE.test(code) ? new StoreDamaged(message) : storeError(error);
  }
}
