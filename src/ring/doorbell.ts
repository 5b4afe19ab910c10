/*
 * Shared between threads: the sleeping consumer raises the flag, any producer takes it down and wakes it.
 */

const AWAKE = 0;
const ASLEEP = 1;

/**
 * How a consumer of one or more rings sleeps, and how their producers wake it. One word of shared memory, alone on
 * its 128 bytes.
 *
 * The consumer calls `prepare`, looks at its rings once more, and only then sleeps: a producer that published before
 * the flag was up is seen by that look, one that published after it sees the flag.
 */
export class Doorbell {
  readonly #word: Int32Array;

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(128);
  }

  constructor(buffer: SharedArrayBuffer) {
    this.#word = new Int32Array(buffer, 0, 1);
  }

  /** Producer: wakes the consumer where it sleeps. Cheap where it does not. */
  ring(): void {
    if (Atomics.load(this.#word, 0) === AWAKE) return;
    if (Atomics.compareExchange(this.#word, 0, ASLEEP, AWAKE) === ASLEEP) Atomics.notify(this.#word, 0);
  }

  /** Consumer: raises the flag. Look at the rings again after this. */
  prepare(): void {
    Atomics.store(this.#word, 0, ASLEEP);
  }

  /** Consumer: takes the flag down again, having found something. */
  stay(): void {
    Atomics.store(this.#word, 0, AWAKE);
  }

  /** Consumer with a thread of its own: blocks until rung, or for `timeoutMs`. The flag is down afterwards. */
  sleep(timeoutMs: number): void {
    Atomics.wait(this.#word, 0, ASLEEP, timeoutMs);
    Atomics.store(this.#word, 0, AWAKE);
  }

  /** Consumer with an event loop: calls `wake` once rung. Returns false where it was rung already. */
  whenRung(wake: () => void): boolean {
    const { async, value } = Atomics.waitAsync(this.#word, 0, ASLEEP);
    if (!async) return false;
    void value.then(wake);
    return true;
  }
}
