import { Engine } from '../../src/book/engine.js';
import { FRAME_FIRST_SEQUENCE, FRAME_HEADER_WORDS, FRAME_TIME, frameEnd } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { CommandKind, Side } from '../../src/model/command.js';
import { sequenceOfPlace } from '../../src/model/identity.js';
import { CLIENT_ID_WINDOW } from '../../src/model/limits.js';
import { RejectCode } from '../../src/model/reject.js';
import { readInstrument } from '../../src/wire/instrument-record.js';
import {
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_RECEIVED,
  ORDER_SESSION,
  ORDER_SIZE,
  orderKind,
  orderLines,
  sequencesOf,
} from '../../src/wire/order-record.js';
import { readBig, readWhole } from '../../src/wire/words.js';
import type { Command } from '../book/commands.js';
import { isSame, isSameLevels, show } from '../book/comparison.js';
import { readEvents, type SeenEvent } from '../book/events.js';
import { ReferenceBook } from '../book/reference/reference-book.js';
import type { Sendable } from './command-flow.js';
import { isAnswer, isInChain, isRepeated, readTold, type ToldEvent } from './told-event.js';
import { Violation } from './violation.js';

const TWO_32 = 2 ** 32;

/** A record's bytes, without what the gateway writes into it. */
export function contentOf(words: Int32Array): string {
  const own = words.slice();
  own[ORDER_SESSION] = 0;
  own[ORDER_RECEIVED] = 0;
  return Buffer.from(own.buffer).toString('latin1');
}

interface LoggedCommand {
  readonly words: Int32Array;
  readonly sequence: number;
  readonly timeNs: bigint;
}

/**
 * What the log of a shard says, read anew after each restart and replayed by the slow oracle book beside a fresh engine:
 * both must come to the same events, and what was in the log once must stay in it.
 */
export class LogWitness {
  engine: Engine;
  checks = 0;
  readonly shard: number;
  readonly #sent: ReadonlyMap<string, Sendable>;
  readonly #oracle: ReferenceBook;
  readonly #log: LoggedCommand[] = [];
  /** By place and index: the events of the log. */
  readonly #events = new Map<string, ToldEvent>();
  /** By account, the event that was told last. */
  readonly #last = new Map<number, ToldEvent>();
  /** By account and client id: number of the command that had an effect. */
  readonly #effects = new Map<string, number>();
  /** By sequence: the books that clients were told since the log was read last. */
  readonly #told = new Map<number, ToldEvent[]>();
  #window = CLIENT_ID_WINDOW;

  constructor(shard: number, sent: ReadonlyMap<string, Sendable>) {
    this.shard = shard;
    this.#sent = sent;
    this.#oracle = new ReferenceBook(shard, CLIENT_ID_WINDOW);
    this.engine = new Engine({ shard });
  }

  get commands(): number {
    return this.#log.length;
  }

  /** Whether a command with this client id has had an effect. */
  hasEffect(account: number, clientId: number | string): boolean {
    return this.#effects.has(`${account} ${clientId}`);
  }

  /** Takes in what the log holds by now. @throws Violation; JournalDamage */
  read(source: Parameters<typeof readJournal>[0]): void {
    let at = 0;
    this.#checkBooks(this.#log.at(-1)?.sequence ?? 0);
    for (const logged of readCommands(source)) {
      const known = this.#log[at++];
      if (known === undefined) this.#take(logged);
      else if (!isSameCommand(known, logged))
        throw new Violation(
          'kept',
          `command ${logged.sequence} of shard ${this.shard} has become another one`,
        );
    }
    if (at < this.#log.length)
      throw new Violation(
        'kept',
        `shard ${this.shard} had logged ${this.#log.length} commands, and ${at} are left`,
      );
    this.#compareBooks();
    this.#told.clear();
  }

  /** A client was told a book, which is compared when the log is read. */
  tell(event: ToldEvent): void {
    const sequence = sequenceOfPlace(event.place);
    const others = this.#told.get(sequence);
    if (others === undefined) this.#told.set(sequence, [event]);
    else others.push(event);
  }

  /** The event of the log at a place. */
  event(place: number, index: number): ToldEvent | undefined {
    return this.#events.get(`${place} ${index}`);
  }

  /** The commands that the log holds, as bytes: to compare it with what is read from a damaged copy. */
  isSameLog(commands: readonly LoggedCommand[]): boolean {
    return (
      commands.length === this.#log.length && commands.every((each, i) => isSameCommand(each, this.#log[i]!))
    );
  }

  #take(logged: LoggedCommand): void {
    this.#log.push(logged);
    const { words, sequence, timeNs } = logged;
    const { events } = this.engine;
    events.clear();
    const time = Number(timeNs);
    this.engine.apply(words, 0, sequence, time | 0, Math.floor(time / TWO_32));
    const seen = readEvents(events.words, events.length);
    const expected = this.#oracle.apply(this.#commandOf(logged), time);
    this.checks++;
    if (!isSame(seen, expected))
      throw new Violation(
        'oracle',
        `command ${sequence} of shard ${this.shard} has other events than by the oracle\n${listed(seen)}\noracle\n${listed(expected)}`,
      );
    for (const event of readTold(events.words.slice(0, events.length))) this.#note(event);
    this.#checkBooks(sequence);
  }

  /** The books that clients were told as of a command. */
  #checkBooks(sequence: number): void {
    for (const { book } of this.#told.get(sequence) ?? []) {
      this.checks++;
      const { instrument, bids, asks } = book!;
      for (const [levels, side] of [
        [bids, Side.Buy],
        [asks, Side.Sell],
      ] as const)
        if (!isSameLevels(levels, this.#oracle.levels(instrument, side)))
          throw new Violation(
            'oracle',
            `a client was told the book ${show(book)} as of command ${sequence} of shard ${this.shard}`,
          );
    }
  }

  #note(event: ToldEvent): void {
    if (isAnswer(event)) this.#noteEffect(event);
    if (isRepeated(event)) return;
    this.#events.set(`${event.place} ${event.index}`, event);
    if (!isInChain(event)) return;
    const last = this.#last.get(event.account);
    if (event.previousPlace !== (last?.place ?? 0) || event.previousIndex !== (last?.index ?? 0))
      throw new Violation(
        'chain',
        `the chain of account ${event.account} has a gap at ${event.place}.${event.index}`,
      );
    this.#last.set(event.account, event);
  }

  /** A client id has one effect, as long as it is remembered. */
  #noteEffect(event: ToldEvent): void {
    const { account, clientId, code, kind } = event;
    if (kind === 2 && (code === RejectCode.TooLate || code === RejectCode.ClientIdReused)) return;
    if (isRepeated(event) || clientId === 0) return;
    const key = `${account} ${clientId}`;
    const before = this.#effects.get(key);
    const number = this.#log.length;
    if (before !== undefined && number - before < this.#window)
      throw new Violation(
        'once',
        `client id ${clientId} of account ${account} had an effect as command ${before} and as ${number}`,
      );
    this.#effects.set(key, number);
  }

  #compareBooks(): void {
    const { engine } = this;
    this.checks++;
    for (const { id } of engine.instruments())
      for (const side of [Side.Buy, Side.Sell]) {
        const [levels, expected] = [engine.levels(id, side), this.#oracle.levels(id, side)];
        if (!isSameLevels(levels, expected))
          throw new Violation(
            'oracle',
            `the levels of instrument ${id} are ${show(levels)}, by the oracle ${show(expected)}`,
          );
      }
    if (
      engine.liveOrders !== this.#oracle.liveOrders ||
      engine.rememberedClientIds !== this.#oracle.rememberedClientIds
    )
      throw new Violation(
        'oracle',
        `${engine.liveOrders} live orders and ${engine.rememberedClientIds} client ids, by the oracle ${this.#oracle.liveOrders} and ${this.#oracle.rememberedClientIds}`,
      );
  }

  #commandOf({ words, sequence }: LoggedCommand): Command {
    const kind = orderKind(words[0]!);
    if (kind === CommandKind.List)
      return { kind: 'list', instrument: readInstrument(words, LINE_WORDS, words[ORDER_INSTRUMENT]!) };
    if (kind === CommandKind.Time) return { kind: 'time' };
    if (kind === CommandKind.Settings) {
      this.#window = readWhole(words, ORDER_SIZE);
      return { kind: 'settings', window: this.#window, maxOpenOrders: readWhole(words, ORDER_PRICE) };
    }
    const command = this.#sent.get(contentOf(words));
    if (command === undefined)
      throw new Violation('sent', `command ${sequence} of shard ${this.shard} was sent by nobody`);
    return { ...command, session: words[ORDER_SESSION]! };
  }
}

/** All commands of a log. @throws what `readJournal` does */
export function readCommands(source: Parameters<typeof readJournal>[0]): LoggedCommand[] {
  const commands: LoggedCommand[] = [];
  readJournal(source, (words, at) => {
    const end = frameEnd(words, at);
    const timeNs = readBig(words, at + FRAME_TIME);
    let sequence = readWhole(words, at + FRAME_FIRST_SEQUENCE);
    for (let line = at + FRAME_HEADER_WORDS; line < end; ) {
      const next = line + Math.max(1, orderLines(words[line]!)) * LINE_WORDS;
      commands.push({ words: words.slice(line, next), sequence, timeNs });
      sequence += sequencesOf(words, line);
      line = next;
    }
  });
  return commands;
}

function isSameCommand(a: LoggedCommand, b: LoggedCommand): boolean {
  return (
    a.sequence === b.sequence &&
    a.timeNs === b.timeNs &&
    a.words.length === b.words.length &&
    a.words.every((word, i) => word === b.words[i])
  );
}

function listed(events: readonly SeenEvent[]): string {
  return events.map((event) => `  ${show(event)}`).join('\n');
}
