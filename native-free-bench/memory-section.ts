import type { BenchContext } from './bench-context.js';
import { memoryWindows, type OrderMemory, priceRanges, type RangeMemory } from './order-memory.js';

export interface MemoryResults {
  readonly orders: readonly OrderMemory[];
  readonly priceRanges: readonly RangeMemory[];
}

/** Memory is the same in every run: one is enough. */
export async function runMemory(context: BenchContext): Promise<MemoryResults> {
  const orders: OrderMemory[] = [];
  for (const clientIdWindow of memoryWindows) {
    const result = await context.children.run({ kind: 'orderMemory', clientIdWindow });
    orders.push(result);
    const bytes = result.perOrder.arrayBytes.toFixed(0);
    context.progress(`memory of an order, client-id window ${clientIdWindow}: ${bytes} bytes`);
  }
  const ranges: RangeMemory[] = [];
  for (const [bidTicks, askTicks] of priceRanges) {
    const result = await context.children.run({ kind: 'rangeMemory', bidTicks, askTicks });
    ranges.push(result);
    context.progress(`memory of orders at ${bidTicks} and ${askTicks}: ${result.arrayBytes} bytes`);
  }
  return { orders, priceRanges: ranges };
}
