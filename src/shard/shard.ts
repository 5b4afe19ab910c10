import type { Engine } from '../book/engine.js';
import type { Clock } from '../clock/clock.js';
import { FRAME_HEADER_WORDS } from '../journal/frame.js';
import type { JournalWriter } from '../journal/journal-writer.js';
import type { ShardBoard } from '../metrics/shard-board.js';
import { CommandKind } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { IDLE_FRAME_MS, LINE_BYTES, MAX_GATEWAYS } from '../model/limits.js';
import type { Doorbell } from '../ring/doorbell.js';
import { RingConsumer } from '../ring/ring.js';
import type { EventHash } from '../wire/event-hash.js';
import { LIST_LINES, writeListing, writeSettings } from '../wire/instrument-record.js';
import { LINE_WORDS, ORDER_SESSION, orderHead, orderLines, sequencesOf } from '../wire/order-record.js';
import { gatewayOfSession } from '../wire/session-number.js';
import { Group } from './group.js';
import type { Outbox } from './outbox.js';

/** Events past this many words are handed on before the rest of a large group is matched. */
const FLUSH_WORDS = 1 << 16;

export interface ShardParts {
  readonly shard: number;
  readonly engine: Engine;
  readonly hash: EventHash;
  readonly journal: JournalWriter;
  readonly clock: Clock;
  /** One ring per gateway; this thread is their consumer. */
  readonly inputs: readonly SharedArrayBuffer[];
  /** This shard's own, on which it sleeps. */
  readonly doorbell: Doorbell;
  readonly outbox: Outbox;
  readonly board: ShardBoard;
  /** Time of the last frame in the log, ns since the epoch: no stamp is before it. */
  readonly lastTimeNs: bigint;
}

/**
 * The one writer of a log and of its books. A turn takes what is there, stamps it, journals it, syncs, matches,
 * publishes, and gives the ring's slots back, in this order: nothing is answered before it is on disk.
 */
export class Shard {
  readonly #parts: ShardParts;
  readonly #inputs: readonly RingConsumer[];
  readonly #cursors = new Int32Array(MAX_GATEWAYS);
  readonly #group = new Group();
  readonly #frame: Int32Array;
  #sequence: number;
  #timeNs: bigint;
  /** The ring that a turn looks at first, so that a busy one cannot starve the others. */
  #first = 0;
  /** False where events were hashed since the last frame: the next frame or an idle one carries the hash. */
  #hashLogged = true;

  constructor(parts: ShardParts) {
    this.#parts = parts;
    this.#inputs = parts.inputs.map((ring) => new RingConsumer(ring, LINE_BYTES));
    this.#frame = parts.journal.frame;
    this.#sequence = parts.engine.sequence;
    this.#timeNs = parts.lastTimeNs;
  }

  /** Takes one group through; returns the lines that it took, 0 where nothing was there. */
  turn(): number {
    const taken = this.#gather();
    if (taken === 0) return 0;
    const group = this.#group;
    group.sort(this.#frame, FRAME_HEADER_WORDS, taken);
    if (group.commands > 0) this.#journal(group.sequences, group.lines);
    this.#match();
    this.#parts.outbox.publish();
    for (const input of this.#inputs) input.release();
    this.#report(group.commands);
    // Commands have seen to what is due; reads have not, and may keep the shard from ever being idle.
    if (group.commands === 0 && this.#untilDueMs() <= 0) this.logTime();
    return taken;
  }

  /**
   * Sleeps until there is something to take or an order expires; logs the time where one has expired, and the event hash
   * where it is not logged yet.
   */
  idle(): void {
    const { doorbell, board } = this.#parts;
    doorbell.prepare();
    // All is looked at behind the flag: who moves a test clock on rings after it, as who publishes does.
    const dueMs = this.#untilDueMs();
    if (board.stopping || dueMs <= 0 || this.#inputs.some((input) => !input.empty)) {
      doorbell.stay();
      if (!board.stopping && dueMs <= 0) this.logTime();
      return;
    }
    const hashMs = this.#hashLogged ? Number.POSITIVE_INFINITY : IDLE_FRAME_MS;
    doorbell.sleep(Math.min(hashMs, dueMs));
    const isQuiet = !board.stopping && this.#inputs.every((input) => input.empty);
    if (isQuiet && hashMs <= dueMs) this.logHash();
  }

  /** Logs a command that says nothing but its time: what is due by then happens, though nobody has sent anything. */
  logTime(): void {
    this.#frame.fill(0, FRAME_HEADER_WORDS, FRAME_HEADER_WORDS + LINE_WORDS);
    this.#frame[FRAME_HEADER_WORDS] = orderHead(CommandKind.Time, 1, 0);
    this.#takeOwn(1);
    this.#parts.outbox.publish();
    this.#report(1);
  }

  /** A frame without commands: it carries the hash of the events of the frame before. */
  logHash(): void {
    if (this.#hashLogged) return;
    this.#journal(0, 0);
    this.#hashLogged = true;
  }

  /** Logs and lists what the operator has added to the configuration, before the first client is served. */
  configure(instruments: readonly Instrument[], clientIdWindow: number | undefined): void {
    const frame = this.#frame;
    let lines = 0;
    const log = () => {
      this.#takeOwn(lines);
      lines = 0;
    };
    if (clientIdWindow !== undefined) {
      writeSettings(frame, FRAME_HEADER_WORDS, clientIdWindow);
      lines++;
    }
    for (const instrument of instruments) {
      if (lines + LIST_LINES > this.#parts.journal.maxLines) log();
      writeListing(frame, FRAME_HEADER_WORDS + lines * LINE_WORDS, instrument);
      lines += LIST_LINES;
    }
    if (lines > 0) log();
    this.#parts.outbox.publish();
    this.#report(0);
  }

  /** Takes commands of the shard's own through that stand in the frame. */
  #takeOwn(lines: number): void {
    this.#group.sort(this.#frame, FRAME_HEADER_WORDS, lines);
    this.#journal(this.#group.sequences, lines);
    this.#match();
  }

  /** Milliseconds until the next order expires, by the time that a group would get now; 0 or less where one has. */
  #untilDueMs(): number {
    const dueNs = this.#parts.engine.nextDueNs;
    if (dueNs === undefined) return Number.POSITIVE_INFINITY;
    const nowNs = this.#parts.clock.epochNs();
    // A clock that was set back is behind the log.
    let stampNs = this.#timeNs;
    if (nowNs > stampNs) stampNs = nowNs;
    return Number(dueNs - stampNs) / 1e6;
  }

  #report(commands: number): void {
    const { board, shard, engine } = this.#parts;
    board.report(shard, this.#sequence, commands, engine.liveOrders);
  }

  /** Copies what the input rings hold into the frame, up to its cap; returns the lines taken. */
  #gather(): number {
    const inputs = this.#inputs;
    const { maxLines } = this.#parts.journal;
    let lines = 0;
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[(this.#first + i) % inputs.length]!;
      lines += input.take(this.#frame, FRAME_HEADER_WORDS + lines * LINE_WORDS, maxLines - lines);
    }
    this.#first = (this.#first + 1) % inputs.length;
    return lines;
  }

  /** Stamps the group and makes it durable. When this returns, it may be answered. */
  #journal(sequences: number, lines: number): void {
    const { clock, journal, hash } = this.#parts;
    const nowNs = clock.epochNs();
    // A clock that was set back must not make the log run backwards.
    if (nowNs > this.#timeNs) this.#timeNs = nowNs;
    for (let i = 0; i < this.#inputs.length; i++) this.#cursors[i] = this.#inputs[i]!.position;
    journal.append(sequences, lines, this.#sequence + 1, this.#timeNs, hash.low, hash.high, this.#cursors);
  }

  /** Applies the commands of the group, and answers its reads at the places where they stood. */
  #match(): void {
    const { engine } = this.#parts;
    const group = this.#group;
    const frame = this.#frame;
    const end = FRAME_HEADER_WORDS + group.lines * LINE_WORDS;
    const timeLow = Number(BigInt.asIntN(32, this.#timeNs));
    const timeHigh = Number(BigInt.asIntN(32, this.#timeNs >> 32n));
    let read = 0;
    for (let at = FRAME_HEADER_WORDS; ; ) {
      while (read < group.reads && group.readAt[read] === at) this.#read(read++);
      if (at >= end) break;
      engine.apply(frame, at, this.#sequence + 1, timeLow, timeHigh);
      this.#sequence += sequencesOf(frame, at);
      at += orderLines(frame[at]!) * LINE_WORDS;
      if (engine.events.length > FLUSH_WORDS) this.#flush();
    }
    this.#flush();
  }

  /** Hashes the events made so far and copies them to the gateways. */
  #flush(): void {
    const { events } = this.#parts.engine;
    if (events.length === 0) return;
    this.#parts.hash.update(events.words, 0, events.length);
    this.#hashLogged = false;
    this.#parts.outbox.sendToAll(events.words, events.length);
    events.clear();
  }

  /** A read's answer goes to the gateway that asked, behind the events of the commands before it. */
  #read(index: number): void {
    this.#flush();
    const { engine } = this.#parts;
    const at = index * LINE_WORDS;
    engine.readBook(this.#group.readWords, at);
    const gateway = gatewayOfSession(this.#group.readWords[at + ORDER_SESSION]!);
    this.#parts.outbox.sendTo(gateway, engine.events.words, engine.events.length);
    engine.events.clear();
  }
}
