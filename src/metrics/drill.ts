/** What can be done to a thread on purpose, to see that what happens then is what should. */
export const Drill = { None: 0, Exception: 1, Memory: 2, Divergence: 3 } as const;
export type Drill = (typeof Drill)[keyof typeof Drill];

/** Uses up the heap of this thread, of which it then dies. */
export function exhaustMemory(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1_000 }, (_, i) => Array.from({ length: 30 }, () => i)));
}

/** How a thread is to come to grief: an exception, too much memory, or (a shard) other events than those of its log. */
export type DrillName = 'exception' | 'memory' | 'divergence';
