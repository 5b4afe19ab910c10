import * as fs from 'node:fs';
import { dirname } from 'node:path';

/**
 * Puts a file in the place of what was there, all at once: whoever reads, also after a power cut, finds the one or the
 * other. Its owner alone may read it. `making` is the name that it has until it is whole; `prepare` is given its descriptor.
 *
 * @throws Error of the system where it cannot be written; then `making` is gone, and what was there stays
 */
export function replaceFile(
  path: string,
  making: string,
  text: string,
  prepare: (file: number) => void = () => {},
): void {
  try {
    const file = fs.openSync(making, 'w', 0o600);
    try {
      prepare(file);
      fs.writeFileSync(file, text);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(making, path);
  } catch (error) {
    fs.rmSync(making, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Makes the new name survive a power cut, where the system lets directories be synced. */
function syncDirectory(directory: string): void {
  try {
    const descriptor = fs.openSync(directory, 'r');
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
  } catch {
    // The file is there all the same.
  }
}
