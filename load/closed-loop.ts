import type { Clock } from '../src/clock/clock.js';
import type { Connection } from './connection.js';
import type { SendingLoop } from './fleet.js';

/**
 * Part of its window that a connection waits to have free before it writes again: larger writes cost less for each
 * order, on this side and on the other, while the rest of the window keeps the server busy.
 */
const REFILL_SHARE = 1 / 2;

export interface ClosedLoopSettings {
  readonly connections: readonly Connection[];
  readonly clock: Clock;
  /** Bound of the orders under way over all connections; each gets an equal part. */
  readonly underWay: number;
  /** Each connection sends up to this frame; by connection. */
  readonly endFrames: readonly number[];
}

/** The throughput loop: as many orders as the bound allows are under way, and an answer makes room for the next. */
export class ClosedLoop implements SendingLoop {
  /** When the first order went out. */
  firstSendNs = 0;
  readonly #settings: ClosedLoopSettings;
  readonly #ends: ReadonlyMap<Connection, number>;
  /** Frames that one connection may have under way, and how many must be free before it writes. */
  readonly #window: number;
  readonly #refill: number;

  constructor(settings: ClosedLoopSettings) {
    this.#settings = settings;
    this.#ends = new Map(
      settings.connections.map((connection, index) => [connection, settings.endFrames[index]!]),
    );
    const ordersPerFrame = settings.connections[0]!.frames.ordersPerFrame;
    const orders = Math.floor(settings.underWay / settings.connections.length);
    this.#window = Math.max(1, Math.floor(orders / ordersPerFrame));
    this.#refill = Math.max(1, Math.floor(this.#window * REFILL_SHARE));
  }

  start(): void {
    this.firstSendNs = this.#settings.clock.nowNs();
    for (const connection of this.#settings.connections) this.onRead(connection);
  }

  onRead(connection: Connection): void {
    const rest = this.#ends.get(connection)! - connection.sentFrames;
    if (rest === 0) return;
    const free = this.#window - Math.ceil(connection.underWay / connection.frames.ordersPerFrame);
    if (free < Math.min(this.#refill, rest)) return;
    connection.send(Math.min(free, rest), this.#settings.clock.nowNs());
  }

  stop(): void {}
}
