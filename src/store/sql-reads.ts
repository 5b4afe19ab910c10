import { placeOf, shardOfPlace } from '../model/identity.js';
import { MAX_COMMAND_SEQUENCES } from '../model/limits.js';
import type { SqlRow, SqlSession, SqlValue } from './sql-session.js';
import type { StoreAnswer, StoreQuery } from './store-query.js';

/** Answers questions from the tables, each with the position that its rows are true as of. */
export class SqlReads {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  /** @throws StoreAway, StoreRefused */
  async ask(query: StoreQuery): Promise<StoreAnswer> {
    if (query.of === 'orders') return await this.#select(...ordersSql(query));
    if (query.of === 'trades') return await this.#select(...tradesSql(query));
    const { orderId } = query;
    const found = await this.#select(
      // Whose it is stands in the executions of the command that gave its number out: exits enter by later commands.
      'select * from orders where account = (select account from executions where place between $1 and $2 and kind = 1 and ' +
        'order_id between place and $2 order by place desc limit 1) and order_id = $2',
      [Math.max(1, orderId - MAX_COMMAND_SEQUENCES), orderId],
    );
    if (found.rows.length > 0) return found;
    // Its executions may have been dropped with their month while it stays open. Only then all open ones are looked through: an
    // id that nobody has must not cost that.
    return await this.#select(
      'select * from orders_open where order_id = $2 and not exists (select from executions where place between $1 and $2)',
      [placeOf(shardOfPlace(orderId), 0), orderId],
    );
  }

  /** Rows and position in one statement, so that they are of one moment. */
  async #select(sql: string, values: readonly SqlValue[]): Promise<StoreAnswer> {
    const rows = await this.#session.rows(
      'select p.positions, r.* from (select json_object_agg(shard, sequence)::text as positions from log_positions) p ' +
        `left join (${sql}) r on true`,
      values,
    );
    const positions: Record<number, number> = {};
    const text = rows[0]?.['positions'];
    if (typeof text === 'string')
      for (const [shard, sequence] of Object.entries(JSON.parse(text) as Record<string, number>))
        positions[Number(shard)] = sequence;
    return { positions, rows: rows.filter(isFound).map(withoutPositions) };
  }
}

/** The join has one empty row where nothing was found. */
function isFound(row: SqlRow): boolean {
  return (row['order_id'] ?? row['trade'] ?? null) !== null;
}

function withoutPositions({ positions: _, ...row }: SqlRow): SqlRow {
  return row;
}

type Orders = Extract<StoreQuery, { readonly of: 'orders' }>;
type Trades = Extract<StoreQuery, { readonly of: 'trades' }>;

function ordersSql({
  account,
  status,
  clientOrderId,
  after,
  limit,
  also = [],
}: Orders): [string, SqlValue[]] {
  const values: SqlValue[] = [account, after, limit];
  const conditions = ['account = $1', 'order_id > $2'];
  if (status === 'done') conditions.push('done_ns is not null');
  else if (typeof status === 'number') conditions.push(`status = $${values.push(status)}`);
  if (typeof clientOrderId === 'number') conditions.push(`client_id = $${values.push(clientOrderId)}`);
  else if (clientOrderId !== undefined) conditions.push(`client_text = $${values.push(clientOrderId)}`);
  const table = status === 'open' ? 'orders_open' : 'orders';
  let sql = `select 1 as page, p.* from (select * from ${table} where ${conditions.join(' and ')} order by order_id limit $3) p`;
  if (also.length > 0) {
    const ids = values.push(`{${also.join(',')}}`);
    sql += ` union all select 0 as page, o.* from orders o where account = $1 and order_id = any($${ids}::text::bigint[])`;
  }
  return [sql, values];
}

function tradesSql({ instrument, fromNs, toNs, after, limit }: Trades): [string, SqlValue[]] {
  const values: SqlValue[] = [instrument, fromNs, toNs, limit];
  const conditions = ['instrument = $1', 'time_ns >= $2', 'time_ns < $3'];
  if (after !== undefined) {
    const at = values.push(...after);
    conditions.push(`(time_ns, place, event_index) > ($${at - 2}, $${at - 1}, $${at})`);
  }
  return [
    `select * from trades where ${conditions.join(' and ')} order by time_ns, place, event_index limit $4`,
    values,
  ];
}
