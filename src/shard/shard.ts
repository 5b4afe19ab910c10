import type { Engine } from '../book/engine.js';
import type { Clock } from '../clock/clock.js';
import { FRAME_HEADER_WORDS } from '../journal/frame.js';
import type { JournalWriter } from '../journal/journal-writer.js';
import { Drill, exhaustMemory } from '../metrics/drill.js';
import type { ShardBoard } from '../metrics/shard-board.js';
import { CommandKind } from '../model/command.js';
import { placeHighOf } from '../model/identity.js';
import type { Instrument } from '../model/instrument.js';
import { DISK_RETRY_MS, IDLE_FRAME_MS, LINE_BYTES, MAX_GATEWAYS } from '../model/limits.js';
import type { Doorbell } from '../ring/doorbell.js';
import { pause } from '../ring/pause.js';
import { RingConsumer } from '../ring/ring.js';
import type { EventHash } from '../wire/event-hash.js';
import { EVENT_PLACE, EVENT_SESSION } from '../wire/event-record.js';
import { MAX_REFUSAL_WORDS, writeRecordRefusal } from '../wire/event-refusal.js';
import { LIST_LINES, type LogSettings, writeListing, writeSettings } from '../wire/instrument-record.js';
import { LINE_WORDS, ORDER_SESSION, orderHead, orderLines, sequencesOf } from '../wire/order-record.js';
import { gatewayOfSession } from '../wire/session-number.js';
import { DiskTrouble } from './disk-trouble.js';
import { Group } from './group.js';
import type { GroupTrace } from './group-trace.js';
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
  /** Takes the times of groups. */
  readonly trace?: GroupTrace | undefined;
  /** Time of the last frame in the log, ns since the epoch: no stamp is before it. */
  readonly lastTimeNs: bigint;
  /** Real time, for how often a disk in trouble is tried again. */
  readonly realTime: Clock;
  /** Of those who read its log, to be woken when there is something to read. */
  readonly readerBells?: readonly Doorbell[];
  /**
   * A shard that takes the place of one that died: how far the log says that each input ring was consumed. What lies before
   * is in the log, and is not taken again.
   */
  readonly consumed?: Int32Array | undefined;
  /** Takes a sentence where something is not as it should be, or is again. */
  readonly tell?: (sentence: string) => void;
  /** Sleeps between two attempts on a disk that fails. */
  readonly pause?: (ms: number) => void;
}

/** The follower has found that this shard's events are not those of its log: it must not answer any more. */
export class ShardDiverged extends Error {
  override readonly name = 'ShardDiverged';
}

/**
 * The one writer of a log and of its books. A turn takes what is there, stamps it, journals it, syncs, matches, gives the
 * ring's slots back, and publishes, in this order: nothing is answered before it is on disk.
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
  readonly #diskTrouble: DiskTrouble;
  readonly #refusal = new Int32Array(MAX_REFUSAL_WORDS);
  /** False where events were hashed since the last frame: the next frame or an idle one carries the hash. */
  #hashLogged = true;

  constructor(parts: ShardParts) {
    this.#parts = parts;
    this.#inputs = parts.inputs.map((ring) => new RingConsumer(ring, LINE_BYTES));
    this.#frame = parts.journal.frame;
    this.#sequence = parts.engine.sequence;
    this.#timeNs = parts.lastTimeNs;
    const { board, shard, journal, realTime, consumed } = parts;
    this.#diskTrouble = new DiskTrouble(board, shard, journal, realTime, parts.pause ?? pause, parts.tell);
    if (consumed !== undefined) for (const [i, input] of this.#inputs.entries()) input.seek(consumed[i]!);
    board.setJournalEnd(shard, journal.segment, journal.end);
    board.setPublished(shard, this.#sequence);
  }

  /** Takes one group through; returns the lines that it took, 0 where nothing was there. */
  turn(): number {
    const taken = this.#gather();
    if (taken === 0) return 0;
    const { trace } = this.#parts;
    trace?.gathered();
    const trouble = this.#diskTrouble;
    if (trouble.isThere) trouble.tryAgain(this.#sequence + 1, this.#timeNs);
    const group = this.#group;
    group.sort(this.#frame, FRAME_HEADER_WORDS, taken, trouble.admission);
    if (group.commands > 0) {
      if (this.#journal(group.sequences, group.lines)) trace?.synced(group.commands);
      else group.refuseAll(this.#frame, FRAME_HEADER_WORDS);
    }
    this.#match();
    // Before anybody is told of it: where this thread dies, what was refused must not be taken again by the next one.
    for (const input of this.#inputs) input.release();
    if (group.refused > 0) this.#refuse();
    trace?.matched(group.commands + group.reads);
    this.#publish();
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
    const trouble = this.#diskTrouble;
    const canLog = trouble.admission !== 'none';
    if (board.stopping || (canLog && dueMs <= 0) || this.#inputs.some((input) => !input.empty)) {
      doorbell.stay();
      if (!board.stopping && canLog && dueMs <= 0) this.logTime();
      return;
    }
    this.#checkBoard();
    if (trouble.isThere) {
      doorbell.sleep(DISK_RETRY_MS);
      trouble.tryAgain(this.#sequence + 1, this.#timeNs);
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
    if (!this.#takeOwn(1)) return;
    this.#publish();
    this.#report(1);
  }

  /** A frame without commands: it carries the hash of the events of the frame before. */
  logHash(): void {
    if (this.#hashLogged || !this.#journal(0, 0)) return;
    this.#hashLogged = true;
    this.#ringReaders();
  }

  /** Logs and lists what the operator has added to the configuration, before the first client is served. */
  configure(instruments: readonly Instrument[], settings: LogSettings | undefined): void {
    const frame = this.#frame;
    let lines = 0;
    const log = () => {
      if (!this.#takeOwn(lines))
        throw new Error(`shard ${this.#parts.shard}: the disk has no room to log the configuration`);
      lines = 0;
    };
    if (settings !== undefined) {
      writeSettings(frame, FRAME_HEADER_WORDS, settings);
      lines++;
    }
    for (const instrument of instruments) {
      if (lines + LIST_LINES > this.#parts.journal.maxLines) log();
      writeListing(frame, FRAME_HEADER_WORDS + lines * LINE_WORDS, instrument);
      lines += LIST_LINES;
    }
    if (lines > 0) log();
    this.#publish();
    this.#report(0);
  }

  /** Takes commands of the shard's own through that stand in the frame; false where the disk has no room for them. */
  #takeOwn(lines: number): boolean {
    this.#group.sort(this.#frame, FRAME_HEADER_WORDS, lines);
    if (!this.#journal(this.#group.sequences, lines)) return false;
    this.#match();
    return true;
  }

  #ringReaders(): void {
    const { readerBells } = this.#parts;
    if (readerBells === undefined) return;
    for (let i = 0; i < readerBells.length; i++) readerBells[i]!.ring();
  }

  /** Shows the events to the gateways, and the frame to those who read the log. */
  #publish(): void {
    const { outbox, board, shard, trace } = this.#parts;
    this.#checkBoard();
    outbox.show();
    trace?.show();
    outbox.wake();
    board.setPublished(shard, this.#sequence);
    this.#ringReaders();
  }

  #checkBoard(): void {
    const { board, shard } = this.#parts;
    if (board.diverged(shard))
      throw new ShardDiverged(`shard ${shard}: stopped, since its follower comes to other events`);
    const drill = board.drill(shard);
    if (drill === Drill.None) return;
    board.setDrill(shard, Drill.None);
    if (drill === Drill.Memory) exhaustMemory();
    if (drill === Drill.Divergence) {
      this.#parts.hash.low ^= 1;
      return;
    }
    throw new Error('a drill');
  }

  /** Tells whoever sent what could not be logged. */
  #refuse(): void {
    const { refused, refusedWords } = this.#group;
    const { clock, outbox, shard } = this.#parts;
    const code = this.#diskTrouble.code;
    const epochNs = clock.epochNs();
    for (let at = 0; at < refused; at += orderLines(refusedWords[at]!) * LINE_WORDS) {
      const words = writeRecordRefusal(this.#refusal, 0, refusedWords, at, code, epochNs);
      // No place in the log; but the gateway must know which shard has answered.
      this.#refusal[EVENT_PLACE + 1] = placeHighOf(shard);
      this.#refusal[EVENT_SESSION] = refusedWords[at + ORDER_SESSION]!;
      outbox.sendTo(gatewayOfSession(refusedWords[at + ORDER_SESSION]!), this.#refusal, words);
    }
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
    const { journal, trace } = this.#parts;
    const { maxLines } = journal;
    let lines = 0;
    for (let i = 0; i < inputs.length; i++) {
      const gateway = (this.#first + i) % inputs.length;
      const at = FRAME_HEADER_WORDS + lines * LINE_WORDS;
      const taken = inputs[gateway]!.take(this.#frame, at, maxLines - lines);
      trace?.note(gateway, this.#frame, at, taken);
      lines += taken;
    }
    this.#first = (this.#first + 1) % inputs.length;
    return lines;
  }

  /**
   * Stamps the group and makes it durable. When this returns true, it may be answered; where it returns false, the group is
   * not in the log and never will be.
   */
  #journal(sequences: number, lines: number): boolean {
    const { clock, journal, hash, board, shard } = this.#parts;
    const nowNs = clock.epochNs();
    // A clock that was set back must not make the log run backwards.
    if (nowNs > this.#timeNs) this.#timeNs = nowNs;
    for (let i = 0; i < this.#inputs.length; i++) this.#cursors[i] = this.#inputs[i]!.position;
    const { low, high } = hash;
    const append = () =>
      journal.append(sequences, lines, this.#sequence + 1, this.#timeNs, low, high, this.#cursors);
    if (!this.#diskTrouble.append(append)) return false;
    board.setJournalEnd(shard, journal.segment, journal.end);
    return true;
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
