import type { Clock } from '../clock/clock.js';
import { CELL_BYTES, DETACH_AFTER_MS } from '../model/limits.js';
import type { Doorbell } from '../ring/doorbell.js';
import { pause } from '../ring/pause.js';
import { RingProducer } from '../ring/ring.js';

/** How long the shard sleeps before it looks again whether a full event ring has room. */
const FULL_RING_SLEEP_MS = 0.1;

/**
 * The shard's way out: one event ring to each gateway. Every gateway gets every event, since an account may be
 * connected to any of them. A full ring makes the shard wait; past a bound it goes on without that gateway.
 */
export class Outbox {
  readonly #rings: readonly RingProducer[];
  readonly #doorbells: readonly Doorbell[];
  /** By gateway, 1 where it was shown something and not woken yet. */
  readonly #shown: Uint8Array;
  /** Real time: a stall is one even where the exchange's time stands still. */
  readonly #realTime: Clock;
  readonly #onDetach: (gateway: number) => void;

  constructor(
    rings: readonly SharedArrayBuffer[],
    doorbells: readonly Doorbell[],
    realTime: Clock,
    onDetach: (gateway: number) => void,
  ) {
    this.#rings = rings.map((ring) => new RingProducer(ring, CELL_BYTES));
    this.#doorbells = doorbells;
    this.#shown = new Uint8Array(rings.length);
    this.#realTime = realTime;
    this.#onDetach = onDetach;
  }

  /** Copies events to every gateway. They are seen after `publish`, or earlier where a ring fills up. */
  sendToAll(words: Int32Array, length: number): void {
    for (let gateway = 0; gateway < this.#rings.length; gateway++) this.sendTo(gateway, words, length);
  }

  /** Copies events to one gateway. */
  sendTo(gateway: number, words: Int32Array, length: number): void {
    const ring = this.#rings[gateway]!;
    if (ring.detached) return;
    const at = ring.append(words, 0, length);
    if (at < length) this.#waitAndSend(gateway, ring, words, at, length);
  }

  /** Shows the gateways what was sent, and wakes those that sleep. */
  publish(): void {
    this.show();
    this.wake();
  }

  /** Shows the gateways what was sent; those that sleep go on sleeping until `wake`. */
  show(): void {
    for (let gateway = 0; gateway < this.#rings.length; gateway++) {
      const ring = this.#rings[gateway]!;
      if (!ring.pending) continue;
      ring.publish();
      this.#shown[gateway] = 1;
    }
  }

  /** Wakes the gateways that were shown something. */
  wake(): void {
    for (let gateway = 0; gateway < this.#rings.length; gateway++) {
      if (this.#shown[gateway] === 0) continue;
      this.#shown[gateway] = 0;
      this.#doorbells[gateway]!.ring();
    }
  }

  #waitAndSend(gateway: number, ring: RingProducer, words: Int32Array, from: number, length: number): void {
    const giveUpNs = this.#realTime.nowNs() + DETACH_AFTER_MS * 1e6;
    let at = from;
    while (at < length) {
      ring.publish();
      this.#doorbells[gateway]!.ring();
      pause(FULL_RING_SLEEP_MS);
      const next = ring.append(words, at, length);
      if (next === at && this.#realTime.nowNs() > giveUpNs) {
        ring.detach();
        // It may have emptied the ring and gone to sleep in this very moment: it must learn that it is detached.
        this.#doorbells[gateway]!.ring();
        this.#onDetach(gateway);
        return;
      }
      at = next;
    }
  }
}
