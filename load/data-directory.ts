import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileSystemName, isInMemory } from './disk-report.js';
import { OptionsError } from './options.js';

/** Where the exchange under load keeps its journal. */
export interface DataDirectory {
  readonly path: string;
  /** Removes it where the run made it; one that was asked for is kept. */
  remove(): void;
}

/**
 * Takes the directory that was asked for, or makes a fresh one on a disk: in the system's temporary directory where
 * that is not in memory, else under the working directory.
 *
 * @throws OptionsError where the directory that was asked for holds something: its orders would be counted as ours.
 */
export function openDataDirectory(asked: string | undefined): DataDirectory {
  if (asked !== undefined) {
    const path = resolve(asked);
    mkdirSync(path, { recursive: true });
    if (readdirSync(path).length > 0)
      throw new OptionsError(`--data ${asked} is not empty; a load run needs a journal of its own`);
    return { path, remove: () => {} };
  }
  let parent = tmpdir();
  if (isInMemory(fileSystemName(parent))) {
    parent = resolve('data');
    mkdirSync(parent, { recursive: true });
  }
  const path = mkdtempSync(join(parent, 'tickloom-load-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
