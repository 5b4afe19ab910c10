import type { Disk, DiskFile } from '../../src/journal/disk.js';

const SECTOR = 512;

/** What a file holds for the running system, and what of it has surely reached the disk. */
class Content {
  current = new Uint8Array(0);
  durable = new Uint8Array(0);
  readonly dirty = new Set<number>();
}

export class PowerCut extends Error {}

/**
 * A disk that can lose power before any call: of what was not synced then, each sector and each change of a directory
 * may or may not be there. A sync can be made to fail, and then behaves as Linux does: what it should have written
 * counts as written.
 */
export class SimulatedDisk implements Disk {
  names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();
  readonly #random: () => number;
  /** Calls that change something or sync, so far. */
  calls = 0;
  /** The call at which the power is cut. */
  cutAt = Number.POSITIVE_INFINITY;
  /** Says which syncs fail. */
  failSync: (path: string) => boolean = () => false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Power comes back: what is durable, and what of the rest chance has saved. */
  restart(): void {
    for (const path of new Set([...this.names.keys(), ...this.#durableNames.keys()]))
      if (this.#random() < 0.5) this.#keepName(path);
    this.names = new Map(this.#durableNames);
    for (const content of this.names.values()) {
      const keep = this.#random();
      for (const sector of content.dirty) if (this.#random() < keep) keepSector(content, sector);
      content.dirty.clear();
      content.current = content.durable.slice();
    }
    this.cutAt = Number.POSITIVE_INFINITY;
  }

  open(path: string, how: 'read' | 'update' | 'create'): DiskFile {
    let content = this.names.get(path);
    if (how === 'create') {
      this.#call();
      content = new Content();
      this.names.set(path, content);
    }
    if (content === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return this.#file(path, content);
  }

  list(directory: string): string[] {
    return [...this.names.keys()]
      .filter((path) => path.startsWith(`${directory}/`))
      .map((path) => path.slice(directory.length + 1))
      .filter((name) => !name.includes('/'));
  }

  makeDirectory(): void {
    this.#call();
  }

  rename(from: string, to: string): void {
    this.#call();
    this.names.set(to, this.names.get(from)!);
    this.names.delete(from);
  }

  remove(path: string): void {
    this.#call();
    this.names.delete(path);
  }

  freeBytes(): number {
    return Number.POSITIVE_INFINITY;
  }

  syncDirectory(directory: string): void {
    this.#call();
    for (const path of new Set([...this.names.keys(), ...this.#durableNames.keys()]))
      if (path.startsWith(`${directory}/`)) this.#keepName(path);
  }

  #file(path: string, content: Content): DiskFile {
    return {
      path,
      size: () => content.current.length,
      read(bytes, length, position) {
        const part = content.current.subarray(position, position + length);
        bytes.set(part);
        return part.length;
      },
      write: (bytes, length, position) => {
        this.#call();
        if (position + length > content.current.length) {
          const longer = new Uint8Array(position + length);
          longer.set(content.current);
          content.current = longer;
        }
        content.current.set(bytes.subarray(0, length), position);
        for (let at = Math.floor(position / SECTOR); at * SECTOR < position + length; at++)
          content.dirty.add(at);
      },
      sync: () => {
        this.#call();
        const failed = this.failSync(path);
        for (const sector of content.dirty) if (!failed || this.#random() < 0.5) keepSector(content, sector);
        content.dirty.clear();
        if (failed) throw new Error('EIO: i/o error, fdatasync');
      },
      close() {},
    };
  }

  #keepName(path: string): void {
    const content = this.names.get(path);
    if (content === undefined) this.#durableNames.delete(path);
    else this.#durableNames.set(path, content);
  }

  #call(): void {
    if (this.calls++ >= this.cutAt) throw new PowerCut('power cut');
  }
}

function keepSector(content: Content, sector: number): void {
  const end = Math.min(content.current.length, (sector + 1) * SECTOR);
  if (content.durable.length < end) {
    const longer = new Uint8Array(content.current.length);
    longer.set(content.durable);
    content.durable = longer;
  }
  content.durable.set(content.current.subarray(sector * SECTOR, end), sector * SECTOR);
}
