import type { Clock } from '../clock/clock.js';
import { DiskState, type ShardBoard, ShardPhase } from '../metrics/shard-board.js';
import { CommandFlag, CommandKind } from '../model/command.js';
import { CancelReason } from '../model/event.js';
import { shardOfPlaceHigh } from '../model/identity.js';
import type { Instrument } from '../model/instrument.js';
import { LINE_BYTES, MAX_SHARDS } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import type { Doorbell } from '../ring/doorbell.js';
import { RingProducer } from '../ring/ring.js';
import { quoteCount, quoteWord } from '../wire/command-fields.js';
import { LIST_LINES, writeListing } from '../wire/instrument-record.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import {
  LINE_WORDS,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_RECEIVED,
  ORDER_SESSION,
  ORDER_TARGET,
  ORDER_TERMS,
  orderFlags,
  orderHead,
  orderKind,
  orderLines,
  orderTerms,
} from '../wire/order-record.js';
import { writeWhole } from '../wire/words.js';
import type { TurnTrace } from './turn-trace.js';

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
  readonly #board: ShardBoard;
  readonly #isStoreBehind: (shard: number) => boolean;
  /** By shard, why it takes nothing in this turn; 0 where it does. */
  readonly #refusing: Int32Array;
  /** By shard, whether it takes nothing that makes the stores' work more: cancels alone. */
  readonly #refusingNew: Uint8Array;
  readonly #listing = new Int32Array(LIST_LINES * LINE_WORDS);
  readonly #trace: TurnTrace | undefined;
  /** When this turn's first message came, ns since the origin, the low 32 bits of that, and whether they are set. */
  #turnNs = 0;
  #turnEpochNs: bigint | undefined;
  #received = 0;
  #receivedSet = false;

  constructor(
    rings: readonly SharedArrayBuffer[],
    doorbells: readonly Doorbell[],
    instruments: InstrumentTable,
    clock: Clock,
    board: ShardBoard,
    isStoreBehind: (shard: number) => boolean = () => false,
    trace?: TurnTrace,
  ) {
    this.#trace = trace;
    this.#board = board;
    this.#isStoreBehind = isStoreBehind;
    this.#refusingNew = new Uint8Array(rings.length);
    this.#refusing = new Int32Array(rings.length);
    this.#rings = rings.map((ring) => new RingProducer(ring, LINE_BYTES));
    this.#doorbells = doorbells;
    this.#instruments = instruments;
    this.#clock = clock;
  }

  /** When the first message of this turn came, in ns since the origin: one look at the clock for all of them. */
  get turnNs(): number {
    this.begin();
    return this.#turnNs;
  }

  /** The same, in ns since the epoch. */
  get turnEpochNs(): bigint {
    this.begin();
    this.#turnEpochNs ??= this.#clock.originEpochNs + BigInt(this.#turnNs);
    return this.#turnEpochNs;
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
    this.begin();
    const shard = this.#shardOf(words, at);
    if (shard < 0) return shard;
    if (shard !== ALL_SHARDS) return this.#sendTo(shard, words, at, session);
    for (let each = 0; each < this.#rings.length; each++)
      if (this.#refusing[each] !== 0) return -this.#refusing[each]!;
    const lines = orderLines(words[at]!);
    if (!this.#rings.every((ring) => ring.hasRoom(lines))) return -RejectCode.Busy;
    for (let each = 0; each < this.#rings.length; each++) this.#write(each, words, at, session);
    return ALL_SHARDS;
  }

  /** Cancels what a session that is gone has left, in every shard. False where one takes nothing now: try again. */
  cancelOf(session: number, clientId: number): boolean {
    this.begin();
    const words = this.#listing.fill(0, 0, LINE_WORDS);
    words[0] = orderHead(CommandKind.CancelAll, 1, 0);
    words[ORDER_TERMS] = orderTerms(CancelReason.Disconnected, 0, CommandFlag.OnlySession);
    writeWhole(words, ORDER_CLIENT_ID, clientId);
    let isSent = true;
    for (let shard = 0; shard < this.#rings.length; shard++)
      if (this.#sendTo(shard, words, 0, session) < 0) isSent = false;
    return isSent;
  }

  /** Has a shard list an instrument. Returns as `send` does. */
  list(instrument: Instrument, shard: number): number {
    this.begin();
    writeListing(this.#listing, 0, instrument);
    return this.#sendTo(shard, this.#listing, 0, 0);
  }

  #sendTo(shard: number, words: Int32Array, at: number, session: number): number {
    if (this.#refusing[shard] !== 0) return -this.#refusing[shard]!;
    if (this.#refusingNew[shard] === 1 && makesWork(words, at)) return -RejectCode.StoresBehind;
    return this.#write(shard, words, at, session) ? shard : -RejectCode.Busy;
  }

  /** A message has come. With a turn's first one begins what all its records share: when they came, which shards take them. */
  begin(): void {
    if (this.#receivedSet) return;
    this.#turnNs = this.#clock.nowNs();
    this.#turnEpochNs = undefined;
    this.#received = this.#turnNs | 0;
    this.#receivedSet = true;
    for (let shard = 0; shard < this.#rings.length; shard++) {
      this.#refusing[shard] = this.#refusalOf(shard);
      this.#refusingNew[shard] = this.#isStoreBehind(shard) ? 1 : 0;
    }
  }

  #refusalOf(shard: number): RejectCode | 0 {
    const phase = this.#board.phase(shard);
    if (phase === ShardPhase.Halted) return RejectCode.ShardHalted;
    if (phase === ShardPhase.Recovering || phase === ShardPhase.Failed) return RejectCode.ShardRecovering;
    return this.#board.disk(shard) === DiskState.Failing ? RejectCode.DiskFailing : 0;
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
    target[slot + ORDER_SESSION] = session;
    target[slot + ORDER_RECEIVED] = this.#received;
    if (ring.unpublished >= PUBLISH_LINES) this.#show(shard, this.#clock.nowNs());
    return true;
  }

  /** Shows what was sent to the shards, and wakes those that sleep. */
  publish(): void {
    this.#receivedSet = false;
    let shownNs = -1;
    for (let shard = 0; shard < this.#rings.length; shard++) {
      if (!this.#rings[shard]!.pending) continue;
      if (shownNs < 0) shownNs = this.#clock.nowNs();
      this.#show(shard, shownNs);
    }
  }

  /** The time is taken before: no shard gathers what was not shown yet. */
  #show(shard: number, shownNs: number): void {
    this.#trace?.shown(shard, this.#turnNs, shownNs);
    this.#rings[shard]!.publish();
    this.#doorbells[shard]!.ring();
  }

  /** Lines that wait in the ring of each shard. */
  depths(): number[] {
    return this.#rings.map((ring) => ring.depth);
  }
}

/** Whether a command brings orders, rather than taking some away or serving the operator. */
function makesWork(words: Int32Array, at: number): boolean {
  const kind = orderKind(words[at]!);
  return kind === CommandKind.New || kind === CommandKind.Amend || kind === CommandKind.MassQuote;
}
