import type { Clock } from '../clock/clock.js';
import { CommandFlag, CommandKind } from '../model/command.js';
import { shardOfPlaceHigh } from '../model/identity.js';
import { LINE_BYTES, MAX_SHARDS } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import type { Doorbell } from '../ring/doorbell.js';
import { RingProducer } from '../ring/ring.js';
import { quoteCount, quoteWord } from '../wire/command-fields.js';
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

/** In place of a shard's number: the command went to all of them. */
export const ALL_SHARDS = MAX_SHARDS;

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

  /** How many shards there are. */
  get shards(): number {
    return this.#rings.length;
  }

  /**
   * Writes a checked record into the ring of the shard that owns its instrument or target, or into the rings of all where
   * it is about no instrument: then into none of them where one is full.
   *
   * @returns the shard, ALL_SHARDS, or the code of the reject with a minus sign
   */
  send(words: Int32Array, at: number, session: number): number {
    const shard = this.#shardOf(words, at);
    if (shard < 0) return shard;
    if (shard !== ALL_SHARDS) return this.#write(shard, words, at, session) ? shard : -RejectCode.Busy;
    const lines = orderLines(words[at]!);
    if (!this.#rings.every((ring) => ring.hasRoom(lines))) return -RejectCode.Busy;
    for (let each = 0; each < this.#rings.length; each++) this.#write(each, words, at, session);
    return ALL_SHARDS;
  }

  /** Which shard a record is for, as `send` says it. */
  #shardOf(words: Int32Array, at: number): number {
    const instrument = words[at + ORDER_INSTRUMENT]!;
    switch (orderKind(words[at]!)) {
      case CommandKind.Cancel:
      case CommandKind.Amend: {
        if (orderFlags(words[at + ORDER_TERMS]!) & CommandFlag.TargetByClientId) break;
        const shard = shardOfPlaceHigh(words[at + ORDER_TARGET + 1]!);
        return shard < this.#rings.length ? shard : -RejectCode.UnknownOrder;
      }
      case CommandKind.MassQuote:
        return this.#shardOfQuotes(words, at);
      case CommandKind.Account:
        return ALL_SHARDS;
      case CommandKind.CancelAll:
        if (instrument === 0) return ALL_SHARDS;
    }
    const shard = this.#instruments.shardOf(instrument);
    return shard >= 0 ? shard : -RejectCode.UnknownInstrument;
  }

  /** The one shard that owns the instruments of all quotes. */
  #shardOfQuotes(words: Int32Array, at: number): number {
    const shard = this.#instruments.shardOf(words[quoteWord(at, 0)]!);
    const quotes = quoteCount(words, at);
    let isOne = true;
    for (let i = 0; i < quotes; i++) {
      const next = this.#instruments.shardOf(words[quoteWord(at, i)]!);
      if (next < 0) return -RejectCode.UnknownInstrument;
      if (next !== shard) isOne = false;
    }
    return isOne ? shard : -RejectCode.QuotesOfSeveralShards;
  }

  /** Returns false where the ring is full. */
  #write(shard: number, words: Int32Array, at: number, session: number): boolean {
    const ring = this.#rings[shard]!;
    const lines = orderLines(words[at]!);
    const slot = ring.claim(lines);
    if (slot < 0) return false;
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
    return true;
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
