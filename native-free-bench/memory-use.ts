/** Memory of this process after a collection, in bytes. */
export interface MemoryUse {
  /** JavaScript objects. */
  readonly heapBytes: number;
  /** Memory of typed arrays, which stands outside of the heap. */
  readonly arrayBytes: number;
  /** What the operating system has given. */
  readonly residentBytes: number;
}

/** Collects all garbage, where the process was started with --expose-gc. */
export function collectGarbage(): void {
  // What was freed outside of the heap is counted as free only after a second time.
  globalThis.gc?.();
  globalThis.gc?.();
}

export function memoryUse(): MemoryUse {
  collectGarbage();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, arrayBytes: arrayBuffers, residentBytes: rss };
}

/** What came since `before`. */
export function memoryGrowth(before: MemoryUse): MemoryUse {
  const now = memoryUse();
  return {
    heapBytes: now.heapBytes - before.heapBytes,
    arrayBytes: now.arrayBytes - before.arrayBytes,
    residentBytes: now.residentBytes - before.residentBytes,
  };
}
