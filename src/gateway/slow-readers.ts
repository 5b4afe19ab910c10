import type { Clock } from '../clock/clock.js';
import { CARE_MS, LEAST_PROGRESS_BYTES, PROGRESS_BYTES, PROGRESS_MS } from '../model/limits.js';
import type { Session } from './session.js';

export interface SlowReadersParts {
  /** Real time: a stall is one, whatever the exchange's own time does. */
  readonly realTime: Clock;
  readonly backlogBytes: number;
  readonly stallMs: number;
  /** Told of each session that is cut, and why. */
  readonly cut: (session: Session, why: string) => void;
}

/** How far a session has come that has not taken all of its own yet. */
interface Progress {
  /** Bytes that the kernel has taken from us, and pings that the client has not answered. */
  takenBytes: number;
  pings: number;
  /** When either was last better. */
  sinceNs: number;
  /** Once so many are taken, nothing of its own waits any more: who stops reading public data is only passed over. */
  untilBytes: number;
}

/**
 * Sessions that do not take what they are sent. One for which too much waits, or that takes nothing for too long, is cut:
 * a close frame would only stand behind what it does not read. It resumes by the last event that it saw.
 *
 * What the kernel has taken, the client may not have read: megabytes stay on the way. So it is pinged every PROGRESS_BYTES, or every second,
 * and a pong, which stands behind them, says that they were read.
 */
export class SlowReaders {
  readonly #parts: SlowReadersParts;
  readonly #watched = new Map<Session, Progress>();
  #isArmed = false;

  constructor(parts: SlowReadersParts) {
    this.#parts = parts;
  }

  /** Looks at a session that has just been sent something of its own. */
  look(session: Session): void {
    const { connection, sentBytes } = session;
    const waiting = connection.waitingBytes();
    const { backlogBytes } = this.#parts;
    if (waiting > backlogBytes) {
      this.#cut(session, `${waiting} bytes wait for it, over the bound of ${backlogBytes}`);
      return;
    }
    const unpingedBytes = sentBytes - session.pingedBytes;
    const isPingDue =
      unpingedBytes >= PROGRESS_BYTES ||
      (unpingedBytes >= LEAST_PROGRESS_BYTES &&
        this.#parts.realTime.nowNs() - session.pingedNs >= PROGRESS_MS * 1e6);
    if (waiting === 0 && !isPingDue) return;
    const progress = this.#progressOf(session, sentBytes - waiting);
    if (waiting > 0) progress.untilBytes = sentBytes;
    if (!isPingDue) return;
    session.pingedBytes = sentBytes;
    session.pingedNs = this.#parts.realTime.nowNs();
    if (progress.pings++ === 0) progress.sinceNs = session.pingedNs;
    connection.ping();
  }

  /** A session has read all before one of its pings. */
  ponged(session: Session): void {
    const progress = this.#watched.get(session);
    if (progress === undefined || progress.pings === 0) return;
    progress.pings--;
    progress.sinceNs = this.#parts.realTime.nowNs();
  }

  closed(session: Session): void {
    this.#watched.delete(session);
  }

  #progressOf(session: Session, takenBytes: number): Progress {
    let progress = this.#watched.get(session);
    if (progress === undefined) {
      progress = { takenBytes, pings: 0, sinceNs: this.#parts.realTime.nowNs(), untilBytes: 0 };
      this.#watched.set(session, progress);
      this.#arm();
    }
    return progress;
  }

  #lookAtAll(): void {
    const { realTime, stallMs } = this.#parts;
    const nowNs = realTime.nowNs();
    for (const [session, progress] of this.#watched) {
      const waiting = session.connection.waitingBytes();
      const takenBytes = session.sentBytes - waiting;
      if (takenBytes >= progress.untilBytes && progress.pings === 0) this.#watched.delete(session);
      else if (takenBytes > progress.takenBytes && progress.pings === 0) {
        progress.takenBytes = takenBytes;
        progress.sinceNs = nowNs;
      } else if (nowNs - progress.sinceNs >= stallMs * 1e6) {
        const unread = progress.pings > 0 ? ', a ping among them that it has not answered' : '';
        this.#cut(session, `it has read nothing for ${stallMs} ms of what it was sent${unread}`);
      }
    }
    this.#arm();
  }

  #cut(session: Session, why: string): void {
    this.#watched.delete(session);
    this.#parts.cut(session, why);
    // At once: its transport may tell of the end later only.
    session.open = false;
    session.connection.cut();
  }

  #arm(): void {
    if (this.#isArmed || this.#watched.size === 0) return;
    this.#isArmed = true;
    const { realTime } = this.#parts;
    realTime.setAlert(realTime.nowNs() + CARE_MS * 1e6, () => {
      this.#isArmed = false;
      this.#lookAtAll();
    });
  }
}
