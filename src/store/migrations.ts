import { cancelReasonNames, EventKind } from '../model/event.js';
import { instrumentStateNames } from '../model/instrument-state.js';
import { rejectReasons } from '../model/reject.js';
import { OrderStatus, orderStatusNames } from './order-status.js';
import { StoreRefused } from './sink.js';
import type { SqlSession } from './sql-session.js';

/** Any two starts that migrate the same database at once wait for one another: "tick" in ASCII. */
const MIGRATION_LOCK = 0x7469636b;

/**
 * The schema, version by version: never change one that was released, add another.
 *
 * Prices are ticks and sizes lots, as in the log; the views know the decimals. Times are nanoseconds since 1970. A place is
 * shard × 2^48 + sequence. Orders that are open stand in `orders_open`; when one is done its row moves to the partition of the
 * month in which it was done, so that dropping old months never drops an open order.
 */
export const migrations: readonly string[] = [
  `
create table log_positions (
  shard smallint primary key,
  sequence bigint not null,
  time_ns bigint not null,
  events_hash text
);
create table codes (
  domain text not null,
  code smallint not null,
  name text not null,
  primary key (domain, code)
);
create table instruments (
  instrument integer primary key,
  shard smallint not null,
  symbol text not null unique,
  price_decimals smallint not null,
  size_decimals smallint not null,
  tick_size bigint not null,
  lot_size bigint not null,
  min_price_ticks bigint not null,
  max_price_ticks bigint not null,
  min_size_lots bigint not null,
  max_size_lots bigint not null,
  priority smallint not null,
  min_notional bigint not null,
  max_notional bigint not null,
  collar_ticks bigint not null,
  state smallint not null,
  reference_price_ticks bigint,
  mark_price_ticks bigint,
  listed_ns bigint not null,
  changed_ns bigint not null
);
create table accounts (
  account integer primary key,
  first_seen_ns bigint not null,
  max_orders_per_second bigint not null default 0,
  max_open_orders bigint not null default 0,
  self_trade_group bigint not null default 0,
  kill_switch boolean not null default false,
  changed_ns bigint
);
create table orders (
  order_id bigint not null,
  instrument integer not null,
  account integer not null,
  client_id bigint,
  client_text text,
  side smallint not null,
  type smallint not null,
  time_in_force smallint not null,
  flags integer not null,
  status smallint not null,
  price_ticks bigint,
  size_lots bigint not null,
  remaining_lots bigint not null,
  cumulative_lots bigint not null,
  notional bigint not null,
  display_size_lots bigint,
  stop_price_ticks bigint,
  distance bigint,
  peg_reference smallint,
  trail_unit smallint,
  expires_ns bigint,
  accepted_ns bigint not null,
  triggered_ns bigint,
  first_fill_ns bigint,
  last_fill_ns bigint,
  changed_ns bigint not null,
  done_ns bigint,
  done_reason smallint,
  last_place bigint not null,
  last_index integer not null
) partition by range (done_ns);
create table orders_open partition of orders (
  primary key (account, order_id),
  check (done_ns is null)
) default with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 20000);
create table executions (
  place bigint not null,
  event_index integer not null,
  time_ns bigint not null,
  kind smallint not null,
  code smallint not null,
  flags smallint not null,
  side smallint,
  instrument integer,
  account integer not null,
  order_id bigint,
  client_id bigint,
  client_text text,
  price_ticks bigint,
  size_lots bigint,
  remaining_lots bigint,
  cumulative_lots bigint,
  trade bigint,
  counter_order_id bigint
) partition by range (time_ns);
create index executions_place on executions using brin (place, time_ns) with (pages_per_range = 16);
create table trades (
  instrument integer not null,
  time_ns bigint not null,
  place bigint not null,
  event_index integer not null,
  trade bigint not null,
  price_ticks bigint not null,
  size_lots bigint not null,
  taker_side smallint not null,
  taker_order_id bigint not null,
  maker_order_id bigint not null,
  taker_account integer not null,
  maker_account integer not null
) partition by range (time_ns);
create index trades_span on trades (instrument, time_ns, place, event_index);
create function advance_log_position(
  which smallint, expected bigint, expected_hash text, next bigint, next_time_ns bigint, next_hash text
) returns void language plpgsql as $$
begin
  update log_positions set sequence = next, time_ns = next_time_ns, events_hash = next_hash
  where shard = which and sequence = expected and events_hash is not distinct from expected_hash;
  if not found then
    raise exception 'shard % is not at sequence %', which, expected using errcode = 'TL001';
  end if;
end $$;
create function ns_time(ns bigint) returns timestamptz immutable strict language sql as
  'select ''epoch''::timestamptz + (ns / 1000) * interval ''1 microsecond''';
create function ns_of(at timestamptz) returns bigint stable strict language sql as
  'select extract(epoch from date_trunc(''second'', at))::bigint * 1000000000
    + extract(microseconds from at)::bigint % 1000000 * 1000';
create view order_list as
  select o.order_id, i.symbol, o.account, o.client_id, o.client_text,
    case o.side when 1 then 'buy' else 'sell' end as side, s.name as status,
    round(o.price_ticks * i.tick_size / power(10::numeric, i.price_decimals), i.price_decimals) as price,
    round(o.size_lots * i.lot_size / power(10::numeric, i.size_decimals), i.size_decimals) as size,
    round(o.remaining_lots * i.lot_size / power(10::numeric, i.size_decimals), i.size_decimals) as remaining,
    round(o.cumulative_lots * i.lot_size / power(10::numeric, i.size_decimals), i.size_decimals) as cumulative,
    ns_time(o.accepted_ns) as accepted, ns_time(o.done_ns) as done, r.name as done_reason,
    o.accepted_ns, o.done_ns
  from orders o join instruments i using (instrument)
  left join codes s on s.domain = 'status' and s.code = o.status
  left join codes r on r.domain = 'reason' and r.code = o.done_reason;
create view trade_list as
  select i.symbol, t.trade, ns_time(t.time_ns) as time,
    round(t.price_ticks * i.tick_size / power(10::numeric, i.price_decimals), i.price_decimals) as price,
    round(t.size_lots * i.lot_size / power(10::numeric, i.size_decimals), i.size_decimals) as size,
    case t.taker_side when 1 then 'buy' else 'sell' end as taker_side,
    t.taker_order_id, t.maker_order_id, t.taker_account, t.maker_account, t.time_ns
  from trades t join instruments i using (instrument);
`,
];

/** Takes away all that `migrations` make, of whatever version, and nothing else. */
export const DROP_SQL = `begin;
drop view if exists order_list, trade_list;
drop table if exists log_positions, codes, instruments, accounts, orders, executions, trades, schema_versions;
drop function if exists advance_log_position(smallint, bigint, text, bigint, bigint, text);
drop function if exists ns_time(bigint);
drop function if exists ns_of(timestamptz);
commit;`;

/** The version of the schema that this program writes. */
export const SCHEMA_VERSION = migrations.length;

/**
 * Brings a database to the present schema. Two that start at once do it one after the other.
 *
 * @throws StoreRefused where a newer program has been at it; the session's errors
 */
export async function migrate(session: SqlSession): Promise<void> {
  const before = await schemaVersion(session);
  if (before < SCHEMA_VERSION) await session.run(migrationFrom(before));
  const after = await schemaVersion(session);
  if (after > SCHEMA_VERSION)
    throw new StoreRefused(
      `the database has schema version ${after}, written by a newer Tickloom; this one knows version ${SCHEMA_VERSION}: use the newer program, or another database`,
    );
}

/** 0 where there is none. */
async function schemaVersion(session: SqlSession): Promise<number> {
  const [table] = await session.rows("select to_regclass('schema_versions') is not null as here");
  if (table?.['here'] !== true) return 0;
  const [version] = await session.rows('select max(version) as version from schema_versions');
  return Number(version?.['version'] ?? 0);
}

/** One transaction that does nothing where another start has just done it. */
function migrationFrom(before: number): string {
  const steps = migrations.slice(before).map((sql, index) => {
    const version = before + index + 1;
    return `
  if not exists (select from schema_versions where version = ${version}) then
    execute ${quoted(sql)};
    insert into schema_versions values (${version});
  end if;`;
  });
  return `begin;
select pg_advisory_xact_lock(${MIGRATION_LOCK});
create table if not exists schema_versions (version integer primary key);
do ${quoted(`begin ${steps.join('\n')}\nend`)};
${names()}
commit;`;
}

/** What the numbers of the columns mean, for people and their joins. */
function names(): string {
  const rows: [string, number, string][] = [
    ...Object.entries(EventKind).map(([name, code]): [string, number, string] => ['kind', code, name]),
    ...Object.values(OrderStatus).map((code): [string, number, string] => [
      'status',
      code,
      orderStatusNames[code]!,
    ]),
    ...named('reason', cancelReasonNames),
    ...named('state', instrumentStateNames),
    ...Object.entries(rejectReasons).map(([code, { name }]): [string, number, string] => [
      'reject',
      Number(code),
      name,
    ]),
  ];
  const values = rows.map(([domain, code, name]) => `('${domain}', ${code}, ${quoted(name)})`);
  return `insert into codes values ${values.join(', ')} on conflict do nothing;`;
}

function named(domain: string, table: Readonly<Record<number, string>>): [string, number, string][] {
  return Object.entries(table).map(([code, name]) => [domain, Number(code), name]);
}

/** A text as SQL, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
