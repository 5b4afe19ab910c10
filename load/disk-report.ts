import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../src/clock/clock.js';

/** What kind of disk the journal is on, and what a sync costs there. */
export interface DiskReport {
  readonly fileSystem: string;
  /** Time of a write of 4 KiB and its fdatasync, in microseconds. */
  readonly syncLatencyUs: { readonly p50: number; readonly p99: number };
}

/** The data directory is in memory: nothing on it survives a power cut, so a run there would show nothing. */
export class MemoryDiskError extends Error {
  override readonly name = 'MemoryDiskError';
}

const LINUX_NAMES: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlay',
  801189825: 'zfs',
  4076150800: 'f2fs',
  3393526350: 'bcachefs',
  26985: 'nfs',
  4283649346: 'cifs',
  16914839: '9p',
  1702057286: 'fuse',
  19780: 'vfat',
  538032816: 'exfat',
  16914836: 'tmpfs',
  2240043254: 'ramfs',
};
const MACOS_NAMES: Readonly<Record<number, string>> = { 26: 'apfs', 23: 'hfs' };
const MEMORY_NAMES = ['tmpfs', 'ramfs'];

const SYNCS = 200;
const BLOCK_BYTES = 4096;

/** The name of the file system that a directory is on, or its number where the name is not known. */
export function fileSystemName(directory: string): string {
  return nameOfType(statfsSync(directory).type);
}

/** The name of a file system by the number that statfs gives for it. */
export function nameOfType(type: number, platform: string = process.platform): string {
  const unsigned = type >>> 0;
  const names = platform === 'darwin' ? MACOS_NAMES : LINUX_NAMES;
  return names[unsigned] ?? `type 0x${unsigned.toString(16)}`;
}

export function isInMemory(fileSystem: string): boolean {
  return MEMORY_NAMES.includes(fileSystem);
}

/**
 * Looks at the disk under a directory: a file filled with zeros, then 200 times a block of 4 KiB and fdatasync, as the
 * journal does it.
 *
 * @throws MemoryDiskError where it is tmpfs or ramfs.
 */
export function reportDisk(directory: string, clock: Clock): DiskReport {
  const fileSystem = fileSystemName(directory);
  if (isInMemory(fileSystem))
    throw new MemoryDiskError(
      `${directory} is on ${fileSystem}, in memory: a sync there costs and means nothing; give --data a directory on a disk`,
    );
  return { fileSystem, syncLatencyUs: syncLatency(directory, clock) };
}

function syncLatency(directory: string, clock: Clock): DiskReport['syncLatencyUs'] {
  const path = join(directory, 'sync-latency.tmp');
  const file = openSync(path, 'wx');
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    for (let i = 0; i < SYNCS; i++) writeSync(file, block, 0, BLOCK_BYTES, i * BLOCK_BYTES);
    fsyncSync(file);
    block.fill(0x54);
    const timesUs = Array.from({ length: SYNCS }, (_, i) => {
      const startNs = clock.nowNs();
      writeSync(file, block, 0, BLOCK_BYTES, i * BLOCK_BYTES);
      fdatasyncSync(file);
      return (clock.nowNs() - startNs) / 1_000;
    }).sort((a, b) => a - b);
    return { p50: timesUs[SYNCS / 2]!, p99: timesUs[Math.floor(SYNCS * 0.99)]! };
  } finally {
    closeSync(file);
    rmSync(path);
  }
}
