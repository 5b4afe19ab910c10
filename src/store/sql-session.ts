/** A value of a row as Postgres' text format has it, made into the nearest of JavaScript: eight-byte integers are texts. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Rows for one table in binary COPY format. */
export interface SqlCopy {
  readonly table: string;
  readonly content: Buffer;
}

/**
 * One connection to a Postgres, a server's or the embedded one. Every method throws StoreAway where it may work another time,
 * PositionMoved where `advance_log_position` says so, and StoreRefused where it never will.
 */
export interface SqlSession {
  /** Runs statements, separated by semicolons, without parameters. */
  run(sql: string): Promise<void>;
  rows(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Runs the statements, then the copies, all in one transaction. */
  write(statements: string, copies: readonly SqlCopy[]): Promise<void>;
  close(): Promise<void>;
}
