import type { Clock } from '../clock/clock.js';
import { MAX_NOTES_PER_SECOND } from '../model/limits.js';
import type { LogNote } from './log-note.js';

const SECOND_NS = 1e9;

/** Hands notes on to the log, so many a second: what is more is counted, and the count is a note itself. */
export class LogNotes {
  readonly #realTime: Clock;
  readonly #hand: (note: LogNote) => void;
  #sinceNs = 0;
  #handed = 0;
  #leftOut = 0;

  constructor(realTime: Clock, hand: (note: LogNote) => void) {
    this.#realTime = realTime;
    this.#hand = hand;
  }

  take(note: LogNote): void {
    const nowNs = this.#realTime.nowNs();
    if (nowNs - this.#sinceNs >= SECOND_NS) {
      this.#sinceNs = nowNs;
      this.#handed = 0;
    }
    if (this.#handed >= MAX_NOTES_PER_SECOND) {
      if (this.#leftOut++ === 0)
        this.#realTime.setAlert(this.#sinceNs + SECOND_NS, () => this.#tellLeftOut());
      return;
    }
    this.#handed++;
    this.#hand(note);
  }

  #tellLeftOut(): void {
    this.#hand({ level: 'warn', event: 'notes-left-out', count: this.#leftOut });
    this.#leftOut = 0;
  }
}
