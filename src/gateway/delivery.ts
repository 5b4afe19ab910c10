import type { NumberedResume } from '../follower/follower-messages.js';
import type { ShardBoard } from '../metrics/shard-board.js';
import { EventFlag, EventKind } from '../model/event.js';
import { shardOfPlaceHigh } from '../model/identity.js';
import { CELL_BYTES } from '../model/limits.js';
import { RingConsumer } from '../ring/ring.js';
import { eventClientId, eventObject } from '../wire/event-object.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_INDEX,
  EVENT_INSTRUMENT,
  EVENT_PLACE,
  EVENT_SESSION,
  eventCells,
  eventCodeOf,
  eventFlags,
  eventKind,
  sequenceOfEvent,
} from '../wire/event-record.js';
import { copyWithSentence, MAX_REFUSAL_WORDS } from '../wire/event-refusal.js';
import { readInstrument } from '../wire/instrument-record.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import { gatewayOfSession } from '../wire/session-number.js';
import type { HttpAnswers } from './http/answers.js';
import type { HttpListings } from './http/listings.js';
import { Resuming } from './resuming.js';
import type { Session } from './session.js';
import type { SessionRegistry } from './session-registry.js';

export interface DeliveryParts {
  readonly gateway: number;
  /** By shard. */
  readonly eventRings: readonly SharedArrayBuffer[];
  readonly sessions: SessionRegistry;
  readonly answers: HttpAnswers;
  readonly instruments: InstrumentTable;
  readonly board: ShardBoard;
  readonly askFollower: (request: NumberedResume) => void;
  readonly epochNs: () => bigint;
  readonly listings: HttpListings;
}

/** From the event rings of all shards to the sessions that want them. */
export class Delivery {
  readonly #gateway: number;
  readonly #rings: readonly RingConsumer[];
  readonly #sessions: SessionRegistry;
  readonly #answers: HttpAnswers;
  readonly #instruments: InstrumentTable;
  readonly #withSentence = new Int32Array(MAX_REFUSAL_WORDS);
  readonly #board: ShardBoard;
  readonly #resuming: Resuming;
  readonly #listings: HttpListings;
  /** By shard, the last event of its log that came: sequence and index. */
  readonly #lastSequence: Float64Array;
  readonly #lastIndex: Float64Array;

  constructor(parts: DeliveryParts) {
    this.#gateway = parts.gateway;
    this.#rings = parts.eventRings.map((ring) => new RingConsumer(ring, CELL_BYTES));
    this.#sessions = parts.sessions;
    this.#answers = parts.answers;
    this.#instruments = parts.instruments;
    this.#board = parts.board;
    this.#listings = parts.listings;
    this.#lastSequence = new Float64Array(this.#rings.length);
    this.#lastIndex = new Float64Array(this.#rings.length);
    this.#resuming = new Resuming({
      gateway: parts.gateway,
      ask: parts.askFollower,
      handedOn: (shard) => this.handedOn(shard),
      hand: (session, words, at) => this.#handNow(session, words, at, eventKind(words[at]!)),
      send: (session) => this.#sessions.sendNow(session),
      epochNs: parts.epochNs,
    });
  }

  /** Sequence up to which clients may have been told of a shard. */
  handedOn(shard: number): number {
    return Math.max(this.#lastSequence[shard]!, this.#board.published(shard));
  }

  /** Sessions that have reconnected and say what they have seen. */
  get resuming(): Resuming {
    return this.#resuming;
  }

  /** True where no ring has an event. */
  get empty(): boolean {
    for (let i = 0; i < this.#rings.length; i++) if (!this.#rings[i]!.empty) return false;
    return true;
  }

  /** Hands on all events that are there. Returns false where a shard has given up on this gateway. */
  drain(): boolean {
    let attached = true;
    for (let i = 0; i < this.#rings.length; i++) {
      const ring = this.#rings[i]!;
      if (ring.detached) {
        attached = false;
        ring.reattach();
        continue;
      }
      const words = ring.words;
      // A shard that took the place of one that died tells its last events again.
      const maySeeAgain = this.#board.restarts(i) > 0;
      let last = -1;
      for (let at = ring.next(); at >= 0; at = ring.next()) {
        if (isOfLog(words, at)) {
          if (!maySeeAgain) last = at;
          else if (this.#isSeen(i, words, at)) {
            ring.skip(eventCells(words[at]!));
            continue;
          } else this.#note(i, words, at);
        }
        this.#deliver(words, at);
        ring.skip(eventCells(words[at]!));
      }
      if (last >= 0) this.#note(i, words, last);
      ring.release();
    }
    return attached;
  }

  #isSeen(shard: number, words: Int32Array, at: number): boolean {
    const sequence = sequenceOfEvent(words, at);
    const last = this.#lastSequence[shard]!;
    return (
      sequence < last || (sequence === last && words[at + EVENT_INDEX]! >>> 0 <= this.#lastIndex[shard]!)
    );
  }

  #note(shard: number, words: Int32Array, at: number): void {
    this.#lastSequence[shard] = sequenceOfEvent(words, at);
    this.#lastIndex[shard] = words[at + EVENT_INDEX]! >>> 0;
  }

  #deliver(words: Int32Array, at: number): void {
    const kind = eventKind(words[at]!);
    if (isOwn(kind)) {
      if (kind === EventKind.Listed) this.#list(words, at);
      return;
    }
    const flags = eventFlags(words[at + EVENT_CODE]!);
    if (kind === EventKind.Book || flags & (EventFlag.Repeated | EventFlag.Refused)) {
      this.#deliverToAsker(words, at);
      return;
    }
    if (kind === EventKind.Rejected && words[at + EVENT_ACCOUNT] === 0)
      this.#listings.rejected(words[at + EVENT_INSTRUMENT]!, eventCodeOf(words[at + EVENT_CODE]!));
    const sessions = this.#sessions.ofAccount(words[at + EVENT_ACCOUNT]!);
    if (sessions !== undefined)
      for (let i = 0; i < sessions.length; i++) this.#hand(sessions[i]!, words, at, kind);
    if (this.#answers.size > 0)
      this.#answers.take(
        words,
        at,
        () => eventClientId(words, at),
        () => eventObject(words, at, this.#instruments),
      );
  }

  /** An event for one session alone: a book, a repeated answer. */
  #deliverToAsker(words: Int32Array, at: number): void {
    const number = words[at + EVENT_SESSION]!;
    if (gatewayOfSession(number) !== this.#gateway) return;
    const session = this.#sessions.withNumber(number);
    if (session !== undefined) this.#hand(session, words, at, eventKind(words[at]!));
    else {
      const shard = shardOfPlaceHigh(words[at + EVENT_PLACE + 1]!);
      this.#answers.takeForSession(number, shard, () => eventObject(words, at, this.#instruments));
    }
  }

  #hand(session: Session, words: Int32Array, at: number, kind: number): void {
    if (session.gaps === undefined || !isOfLog(words, at) || !this.#resuming.hold(session, words, at))
      this.#handNow(session, words, at, kind);
  }

  #handNow(session: Session, words: Int32Array, at: number, kind: number): void {
    if (!session.binary) session.objects.push(eventObject(words, at, this.#instruments));
    else if (kind === EventKind.Rejected) this.#handReject(session, words, at);
    else {
      const count = eventCells(words[at]!) * CELL_WORDS;
      const to = session.reserve(count);
      const out = session.out;
      for (let i = 0; i < count; i++) out[to + i] = words[at + i]!;
    }
    this.#sessions.touch(session);
  }

  /** A binary client gets a reject with its sentence, which the shard does not carry along. */
  #handReject(session: Session, words: Int32Array, at: number): void {
    const count = copyWithSentence(this.#withSentence, 0, words, at);
    const to = session.reserve(count);
    session.out.set(this.#withSentence.subarray(0, count), to);
  }

  #list(words: Int32Array, at: number): void {
    const id = words[at + EVENT_INSTRUMENT]!;
    // Listings of the time before this gateway was started stand in its table already.
    if (this.#instruments.byId(id) !== undefined) return;
    const instrument = readInstrument(words, at + EVENT_CELLS * CELL_WORDS, id);
    this.#instruments.add(instrument, shardOfPlaceHigh(words[at + EVENT_PLACE + 1]!));
    this.#listings.listed(instrument);
  }
}

const OUTSIDE = EventFlag.Repeated | EventFlag.Refused;

/** Whether an event has a place of its own in the log: a book, a repeated answer and a refusal have none. */
function isOfLog(words: Int32Array, at: number): boolean {
  return eventKind(words[at]!) < EventKind.Book && (eventFlags(words[at + EVENT_CODE]!) & OUTSIDE) === 0;
}

/** What the exchange tells itself: nobody has asked for it. */
function isOwn(kind: number): boolean {
  return kind === EventKind.Listed || kind === EventKind.SettingsChanged || kind === EventKind.TimePassed;
}
