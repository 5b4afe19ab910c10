import { LiveClock } from '../src/clock/live-clock.js';

/** How far behind a store was over a run. */
export interface Backlog {
  readonly store: string;
  readonly shard: number;
  readonly looks: readonly Look[];
  /** How long after the last answer it had all; null where that took too long. */
  readonly drainedSeconds: number | null;
}

export interface Look {
  /** Into the run. */
  readonly seconds: number;
  readonly commands: number;
}

interface StoreHealth {
  readonly name: string;
  readonly shard: number;
  readonly behind: number;
}

const LOOK_AGAIN_MS = 50;
const PATIENCE_MS = 30_000;

/** Looks from time to time how far behind the stores of an exchange are, as its `/health` says. */
export class BacklogWatch {
  readonly #url: string;
  readonly #looks = new Map<string, Look[]>();
  #drainedSeconds: number | null = null;
  #isLooking = false;

  constructor(host: string, port: number) {
    this.#url = `http://${host}:${port}/health`;
  }

  /** Looks now, where the last look has ended. */
  look({ seconds }: { readonly seconds: number }): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#ask(seconds)
      .catch(() => {})
      .finally(() => {
        this.#isLooking = false;
      });
  }

  /** Waits until all stores have all. */
  async drained(): Promise<void> {
    const clock = new LiveClock();
    const begun = clock.nowNs();
    for (;;) {
      const seconds = (clock.nowNs() - begun) / 1e9;
      const stores = await this.#stores();
      if (stores.every(({ behind }) => behind === 0)) {
        this.#drainedSeconds = seconds;
        break;
      }
      if (seconds * 1e3 > PATIENCE_MS) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    clock.close();
  }

  summary(): Backlog[] {
    return [...this.#looks].map(([key, looks]) => {
      const [store, shard] = key.split(' ') as [string, string];
      return { store, shard: Number(shard), looks, drainedSeconds: this.#drainedSeconds };
    });
  }

  async #ask(seconds: number): Promise<void> {
    for (const { name, shard, behind } of await this.#stores()) {
      const key = `${name} ${shard}`;
      const looks = this.#looks.get(key) ?? [];
      looks.push({ seconds: Math.round(seconds * 10) / 10, commands: behind });
      this.#looks.set(key, looks);
    }
  }

  async #stores(): Promise<readonly StoreHealth[]> {
    const health = (await (await fetch(this.#url)).json()) as { stores?: readonly StoreHealth[] };
    return health.stores ?? [];
  }
}
