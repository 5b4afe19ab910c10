/** What a load run prints with --json, as far as it is compared. */
export interface LoadFigures {
  readonly acknowledgedPerSecond: number;
  readonly settings: { readonly fileSystem: string };
}

export interface DurabilityFigures {
  readonly nonePerSecond: number;
  readonly fsyncPerSecond: number;
  /** Of what there is without a journal, what is left with it. */
  readonly ratio: number;
  readonly fileSystem: string;
}

/** Pairs in turn the one way and the other, so that what drifts weighs on both alike. */
export function orderOfRuns(pairs: number): ('none' | 'fsync')[] {
  return Array.from({ length: pairs }, (_, i) =>
    i % 2 === 0 ? (['none', 'fsync'] as const) : (['fsync', 'none'] as const),
  ).flat();
}

export function durabilityFigures(
  results: Record<'none' | 'fsync', readonly LoadFigures[]>,
): DurabilityFigures {
  const none = middle(results.none);
  const fsync = middle(results.fsync);
  return {
    nonePerSecond: Math.round(none),
    fsyncPerSecond: Math.round(fsync),
    ratio: Math.round((fsync / none) * 1_000) / 1_000,
    fileSystem: results.fsync[0]!.settings.fileSystem,
  };
}

/** The median of the orders per second. */
function middle(results: readonly LoadFigures[]): number {
  const sorted = results.map((one) => one.acknowledgedPerSecond).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
