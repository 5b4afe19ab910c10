import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { OptionsError } from '../native-free-bench/command-line.js';

/** Memory at one moment, in bytes; undefined where the system does not tell. */
export interface MemoryLook {
  /** Resident in the process and all that it has started. */
  readonly residentBytes: number | undefined;
  /** What the kernel holds in socket buffers, and in its own records, of the whole machine: both ends of a loopback. */
  readonly socketBufferBytes: number | undefined;
  readonly kernelRecordBytes: number | undefined;
}

const PAGE_BYTES = 4096;
const KIB = 1024;

/** Looks at a process with all its children (Linux). */
export function lookAtMemory(pid: number): MemoryLook {
  const resident = processTree(pid).map(residentBytes);
  return {
    residentBytes: resident.some((bytes) => bytes === undefined)
      ? undefined
      : resident.reduce<number>((sum, bytes) => sum + bytes!, 0),
    socketBufferBytes: field('/proc/net/sockstat', /^TCP:.* mem (\d+)/m, PAGE_BYTES),
    kernelRecordBytes: field('/proc/meminfo', /^Slab:\s+(\d+)/m, KIB),
  };
}

/**
 * @param needed connections of this process, or of the one that it starts
 * @throws OptionsError where a process may not have so many files open
 */
export function checkOpenFiles(needed: number): void {
  const limit = openFiles();
  if (limit !== undefined && limit < needed + SPARE_FILES)
    throw new OptionsError(
      `${needed} connections need ${needed + SPARE_FILES} open files, and this shell allows ${limit}: run ulimit -n ${needed + SPARE_FILES} first, or ask for fewer connections`,
    );
}

/** Files that a process needs besides its connections. */
const SPARE_FILES = 200;

function openFiles(): number | undefined {
  try {
    const text = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
    return text === 'unlimited' ? undefined : Number(text);
  } catch {
    return undefined;
  }
}

function processTree(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`) ?? '';
  const children = text.split(' ').filter((word) => word !== '');
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}

function residentBytes(pid: number): number | undefined {
  return field(`/proc/${pid}/status`, /^VmRSS:\s+(\d+)/m, KIB);
}

function field(path: string, pattern: RegExp, unitBytes: number): number | undefined {
  const match = pattern.exec(read(path) ?? '');
  return match === null ? undefined : Number(match[1]) * unitBytes;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
