import { CommandFlag, OrderType, SELF_TRADE_SHIFT, TimeInForce } from '../../src/model/command.js';
import type { ClientId, NewOrder, Target } from './commands.js';

const F = CommandFlag;

/** The time in force that a new order means. */
export function timeInForceOf(command: NewOrder): number {
  if (command.timeInForce !== undefined) return command.timeInForce;
  const isAtOnce = command.immediate === true || command.type === OrderType.Market;
  return isAtOnce ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel;
}

/** All flags of a new order's record. */
export function flagsOfNew(command: NewOrder): number {
  const { postOnly, linkedTo } = command;
  let flags = (command.moreFlags ?? 0) | ((command.selfTrade ?? 0) << SELF_TRADE_SHIFT);
  flags |= textFlag(command.clientId);
  if (postOnly !== undefined) flags |= postOnly === 'reject' ? F.PostOnly : F.PostOnlySlide;
  if (command.hidden) flags |= F.Hidden;
  if (command.allOrNone) flags |= F.AllOrNone;
  if (command.bracket !== undefined) flags |= F.Bracket;
  if (linkedTo !== undefined) flags |= F.Linked | targetFlags(linkedTo);
  return flags;
}

export function targetFlags(target: Target): number {
  if ('orderId' in target) return 0;
  return F.TargetByClientId | (typeof target.clientId === 'string' ? F.TargetText : 0);
}

export function textFlag(clientId: ClientId): number {
  return typeof clientId === 'string' ? F.TextClientId : 0;
}
