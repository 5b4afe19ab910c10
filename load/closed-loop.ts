import type { Clock } from '../src/clock/clock.js';
import type { Connection } from './connection.js';
import type { SendingLoop } from './fleet.js';

/**
 * What one connection may have under way, in frames, and how many of them must be free before it writes again: half of
 * them. Larger writes cost less for each order, on this side and on the other, while the other half keeps the server
 * busy.
 */
export function windowOf(
  underWay: number,
  connections: number,
  ordersPerFrame: number,
): { readonly frames: number; readonly refill: number } {
  const frames = Math.max(1, Math.floor(underWay / connections / ordersPerFrame));
  const refill = Math.max(1, Math.floor(frames / 2));
  return { frames: Math.min(frames, 2 * refill), refill };
}

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
  readonly #window: number;
  readonly #refill: number;

  constructor(settings: ClosedLoopSettings) {
    this.#settings = settings;
    this.#ends = new Map(
      settings.connections.map((connection, index) => [connection, settings.endFrames[index]!]),
    );
    const { connections, underWay } = settings;
    const window = windowOf(underWay, connections.length, connections[0]!.frames.ordersPerFrame);
    this.#window = window.frames;
    this.#refill = window.refill;
  }

  start(): void {
    this.firstSendNs = this.#settings.clock.nowNs();
    // By refills, all connections in turn, as it goes on afterwards.
    for (let filled = 0; filled < this.#window; filled += this.#refill)
      for (const connection of this.#settings.connections) this.#send(connection, this.#refill);
  }

  onRead(connection: Connection): void {
    this.#send(connection, this.#window);
  }

  /** Sends up to `most` frames, where there is room for a refill or for all that is left. */
  #send(connection: Connection, most: number): void {
    const rest = this.#ends.get(connection)! - connection.sentFrames;
    if (rest === 0) return;
    const free = this.#window - Math.ceil(connection.underWay / connection.frames.ordersPerFrame);
    if (free < Math.min(this.#refill, rest)) return;
    connection.send(Math.min(free, rest, most), this.#settings.clock.nowNs());
  }

  stop(): void {}
}
