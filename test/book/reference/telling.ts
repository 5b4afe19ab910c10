import { OrderType, TimeInForce } from '../../../src/model/command.js';
import { EventFlag, EventKind } from '../../../src/model/event.js';
import { TERMS_FLAGS } from '../../../src/model/order-terms.js';
import type { Order } from './order.js';
import type { World } from './world.js';

/** Says that an order is there; with a cell of rare terms where it is more than a plain limit order, GTC or IOC. */
export function tellAccepted(world: World, order: Order, standing: number, isAnswer = false): void {
  const { type, timeInForce, flags, pegReference, trailUnit, displaySize, expiry } = order;
  const isPlain =
    type === OrderType.Limit &&
    (timeInForce === TimeInForce.GoodTillCancel || timeInForce === TimeInForce.ImmediateOrCancel) &&
    (flags & TERMS_FLAGS) === 0 &&
    displaySize === 0 &&
    order.minimumSize === 0;
  const terms = {
    type,
    timeInForce,
    flags: flags & TERMS_FLAGS,
    pegReference,
    trailUnit,
    standing,
    displaySize,
    stopPrice: order.stopField,
    expiry,
  };
  world.tell(order, EventKind.Accepted, {
    flags: isAnswer ? EventFlag.Answer : 0,
    ...(!isPlain && { terms }),
  });
}
