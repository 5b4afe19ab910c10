import type { Clock } from '../src/clock/clock.js';
import type { WorkloadPlan } from './book-workload.js';
import { collectGarbage } from './memory-use.js';
import { WorkloadRun } from './workload-run.js';

/** One number of orders and instruments at which the cost of a command is measured. */
export type ScalingPoint = Omit<WorkloadPlan, 'operations'>;

const INSTRUMENT_ORDERS = 100_000;

/** Factors are over the first point of each series. */
export const scalingSeries = {
  'resting orders, commands at the touch': restingPoints('touch'),
  'resting orders, commands on all levels': restingPoints('anywhere'),
  'instruments, 100,000 orders in all': [1, 100, 10_000].map((instruments) => ({
    restingOrders: INSTRUMENT_ORDERS,
    instruments,
    place: 'touch',
  })),
} as const satisfies Record<string, readonly ScalingPoint[]>;

/** What must stay flat: the cost up to so many orders, within this factor. */
export const FLAT_UP_TO_ORDERS = 100_000;
export const FLAT_WITHIN = 2;

const OPERATIONS = 1_000_000;
/** Enough that the window of client ids is full and all memory has its size. */
const WARM_UP_OPERATIONS = 400_000;
export const SCALING_WINDOW = 65_536;

function restingPoints(place: 'touch' | 'anywhere'): ScalingPoint[] {
  return [1_000, 10_000, 100_000, 1_000_000].map((restingOrders) => ({
    restingOrders,
    instruments: 1,
    place,
  }));
}

/** Nanoseconds of one command. */
export function measureScaling(
  point: ScalingPoint,
  clock: Clock,
  operations = OPERATIONS,
  warmUpOperations = WARM_UP_OPERATIONS,
): number {
  const run = new WorkloadRun({ ...point, operations }, warmUpOperations, SCALING_WINDOW);
  collectGarbage();
  const startNs = clock.nowNs();
  run.run();
  return (clock.nowNs() - startNs) / operations;
}
