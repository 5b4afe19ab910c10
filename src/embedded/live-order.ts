import type { Engine } from '../book/engine.js';
import { CommandFlag } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import type { ClientId } from './input-check.js';
import {
  type OrderTypeName,
  orderTypeName,
  type SideName,
  type StandingName,
  sideName,
  standingName,
  type TimeInForceName,
  timeInForceName,
} from './names.js';

/** An order that rests or waits. */
export interface LiveOrder {
  readonly orderId: number;
  readonly clientOrderId: ClientId;
  readonly account: number;
  readonly instrument: string;
  readonly side: SideName;
  readonly type: OrderTypeName;
  readonly timeInForce: TimeInForceName;
  readonly standing: StandingName;
  /** Its price; a cap, a protection or none (0), as its type has it. */
  readonly priceTicks: number;
  /** Stop price of a stop as it is now; 0 where it has none. */
  readonly stopPriceTicks: number;
  readonly sizeLots: number;
  readonly tradedLots: number;
  readonly remainingLots: number;
  /** What of it the book shows. */
  readonly displayedLots: number;
  readonly hidden: boolean;
}

/** An open order of the engine, in words. */
export function liveOrder(
  order: ReturnType<Engine['openOrders']>[number],
  instrument: Instrument,
): LiveOrder {
  return {
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    account: order.account,
    instrument: instrument.symbol,
    side: sideName(order.side),
    type: orderTypeName(order.type),
    timeInForce: timeInForceName(order.timeInForce),
    standing: standingName(order.standing),
    priceTicks: order.priceTicks,
    stopPriceTicks: order.stopPriceTicks ?? 0,
    sizeLots: order.sizeLots,
    tradedLots: order.cumulativeLots,
    remainingLots: order.remainingLots,
    displayedLots: order.displayedLots,
    hidden: (order.flags & CommandFlag.Hidden) !== 0,
  };
}
