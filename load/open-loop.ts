import type { Clock } from '../src/clock/clock.js';
import type { Connection } from './connection.js';
import type { SendingLoop } from './fleet.js';
import type { Dealing } from './frames.js';
import { LatencyRecorder } from './latency.js';

/**
 * How long the client sleeps between two looks at the clock and the sockets. A client that spins instead takes a core
 * from the exchange, whose threads then wait for one another: its p99 doubles.
 */
const NAP_MS = 0.05;

export interface OpenLoopSettings {
  readonly connections: readonly Connection[];
  readonly clock: Clock;
  readonly dealing: Dealing;
  readonly ratePerSecond: number;
  /** So many orders are due at once, at the time of the first of them; 1: evenly. */
  readonly burst?: number;
  /** Places in the run of the first order to send and of the one after the last. */
  readonly from: number;
  readonly to: number;
}

/**
 * The rate loop: order `i` is due at start + `i` / rate, whatever became of the orders before it. What is due is sent at
 * once, and counts from the time at which it was due even where the client itself comes late. A frame of many orders
 * is due with its last one. In bursts, all orders of a burst are due at once.
 */
export class OpenLoop implements SendingLoop {
  /** When the first order was due. */
  firstSendNs = 0;
  /** How late frames went out, one value for each turn that sent any: that of its oldest. */
  readonly lateness = new LatencyRecorder();
  readonly #settings: OpenLoopSettings;
  readonly #intervalNs: number;
  readonly #burst: number;
  readonly #nap = new Int32Array(new SharedArrayBuffer(4));
  #next: number;
  #running = false;

  constructor(settings: OpenLoopSettings) {
    this.#settings = settings;
    this.#intervalNs = 1e9 / settings.ratePerSecond;
    this.#burst = settings.burst ?? 1;
    this.#next = settings.from;
  }

  start(): void {
    this.firstSendNs = this.#settings.clock.nowNs();
    this.#running = true;
    setImmediate(this.#turn);
  }

  /** Answers are counted by the connection; what is sent does not depend on them. */
  onRead(): void {}

  stop(): void {
    this.#running = false;
  }

  /** One turn: send what is due, sleep, and let the event loop read the sockets. */
  readonly #turn = (): void => {
    if (!this.#running) return;
    const { clock, to } = this.#settings;
    if (this.#next < to) this.#sendDue(clock.nowNs());
    Atomics.wait(this.#nap, 0, 0, NAP_MS);
    setImmediate(this.#turn);
  };

  #sendDue(nowNs: number): void {
    const { from, to, dealing, connections } = this.#settings;
    const due = Math.floor((nowNs - this.firstSendNs) / (this.#intervalNs * this.#burst)) + 1;
    let dueEnd = Math.min(to, from + due * this.#burst);
    if (dueEnd < to) dueEnd -= dueEnd % dealing.ordersPerFrame;
    if (this.#next >= dueEnd) return;
    this.lateness.record(nowNs - this.#dueNs(this.#frameEnd(this.#next) - 1), 1);
    while (this.#next < dueEnd) {
      const end = Math.min(this.#next + dealing.stripe - (this.#next % dealing.stripe), dueEnd);
      this.#send(connections[dealing.connectionOf(this.#next)]!, this.#next, end);
      this.#next = end;
    }
  }

  /** Sends the orders at these places, all of one connection and whole frames, each with the time at which it was due. */
  #send(connection: Connection, from: number, to: number): void {
    const offset = connection.sentOrders - from;
    connection.send(Math.ceil((to - from) / this.#settings.dealing.ordersPerFrame), this.#dueNs(to - 1));
    for (let place = from; place < to; ) {
      const end = this.#frameEnd(place);
      connection.answers.expect(offset + place, offset + end, this.#dueNs(end - 1));
      place = end;
    }
  }

  /** The place after the frame that begins here. */
  #frameEnd(place: number): number {
    return Math.min(place + this.#settings.dealing.ordersPerFrame, this.#settings.to);
  }

  #dueNs(place: number): number {
    const index = place - this.#settings.from;
    return this.firstSendNs + (index - (index % this.#burst)) * this.#intervalNs;
  }
}
