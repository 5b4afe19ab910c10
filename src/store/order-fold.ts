import type { TailAnswer } from '../follower/follower.js';
import { EventFlag, EventKind } from '../model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../model/identity.js';
import { MAX_COMMAND_SEQUENCES } from '../model/limits.js';
import {
  EVENT_CODE,
  EVENT_ORDER,
  eventFlags,
  eventKind,
  nextEvent,
  sequenceOfEvent,
} from '../wire/event-record.js';
import { readWhole } from '../wire/words.js';
import { CHANGES_ORDER, OrderMirror } from './order-mirror.js';
import { loadOrderRow } from './order-row.js';
import { FIRST_DONE_STATUS, OrderStatus } from './order-status.js';
import type { SqlRow } from './sql-session.js';
import type { StoreAnswer, StoreQuery } from './store-query.js';
import { type StoredOrder, storedOrder } from './stored-order.js';

export type OrdersQuery = Extract<StoreQuery, { readonly of: 'orders' }>;

/** One page of orders, by their ids. */
export interface OrdersPage {
  readonly orders: readonly StoredOrder[];
  /** What the next page is asked for with; undefined where there is none. */
  readonly next: number | undefined;
}

/** Rows of orders, and what has happened to them since: as if the store had it already. */
export class OrderFold {
  readonly #orders = new OrderMirror();
  readonly #ids = new Set<number>();

  constructor(rows: readonly SqlRow[]) {
    for (const row of rows) {
      const orderId = Number(row['order_id']);
      if (this.#ids.has(orderId)) continue;
      this.#ids.add(orderId);
      loadOrderRow(row, this.#orders);
    }
  }

  /** Takes in the events of the commands behind a sequence. Those of orders that have no row here are passed over. */
  take(words: Int32Array, after: number): void {
    for (let at = 0; at < words.length; at = nextEvent(words, at)) {
      const kind = eventKind(words[at]!);
      if (!CHANGES_ORDER.has(kind) || sequenceOfEvent(words, at) <= after) continue;
      const orderId = readWhole(words, at + EVENT_ORDER);
      if (this.#ids.has(orderId) === (kind === EventKind.Accepted)) continue;
      this.#ids.add(orderId);
      // Whether a plain order is GTC or IOC stands in its command alone.
      this.#orders.take(words, at, 0);
    }
  }

  order(orderId: number): StoredOrder | undefined {
    return this.#ids.has(orderId) ? storedOrder(this.#orders, this.#orders.slotOf(orderId)) : undefined;
  }

  /** All orders, by their ids. */
  all(): StoredOrder[] {
    return [...this.#ids].sort((a, b) => a - b).map((orderId) => this.order(orderId)!);
  }
}

/**
 * What to ask of the store for a page. One order more than the page shows whether there is another page. Orders that events
 * bring to the wanted status stand in the store with another one: they are asked for by their ids.
 */
export function pageQuery(query: OrdersQuery, tails: readonly TailAnswer[]): OrdersQuery {
  const limit = query.limit + 1;
  return { ...query, limit, also: broughtTo(query, tails).slice(0, limit) };
}

/**
 * Makes a page of what the store has answered to `pageQuery`, and the events behind its positions.
 *
 * @param tails by shard; none of them begins behind the store's position
 */
export function ordersPage(
  asked: OrdersQuery,
  answer: StoreAnswer,
  tails: readonly TailAnswer[],
): OrdersPage {
  const { also = [] } = asked;
  const limit = asked.limit - 1;
  const fold = new OrderFold(answer.rows);
  for (const [shard, { words }] of tails.entries()) fold.take(words, answer.positions[shard] ?? 0);
  const ofPage = answer.rows.filter((row) => row['page'] !== 0).map((row) => Number(row['order_id']));
  // Behind the last of a source that may have more, nothing is certain.
  const horizon = Math.min(
    ofPage.length < asked.limit ? Number.POSITIVE_INFINITY : Math.max(...ofPage),
    also.length < asked.limit ? Number.POSITIVE_INFINITY : also.at(-1)!,
  );
  const found = fold.all().filter((order) => order.orderId <= horizon && isWanted(order, asked));
  const orders = found.slice(0, limit);
  if (found.length > limit) return { orders, next: orders.at(-1)!.orderId };
  return { orders, next: Number.isFinite(horizon) ? horizon : undefined };
}

function isWanted(order: StoredOrder, { account, after, status, clientOrderId }: OrdersQuery): boolean {
  if (order.account !== account || order.orderId <= after) return false;
  if (clientOrderId !== undefined && order.clientOrderId !== clientOrderId) return false;
  return isOfStatus(order.status, status);
}

function isOfStatus(status: number, wanted: OrdersQuery['status']): boolean {
  if (wanted === 'all') return true;
  if (wanted === 'open') return status < FIRST_DONE_STATUS;
  return wanted === 'done' ? status >= FIRST_DONE_STATUS : status === wanted;
}

/** Ids of the orders that events have brought to the status that a page is asked for, in order. */
function broughtTo({ status, after }: OrdersQuery, tails: readonly TailAnswer[]): number[] {
  // An open order was open before, or is made by the events themselves.
  if (status === 'all' || status === 'open') return [];
  const brought = new Map<number, number>();
  for (const { words } of tails)
    for (let at = 0; at < words.length; at = nextEvent(words, at)) {
      const kind = eventKind(words[at]!);
      if (!CHANGES_ORDER.has(kind)) continue;
      const isDone = (eventFlags(words[at + EVENT_CODE]!) & EventFlag.OrderDone) !== 0;
      const orderId = readWhole(words, at + EVENT_ORDER);
      if (isDone) brought.set(orderId, kind === EventKind.Fill ? OrderStatus.Filled : OrderStatus.Cancelled);
      else if (kind === EventKind.Triggered) brought.set(orderId, OrderStatus.Active);
    }
  return [...brought]
    .filter(([orderId, to]) => orderId > after && isOfStatus(to, status))
    .map(([orderId]) => orderId)
    .sort((a, b) => a - b);
}

/** The shard of an order, and a sequence before which it has no events: that of its command is at most so far before its id. */
export function originOf(orderId: number): { readonly shard: number; readonly before: number } {
  const before = Math.max(0, sequenceOfPlace(orderId) - MAX_COMMAND_SEQUENCES - 1);
  return { shard: shardOfPlace(orderId), before };
}
