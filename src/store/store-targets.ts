import { join } from 'node:path';
import type { Durability } from '../journal/segment.js';
import type { StoreTarget } from './store-messages.js';

/** Settings that contradict each other. One sentence. */
export class StoreSettingError extends Error {}

export interface StoreSettings {
  /** `embedded`, `postgres://…` or `off`. */
  readonly postgres?: string | undefined;
  readonly redis?: string | undefined;
  /** The data directory. */
  readonly data: string;
  readonly durability: Durability;
}

/** A store that is wanted, with its place on the board. */
export interface PlacedTarget {
  readonly store: number;
  readonly target: StoreTarget;
}

/** The stores that are wanted. @throws StoreSettingError */
export function storeTargets({ postgres = 'off', redis, data, durability }: StoreSettings): PlacedTarget[] {
  const stores: PlacedTarget[] = [];
  if (postgres === 'embedded')
    stores.push({ store: 0, target: { kind: 'embedded', directory: join(data, 'store') } });
  else if (postgres !== 'off') stores.push({ store: 0, target: { kind: 'postgres', url: postgres } });
  if (redis !== undefined) stores.push({ store: 1, target: { kind: 'redis', url: redis } });
  if (stores.length > 0 && durability === 'none')
    throw new StoreSettingError(
      'without a journal (--durability none) there is nothing that a store could be made from; use --postgres off, and no --redis',
    );
  return stores;
}
