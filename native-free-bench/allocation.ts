import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { collectGarbage } from './memory-use.js';
import { WorkloadRun } from './workload-run.js';

/** What the engine leaves on the heap while it works. */
export interface Allocation {
  readonly operations: number;
  readonly restingOrders: number;
  /** Growth of the heap over all operations, the observation included, which takes some kilobytes once. */
  readonly heapBytes: number;
  readonly heapBytesPerOperation: number;
  /** Growth of memory outside of the heap. */
  readonly arrayBytes: number;
  /** Collections of the young generation, and others, while it worked. */
  readonly scavenges: number;
  readonly otherCollections: number;
}

const RESTING_ORDERS = 100_000;
const OPERATIONS = 2_000_000;
/** More than the default window of client ids, so that all memory has its size. */
const WARM_UP_OPERATIONS = 1_200_000;

/** Of collections the observer hears later, in a turn of its own. */
const OBSERVER_MS = 50;

export async function measureAllocation(
  operations = OPERATIONS,
  warmUpOperations = WARM_UP_OPERATIONS,
): Promise<Allocation> {
  const plan = { restingOrders: RESTING_ORDERS, instruments: 1, place: 'touch', operations } as const;
  const run = new WorkloadRun(plan, warmUpOperations, undefined);
  collectGarbage();
  await later();

  const collections: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  const arraysBefore = process.memoryUsage().arrayBuffers;
  const heapBefore = getHeapStatistics().used_heap_size;
  run.run();
  const heapBytes = getHeapStatistics().used_heap_size - heapBefore;
  const arrayBytes = process.memoryUsage().arrayBuffers - arraysBefore;
  await later();
  observer.disconnect();

  const scavenges = collections.filter((entry) => kindOf(entry) === constants.NODE_PERFORMANCE_GC_MINOR);
  return {
    operations,
    restingOrders: RESTING_ORDERS,
    heapBytes,
    heapBytesPerOperation: heapBytes / operations,
    arrayBytes,
    scavenges: scavenges.length,
    otherCollections: collections.length - scavenges.length,
  };
}

function kindOf(entry: PerformanceEntry): number | undefined {
  return (entry as PerformanceEntry & { readonly detail?: { readonly kind: number } }).detail?.kind;
}

function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, OBSERVER_MS));
}
