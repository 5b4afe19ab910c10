import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OptionsError } from '../native-free-bench/command-line.js';
import { fileSystemName, isInMemory } from './disk-report.js';

/** Where the exchange under load keeps its journal, and what else a run writes. */
export interface DataDirectory {
  /** The journal's place. */
  readonly path: string;
  /** For other files of the run; removed with it. */
  readonly scratch: string;
  /** Removes all that the run made; a data directory that was asked for is kept. */
  remove(): void;
}

/**
 * Takes the directory that was asked for, or makes a fresh one on a disk: in the system's temporary directory where
 * that is not in memory, else under the working directory.
 *
 * @throws OptionsError where the directory that was asked for holds something: its orders would be counted as ours.
 */
export function openDataDirectory(asked: string | undefined): DataDirectory {
  let path = asked === undefined ? undefined : resolve(asked);
  if (path !== undefined) {
    mkdirSync(path, { recursive: true });
    if (readdirSync(path).length > 0)
      throw new OptionsError(`--data ${asked} is not empty; a load run needs a journal of its own`);
  }
  let parent = tmpdir();
  if (isInMemory(fileSystemName(parent))) {
    parent = resolve('data');
    mkdirSync(parent, { recursive: true });
  }
  const scratch = mkdtempSync(join(parent, 'tickloom-load-'));
  if (path === undefined) {
    path = join(scratch, 'data');
    mkdirSync(path);
  }
  return { path, scratch, remove: () => rmSync(scratch, { recursive: true, force: true }) };
}
