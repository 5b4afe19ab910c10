import { OPEN_TURNS } from '../model/limits.js';

/**
 * The turns of a gateway whose commands a shard may still answer, oldest first. The last one that was answered stays: a turn
 * may be answered in several parts.
 */
export class OpenTurns {
  #received = new Float64Array(1024);
  #shown = new Float64Array(1024);
  /** Turns added and forgotten so far. */
  #added = 0;
  #forgotten = 0;
  /** Of the turn that `find` has come to, ns since the origin. */
  receivedNs = 0;
  shownNs = 0;

  /** Turns that are remembered. */
  get size(): number {
    return this.#added - this.#forgotten;
  }

  /** Commands received at one time were shown at another. A turn that is shown in parts is added for each. */
  add(receivedNs: number, shownNs: number): void {
    if (this.size === this.#received.length) {
      if (this.size < OPEN_TURNS) this.#grow();
      else this.#forgotten++;
    }
    const at = this.#added++ & (this.#received.length - 1);
    this.#received[at] = receivedNs;
    this.#shown[at] = shownNs;
  }

  /**
   * Finds the turn with that receive stamp (the low 32 bits of its time) whose commands were gathered at `gatheredNs`, and
   * forgets those before it: a shard takes turns in order. Of a turn that was shown in parts, it is the last part that was
   * shown by then. Returns false where there is none.
   */
  find(stamp: number, gatheredNs: number): boolean {
    const received = this.#received;
    const shown = this.#shown;
    const mask = received.length - 1;
    let found = -1;
    for (let turn = this.#forgotten; turn < this.#added; turn++) {
      const at = turn & mask;
      if (shown[at]! > gatheredNs) break;
      // The low 32 bits, as `| 0` takes them.
      if ((received[at]! | 0) === stamp) found = turn;
      else if (found >= 0) break;
    }
    if (found < 0) return false;
    this.#forgotten = found;
    this.receivedNs = received[found & mask]!;
    this.shownNs = shown[found & mask]!;
    return true;
  }

  #grow(): void {
    const { length } = this.#received;
    const received = new Float64Array(length * 2);
    const shown = new Float64Array(length * 2);
    for (let turn = this.#forgotten; turn < this.#added; turn++) {
      received[turn & (length * 2 - 1)] = this.#received[turn & (length - 1)]!;
      shown[turn & (length * 2 - 1)] = this.#shown[turn & (length - 1)]!;
    }
    this.#received = received;
    this.#shown = shown;
  }
}
