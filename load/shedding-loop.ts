import type { Clock } from '../src/clock/clock.js';
import type { Randomness } from '../src/clock/randomness.js';
import type { Connection } from './connection.js';
import type { SendingLoop } from './fleet.js';

/** Between two turns. */
const NAP_MS = 0.1;

/** Bytes that may wait in this process for one socket. */
const MOST_WAITING_BYTES = 16 * 1024;

export interface SheddingSettings {
  readonly connections: readonly Connection[];
  readonly clock: Clock;
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Whose turn it is. */
  readonly randomness: Randomness;
}

/**
 * A rate far over what a server can take. An order that is due goes out in the turn in which it is due, or never: where its
 * socket takes no more, the network has refused it, and it is counted. So no order waits in this process, and the latency
 * of one that is sent counts from when it was due.
 */
export class SheddingLoop implements SendingLoop {
  /** Orders that were due and that a socket did not take. */
  shed = 0;
  sent = 0;
  /** Resolves when all the time is over, or all frames are sent. */
  readonly done: Promise<void>;
  readonly #settings: SheddingSettings;
  readonly #firstFrames: readonly number[];
  #settle: () => void = () => {};
  readonly #nap = new Int32Array(new SharedArrayBuffer(4));
  #startNs = 0;
  #running = false;
  #due = 0;
  /** The time of this turn, as the two halves of a send time. */
  #timeLow = 0;
  #timeHigh = 0;

  constructor(settings: SheddingSettings) {
    this.#settings = settings;
    this.#firstFrames = settings.connections.map(({ sentFrames }) => sentFrames);
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  start(): void {
    this.#startNs = this.#settings.clock.nowNs();
    this.#running = true;
    setImmediate(this.#turn);
  }

  onRead(): void {}

  stop(): void {
    this.#running = false;
    this.#settle();
  }

  /** Frames that each connection has sent in this loop. */
  sentFrames(): number[] {
    return this.#settings.connections.map(({ sentFrames }, i) => sentFrames - this.#firstFrames[i]!);
  }

  readonly #turn = (): void => {
    if (!this.#running) return;
    const { clock, connections, ratePerSecond, seconds, randomness } = this.#settings;
    const elapsed = (clock.nowNs() - this.#startNs) / 1e9;
    if (elapsed >= seconds) {
      this.stop();
      return;
    }
    const due = Math.floor(elapsed * ratePerSecond) - this.#due;
    this.#due += due;
    const epochNs = clock.epochNs();
    this.#timeLow = Number(BigInt.asIntN(32, epochNs));
    this.#timeHigh = Number(BigInt.asIntN(32, epochNs >> 32n));
    // All connections get the same, and what does not divide goes to any: clients that took turns would have their budgets
    // used up, and full again, all at the same moments.
    const each = Math.floor(due / connections.length);
    if (each > 0) for (const connection of connections) this.#send(connection, each);
    for (let more = due % connections.length; more > 0; more--)
      this.#send(connections[randomness.below(connections.length)]!, 1);
    // As an open loop does: a client that never sleeps takes a core from the exchange.
    Atomics.wait(this.#nap, 0, 0, NAP_MS);
    setImmediate(this.#turn);
  };

  #send(connection: Connection, orders: number): void {
    const { frames } = connection;
    const left = frames.frames - connection.sentFrames;
    const count = connection.waitingBytes > MOST_WAITING_BYTES ? 0 : Math.min(orders, left);
    // An order says when it was sent, so that the exchange can tell which it was too slow to read.
    for (let i = 0; i < count; i++) frames.stamp(connection.sentFrames + i, this.#timeLow, this.#timeHigh);
    if (count > 0) connection.send(count, this.#settings.clock.nowNs());
    this.sent += count;
    this.shed += orders - count;
    if (left === 0) this.stop();
  }
}
