/** Tells of a store that is away, once for all its shards and attempts, and once when all shards have it back. */
export class OutageNews {
  readonly #name: string;
  readonly #warn: (sentence: string) => void;
  /** Shards that have not reached it since. */
  readonly #away = new Set<number>();

  constructor(name: string, warn: (sentence: string) => void) {
    this.#name = name;
    this.#warn = warn;
  }

  away(shard: number, why: string): void {
    if (this.#away.size === 0) this.#warn(`store ${this.#name}: ${why}; trying again`);
    this.#away.add(shard);
  }

  back(shard: number): void {
    if (this.#away.delete(shard) && this.#away.size === 0) this.#warn(`store ${this.#name} is back`);
  }
}
