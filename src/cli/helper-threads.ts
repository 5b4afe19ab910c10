import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Lets the threads that V8 has started for itself (compiler, collector) step back behind all others. On two cores one
 * of them that runs for two or three milliseconds otherwise holds up an order for as long: the 99th percentile at
 * 100,000 orders a second falls by about a sixth (docs/performance.md).
 *
 * Call it first of all, while there are no other threads. On Linux, where a priority belongs to a thread; elsewhere it
 * does nothing.
 */
export function stepBackHelperThreads(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    for (const thread of readdirSync('/proc/self/task'))
      if (Number(thread) !== process.pid) setPriority(Number(thread), niceness);
  } catch {
    // Without /proc, or where a sandbox forbids it, they stay as they are.
  }
}
