import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDirectory } from '../../load/data-directory.js';
import {
  fileSystemName,
  isInMemory,
  MemoryDiskError,
  nameOfType,
  reportDisk,
} from '../../load/disk-report.js';
import { OptionsError } from '../../native-free-bench/command-line.js';
import { LiveClock } from '../../src/clock/live-clock.js';

describe('the disk under a load run', () => {
  it('has a name by its number', () => {
    expect(nameOfType(0xef53, 'linux')).toBe('ext4');
    expect(nameOfType(0x01021994, 'linux')).toBe('tmpfs');
    expect(nameOfType(0x9123683e | 0, 'linux')).toBe('btrfs');
    expect(nameOfType(26, 'darwin')).toBe('apfs');
    expect(nameOfType(0x1234, 'linux')).toBe('type 0x1234');
  });

  it('is refused where it is memory', (context) => {
    const memory = '/dev/shm';
    if (!existsSync(memory) || !isInMemory(fileSystemName(memory))) return context.skip();
    const directory = mkdtempSync(join(memory, 'tickloom-test-'));
    expect(() => reportDisk(directory, new LiveClock())).toThrow(MemoryDiskError);
    rmSync(directory, { recursive: true });
  });

  it('is measured and left as it was', (context) => {
    if (isInMemory(fileSystemName(tmpdir()))) return context.skip();
    const directory = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
    const { syncLatencyUs } = reportDisk(directory, new LiveClock());
    expect(syncLatencyUs.p50).toBeGreaterThan(0);
    expect(syncLatencyUs.p99).toBeGreaterThanOrEqual(syncLatencyUs.p50);
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});

describe('the data directory of a load run', () => {
  let parent: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is fresh and removed where none is asked for', () => {
    const directory = openDataDirectory(undefined);
    expect(readdirSync(directory.path)).toEqual([]);
    expect(isInMemory(fileSystemName(directory.path))).toBe(false);
    directory.remove();
    expect(existsSync(directory.path)).toBe(false);
    expect(existsSync(directory.scratch)).toBe(false);
  });

  it('is made and kept where it is asked for', () => {
    const directory = openDataDirectory(join(parent, 'a', 'b'));
    directory.remove();
    expect(existsSync(directory.scratch)).toBe(false);
    expect(existsSync(join(parent, 'a', 'b'))).toBe(true);
  });

  it('is refused where it holds something', () => {
    mkdirSync(join(parent, 'used'));
    writeFileSync(join(parent, 'used', 'journal'), 'x');
    expect(() => openDataDirectory(join(parent, 'used'))).toThrow(OptionsError);
  });
});
