import { placeOf } from '../../../src/model/identity.js';
import type { Target } from '../commands.js';
import type { Order } from './order.js';
import type { World } from './world.js';

/** The live order of an account that a command names; of one instrument, where that is not 0. */
export function findTarget(
  world: World,
  account: number,
  instrument: number,
  target: Target,
): Order | undefined {
  const order =
    'orderId' in target
      ? world.live.get(target.orderId - placeOf(world.shard, 0))
      : world.memory.find(account, target.clientId)?.order;
  if (order === undefined || !order.isLive || order.account !== account) return undefined;
  return instrument === 0 || instrument === order.market.instrument.id ? order : undefined;
}
