import type { Writable } from 'node:stream';
import pg from 'pg';
import { STORE_CONNECT_MS } from '../model/limits.js';
import { checkPostgresAddress } from './postgres-address.js';
import { PositionMoved, StoreAway, StoreRefused } from './sink.js';
import type { SqlCopy, SqlRow, SqlSession, SqlValue } from './sql-session.js';

/** Errors that will come again however often it is tried, by SQLSTATE, and what to do. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'user or password is wrong; mend the postgres:// address',
  '28000': 'the server does not let this user in; look at its pg_hba.conf',
  '3D000': 'the database does not exist; create it, or name another in the postgres:// address',
  '3F000': 'there is no schema in which the user may make tables; grant it the right to create in one',
  '42501': 'the user may not write there; grant it the right to create and to write in the schema',
  '25006': 'the database is read-only; name the primary server, or a user that may write',
};

/** The same for what pg says itself, without a code. */
const OWN_REFUSALS: readonly (readonly [RegExp, string])[] = [
  [
    /password must be a (non-empty )?string/,
    'the server asks for a password; put it into the postgres:// address',
  ],
  [/does not support SSL/, 'take sslmode out of the postgres:// address, or have the server encrypt'],
];

/** The type of a CopyData message: "d". */
const COPY_DATA = 0x64;

/** Of advance_log_position. */
const MOVED = 'TL001';

type Connection = pg.Connection & { readonly stream: Writable; endCopyFrom(): void };

/**
 * One batch as one simple query of many statements, with all its COPY data sent behind it at once: the server reads the data
 * when it comes to each COPY, so the batch takes one round trip. After an error it passes over what is left, as the protocol
 * says (PostgreSQL documentation, Message Flow, COPY Operations).
 */
class BatchQuery {
  readonly #sql: string;
  readonly #copies: readonly SqlCopy[];
  readonly #done: (error?: Error) => void;
  #error: Error | undefined;

  constructor(sql: string, copies: readonly SqlCopy[], done: (error?: Error) => void) {
    this.#sql = sql;
    this.#copies = copies;
    this.#done = done;
  }

  submit(connection: Connection): void {
    const { stream } = connection;
    stream.cork();
    connection.query(this.#sql);
    for (const { content } of this.#copies) {
      // As `sendCopyFromChunk` does, without copying what may be megabytes: nobody changes them before the answer.
      const head = Buffer.allocUnsafe(5);
      head[0] = COPY_DATA;
      head.writeUInt32BE(content.length + 4, 1);
      stream.write(head);
      stream.write(content);
      connection.endCopyFrom();
    }
    stream.uncork();
  }

  handleCopyInResponse(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}

  handleError(error: Error): void {
    this.#error = error;
    this.#done(error);
  }

  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#done();
  }
}

/** A connection to a Postgres server. */
export class PostgresSession implements SqlSession {
  readonly #client: pg.Client;
  #isGone = false;

  private constructor(client: pg.Client) {
    this.#client = client;
    // Without a listener an error of an idle connection ends the process.
    client.on('error', () => {
      this.#isGone = true;
    });
    client.on('end', () => {
      this.#isGone = true;
    });
  }

  /** @throws StoreAway, StoreRefused */
  static async connect(url: string, name: string): Promise<PostgresSession> {
    checkPostgresAddress(url);
    let client: pg.Client;
    try {
      client = new pg.Client({
        connectionString: url,
        application_name: name,
        connectionTimeoutMillis: STORE_CONNECT_MS,
        keepAlive: true,
      });
    } catch (error) {
      throw new StoreRefused(`the postgres:// address is not understood: ${textOf(error)}`);
    }
    const session = new PostgresSession(client);
    try {
      await client.connect();
      await client.query("set synchronous_commit = on; set client_encoding = 'UTF8'");
    } catch (error) {
      await session.close();
      throw storeError(error);
    }
    return session;
  }

  async run(sql: string): Promise<void> {
    await this.#ask(() => this.#client.query(sql), true);
  }

  async rows(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    const result = await this.#ask(() => this.#client.query<SqlRow>(sql, [...values]), false);
    return result.rows;
  }

  async write(statements: string, copies: readonly SqlCopy[]): Promise<void> {
    const copying = copies.map(({ table }) => `copy ${table} from stdin (format binary);`).join('\n');
    const sql = `begin;\n${statements}\n${copying}\ncommit`;
    await this.#ask(
      () =>
        new Promise<void>((resolve, reject) => {
          const query = new BatchQuery(sql, copies, (error) =>
            error === undefined ? resolve() : reject(error),
          );
          this.#client.query(query as unknown as pg.Submittable);
        }),
      true,
    );
  }

  async close(): Promise<void> {
    this.#isGone = true;
    // A server that does not answer any more does not answer to a goodbye either.
    const stream = (this.#client as unknown as { connection?: { stream?: { destroy(): void } } }).connection
      ?.stream;
    stream?.destroy();
    await Promise.resolve();
  }

  async #ask<T>(ask: () => Promise<T>, mayBeginTransaction: boolean): Promise<T> {
    if (this.#isGone) throw new StoreAway('the connection to Postgres is gone');
    try {
      return await ask();
    } catch (error) {
      const known = storeError(error);
      if (mayBeginTransaction && !this.#isGone) await this.#client.query('rollback').catch(() => {});
      throw known;
    }
  }
}

/** What a server's or the embedded Postgres's error means for a store. */
export function storeError(error: unknown): Error {
  if (error instanceof StoreAway || error instanceof StoreRefused || error instanceof PositionMoved)
    return error;
  const code = (error as { code?: string }).code ?? '';
  const text = textOf(error);
  if (code === MOVED) return new PositionMoved(text);
  const refusal = REFUSALS[code] ?? OWN_REFUSALS.find(([pattern]) => pattern.test(text))?.[1];
  if (refusal !== undefined) return new StoreRefused(`Postgres says "${text}": ${refusal}`);
  return new StoreAway(`Postgres cannot be reached or does not write: ${text}`);
}

function textOf(error: unknown): string {
  // A refused connection to a name with several addresses has no message of its own.
  const errors = (error as { errors?: readonly Error[] }).errors;
  if (errors?.[0] !== undefined) return errors[0].message;
  return error instanceof Error ? error.message : String(error);
}
