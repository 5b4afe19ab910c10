import { MAX_KEYS } from '../model/limits.js';
import type { Key } from './key.js';

/** A key with the place of its budgets in shared memory. */
export interface SlottedKey {
  readonly key: Key;
  /** From 0 to MAX_KEYS - 1. */
  readonly slot: number;
}

/**
 * Gives each key its slot, in the one thread that reads the keys file. A key keeps it for as long as its id is there,
 * however often the file is read; one that comes later gets a slot that was never used, or else the one that has been
 * free for the longest.
 */
export class KeySlots {
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = Array.from({ length: MAX_KEYS }, (_, slot) => slot);

  /** @throws RangeError where there are more keys than slots; `readKeysFile` refuses such a file before. */
  assign(keys: readonly Key[]): readonly SlottedKey[] {
    if (keys.length > MAX_KEYS) throw new RangeError(`${keys.length} keys are more than ${MAX_KEYS}`);
    const ids = new Set(keys.map(({ id }) => id));
    for (const [id, slot] of this.#slots) {
      if (ids.has(id)) continue;
      this.#slots.delete(id);
      this.#free.push(slot);
    }
    return keys.map((key) => {
      const slot = this.#slots.get(key.id) ?? this.#free.shift()!;
      this.#slots.set(key.id, slot);
      return { key, slot };
    });
  }
}
