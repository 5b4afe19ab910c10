import type { Clock } from '../clock/clock.js';
import { CARE_MS } from '../model/limits.js';
import type { Session } from './session.js';

export interface SlowReadersParts {
  /** Real time: a stall is one, whatever the exchange's own time does. */
  readonly realTime: Clock;
  readonly backlogBytes: number;
  readonly stallMs: number;
  /** Told of each session that is cut, and why. */
  readonly cut: (session: Session, why: string) => void;
}

/** What a session that has not taken all yet has taken so far. */
interface Progress {
  takenBytes: number;
  sinceNs: number;
  /** Once so many are taken, nothing of its own waits any more: who stops reading public data is only passed over. */
  untilBytes: number;
}

/**
 * Sessions that do not take what they are sent. One for which too much waits, or that takes nothing for too long, is cut:
 * a close frame would only stand behind what it does not read. It resumes by the last event that it saw.
 */
export class SlowReaders {
  readonly #parts: SlowReadersParts;
  readonly #waiting = new Map<Session, Progress>();
  #isArmed = false;

  constructor(parts: SlowReadersParts) {
    this.#parts = parts;
  }

  /** Looks at a session that has just been sent something. */
  look(session: Session): void {
    const waiting = session.connection.waitingBytes();
    if (waiting === 0) return;
    const { backlogBytes, realTime } = this.#parts;
    if (waiting > backlogBytes) {
      this.#cut(session, `${waiting} bytes wait for it, over the bound of ${backlogBytes}`);
      return;
    }
    const untilBytes = session.sentBytes;
    const progress = this.#waiting.get(session);
    if (progress !== undefined) {
      progress.untilBytes = untilBytes;
      return;
    }
    const takenBytes = untilBytes - waiting;
    this.#waiting.set(session, { takenBytes, sinceNs: realTime.nowNs(), untilBytes });
    this.#arm();
  }

  closed(session: Session): void {
    this.#waiting.delete(session);
  }

  #lookAtAll(): void {
    const { realTime, stallMs } = this.#parts;
    const nowNs = realTime.nowNs();
    for (const [session, progress] of this.#waiting) {
      const waiting = session.connection.waitingBytes();
      const takenBytes = session.sentBytes - waiting;
      if (takenBytes >= progress.untilBytes) this.#waiting.delete(session);
      else if (takenBytes > progress.takenBytes) {
        progress.takenBytes = takenBytes;
        progress.sinceNs = nowNs;
      } else if (nowNs - progress.sinceNs >= stallMs * 1e6)
        this.#cut(session, `it has taken nothing for ${stallMs} ms while ${waiting} bytes wait`);
    }
    this.#arm();
  }

  #cut(session: Session, why: string): void {
    this.#waiting.delete(session);
    this.#parts.cut(session, why);
    session.connection.cut();
  }

  #arm(): void {
    if (this.#isArmed || this.#waiting.size === 0) return;
    this.#isArmed = true;
    const { realTime } = this.#parts;
    realTime.setAlert(realTime.nowNs() + CARE_MS * 1e6, () => {
      this.#isArmed = false;
      this.#lookAtAll();
    });
  }
}
