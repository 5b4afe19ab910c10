import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it, and returns the uppermost that was missing; undefined where none was. Node's
 * own recursive `mkdirSync` loops for ever below a directory that takes no entries, such as /proc.
 */
export function makeDirectories(directory: string): string | undefined {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const parent = dirname(directory);
  const first = parent === directory ? undefined : makeDirectories(parent);
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another starter may have made it in between.
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return first;
    throw error;
  }
  return first ?? directory;
}
