import type { FedRun, FeedPosition, LogFeed } from '../follower/log-feed.js';
import { placeOf } from '../model/identity.js';
import { MAX_SEQUENCE } from '../model/limits.js';
import { migrate } from './migrations.js';
import { partitionsSql } from './months.js';
import { OrderMirror } from './order-mirror.js';
import { loadOrderRow } from './order-row.js';
import { RowBatch } from './row-batch.js';
import { RowWriter } from './row-writer.js';
import type { ShardSink } from './sink.js';
import type { SqlSession } from './sql-session.js';

/** Rows of open orders that are asked for at once, when a start takes them up. */
const LOAD_ROWS = 20_000;

/** The months that have partitions: making one that is there still locks its table for a moment. */
const MONTHS_SQL =
  "select substr(relname, 8) as month from pg_class where relname ~ '^orders_[0-9]{6}$' and pg_table_is_visible(oid)";

/** Two shards that come to a new month at once make its partitions one after the other: "mont" in ASCII. */
const PARTITIONS_LOCK = `select pg_advisory_xact_lock(${0x6d6f6e74});`;

/**
 * A shard's way into Postgres, a server or the embedded one: a batch is one transaction that moves the log position, takes
 * away the older rows of open orders, and copies the new rows in.
 */
export class SqlSink implements ShardSink<RowBatch> {
  readonly #shard: number;
  readonly #connect: () => Promise<SqlSession>;
  readonly #spare: RowBatch[] = [];
  readonly #months = new Set<string>();
  #session: SqlSession | undefined;
  #orders = new OrderMirror();
  #writer: RowWriter;

  constructor(shard: number, connect: () => Promise<SqlSession>) {
    this.#shard = shard;
    this.#connect = connect;
    this.#writer = new RowWriter(shard, this.#orders);
  }

  async open(): Promise<FeedPosition> {
    if (this.#session === undefined) {
      this.#session = await this.#connect();
      await migrate(this.#session);
      await this.#session.run(
        `insert into log_positions values (${this.#shard}, 0, 0, null) on conflict do nothing`,
      );
      for (const row of await this.#session.rows(MONTHS_SQL)) this.#months.add(String(row['month']));
    }
    const [row] = await this.#session.rows(
      'select sequence, events_hash from log_positions where shard = $1',
      [this.#shard],
    );
    const hash = row?.['events_hash'] as string | null | undefined;
    return { sequence: Number(row?.['sequence'] ?? 0), hash: hash ?? undefined };
  }

  async begin(_feed: LogFeed): Promise<void> {
    this.#orders = new OrderMirror();
    this.#writer = new RowWriter(this.#shard, this.#orders);
    // An order's id is its place: those of a shard stand together.
    const from = placeOf(this.#shard, 0);
    let account = 0;
    let orderId = 0;
    for (;;) {
      const rows = await this.#session!.rows(
        'select * from orders_open where (account, order_id) > ($1, $2) and order_id between $3 and $4 ' +
          'order by account, order_id limit $5',
        [account, orderId, from, placeOf(this.#shard, MAX_SEQUENCE), LOAD_ROWS],
      );
      for (const row of rows) loadOrderRow(row, this.#orders);
      const last = rows.at(-1);
      if (last === undefined) return;
      account = Number(last['account']);
      orderId = Number(last['order_id']);
    }
  }

  makeBatch(): RowBatch {
    return this.#spare.pop() ?? new RowBatch();
  }

  add(run: FedRun, batch: RowBatch): void {
    this.#writer.add(run, batch);
  }

  seal(batch: RowBatch): void {
    this.#writer.seal(batch);
  }

  async write(batch: RowBatch): Promise<void> {
    await this.#session!.write(this.#statements(batch), batch.copies());
    for (const month of batch.months) this.#months.add(month);
  }

  release(batch: RowBatch): void {
    batch.clear();
    this.#spare.push(batch);
  }

  async disconnect(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#months.clear();
    await session?.close();
  }

  /** The position first: a writer that is behind finds it moved before it has done anything. */
  #statements(batch: RowBatch): string {
    const { from, to, timeNs, months, replacedOrders, replacedAccounts, changes, newAccounts } = batch;
    // Where nothing is stored yet there is no hash of it either.
    const fromHash = from.sequence === 0 ? 'null' : textOf(from.hash);
    const parts = [
      `select advance_log_position(${this.#shard}::smallint, ${from.sequence}, ${fromHash}, ${to.sequence}, ${timeNs}, ${textOf(to.hash)});`,
    ];
    // Making partitions locks whole tables. Others take all theirs before they do anything, in the order in which those are
    // made: no shard waits for another in a circle, whether it makes them or not.
    const missing = [...months].filter((month) => !this.#months.has(month));
    if (missing.length > 0) parts.push(PARTITIONS_LOCK, ...missing.map(partitionsSql));
    else parts.push('lock table only executions, only trades, only orders in row exclusive mode;');
    if (newAccounts.size > 0) {
      // In one order everywhere, so that shards never wait for one another in a circle.
      const accounts = [...newAccounts].sort(([a], [b]) => a - b);
      const values = accounts.map(([account, timeNs]) => `(${account}, ${timeNs})`).join(', ');
      // The first of all shards, whichever writes first.
      parts.push(
        `insert into accounts values ${values} on conflict (account) do update ` +
          'set first_seen_ns = excluded.first_seen_ns where excluded.first_seen_ns < accounts.first_seen_ns;',
      );
    }
    for (const change of changes) parts.push(`${change};`);
    if (replacedOrders.length > 0)
      parts.push(
        // By the index, however many rows the planner believes there are.
        'set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off;',
        `delete from orders_open o using unnest('{${replacedAccounts.join(',')}}'::integer[], '{${replacedOrders.join(',')}}'::bigint[]) ` +
          'as gone (account, order_id) where o.account = gone.account and o.order_id = gone.order_id;',
      );
    return parts.join('\n');
  }
}

/** A hash as SQL: it has hexadecimal digits only. */
function textOf(hash: string | undefined): string {
  return hash === undefined ? 'null' : `'${hash}'`;
}
