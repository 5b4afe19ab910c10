import type { Clock } from '../clock/clock.js';
import { CommandFlag, CommandKind } from '../model/command.js';
import { shardOfPlaceHigh } from '../model/identity.js';
import { LINE_BYTES } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import type { Doorbell } from '../ring/doorbell.js';
import { RingProducer } from '../ring/ring.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import {
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_RECEIVED,
  ORDER_SESSION,
  ORDER_TARGET,
  ORDER_TERMS,
  orderFlags,
  orderKind,
  orderLines,
} from '../wire/order-record.js';

/** A turn that brings so many lines shows them at once: the ring must not fill up while the shard sleeps. */
const PUBLISH_LINES = 4096;

/**
 * The gateway's way in: one ring to each shard. Orders are written as they come and shown to the shards once per turn
 * of the event loop.
 */
export class Router {
  readonly #rings: readonly RingProducer[];
  readonly #doorbells: readonly Doorbell[];
  readonly #instruments: InstrumentTable;
  readonly #clock: Clock;
  /** Low 32 bits of the time at which this turn's messages came, and whether they are set. */
  #received = 0;
  #receivedSet = false;

  constructor(
    rings: readonly SharedArrayBuffer[],
    doorbells: readonly Doorbell[],
    instruments: InstrumentTable,
    clock: Clock,
  ) {
    this.#rings = rings.map((ring) => new RingProducer(ring, LINE_BYTES));
    this.#doorbells = doorbells;
    this.#instruments = instruments;
    this.#clock = clock;
  }

  /**
   * Writes a checked record into the ring of the shard that owns its instrument or target.
   * @returns the shard, or the code of the reject with a minus sign
   */
  send(words: Int32Array, at: number, session: number): number {
    const head = words[at]!;
    const kind = orderKind(head);
    let shard: number;
    if (
      kind === CommandKind.New ||
      kind === CommandKind.ReadBook ||
      orderFlags(words[at + ORDER_TERMS]!) & CommandFlag.TargetByClientId
    ) {
      shard = this.#instruments.shardOf(words[at + ORDER_INSTRUMENT]!);
      if (shard < 0) return -RejectCode.UnknownInstrument;
    } else {
      shard = shardOfPlaceHigh(words[at + ORDER_TARGET + 1]!);
      if (shard >= this.#rings.length) return -RejectCode.UnknownOrder;
    }
    const ring = this.#rings[shard]!;
    const lines = orderLines(head);
    const slot = ring.claim(lines);
    if (slot < 0) return -RejectCode.Busy;
    const target = ring.words;
    const count = lines * LINE_WORDS;
    for (let i = 0; i < count; i++) target[slot + i] = words[at + i]!;
    if (!this.#receivedSet) {
      this.#received = this.#clock.nowNs() | 0;
      this.#receivedSet = true;
    }
    target[slot + ORDER_SESSION] = session;
    target[slot + ORDER_RECEIVED] = this.#received;
    if (ring.unpublished >= PUBLISH_LINES) this.#show(shard);
    return shard;
  }

  /** Shows what was sent to the shards, and wakes those that sleep. */
  publish(): void {
    this.#receivedSet = false;
    for (let shard = 0; shard < this.#rings.length; shard++) {
      if (this.#rings[shard]!.pending) this.#show(shard);
    }
  }

  #show(shard: number): void {
    this.#rings[shard]!.publish();
    this.#doorbells[shard]!.ring();
  }

  /** Lines that wait in the ring of each shard. */
  depths(): number[] {
    return this.#rings.map((ring) => ring.depth);
  }
}
