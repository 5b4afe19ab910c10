import { EventFlag, EventKind } from '../src/model/event.js';
import { CELL_BYTES } from '../src/model/limits.js';
import { EVENT_CELLS, EVENT_CLIENT_ID } from '../src/wire/event-record.js';
import { FrameParser, ProtocolError } from './frame-parser.js';
import type { ClientFrames } from './frames.js';
import type { LatencyRecorder } from './latency.js';

/** What all connections of a run have been told, added up. */
export class Tally {
  /** Answers of any kind: each order has one. */
  answered = 0;
  /** Answers that stand in the journal, rejects by the book among them. */
  acknowledged = 0;
  /** Answers by a gateway to orders that never reached the log. */
  refused = 0;
  /** Acknowledged orders that the book rejected: mostly cancels of what had traded. */
  rejected = 0;
  /** Trades, each counted once, by its taker. */
  trades = 0;
  /** Answers to nothing that was under way: any is a fault of the exchange or of this client. */
  unexpected = 0;
  bytes = 0;
  /** New orders that were accepted. */
  accepted = 0;
  /** Whether the latency of these alone counts; else that of all that is in the log. */
  measuresAccepted = false;
  /** Rejected and refused orders by code. */
  readonly codes = new Map<number, number>();

  countCode(code: number): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }
}

const NOT_UNDER_WAY = -1;

/** What becomes of control frames: the connection answers pings and notes a close. */
export type OnControl = (opcode: number, payload: Uint8Array) => void;

/** Receives one connection's answers: counts them, and measures each against its order's time. */
export abstract class Answers extends FrameParser {
  /** Orders answered on this connection. */
  answered = 0;
  /** When the bytes that are being parsed arrived. */
  arrivalNs = 0;
  protected readonly tally: Tally;
  /** By order: the time its latency counts from; negative while it is not under way. */
  readonly #timesNs: Float64Array;
  readonly #latency: LatencyRecorder;
  readonly #onControl: OnControl;
  /** Neighbours mostly have one time, that of their write: they are recorded together. */
  #sameNs = NOT_UNDER_WAY;
  #sameCount = 0;

  constructor(orders: number, tally: Tally, latency: LatencyRecorder, onControl: OnControl) {
    super();
    this.tally = tally;
    this.#timesNs = new Float64Array(orders).fill(NOT_UNDER_WAY);
    this.#latency = latency;
    this.#onControl = onControl;
  }

  /** Orders `from` up to `to` are under way as of this time. */
  expect(from: number, to: number, timeNs: number): void {
    this.#timesNs.fill(timeNs, from, to);
  }

  /** Parses what arrived at `arrivalNs`. Throws ProtocolError. */
  take(bytes: Uint8Array, from: number, to: number, arrivalNs: number): void {
    this.arrivalNs = arrivalNs;
    this.tally.bytes += to - from;
    this.consume(bytes, from, to);
    this.#record();
  }

  protected override control(opcode: number, payload: Uint8Array): void {
    this.#onControl(opcode, payload);
  }

  /** The order is answered; where `measured`, its latency counts. */
  protected answer(order: number, measured: boolean): void {
    const timesNs = this.#timesNs;
    const timeNs = order >= 0 && order < timesNs.length ? timesNs[order]! : NOT_UNDER_WAY;
    if (timeNs < 0) {
      this.tally.unexpected++;
      return;
    }
    timesNs[order] = NOT_UNDER_WAY;
    this.answered++;
    this.tally.answered++;
    if (!measured) return;
    if (timeNs !== this.#sameNs) {
      this.#record();
      this.#sameNs = timeNs;
    }
    this.#sameCount++;
  }

  #record(): void {
    if (this.#sameCount > 0) this.#latency.record(this.arrivalNs - this.#sameNs, this.#sameCount);
    this.#sameCount = 0;
  }
}

/** Bytes of an event up to the low half of its client id: all that is looked at. */
const LOOK_BYTES = EVENT_CLIENT_ID * 4 + 4;
const FLAGS_BYTE = 6;
const ANSWER_MASK = EventFlag.Answer;
const SMALLEST_EVENT_BYTES = EVENT_CELLS * CELL_BYTES;

/** The answers of an exchange: event records, each answer naming its order by client id. */
export class EventAnswers extends Answers {
  /** Start of an event that was cut between two chunks. */
  readonly #held = new Uint8Array(LOOK_BYTES);
  #heldBytes = 0;
  /** Bytes of the event that are still to come and are not looked at. */
  #skip = 0;

  protected override payload(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    if (this.#heldBytes > 0) {
      const take = Math.min(LOOK_BYTES - this.#heldBytes, to - at);
      this.#held.set(bytes.subarray(at, at + take), this.#heldBytes);
      this.#heldBytes += take;
      at += take;
      if (this.#heldBytes < LOOK_BYTES) return;
      this.#heldBytes = 0;
      this.#skip = this.#event(this.#held, 0) - LOOK_BYTES;
    }
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, to - at);
      this.#skip -= skipped;
      at += skipped;
    }
    while (to - at >= LOOK_BYTES) at += this.#event(bytes, at);
    if (at > to) this.#skip = at - to;
    else if (at < to) {
      this.#held.set(bytes.subarray(at, to));
      this.#heldBytes = to - at;
    }
  }

  protected override frameEnd(): void {
    if (this.#skip > 0 || this.#heldBytes > 0)
      throw new ProtocolError('an event goes on past the end of its frame');
  }

  /** Looks at the event at `at`; returns its size in bytes. */
  #event(bytes: Uint8Array, at: number): number {
    const size = bytes[at + 2]! * CELL_BYTES;
    if (size < SMALLEST_EVENT_BYTES)
      throw new ProtocolError(`an event has ${size} bytes, under ${SMALLEST_EVENT_BYTES}`);
    const flags = bytes[at + FLAGS_BYTE]!;
    const kind = bytes[at + 1]!;
    if ((flags & ANSWER_MASK) === 0) {
      if (kind === EventKind.Fill && (flags & EventFlag.Maker) === 0) this.tally.trades++;
      return size;
    }
    const low = at + EVENT_CLIENT_ID * 4;
    const clientId =
      (bytes[low]! | (bytes[low + 1]! << 8) | (bytes[low + 2]! << 16) | (bytes[low + 3]! << 24)) >>> 0;
    const refused = (flags & EventFlag.Refused) !== 0;
    if (refused) this.tally.refused++;
    else this.tally.acknowledged++;
    if (kind === EventKind.Rejected) {
      if (!refused) this.tally.rejected++;
      this.tally.countCode(bytes[at + 4]! | (bytes[at + 5]! << 8));
    }
    const isAccepted = kind === EventKind.Accepted;
    if (isAccepted) this.tally.accepted++;
    this.answer(clientId - 1, this.tally.measuresAccepted ? isAccepted : !refused);
    return size;
  }
}

/** The answers of an echo server: one frame for each frame, in their order, whatever it holds. */
export class EchoAnswers extends Answers {
  readonly #frames: ClientFrames;
  #answeredFrames = 0;

  constructor(frames: ClientFrames, tally: Tally, latency: LatencyRecorder, onControl: OnControl) {
    super(frames.orders, tally, latency, onControl);
    this.#frames = frames;
  }

  protected override payload(): void {}

  protected override frameEnd(): void {
    const from = this.#frames.ordersBefore(this.#answeredFrames++);
    const to = this.#frames.ordersBefore(this.#answeredFrames);
    if (from === to) this.tally.unexpected++;
    for (let order = from; order < to; order++) this.answer(order, true);
    this.tally.acknowledged += to - from;
  }
}

/** What a close frame says: its code, and its reason if it gives one. */
export function closeText(payload: Uint8Array): string {
  if (payload.length < 2) return 'without a code';
  const reason = Buffer.from(payload.subarray(2)).toString('utf8');
  return `with code ${payload[0]! * 256 + payload[1]!}${reason === '' ? '' : ` (${reason})`}`;
}
