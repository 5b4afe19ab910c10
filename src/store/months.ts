/** The month of a time, by which rows are kept apart: `202611`, UTC. */
export function monthOf(timeNs: bigint): string {
  const date = new Date(Number(timeNs / 1_000_000n));
  return `${date.getUTCFullYear()}`.padStart(4, '0') + `${date.getUTCMonth() + 1}`.padStart(2, '0');
}

/** The first nanosecond of a month, and of the one after it. */
export function boundsOf(month: string): { readonly from: bigint; readonly to: bigint } {
  const year = Number(month.slice(0, 4));
  const index = Number(month.slice(4)) - 1;
  const ns = (at: number) => BigInt(at) * 1_000_000n;
  return { from: ns(Date.UTC(year, index)), to: ns(Date.UTC(year, index + 1)) };
}

/** The partitions of a month, made where they are missing. */
export function partitionsSql(month: string): string {
  const { from, to } = boundsOf(month);
  const of = (table: string) =>
    `create table if not exists ${table}_${month} partition of ${table} for values from (${from}) to (${to});`;
  return `${of('executions')}${of('trades')}${of('orders')}
create index if not exists orders_${month}_account on orders_${month} (account, order_id);
create index if not exists orders_${month}_client on orders_${month} (account, client_id) where client_id is not null;
create index if not exists orders_${month}_text on orders_${month} (account, client_text) where client_text is not null;`;
}
