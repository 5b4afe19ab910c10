import type { Clock } from '../clock/clock.js';
import { CARE_MS, SILENT_HEARTBEATS } from '../model/limits.js';
import type { Session } from './session.js';

export interface HeartbeatsParts {
  /** The exchange's. */
  readonly clock: Clock;
  /** Sends a session the time. */
  readonly beat: (session: Session) => void;
  /** Closes a session that has been silent for too long. */
  readonly close: (session: Session) => void;
}

/** When a session was heard last, and when it was sent a heartbeat last. */
interface Pulse {
  heardNs: number;
  beatNs: number;
}

/** Signs of life, both ways, of the sessions that have asked for them. */
export class Heartbeats {
  readonly #parts: HeartbeatsParts;
  readonly #pulses = new Map<Session, Pulse>();
  #isArmed = false;

  constructor(parts: HeartbeatsParts) {
    this.#parts = parts;
  }

  opened(session: Session): void {
    if (session.heartbeatMs === 0) return;
    const nowNs = this.#parts.clock.nowNs();
    this.#pulses.set(session, { heardNs: nowNs, beatNs: nowNs });
    this.#arm();
  }

  closed(session: Session): void {
    this.#pulses.delete(session);
  }

  #look(): void {
    const { clock, beat, close } = this.#parts;
    const nowNs = clock.nowNs();
    for (const [session, pulse] of this.#pulses) {
      const intervalNs = session.heartbeatMs * 1e6;
      if (session.isHeard) {
        session.isHeard = false;
        pulse.heardNs = nowNs;
      } else if (nowNs - pulse.heardNs > SILENT_HEARTBEATS * intervalNs) {
        this.#pulses.delete(session);
        close(session);
        continue;
      }
      if (nowNs - pulse.beatNs < intervalNs) continue;
      pulse.beatNs = nowNs;
      beat(session);
    }
    this.#arm();
  }

  #arm(): void {
    if (this.#isArmed || this.#pulses.size === 0) return;
    this.#isArmed = true;
    const { clock } = this.#parts;
    clock.setAlert(clock.nowNs() + CARE_MS * 1e6, () => {
      this.#isArmed = false;
      this.#look();
    });
  }
}
