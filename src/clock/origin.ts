/** The moment at which a live clock reads 0, on both scales. The same in all threads that share a clock. */
export interface LiveOrigin {
  /** Nanoseconds since 1970, to the millisecond: the wall clock is read once and no finer. */
  readonly epochNs: bigint;
  /** The machine's monotonic counter, which all threads of a process read alike. */
  readonly monotonicNs: bigint;
}

/** An origin that is now. */
export function liveOriginNow(): LiveOrigin {
  return { epochNs: BigInt(Date.now()) * 1_000_000n, monotonicNs: process.hrtime.bigint() };
}

/** Where a test clock starts when nobody says: 2026-01-01T00:00:00Z, so that its runs are alike. */
export const DEFAULT_START_EPOCH_NS = 1_767_225_600_000_000_000n;

/** The last start from which a clock's 2^53 ns still end within 64 signed bits: in December 2261. */
export const MAX_START_EPOCH_NS = 2n ** 63n - 2n ** 53n;

/** @throws RangeError where a test clock cannot start there. */
export function checkStartEpochNs(startEpochNs: bigint): void {
  if (startEpochNs < 0n || startEpochNs > MAX_START_EPOCH_NS)
    throw new RangeError(
      `start ${startEpochNs} is not from 0 to ${MAX_START_EPOCH_NS} nanoseconds since 1970`,
    );
}
