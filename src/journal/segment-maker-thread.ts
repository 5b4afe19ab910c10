/*
 * Shared between threads: the maker's thread. It reads what the shards write into the mailbox, and writes its answers;
 * see the layout in segment-maker.ts.
 */

import { workerData } from 'node:worker_threads';
import { LiveClock } from '../clock/live-clock.js';
import { MAX_SHARDS } from '../model/limits.js';
import { nodeDisk } from './disk.js';
import { shardDirectory } from './segment.js';
import {
  chunkFor,
  MAKER_ANSWERS,
  MAKER_BELL,
  MAKER_FAILED,
  MAKER_HURRY,
  MAKER_READY,
  MAKER_REQUESTED,
  MAKER_STOP,
  mailboxOf,
  makeSegment,
  type SegmentMakerData,
} from './segment-maker.js';

/** What a segment is taken to last before there is a second request to tell by, and at most. */
const FIRST_LIFETIME_NS = 1e9;
const LONGEST_LIFETIME_NS = 20e9;

/**
 * A shard that fills a segment in less leaves its cores no rest: the maker must aim at a quarter of the time to be done
 * within the whole of it. Else it has time, and takes half.
 */
const BUSY_LIFETIME_NS = 2e9;
const BUSY_SHARE = 1 / 4;
const QUIET_SHARE = 1 / 2;

const { directory, segmentBytes, mailbox } = workerData as SegmentMakerData;
const words = new Int32Array(mailbox);

const clock = new LiveClock();
/** When each shard asked for a segment last. */
const requestedNs = new Float64Array(MAX_SHARDS).fill(Number.NEGATIVE_INFINITY);

const stopped = () => Atomics.load(words, MAKER_STOP) === 1;

for (;;) {
  const bell = Atomics.load(words, MAKER_BELL);
  if (stopped()) break;
  const shard = nextShard();
  if (shard >= 0) make(shard);
  else Atomics.wait(words, MAKER_BELL, bell);
}

/** A shard whose request is not answered yet, one that waits before the others; -1 where there is none. */
function nextShard(): number {
  let found = -1;
  for (let shard = 0; shard < MAX_SHARDS; shard++) {
    const at = mailboxOf(shard);
    const requested = Atomics.load(words, at + MAKER_REQUESTED);
    if (requested === 0 || requested === words[at + MAKER_READY] || requested === words[at + MAKER_FAILED])
      continue;
    if (Atomics.load(words, at + MAKER_HURRY) === 1) return shard;
    if (found < 0) found = shard;
  }
  return found;
}

function make(shard: number): void {
  const at = mailboxOf(shard);
  const number = Atomics.load(words, at + MAKER_REQUESTED);
  if (number === 0) return;
  let answer = MAKER_READY;
  const { chunkBytes, rest } = planFor(shard);
  try {
    if (!makeSegment(nodeDisk, shardDirectory(directory, shard), number, segmentBytes, rest, chunkBytes))
      return;
  } catch {
    // The shard tries it itself, and has the error where it can be told.
    answer = MAKER_FAILED;
  }
  Atomics.store(words, at + answer, number);
  Atomics.add(words, at + MAKER_ANSWERS, 1);
  Atomics.notify(words, at + MAKER_ANSWERS);
}

/**
 * How to make the next segment of a shard, told by how long its last one lasted: the work is spread over a part of that
 * time, so that it neither comes late for a busy shard nor crowds the syncs of a quiet one, and the chunks of a quiet
 * shard are small, since what is woken may have to wait for one. `rest` is called after each chunk: it rests, unless a
 * shard waits, and returns false where the maker is asked to stop.
 */
function planFor(shard: number): { chunkBytes: number; rest: () => boolean } {
  const startNs = clock.nowNs();
  const sinceNs = startNs - requestedNs[shard]!;
  requestedNs[shard] = startNs;
  const lifetimeNs = sinceNs > LONGEST_LIFETIME_NS ? FIRST_LIFETIME_NS : sinceNs;
  const chunkBytes = chunkFor(segmentBytes, lifetimeNs);
  const share = lifetimeNs < BUSY_LIFETIME_NS ? BUSY_SHARE : QUIET_SHARE;
  const chunkNs = (lifetimeNs * share) / (segmentBytes / chunkBytes);
  let chunks = 0;
  const rest = () => {
    const bell = Atomics.load(words, MAKER_BELL);
    const aheadMs = (startNs + ++chunks * chunkNs - clock.nowNs()) / 1e6;
    if (aheadMs > 0 && !stopped() && !anybodyWaits()) Atomics.wait(words, MAKER_BELL, bell, aheadMs);
    return !stopped();
  };
  return { chunkBytes, rest };
}

function anybodyWaits(): boolean {
  for (let shard = 0; shard < MAX_SHARDS; shard++)
    if (Atomics.load(words, mailboxOf(shard) + MAKER_HURRY) === 1) return true;
  return false;
}
