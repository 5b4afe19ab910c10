/*
 * Shared between threads: each shard's thread writes the words by which it asks for segments, the maker's thread writes
 * those by which it answers; the thread that started the maker writes `stop`, and `running` before and after its life.
 */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MAX_SHARDS, RESERVE_SEGMENT_BYTES } from '../model/limits.js';
import type { Disk } from './disk.js';
import type { SegmentSource } from './journal-writer.js';
import { readSegmentHeader, segmentName, shardDirectory } from './segment.js';

/**
 * The mailbox of the segment maker, Int32 words on a SharedArrayBuffer.
 *
 * ```
 * word   0  bell: counts up with every request, hurry and stop; the maker sleeps on it
 *        1  stop: 1 asks the maker to end. Written by whoever started it.
 *        2  running: 1 from the start of the maker's thread until it has ended. Written by whoever started it.
 *       16 × (shard + 1), a line for each shard:
 *       +0  requested: number of the segment that the shard wants made; 0 none. Written by the shard.
 *       +1  hurry: 1 while the shard waits for it. Written by the shard.
 *       +2  answers: counts up with every answer; the shard sleeps on it. Written by the maker, as is what follows.
 *       +3  ready: the last number that was made whole
 *       +4  failed: the last number that could not be made
 * ```
 */
export const MAKER_BELL = 0;
export const MAKER_STOP = 1;
export const MAKER_RUNNING = 2;
export const MAKER_REQUESTED = 0;
export const MAKER_HURRY = 1;
export const MAKER_ANSWERS = 2;
export const MAKER_READY = 3;
export const MAKER_FAILED = 4;

/** What the maker's thread is started with. */
export interface SegmentMakerData {
  /** The data directory. */
  readonly directory: string;
  readonly segmentBytes: number;
  readonly mailbox: SharedArrayBuffer;
}

/** First word of a shard in the mailbox. */
export function mailboxOf(shard: number): number {
  return 16 * (shard + 1);
}

function allocateMailbox(): SharedArrayBuffer {
  return new SharedArrayBuffer(64 * (MAX_SHARDS + 1));
}

/** Counts the bell up and wakes the maker. */
function ring(words: Int32Array): void {
  Atomics.add(words, MAKER_BELL, 1);
  Atomics.notify(words, MAKER_BELL);
}

/**
 * What is written between two syncs, at least and at most: 0.1 and 2.3 ms of processor, 0.1 and 0.8 ms of disk. A thread
 * that is woken may have to wait for so long behind the maker.
 */
const LEAST_CHUNK_BYTES = 64 * 1024;
const MOST_CHUNK_BYTES = 1024 * 1024;

/** Time that one chunk is worth of a shard's writing: so many chunks of a segment are as many wake-ups as it can bear. */
const CHUNK_SHARE_NS = 10e6;

/** The chunk for a segment that is to last so long: small ones for a quiet shard, few large ones for a busy one. */
export function chunkFor(segmentBytes: number, lifetimeNs: number): number {
  const wanted = (segmentBytes * CHUNK_SHARE_NS) / lifetimeNs;
  const bytes = Math.min(MOST_CHUNK_BYTES, Math.max(LEAST_CHUNK_BYTES, wanted));
  return Math.floor(bytes / LEAST_CHUNK_BYTES) * LEAST_CHUNK_BYTES;
}

/** A segment that is kept for a disk that is full. */
const RESERVE_NAME = 'reserve';

let zeros = new Uint8Array(0);

/**
 * Makes a segment: fills a file of another name with zeros, syncs it, and gives it its name, so that a segment under its
 * name is always whole. One of that size that was made before is left as it is. `rest` is called after each chunk and
 * says whether to go on; returns false where it did not. Throws the disk's error, or one that says that the segment is
 * in use, and leaves nothing behind.
 */
export function makeSegment(
  disk: Disk,
  directory: string,
  number: number,
  segmentBytes: number,
  rest: () => boolean,
  chunkBytes = MOST_CHUNK_BYTES,
): boolean {
  if (unusedBytes(disk, directory, number) === segmentBytes) {
    disk.syncDirectory(directory);
    return true;
  }
  const path = join(directory, segmentName(number));
  const goOn = fillFile(disk, path, segmentBytes, rest, chunkBytes);
  disk.syncDirectory(directory);
  return goOn;
}

/** Makes a file of zeros under its name, by way of another name; false where `rest` said to stop. */
function fillFile(disk: Disk, path: string, bytes: number, rest: () => boolean, chunkBytes: number): boolean {
  const partial = `${path}.making`;
  if (zeros.length < chunkBytes) zeros = new Uint8Array(chunkBytes);
  let goOn = true;
  try {
    const file = disk.open(partial, 'create');
    try {
      for (let at = 0; at < bytes && goOn; at += chunkBytes) {
        file.write(zeros, Math.min(chunkBytes, bytes - at), at);
        file.sync();
        goOn = rest();
      }
    } finally {
      file.close();
    }
    if (goOn) disk.rename(partial, path);
    else disk.remove(partial);
    return goOn;
  } catch (error) {
    // What was written so far must not fill a disk that may be full already.
    try {
      disk.remove(partial);
    } catch {
      // The first error says why.
    }
    throw error;
  }
}

/** Size in bytes of a segment that was made and not used yet; undefined where there is none. Throws where it is used. */
function unusedBytes(disk: Disk, directory: string, number: number): number | undefined {
  const name = segmentName(number);
  if (!disk.list(directory).includes(name)) return undefined;
  const file = disk.open(join(directory, name), 'read');
  try {
    if (readSegmentHeader(file) !== undefined) throw new Error('the segment is in use already');
    return file.size();
  } finally {
    file.close();
  }
}

export interface PreparedSegmentsOptions {
  /** The data directory. */
  readonly directory: string;
  readonly shard: number;
  readonly segmentBytes: number;
  /** The segment maker's. */
  readonly mailbox?: SharedArrayBuffer | undefined;
  /** Bytes between two syncs, where this side makes a segment itself; by default 1 MiB. */
  readonly chunkBytes?: number | undefined;
}

/** A shard's side: asks for segments and takes them. Belongs to the shard's thread. */
export class PreparedSegments implements SegmentSource {
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #chunkBytes: number;
  readonly #disk: Disk;
  readonly #words: Int32Array;
  readonly #at: number;

  /**
   * Without a mailbox, or while no maker runs, `request` does nothing and `take` makes the segment.
   */
  constructor(options: PreparedSegmentsOptions, disk: Disk) {
    const { directory, shard, segmentBytes, mailbox = allocateMailbox() } = options;
    this.#directory = shardDirectory(directory, shard);
    this.#segmentBytes = segmentBytes;
    this.#chunkBytes = options.chunkBytes ?? MOST_CHUNK_BYTES;
    this.#disk = disk;
    this.#words = new Int32Array(mailbox);
    this.#at = mailboxOf(shard);
  }

  /** Asks the maker to have a segment ready. Returns at once. */
  request(number: number): void {
    if (Atomics.load(this.#words, MAKER_RUNNING) === 0) return;
    Atomics.store(this.#words, this.#at + MAKER_REQUESTED, number);
    ring(this.#words);
  }

  keepReserve(): void {
    if (this.#disk.list(this.#directory).includes(RESERVE_NAME)) return;
    const bytes = this.#reserveBytes;
    fillFile(this.#disk, join(this.#directory, RESERVE_NAME), bytes, () => true, bytes);
    this.#disk.syncDirectory(this.#directory);
  }

  takeReserve(number: number): number {
    const disk = this.#disk;
    if (!disk.list(this.#directory).includes(RESERVE_NAME)) return 0;
    // Throws where that segment is in use.
    unusedBytes(disk, this.#directory, number);
    const path = join(this.#directory, RESERVE_NAME);
    const file = disk.open(path, 'read');
    const bytes = file.size();
    file.close();
    disk.rename(path, join(this.#directory, segmentName(number)));
    disk.syncDirectory(this.#directory);
    return bytes;
  }

  hasRoom(): boolean {
    return this.#disk.freeBytes(this.#directory) >= this.#segmentBytes + this.#reserveBytes;
  }

  get #reserveBytes(): number {
    return Math.min(RESERVE_SEGMENT_BYTES, this.#segmentBytes);
  }

  /** Returns once a segment is there under its name, whole and unused; blocks until then. Throws the disk's error. */
  take(number: number): void {
    // Made here: where no maker runs or it has failed (then the error comes up here), or the segment is there already.
    if (!this.#waitForMaker(number))
      makeSegment(this.#disk, this.#directory, number, this.#segmentBytes, () => true, this.#chunkBytes);
  }

  /** True once the maker has made the segment; false where it does not and will not begin to. */
  #waitForMaker(number: number): boolean {
    const words = this.#words;
    const at = this.#at;
    for (;;) {
      const answers = Atomics.load(words, at + MAKER_ANSWERS);
      const ready = Atomics.load(words, at + MAKER_READY) === number;
      const failed = Atomics.load(words, at + MAKER_FAILED) === number;
      if (ready || failed || Atomics.load(words, MAKER_RUNNING) === 0) {
        Atomics.store(words, at + MAKER_HURRY, 0);
        // A maker started from here on finds no request, and leaves the segment to this thread. One that was started
        // between the two looks may have found it: look again.
        Atomics.store(words, at + MAKER_REQUESTED, 0);
        if (ready || failed || Atomics.load(words, MAKER_RUNNING) === 0) return ready;
      }
      Atomics.store(words, at + MAKER_REQUESTED, number);
      if (Atomics.exchange(words, at + MAKER_HURRY, 1) === 0) ring(words);
      Atomics.wait(words, at + MAKER_ANSWERS, answers, 1_000);
    }
  }
}

/** The maker's thread, seen from the thread that starts and stops it. */
export class SegmentMaker {
  /** What the shards' `PreparedSegments` need. */
  readonly mailbox: SharedArrayBuffer;
  /** Settles once the thread has ended, with the error that it died of, if any. Shards then make their segments. */
  readonly ended: Promise<Error | undefined>;
  readonly #words: Int32Array;
  readonly #worker: Worker;

  /**
   * Starts the thread, which alone does not keep the process alive. `directory` is the data directory; `mailbox` is
   * that of a maker that has died, where this one takes its place.
   */
  constructor(options: { directory: string; segmentBytes: number; mailbox?: SharedArrayBuffer | undefined }) {
    const { directory, segmentBytes, mailbox = allocateMailbox() } = options;
    this.mailbox = mailbox;
    this.#words = new Int32Array(mailbox);
    Atomics.store(this.#words, MAKER_STOP, 0);
    const workerData: SegmentMakerData = { directory, segmentBytes, mailbox };
    const thread = new URL('./segment-maker-thread.js', import.meta.url);
    this.#worker = new Worker(thread, { workerData, name: 'segment maker' });
    this.#worker.unref();
    Atomics.store(this.#words, MAKER_RUNNING, 1);
    this.ended = new Promise((resolve) => {
      let cause: Error | undefined;
      this.#worker.on('error', (error) => {
        cause = error instanceof Error ? error : new Error(String(error));
      });
      this.#worker.on('exit', () => {
        Atomics.store(this.#words, MAKER_RUNNING, 0);
        for (let shard = 0; shard < MAX_SHARDS; shard++)
          Atomics.notify(this.#words, mailboxOf(shard) + MAKER_ANSWERS);
        resolve(cause);
      });
    });
  }

  /** Asks the thread to end and waits for it. A segment that it is making is dropped. */
  async stop(): Promise<void> {
    this.#worker.ref();
    Atomics.store(this.#words, MAKER_STOP, 1);
    ring(this.#words);
    await this.ended;
  }
}
