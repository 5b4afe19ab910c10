import type { CopyRows } from './copy-rows.js';
import * as mirror from './order-mirror.js';
import { FIRST_DONE_STATUS, OrderStatus } from './order-status.js';
import type { SqlRow } from './sql-session.js';

const ORDER_COLUMNS = 30;

/** Writes the row of an order, in the order of the table's columns. */
export function writeOrderRow(row: CopyRows, orders: mirror.OrderMirror, slot: number): void {
  const { cells, times } = orders;
  const cell = orders.cellOf(slot);
  const time = (which: number) => {
    const word = orders.timeOf(slot, which);
    row.halvesOrNull(times[word]!, times[word + 1]!);
  };
  const status = cells[cell + mirror.ORDER_STATUS]!;
  const peg = cells[cell + mirror.ORDER_PEG]!;
  row.beginRow(ORDER_COLUMNS);
  row.bigint(cells[cell + mirror.ORDER_ID]!);
  row.integer(cells[cell + mirror.ORDER_INSTRUMENT]!);
  row.integer(cells[cell + mirror.ORDER_ACCOUNT]!);
  row.bigintOrNull(cells[cell + mirror.ORDER_CLIENT_ID]!);
  const text = cells[cell + mirror.ORDER_HAS_TEXT] === 1 ? orders.textOf(slot) : undefined;
  if (text === undefined) row.null();
  else row.text(text);
  row.smallint(cells[cell + mirror.ORDER_SIDE]!);
  row.smallint(cells[cell + mirror.ORDER_TYPE]!);
  row.smallint(cells[cell + mirror.ORDER_TIME_IN_FORCE]!);
  row.integer(cells[cell + mirror.ORDER_FLAGS]!);
  row.smallint(status);
  row.bigintOrNull(cells[cell + mirror.ORDER_PRICE]!);
  row.bigint(cells[cell + mirror.ORDER_SIZE]!);
  row.bigint(cells[cell + mirror.ORDER_REMAINING]!);
  row.bigint(cells[cell + mirror.ORDER_CUMULATIVE]!);
  row.bigint(cells[cell + mirror.ORDER_NOTIONAL]!);
  row.bigintOrNull(cells[cell + mirror.ORDER_DISPLAY_SIZE]!);
  row.bigintOrNull(cells[cell + mirror.ORDER_STOP_PRICE]!);
  row.bigintOrNull(cells[cell + mirror.ORDER_DISTANCE]!);
  row.smallintOrNull(peg & 0xff);
  row.smallintOrNull(peg >>> 8);
  time(mirror.TIME_EXPIRES);
  time(mirror.TIME_ACCEPTED);
  time(mirror.TIME_TRIGGERED);
  time(mirror.TIME_FIRST_FILL);
  time(mirror.TIME_LAST_FILL);
  time(mirror.TIME_CHANGED);
  // An order is done by its last event.
  if (status < FIRST_DONE_STATUS) row.null();
  else time(mirror.TIME_CHANGED);
  if (status === OrderStatus.Cancelled) row.smallint(cells[cell + mirror.ORDER_REASON]!);
  else row.null();
  row.bigint(cells[cell + mirror.ORDER_LAST_PLACE]!);
  row.integer(cells[cell + mirror.ORDER_LAST_INDEX]!);
}

/** Takes an order's row up into a mirror. */
export function loadOrderRow(row: SqlRow, orders: mirror.OrderMirror): number {
  const whole = (name: string) => Number(row[name] ?? 0);
  const slot = orders.load(whole('order_id'), (row['client_text'] as string | null) ?? undefined);
  const cell = orders.cellOf(slot);
  const { cells } = orders;
  cells[cell + mirror.ORDER_INSTRUMENT] = whole('instrument');
  cells[cell + mirror.ORDER_ACCOUNT] = whole('account');
  cells[cell + mirror.ORDER_CLIENT_ID] = whole('client_id');
  cells[cell + mirror.ORDER_SIDE] = whole('side');
  cells[cell + mirror.ORDER_TYPE] = whole('type');
  cells[cell + mirror.ORDER_TIME_IN_FORCE] = whole('time_in_force');
  cells[cell + mirror.ORDER_FLAGS] = whole('flags');
  cells[cell + mirror.ORDER_STATUS] = whole('status');
  cells[cell + mirror.ORDER_PRICE] = whole('price_ticks');
  cells[cell + mirror.ORDER_SIZE] = whole('size_lots');
  cells[cell + mirror.ORDER_REMAINING] = whole('remaining_lots');
  cells[cell + mirror.ORDER_CUMULATIVE] = whole('cumulative_lots');
  cells[cell + mirror.ORDER_NOTIONAL] = whole('notional');
  cells[cell + mirror.ORDER_DISPLAY_SIZE] = whole('display_size_lots');
  cells[cell + mirror.ORDER_STOP_PRICE] = whole('stop_price_ticks');
  cells[cell + mirror.ORDER_DISTANCE] = whole('distance');
  cells[cell + mirror.ORDER_PEG] = whole('peg_reference') | (whole('trail_unit') << 8);
  cells[cell + mirror.ORDER_REASON] = whole('done_reason');
  cells[cell + mirror.ORDER_LAST_PLACE] = whole('last_place');
  cells[cell + mirror.ORDER_LAST_INDEX] = whole('last_index');
  for (const [which, name] of timeColumns) orders.setTimeNs(slot, which, BigInt(row[name] ?? 0));
  return slot;
}

const timeColumns: readonly (readonly [number, string])[] = [
  [mirror.TIME_EXPIRES, 'expires_ns'],
  [mirror.TIME_ACCEPTED, 'accepted_ns'],
  [mirror.TIME_TRIGGERED, 'triggered_ns'],
  [mirror.TIME_FIRST_FILL, 'first_fill_ns'],
  [mirror.TIME_LAST_FILL, 'last_fill_ns'],
  [mirror.TIME_CHANGED, 'changed_ns'],
];
