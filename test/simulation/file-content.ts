/** What a disk writes whole or not at all. */
export const SECTOR_BYTES = 512;

const ZEROS = Buffer.alloc(SECTOR_BYTES);

/** The sectors of a file that are not zero. A sector is replaced and never changed, so that copies may share it. */
export type Sectors = Map<number, Uint8Array>;

/**
 * What a file holds for the running system, and what of it is on disk for sure. Sectors that are zero cost nothing: a
 * segment is zero-filled ahead of use.
 */
export class FileContent {
  size = 0;
  durableSize = 0;
  current: Sectors = new Map();
  durable: Sectors = new Map();
  /** Sectors that a sync would bring to disk, each with the number of the write that changed it last. */
  readonly dirty = new Map<number, number>();
  /** Sectors that count as written and are not: the system shows them until it needs their memory. */
  readonly lost = new Set<number>();

  /** Bytes from `position` on; returns how many there are. */
  read(bytes: Uint8Array, length: number, position: number): number {
    const count = Math.max(0, Math.min(length, this.size - position));
    bytes.fill(0, 0, count);
    const end = position + count;
    for (let at = position; at < end; at = nextSector(at)) {
      const sector = this.current.get(Math.floor(at / SECTOR_BYTES));
      if (sector === undefined) continue;
      const from = at % SECTOR_BYTES;
      bytes.set(sector.subarray(from, Math.min(SECTOR_BYTES, from + end - at)), at - position);
    }
    return count;
  }

  write(bytes: Uint8Array, position: number, call: number): void {
    const end = position + bytes.length;
    if (end > this.size) this.size = end;
    for (let at = position; at < end; at = nextSector(at)) {
      const from = at % SECTOR_BYTES;
      const part = bytes.subarray(at - position, Math.min(at - position + SECTOR_BYTES - from, bytes.length));
      this.#change(Math.floor(at / SECTOR_BYTES), part, from, call);
    }
  }

  /** Brings one changed sector to disk. */
  keep(number: number): void {
    const sector = this.current.get(number);
    if (sector === undefined) this.durable.delete(number);
    else this.durable.set(number, sector);
    this.dirty.delete(number);
    this.lost.delete(number);
    const end = Math.min(this.size, (number + 1) * SECTOR_BYTES);
    if (end > this.durableSize) this.durableSize = end;
  }

  sync(): void {
    for (const number of [...this.dirty.keys()]) this.keep(number);
    this.durableSize = this.size;
  }

  /** What no sync will bring to disk any more, though the system still shows it. */
  lose(): void {
    for (const number of this.dirty.keys()) this.lost.add(number);
    this.dirty.clear();
  }

  /** The system reads a sector that it had lost from the disk again. */
  evict(number: number): void {
    this.lost.delete(number);
    const sector = this.durable.get(number);
    if (sector === undefined) this.current.delete(number);
    else this.current.set(number, sector);
  }

  /** The running system is gone: what is on disk is all that there is. */
  forget(): void {
    this.current = new Map(this.durable);
    this.size = this.durableSize;
    this.dirty.clear();
    this.lost.clear();
  }

  /** As it is for the running system, all of it safe. */
  copy(): FileContent {
    const copy = new FileContent();
    copy.size = this.size;
    copy.durableSize = this.size;
    copy.current = new Map(this.current);
    copy.durable = new Map(this.current);
    return copy;
  }

  #change(number: number, part: Uint8Array, from: number, call: number): void {
    const before = this.current.get(number);
    const sector = new Uint8Array(SECTOR_BYTES);
    if (before !== undefined) sector.set(before);
    sector.set(part, from);
    if (isSame(sector, ZEROS)) this.current.delete(number);
    else this.current.set(number, sector);
    this.lost.delete(number);
    // What is on disk already cannot be lost.
    if (isSame(sector, this.durable.get(number) ?? ZEROS)) this.dirty.delete(number);
    else this.dirty.set(number, call);
  }
}

function nextSector(at: number): number {
  return (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
