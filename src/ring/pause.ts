/*
 * Shared between threads: nothing. The word is never written; waiting on it is how a thread sleeps for a fixed time.
 */
const word = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread for `ms` milliseconds, fractions included. Not for threads with an event loop. */
export function pause(ms: number): void {
  Atomics.wait(word, 0, 0, ms);
}
