import { basename, dirname } from 'node:path';
import type { Disk, DiskFile } from '../../src/journal/disk.js';
import type { Chance, FaultCounts } from './faults.js';
import { FileContent, SECTOR_BYTES } from './file-content.js';

/** The power is gone: whoever calls the disk goes no further. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/** A fault that a running system is told of, as Node.js tells it. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: string;

  constructor(code: string, text: string) {
    super(`${code}: ${text}`);
    this.code = code;
  }
}

/** What a call does: the power can be cut at each kind by itself. */
export type CallKind = 'write' | 'sync' | 'name';

/** A power cut to come: at the call of this kind that comes after so many others, before or after it has its effect. */
export interface PlannedCut {
  readonly kind: CallKind;
  after: number;
  readonly isDone: boolean;
  /** Only at the sync of a file of which so many sectors wait for it; of those some are there afterwards. */
  readonly sectors?: number;
}

/** A change of a directory that no sync has made safe yet. */
interface NameChange {
  readonly directories: readonly string[];
  readonly apply: (names: Map<string, FileContent>) => void;
}

type Names = Map<string, FileContent>;

/**
 * A disk with the faults of real ones. It loses power at any call that changes something or syncs: then each sector and
 * each change of a directory that was not synced may or may not be there. A failed sync behaves as on Linux: what it did
 * not bring to disk counts as written. A write may take less than it was given, find the disk full, or fail.
 */
export class SimulatedDisk implements Disk {
  /** Runs before each call that changes something: whoever else has something to do does it then. */
  between: (kind: CallKind, path: string) => void = () => {};
  cut: PlannedCut | undefined;
  /** So many of the next syncs, and writes, fail. */
  failingSyncs = 0;
  failingWrites = 0;
  /** So many of the next writes of more than a sector take only a part at first. */
  shortWrites = 0;
  /** Bytes that all files may take. */
  capacity = Number.POSITIVE_INFINITY;
  /** Faults that a caller was told of, so far. */
  errors = 0;
  readonly #chance: Chance;
  readonly #faults: FaultCounts;
  #names: Names = new Map();
  #durableNames: Names = new Map();
  #changes: NameChange[] = [];
  #isOff = false;
  #isPartly = false;
  #calls = 0;
  /** Segments that were taken away, as they were: what the log once held can still be read. */
  readonly #takenAway: Names = new Map();

  constructor(chance: Chance, faults: FaultCounts) {
    this.#chance = chance;
    this.#faults = faults;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** Segments that were removed or archived so far. */
  get segmentsTakenAway(): number {
    return this.#takenAway.size;
  }

  get usedBytes(): number {
    let bytes = 0;
    for (const content of this.#names.values()) bytes += content.size;
    return bytes;
  }

  cutPower(): void {
    this.#isOff = true;
  }

  /** The process is gone, and the system goes on: it may forget what it has failed to write. */
  forgetLost(): void {
    this.#writeBack();
  }

  /** Power comes back: what is safe, and what of the rest chance has saved. */
  restart(): void {
    this.#isPartly = this.cut?.sectors !== undefined;
    const keepsNames = this.#share();
    for (const change of this.#changes)
      if (this.#chance.share() < keepsNames) change.apply(this.#durableNames);
      else this.#faults.count('nameChangesDropped');
    this.#changes = [];
    this.#names = new Map(this.#durableNames);
    for (const content of new Set(this.#names.values())) this.#settle(content);
    this.#isOff = false;
    this.cut = undefined;
    this.mend();
  }

  /** No fault is to come any more. */
  mend(): void {
    this.failingSyncs = 0;
    this.failingWrites = 0;
    this.shortWrites = 0;
    this.capacity = Number.POSITIVE_INFINITY;
  }

  /** Another disk that holds all that this one does, safely; nothing ever goes wrong with it. */
  copy(): SimulatedDisk {
    const copy = new SimulatedDisk(this.#chance, this.#faults);
    for (const [path, content] of this.#names) copy.#names.set(path, content.copy());
    copy.#durableNames = new Map(copy.#names);
    return copy;
  }

  /** A copy on which the segments are back that were taken away. */
  copyWithOldSegments(): SimulatedDisk {
    const copy = this.copy();
    for (const [path, content] of this.#takenAway) if (!copy.#names.has(path)) copy.#names.set(path, content);
    return copy;
  }

  /** All files of some bytes, in the order of their making. */
  files(): { readonly path: string; readonly content: FileContent }[] {
    return [...this.#names].map(([path, content]) => ({ path, content }));
  }

  open(path: string, how: 'read' | 'update' | 'create'): DiskFile {
    this.#checkPower();
    if (how === 'create') {
      this.#begin('name', path);
      const made = new FileContent();
      this.#change([dirname(path)], (names) => names.set(path, made));
      this.#end('name');
    }
    const content = this.#names.get(path);
    if (content === undefined) throw new DiskError('ENOENT', `no such file or directory, open '${path}'`);
    return this.#file(path, content);
  }

  list(directory: string): string[] {
    this.#checkPower();
    return [...this.#names.keys()]
      .filter((path) => dirname(path) === directory)
      .map((path) => basename(path));
  }

  makeDirectory(): void {
    this.#checkPower();
  }

  rename(from: string, to: string): void {
    this.#begin('name', from);
    const content = this.#names.get(from);
    if (content === undefined) throw new DiskError('ENOENT', `no such file or directory, rename '${from}'`);
    this.#takeAway(from, content, to);
    // A rename is there as a whole or not at all.
    this.#change([dirname(from), dirname(to)], (names) => {
      names.delete(from);
      names.set(to, content);
    });
    this.#end('name');
  }

  remove(path: string): void {
    this.#begin('name', path);
    const content = this.#names.get(path);
    if (content !== undefined) {
      this.#takeAway(path, content);
      this.#change([dirname(path)], (names) => names.delete(path));
    }
    this.#end('name');
  }

  freeBytes(): number {
    return this.capacity - this.usedBytes;
  }

  syncDirectory(directory: string): void {
    this.#begin('sync', directory);
    // A change of two directories is safe once one of them is.
    for (const change of this.#changes)
      if (change.directories.includes(directory)) change.apply(this.#durableNames);
    this.#changes = this.#changes.filter((change) => !change.directories.includes(directory));
    this.#end('sync');
  }

  #file(path: string, content: FileContent): DiskFile {
    return {
      path,
      size: () => content.size,
      read: (bytes, length, position) => {
        this.#checkPower();
        return content.read(bytes, length, position);
      },
      write: (bytes, length, position) => {
        for (let done = 0; done < length; )
          done += this.#write(path, content, bytes.subarray(done, length), position + done);
      },
      sync: () => this.#sync(path, content),
      close() {},
    };
  }

  /** As one call of the operating system: returns how much of it was taken. */
  #write(path: string, content: FileContent, bytes: Uint8Array, position: number): number {
    this.#begin('write', path);
    if (this.failingWrites > 0) {
      this.failingWrites--;
      this.#faults.count('failedWrites');
      // Whatever it has done of it.
      const done = wholeSectors(position, this.#chance.below(bytes.length));
      content.write(bytes.subarray(0, done), position, this.#calls);
      throw this.#error('EIO', `i/o error, write '${path}'`);
    }
    let length = bytes.length;
    const growth = Math.max(0, position + length - content.size);
    const room = Math.max(0, this.capacity - this.usedBytes);
    if (growth > room) {
      length = wholeSectors(position, length - growth + room);
      this.#faults.count('diskFull');
      if (length <= 0) throw this.#error('ENOSPC', `no space left on device, write '${path}'`);
    } else if (this.shortWrites > 0 && length > SECTOR_BYTES) {
      this.shortWrites--;
      length = wholeSectors(position, SECTOR_BYTES + this.#chance.below(length - SECTOR_BYTES));
    }
    if (length < bytes.length) this.#faults.count('shortWrites');
    content.write(bytes.subarray(0, length), position, this.#calls);
    this.#end('write');
    return length;
  }

  #sync(path: string, content: FileContent): void {
    this.#begin('sync', path, content.dirty.size);
    if (this.failingSyncs > 0) {
      this.failingSyncs--;
      this.#faults.count('failedSyncs');
      for (const sector of [...content.dirty.keys()]) if (this.#chance.oneIn(2)) content.keep(sector);
      content.lose();
      throw this.#error('EIO', `i/o error, fdatasync '${path}'`);
    }
    content.sync();
    this.#end('sync');
  }

  /** What of a file was not synced when the power went, and what has become of it. */
  #settle(content: FileContent): void {
    const { dirty } = content;
    const keeps = this.#share();
    const kept = [...dirty.entries()].filter(() => this.#chance.share() < keeps);
    const dropped = new Set(dirty.keys());
    for (const [sector] of kept) dropped.delete(sector);
    if (dropped.size > 0) {
      this.#faults.count('sectorsDropped', dropped.size);
      const calls = new Set(kept.map(([, call]) => call));
      if ([...dropped].some((sector) => calls.has(dirty.get(sector)!))) this.#faults.count('tornWrites');
      const first = Math.min(...dropped);
      if (kept.some(([sector, call]) => sector > first && call >= dirty.get(first)!))
        this.#faults.count('reorderedWrites');
    }
    for (const [sector] of kept) content.keep(sector);
    if (content.size > content.durableSize && this.#chance.oneIn(2)) content.durableSize = content.size;
    content.forget();
  }

  /** How much is saved by chance: often nothing, or all. */
  #share(): number {
    if (this.#isPartly) return 0.5;
    const dice = this.#chance.below(6);
    return dice === 0 ? 0 : dice === 1 ? 1 : this.#chance.share();
  }

  #change(directories: readonly string[], apply: (names: Names) => void): void {
    apply(this.#names);
    this.#changes.push({ directories, apply });
  }

  #takeAway(path: string, content: FileContent, to?: string): void {
    if (path.endsWith('.segment') && (to === undefined || to.includes('archive')))
      this.#takenAway.set(path, content.copy());
  }

  #begin(kind: CallKind, path: string, dirty = 0): void {
    this.#checkPower();
    this.between(kind, path);
    this.#checkPower();
    this.#calls++;
    const { cut } = this;
    if (cut?.kind === kind && !cut.isDone && dirty >= (cut.sectors ?? 0) && cut.after-- <= 0)
      this.#lose(kind);
    // The system writes back what it likes when it likes.
    if (this.#chance.oneIn(16)) this.#writeBack();
  }

  #end(kind: CallKind): void {
    if (this.cut?.kind === kind && this.cut.isDone && this.cut.after-- <= 0) this.#lose(kind);
  }

  #lose(kind: CallKind): never {
    const faults = {
      write: 'powerCutsAtWrite',
      sync: 'powerCutsAtSync',
      name: 'powerCutsElsewhere',
    } as const;
    this.#faults.count(faults[kind]);
    this.cutPower();
    throw new PowerCut('the power is gone');
  }

  #writeBack(): void {
    for (const content of this.#names.values()) {
      for (const sector of [...content.dirty.keys()]) if (this.#chance.oneIn(2)) content.keep(sector);
      for (const sector of [...content.lost]) if (this.#chance.oneIn(2)) content.evict(sector);
    }
  }

  #checkPower(): void {
    if (this.#isOff) throw new PowerCut('the power is gone');
  }

  #error(code: string, text: string): DiskError {
    this.errors++;
    return new DiskError(code, text);
  }
}

/** As much of a length as ends where a sector of the file does: the system takes whole ones of what it takes in part. */
function wholeSectors(position: number, length: number): number {
  const end = position + length;
  return Math.max(0, end - (end % SECTOR_BYTES) - position);
}
