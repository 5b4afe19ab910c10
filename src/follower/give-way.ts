import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * How far a follower steps back: while both cores are wanted it gets a thirtieth of what a shard gets. What it has not read
 * waits in the log.
 */
const NICENESS = 15;

/** Lets this thread step back behind shards and gateways. On Linux, where a thread has a priority of its own. */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, NICENESS);
  } catch {
    // A process without /proc, or one that may not: then all are alike.
  }
}
