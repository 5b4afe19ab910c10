import type { Session } from '../../src/gateway/session.js';
import type { Connection } from '../../src/gateway/transport/connection.js';
import { isRefusal, type TransportHandlers } from '../../src/gateway/transport/transport.js';
import { EventKind } from '../../src/model/event.js';
import { sequenceOfPlace } from '../../src/model/identity.js';
import { RejectCode } from '../../src/model/reject.js';
import { EVENT_SIZE } from '../../src/wire/event-record.js';
import { readWhole } from '../../src/wire/words.js';
import { readEvents, type SeenEvent } from '../book/events.js';
import { accountOf, type Draft } from './command-flow.js';
import type { Chance, FaultCounts } from './faults.js';
import { isAnswer, isInChain, isRefused, isRepeated, readTold, type ToldEvent } from './told-event.js';
import { Violation } from './violation.js';

/** A message on its way to a gateway. */
interface Outgoing {
  readonly bytes: Uint8Array;
  readonly wishes: readonly Wish[];
  /** The turn of the simulation from which on it arrives. */
  readonly due: number;
}

/** Messages both ways between one client and one gateway. */
export class Line implements Connection {
  readonly outgoing: Outgoing[] = [];
  readonly incoming: Uint8Array[] = [];
  /** The gateway has closed it; what it had sent before still arrives. */
  isClosing = false;
  isCut = false;
  session: Session | undefined;
  readonly gateway: TransportHandlers;

  constructor(gateway: TransportHandlers) {
    this.gateway = gateway;
  }

  send(bytes: Uint8Array): void {
    if (!this.isClosing && !this.isCut) this.incoming.push(bytes.slice());
  }

  ping(): void {}

  waitingBytes(): number {
    return 0;
  }

  close(): void {
    this.isClosing = true;
  }

  cut(): void {
    this.isCut = true;
  }
}

/** A command that the client wants to be done, until it is answered. */
export interface Wish {
  readonly draft: Draft;
  readonly key: string;
  /** By shard: the answer without what may differ when it is given again. */
  readonly answers: Map<number, string>;
  sentAt: number;
  /** How often a gateway got it, and how often it was refused. */
  delivered: number;
  refused: number;
  /** Why, the last time. */
  refusal: number;
}

const LEAST_PATIENCE = 150;

/**
 * A client that wants its commands to be done once, whatever becomes of its messages: it sends those that are not answered
 * again, under the same client ids, over as many connections as it takes. It checks what it can: the same answer each time,
 * and chains without gaps.
 */
export class SimulatedClient {
  readonly accounts: readonly number[];
  /** Events that it was told of and nobody has compared with the log yet. */
  told: ToldEvent[] = [];
  /** Books that it was told, likewise. */
  books: ToldEvent[] = [];
  /** What was refused and not sent again. */
  readonly givenUp: Wish[] = [];
  line: Line | undefined;
  retries = 0;
  repeated = 0;
  booksRead = 0;
  resumes = 0;
  lateResumes = 0;
  readonly #chance: Chance;
  readonly #faults: FaultCounts;
  readonly #onEvent: (event: SeenEvent) => void;
  readonly #pending = new Map<string, Wish>();
  readonly #done = new Map<string, Wish>();
  /** By account and shard: the event told last, after which nothing was missed. */
  readonly #last = new Map<string, ToldEvent>();
  /** By shard: the event told last. */
  readonly #newest = new Map<number, ToldEvent>();
  /** By shard of which it waits for what it missed: events told so far. */
  #awaited = new Map<number, number>();

  constructor(
    accounts: readonly number[],
    chance: Chance,
    faults: FaultCounts,
    onEvent: (event: SeenEvent) => void,
  ) {
    this.accounts = accounts;
    this.#chance = chance;
    this.#faults = faults;
    this.#onEvent = onEvent;
  }

  get waiting(): number {
    return this.#pending.size;
  }

  /** What waits for an answer, for reports. */
  describeWaiting(): string {
    const first = [...this.#pending.values()]
      .slice(0, 2)
      .map(({ draft, sentAt, delivered, refused, refusal }) =>
        JSON.stringify({ ...draft.command, sentAt, delivered, refused, refusal }),
      );
    return [`${this.waiting} commands`, ...first].join('\n  ');
  }

  /** Connects, and mostly asks for what it missed. */
  connect(gateway: TransportHandlers, shards: number): void {
    const isResuming = this.#chance.below(4) > 0;
    const keys = Array.from({ length: isResuming ? shards : 0 }, (_, shard) => {
      const newest = this.#newest.get(shard);
      return `after=${shard}:${newest === undefined ? 0 : sequenceOfPlace(newest.place)}.${newest?.index ?? 0}`;
    });
    const query = [...this.accounts.map((account) => `account=${account}`), ...keys].join('&');
    const decision = gateway.admit({
      path: '/ws',
      query,
      protocols: ['tickloom.binary.v1'],
      origin: '',
      host: '',
      address: '127.0.0.1',
    });
    if (isRefusal(decision)) return;
    this.line = new Line(gateway);
    this.#awaited = new Map(keys.map((_, shard) => [shard, 0]));
    // Who does not ask begins anew: this gateway may be behind the one before.
    if (!isResuming) {
      this.#last.clear();
      this.#newest.clear();
    }
    this.line.session = gateway.opened(this.line, decision);
  }

  /** Wants these commands done, and sends them as one message, perhaps with a read of a book behind them. */
  want(drafts: readonly Draft[], turn: number, read?: Int32Array): void {
    const wishes = drafts.map((draft) => ({
      draft,
      key: keyOf(accountOf(draft.command), draft.command.clientId),
      answers: new Map(),
      sentAt: turn,
      delivered: 0,
      refused: 0,
      refusal: 0,
    }));
    for (const wish of wishes) this.#pending.set(wish.key, wish);
    this.#send(wishes, turn, read);
  }

  /** Sends what was not answered for long once more. */
  insist(turn: number): void {
    const due = [...this.#pending.values()].filter((wish) => turn - wish.sentAt > LEAST_PATIENCE);
    if (due.length === 0 || this.line === undefined) return;
    this.retries += due.length;
    this.#send(due, turn);
  }

  /** Sends a few commands again that were answered long ago. */
  repeat(turn: number, count: number): void {
    const done = [...this.#done.values()];
    if (done.length === 0 || this.line === undefined) return;
    const again = Array.from({ length: count }, () => this.#chance.pick(done));
    for (const wish of again) this.#pending.set(wish.key, wish);
    this.retries += count;
    this.#faults.count('lateMessages', count);
    this.#send(again, turn);
  }

  /** The next message arrives at the gateway, if one is due. Returns false where none is. */
  deliver(turn: number): boolean {
    const line = this.line;
    if (line?.session === undefined || line.isClosing || line.isCut) return false;
    const at = line.outgoing.findIndex(({ due }) => due <= turn);
    if (at < 0) return false;
    const [message] = line.outgoing.splice(at, 1);
    const { bytes, wishes } = message!;
    for (const wish of wishes) wish.delivered++;
    line.gateway.message(line.session, new Uint8Array(bytes).buffer, true);
    return true;
  }

  /** The next message of the gateway arrives; false where there is none. */
  receive(): boolean {
    const line = this.line;
    if (line === undefined) return false;
    const bytes = line.incoming.shift();
    if (bytes === undefined) {
      if (!line.isClosing && !line.isCut) return false;
      this.disconnect();
      return true;
    }
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    for (const event of readTold(words)) this.#take(event);
    return true;
  }

  /** The connection ends, and with it what is under way. */
  disconnect(): void {
    const line = this.line;
    this.line = undefined;
    if (line?.session !== undefined) line.gateway.closed(line.session);
  }

  #send(wishes: readonly Wish[], turn: number, read: Int32Array = new Int32Array(0)): void {
    for (const wish of wishes) wish.sentAt = turn;
    const { line } = this;
    if (line === undefined) return;
    const records = [...wishes.map(({ draft }) => draft.words), read];
    const bytes = Buffer.concat(records.map(({ buffer }) => Buffer.from(buffer)));
    const chance = this.#chance;
    if (chance.oneIn(25)) {
      this.#faults.count('lostMessages');
      return;
    }
    const isLate = chance.oneIn(20);
    if (isLate) this.#faults.count('lateMessages');
    line.outgoing.push({ bytes, wishes, due: turn + (isLate ? chance.between(20, 200) : chance.below(3)) });
    if (!chance.oneIn(20)) return;
    this.#faults.count('doubledMessages');
    line.outgoing.push({ bytes, wishes, due: turn + chance.below(100) });
  }

  #take(event: ToldEvent): void {
    const key = keyOf(event.account, event.clientId);
    const wish = this.#pending.get(key) ?? this.#done.get(key);
    if (isRefused(event)) {
      if (wish !== undefined) this.#takeRefusal(wish, event.code);
      return;
    }
    if (event.kind === EventKind.Book) {
      this.books.push(event);
      this.booksRead++;
      return;
    }
    if (event.kind === EventKind.Resumed) {
      this.#takeResumed(event);
      return;
    }
    this.told.push(event);
    if (isRepeated(event)) this.repeated++;
    else this.#takeInOrder(event);
    if (!isRepeated(event)) this.#onEvent(readEvents(event.words, event.words.length)[0]!);
    if (isInChain(event)) this.#checkChain(event);
    if (isAnswer(event) && wish !== undefined) this.#takeAnswer(wish, event);
  }

  /** What is refused for a while is sent again in a while, unless the client wants it no more. */
  #takeRefusal(wish: Wish, code: number): void {
    wish.refused++;
    wish.refusal = code;
    if (code < RejectCode.Busy || this.#chance.oneIn(4)) {
      this.#pending.delete(wish.key);
      this.givenUp.push(wish);
    }
  }

  /** Events of the log come in its order, each once. */
  #takeInOrder(event: ToldEvent): void {
    const { shard, place, index } = event;
    const before = this.#newest.get(shard);
    if (before !== undefined && (place < before.place || (place === before.place && index <= before.index)))
      throw new Violation(
        'chain',
        `a session was told event ${place}.${index} behind ${before.place}.${before.index}`,
      );
    this.#newest.set(shard, event);
    const told = this.#awaited.get(shard);
    if (told !== undefined) this.#awaited.set(shard, told + 1);
  }

  /** All that it missed of a shard stands before this, or it lies too far back. */
  #takeResumed({ shard, code, words }: ToldEvent): void {
    const told = this.#awaited.get(shard);
    const events = readWhole(words, EVENT_SIZE);
    if (told !== events)
      throw new Violation(
        'resumed',
        `a session was told ${told} events of shard ${shard}, and ${events} are said`,
      );
    this.#awaited.delete(shard);
    if (code === 0) {
      this.resumes++;
      return;
    }
    this.lateResumes++;
    for (const key of [...this.#last.keys()]) if (key.endsWith(` ${shard}`)) this.#last.delete(key);
  }

  #checkChain(event: ToldEvent): void {
    const key = `${event.account} ${event.shard}`;
    const last = this.#last.get(key);
    this.#last.set(key, event);
    if (last === undefined) return;
    if (event.previousPlace !== last.place || event.previousIndex !== last.index)
      throw new Violation(
        'chain',
        `a session of account ${event.account} was told ${last.place}.${last.index} and then ${event.place}.${event.index}, ` +
          `which follows on ${event.previousPlace}.${event.previousIndex}`,
      );
  }

  #takeAnswer(wish: Wish, event: ToldEvent): void {
    const before = wish.answers.get(event.shard);
    // A retry that comes too late is told so, and nothing else happens.
    if (event.kind === EventKind.Rejected && event.code === RejectCode.TooLate) {
      if (before === undefined) wish.answers.set(event.shard, event.answer);
    } else if (before === undefined) wish.answers.set(event.shard, event.answer);
    else if (before !== event.answer && !isTooLate(before))
      throw new Violation(
        'once',
        `client id ${event.clientId} of account ${event.account} was answered in two ways by shard ${event.shard}`,
      );
    if (wish.answers.size >= wish.draft.answers) this.#settle(wish);
  }

  #settle(wish: Wish): void {
    this.#pending.delete(wish.key);
    this.#done.set(wish.key, wish);
  }
}

/** Byte 4 of a rejected event is the low one of its code. */
function isTooLate(answer: string): boolean {
  return (
    answer.charCodeAt(1) === EventKind.Rejected &&
    answer.charCodeAt(4) + 256 * answer.charCodeAt(5) === RejectCode.TooLate
  );
}

function keyOf(account: number, clientId: number | string): string {
  return `${account} ${typeof clientId} ${clientId}`;
}
