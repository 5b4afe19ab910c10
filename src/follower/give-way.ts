import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Lets this thread step back behind shards and gateways. On Linux, where a thread has a priority of its own. */
export function giveWay(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, niceness);
  } catch {
    // A process without /proc, or one that may not: then all are alike.
  }
}
