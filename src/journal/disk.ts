import * as fs from 'node:fs';

/**
 * All that the journal asks of a disk. Everything goes through here, so that a simulated disk can lose power between
 * any two calls. Every method throws an Error with the reason (a Node.js system error on the real disk).
 */
export interface Disk {
  /** `read` and `update` (read and write) need the file to exist; `create` makes it, or empties it. */
  open(path: string, how: 'read' | 'update' | 'create'): DiskFile;
  /** Names of the entries of a directory, in no order; none where it does not exist. */
  list(directory: string): string[];
  /** Makes a directory and its parents where they are missing. */
  makeDirectory(path: string): void;
  /** Atomic; takes the place of a file that has the new name. */
  rename(from: string, to: string): void;
  /** Removes a file; nothing happens where it does not exist. */
  remove(path: string): void;
  /** Bytes that may still be written below a directory, as far as the file system says. */
  freeBytes(directory: string): number;
  /** Returns once the entries of a directory (new names, renames, removals) survive a power cut. */
  syncDirectory(path: string): void;
}

export interface DiskFile {
  readonly path: string;
  /** Size in bytes. */
  size(): number;
  /** Reads from byte `position` on into the first `length` bytes; returns how many there were. */
  read(bytes: Uint8Array, length: number, position: number): number;
  /** Writes the first `length` bytes, all of them, at byte `position`. */
  write(bytes: Uint8Array, length: number, position: number): void;
  /** Returns once what was written, and the size, survive a power cut (fdatasync; on macOS F_FULLFSYNC). */
  sync(): void;
  close(): void;
}

const flags = { read: 'r', update: 'r+', create: 'w+' } as const;

class NodeFile implements DiskFile {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string, how: keyof typeof flags) {
    this.path = path;
    this.#descriptor = fs.openSync(path, flags[how]);
  }

  size(): number {
    return fs.fstatSync(this.#descriptor).size;
  }

  read(bytes: Uint8Array, length: number, position: number): number {
    let done = 0;
    while (done < length) {
      const now = fs.readSync(this.#descriptor, bytes, done, length - done, position + done);
      if (now === 0) break;
      done += now;
    }
    return done;
  }

  write(bytes: Uint8Array, length: number, position: number): void {
    let done = 0;
    // A write may take less than it was given, for one on a disk that is nearly full; the next one says why.
    while (done < length) done += fs.writeSync(this.#descriptor, bytes, done, length - done, position + done);
  }

  sync(): void {
    fs.fdatasyncSync(this.#descriptor);
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}

/** The real disk, through synchronous calls of node:fs. */
export const nodeDisk: Disk = {
  open: (path, how) => new NodeFile(path, how),
  list(directory) {
    try {
      return fs.readdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  },
  makeDirectory: (path) => void fs.mkdirSync(path, { recursive: true }),
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  freeBytes(directory) {
    const { bavail, bsize } = fs.statfsSync(directory);
    return bavail * bsize;
  },
  syncDirectory(path) {
    const descriptor = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  },
};
