import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { KeySlots, type SlottedKey } from '../access/key-slots.js';
import { KeysFileError, readKeysFile } from '../access/keys-file.js';

/** How often the file is read again where nobody says that it has changed: on network file systems nobody does. */
const LOOK_MS = 2_000;

/** A change comes as several events: the file is read once they have passed. */
const SETTLE_MS = 20;

export interface KeysWatchParts {
  readonly path: string;
  /** Takes all keys, whenever one has come, gone or changed. */
  readonly changed: (keys: readonly SlottedKey[]) => void;
  readonly warn: (sentence: string) => void;
}

/** The keys file, read again when it changes. One that cannot be read any more leaves the keys as they were. */
export class KeysWatch {
  readonly #parts: KeysWatchParts;
  readonly #slots = new KeySlots();
  #keys: readonly SlottedKey[];
  #text: string;
  #fault = '';
  /** Of the file as it was read last. */
  #stamp = '';
  #watcher: FSWatcher | undefined;
  #looking: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;

  /** @throws KeysFileError where the file is not there, or not as it must be */
  constructor(parts: KeysWatchParts) {
    this.#parts = parts;
    this.#keys = this.#slots.assign(readKeysFile(parts.path));
    this.#text = JSON.stringify(this.#keys);
  }

  get keys(): readonly SlottedKey[] {
    return this.#keys;
  }

  start(): void {
    const look = () => this.#look();
    try {
      // The directory: the file itself is replaced, not written.
      const name = basename(this.#parts.path);
      this.#watcher = watch(dirname(this.#parts.path), (_event, changed) => {
        // Beside it others are written all the time, the log for one.
        if (changed === null || changed === name) this.#settling ??= setTimeout(look, SETTLE_MS).unref();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
      this.#watcher.unref();
    } catch {
      // Looking now and then is enough.
    }
    this.#looking = setInterval(look, LOOK_MS).unref();
  }

  close(): void {
    this.#watcher?.close();
    clearInterval(this.#looking);
    clearTimeout(this.#settling);
  }

  #look(): void {
    this.#settling = undefined;
    // A large file takes a while to read: nobody does so for one that is as it was.
    const stamp = stampOf(this.#parts.path);
    if (stamp !== '' && stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      const keys = this.#slots.assign(readKeysFile(this.#parts.path));
      this.#fault = '';
      const text = JSON.stringify(keys);
      if (text === this.#text) return;
      this.#text = text;
      this.#keys = keys;
      this.#parts.changed(keys);
    } catch (error) {
      if (!(error instanceof KeysFileError)) throw error;
      if (error.message === this.#fault) return;
      this.#fault = error.message;
      this.#parts.warn(`the keys stay as they were: ${error.message}`);
    }
  }
}

/** What changes where a file does; empty where there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join();
}
