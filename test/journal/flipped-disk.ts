import type { Disk, DiskFile } from '../../src/journal/disk.js';
import type { SimulatedDisk } from './simulated-disk.js';

/** Serves one file of a disk with one bit flipped; everything else as it is. */
export class FlippedDisk implements Disk {
  readonly #disk: SimulatedDisk;
  readonly #path: string;
  bit = 0;

  constructor(disk: SimulatedDisk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  open(path: string): DiskFile {
    const file = this.#disk.open(path, 'read');
    if (path !== this.#path) return file;
    const flipped = this.bit >> 3;
    const mask = 1 << (this.bit & 7);
    return {
      ...file,
      read(bytes, length, position) {
        const read = file.read(bytes, length, position);
        if (flipped >= position && flipped < position + read) bytes[flipped - position]! ^= mask;
        return read;
      },
    };
  }

  list(directory: string): string[] {
    return this.#disk.list(directory);
  }

  makeDirectory(): void {
    throw new Error('a reader changes nothing');
  }

  rename(): void {
    throw new Error('a reader changes nothing');
  }

  remove(): void {
    throw new Error('a reader changes nothing');
  }

  freeBytes(): number {
    return 0;
  }

  syncDirectory(): void {
    throw new Error('a reader changes nothing');
  }
}
