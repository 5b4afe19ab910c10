import { TimeInForce } from '../model/command.js';
import { CancelReason } from '../model/event.js';
import { readBig } from '../wire/words.js';
import * as mirror from './order-mirror.js';
import { FIRST_DONE_STATUS, OrderStatus } from './order-status.js';
import type { SqlRow } from './sql-session.js';

/** An order as its row has it: numbers of the log, 0 for none. Times are nanoseconds since 1970 as texts, '0' for none. */
export interface StoredOrder {
  readonly orderId: number;
  readonly instrument: number;
  readonly account: number;
  readonly clientOrderId: number | string | null;
  readonly side: number;
  readonly type: number;
  /** 0 where it is not known: only the command says it, and the store does not have it yet. */
  readonly timeInForce: number;
  readonly flags: number;
  readonly status: number;
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly remainingLots: number;
  readonly cumulativeLots: number;
  readonly displaySizeLots: number;
  readonly stopPriceTicks: number;
  /** Trailing stop: the distance, in its unit. Pegged: the offset in ticks. */
  readonly distance: number;
  readonly pegReference: number;
  readonly trailUnit: number;
  readonly expiresNs: string;
  readonly acceptedNs: string;
  readonly triggeredNs: string;
  readonly firstFillNs: string;
  readonly lastFillNs: string;
  readonly changedNs: string;
  readonly doneNs: string;
  readonly doneReason: number;
  /** Place and index of the event that changed it last. */
  readonly lastPlace: number;
  readonly lastIndex: number;
}

/** A trade as its row has it. */
export interface StoredTrade {
  readonly trade: number;
  readonly instrument: number;
  readonly timeNs: string;
  readonly priceTicks: number;
  readonly sizeLots: number;
  readonly takerSide: number;
  readonly takerOrderId: number;
  readonly makerOrderId: number;
  /** Place and index of the taker's fill. */
  readonly place: number;
  readonly index: number;
}

/** Reads an order out of a mirror. */
export function storedOrder(orders: mirror.OrderMirror, slot: number): StoredOrder {
  const { cells, times } = orders;
  const cell = orders.cellOf(slot);
  const of = (which: number) => cells[cell + which]!;
  const time = (which: number) => readBig(times, orders.timeOf(slot, which)).toString();
  const status = of(mirror.ORDER_STATUS);
  const isDone = status >= FIRST_DONE_STATUS;
  const peg = of(mirror.ORDER_PEG);
  return {
    orderId: of(mirror.ORDER_ID),
    instrument: of(mirror.ORDER_INSTRUMENT),
    account: of(mirror.ORDER_ACCOUNT),
    clientOrderId: orders.textOf(slot) ?? (of(mirror.ORDER_CLIENT_ID) || null),
    side: of(mirror.ORDER_SIDE),
    type: of(mirror.ORDER_TYPE),
    timeInForce: of(mirror.ORDER_TIME_IN_FORCE) || knownTimeInForce(of),
    flags: of(mirror.ORDER_FLAGS),
    status,
    priceTicks: of(mirror.ORDER_PRICE),
    sizeLots: of(mirror.ORDER_SIZE),
    remainingLots: of(mirror.ORDER_REMAINING),
    cumulativeLots: of(mirror.ORDER_CUMULATIVE),
    displaySizeLots: of(mirror.ORDER_DISPLAY_SIZE),
    stopPriceTicks: of(mirror.ORDER_STOP_PRICE),
    distance: of(mirror.ORDER_DISTANCE),
    pegReference: peg & 0xff,
    trailUnit: peg >>> 8,
    expiresNs: time(mirror.TIME_EXPIRES),
    acceptedNs: time(mirror.TIME_ACCEPTED),
    triggeredNs: time(mirror.TIME_TRIGGERED),
    firstFillNs: time(mirror.TIME_FIRST_FILL),
    lastFillNs: time(mirror.TIME_LAST_FILL),
    changedNs: time(mirror.TIME_CHANGED),
    // An order is done by its last event.
    doneNs: isDone ? time(mirror.TIME_CHANGED) : '0',
    doneReason: status === OrderStatus.Cancelled ? of(mirror.ORDER_REASON) : 0,
    lastPlace: of(mirror.ORDER_LAST_PLACE),
    lastIndex: of(mirror.ORDER_LAST_INDEX),
  };
}

/**
 * What the events of a plain order let one conclude, which is GTC or IOC: one that rests is not IOC, and what an IOC order did
 * not trade at once goes for that reason.
 */
function knownTimeInForce(of: (which: number) => number): number {
  if (of(mirror.ORDER_REASON) === CancelReason.ImmediateOrCancelRest) return TimeInForce.ImmediateOrCancel;
  const outlivedItsCommand = of(mirror.ORDER_LAST_PLACE) > of(mirror.ORDER_ID);
  const rests = of(mirror.ORDER_STATUS) < FIRST_DONE_STATUS;
  return rests || outlivedItsCommand ? TimeInForce.GoodTillCancel : 0;
}

/** Reads a trade out of its row. */
export function storedTrade(row: SqlRow): StoredTrade {
  const whole = (name: string) => Number(row[name]);
  return {
    trade: whole('trade'),
    instrument: whole('instrument'),
    timeNs: String(row['time_ns']),
    priceTicks: whole('price_ticks'),
    sizeLots: whole('size_lots'),
    takerSide: whole('taker_side'),
    takerOrderId: whole('taker_order_id'),
    makerOrderId: whole('maker_order_id'),
    place: whole('place'),
    index: whole('event_index'),
  };
}
