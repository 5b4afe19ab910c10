import type { Clock, TimerId } from '../clock/clock.js';
import { FIRST_TIME_SAMPLE_MS, TIME_SAMPLE_MS, TIME_SAMPLES } from '../model/limits.js';
import type { SessionEvent } from '../wire/session-schema.js';
import { encodeMessage } from './messages.js';
import type { ServerClock } from './server-clock.js';

type TimeEvent = Extract<SessionEvent, { event: 'time' }>;

/**
 * Asks the exchange what time it is: eight times in a row over a new connection, and then every few seconds. That is
 * also the sign of life that the exchange waits for, and its answers are those that we wait for.
 */
export class TimeKeeping {
  readonly #clock: Clock;
  readonly #serverClock: ServerClock;
  readonly #intervalNs: number;
  readonly #send: (bytes: Uint8Array) => void;
  #asked = new Set<string>();
  #left = 0;
  #alert: TimerId | undefined;

  /** @param heartbeatMs how long nothing may be said, in ms */
  constructor(
    clock: Clock,
    serverClock: ServerClock,
    heartbeatMs: number,
    send: (bytes: Uint8Array) => void,
  ) {
    this.#clock = clock;
    this.#serverClock = serverClock;
    this.#intervalNs = Math.min(heartbeatMs, TIME_SAMPLE_MS) * 1e6;
    this.#send = send;
  }

  /** There is a new connection. */
  connected(): void {
    this.disconnected();
    this.#serverClock.begin();
    this.#left = TIME_SAMPLES - 1;
    this.#ask();
  }

  disconnected(): void {
    this.#asked.clear();
    if (this.#alert !== undefined) this.#clock.cancel(this.#alert);
    this.#alert = undefined;
  }

  take(event: TimeEvent): void {
    const receivedNs = this.#clock.epochNs();
    // What was not asked over this connection says nothing.
    if (!this.#asked.delete(event.clientTimeNs)) return;
    this.#serverClock.add({
      sentNs: BigInt(event.clientTimeNs),
      serverReceivedNs: BigInt(event.receivedNs),
      serverSentNs: BigInt(event.sentNs),
      receivedNs,
    });
  }

  #ask(): void {
    const waitNs = this.#left > 0 ? FIRST_TIME_SAMPLE_MS * 1e6 : this.#intervalNs;
    if (this.#left > 0) this.#left--;
    this.#alert = this.#clock.setAlert(this.#clock.nowNs() + waitNs, () => this.#ask());
    const clientTimeNs = this.#clock.epochNs().toString();
    this.#asked.add(clientTimeNs);
    this.#send(encodeMessage({ type: 'time', clientTimeNs }));
  }
}
