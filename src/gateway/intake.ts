import type { Clock } from '../clock/clock.js';
import { CommandKind, FIRST_READ_KIND } from '../model/command.js';
import { LINE_BYTES, MAX_MESSAGE_BYTES, MAX_ORDER_LINES } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import { quoteCount } from '../wire/command-fields.js';
import { eventObject } from '../wire/event-object.js';
import { MAX_REFUSAL_WORDS, type Refusal, writeRecordRefusal, writeRefusal } from '../wire/event-refusal.js';
import { valueAt } from '../wire/field-fault.js';
import { ownId } from '../wire/field-schema.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import { checkOrderRecord } from '../wire/order-check.js';
import { encodeOrderObject } from '../wire/order-object.js';
import { LINE_WORDS, ORDER_ACCOUNT, ORDER_SEND_TIME, orderKind, orderLines } from '../wire/order-record.js';
import type { Actor } from './actor.js';
import type { Gatekeeper } from './gatekeeper.js';
import { decodeJson } from './json.js';
import { decodeCommands } from './msgpack.js';
import type { Router } from './router.js';
import { Protocol, type Session } from './session.js';
import type { SessionMessages } from './session-messages.js';
import type { SessionRegistry } from './session-registry.js';

const TWO_32 = 4_294_967_296;

/** What a client hears thousands of times in a row where there is too much. */
const crowdCodes: ReadonlySet<number> = new Set([
  RejectCode.Busy,
  RejectCode.MessageRate,
  RejectCode.OrderRate,
  RejectCode.Stale,
]);

/** Most commands of one msgpack or JSON message: as many as the largest binary one has lines. */
const MAX_COMMANDS = MAX_MESSAGE_BYTES / LINE_BYTES;

export interface IntakeParts {
  readonly router: Router;
  readonly sessions: SessionRegistry;
  readonly instruments: InstrumentTable;
  readonly clock: Clock;
  readonly messages: SessionMessages;
  readonly gatekeeper: Gatekeeper;
  /** Largest message that is read. */
  readonly messageBytes: number;
  /** Age at which an order is refused; 0: never. */
  readonly orderAgeMs: number;
}

/** From a WebSocket message or an HTTP request to records in the rings, or to a refusal with its reason. */
export class Intake {
  readonly #router: Router;
  readonly #sessions: SessionRegistry;
  readonly #instruments: InstrumentTable;
  readonly #clock: Clock;
  readonly #messages: SessionMessages;
  readonly #gatekeeper: Gatekeeper;
  readonly #messageBytes: number;
  readonly #orderAgeNs: number;
  /** When the clock began, ns since the epoch: to the quarter of a microsecond, which is enough for ages. */
  readonly #originNs: number;
  readonly #record = new Int32Array(MAX_ORDER_LINES * LINE_WORDS);
  readonly #refusal = new Int32Array(MAX_REFUSAL_WORDS);
  /** Set when the exchange shuts down: nothing more is taken. */
  closed = false;

  constructor(parts: IntakeParts) {
    this.#router = parts.router;
    this.#sessions = parts.sessions;
    this.#instruments = parts.instruments;
    this.#clock = parts.clock;
    this.#messages = parts.messages;
    this.#gatekeeper = parts.gatekeeper;
    this.#messageBytes = parts.messageBytes;
    this.#orderAgeNs = parts.orderAgeMs * 1e6;
    this.#originNs = Number(parts.clock.originEpochNs);
  }

  /** A binary message of one or many order records. */
  binary(session: Session, message: ArrayBuffer): void {
    const bytes = message.byteLength;
    if (bytes > this.#messageBytes) {
      this.#refuseTooLarge(session);
      return;
    }
    if (bytes === 0 || bytes % (LINE_WORDS * 4) !== 0) {
      this.#refuse(session, { code: RejectCode.Malformed });
      return;
    }
    const words = new Int32Array(message);
    const isOverRate = !this.#takesMessage(session);
    for (let at = 0; at < words.length; ) {
      let code: number;
      if (isOverRate) code = RejectCode.MessageRate;
      else if (this.#messages.takesKind(orderKind(words[at]!)))
        code = this.#messages.record(session, words, at);
      else {
        code = checkOrderRecord(words, at, (words.length - at) / LINE_WORDS);
        if (code === 0) code = codeOf(this.#send(session.actor, session.accounts, words, at, session.number));
      }
      if (code !== 0) {
        this.#refuseRecord(session, words, at, code);
        // Where the length cannot be trusted, neither can what follows.
        if (code === RejectCode.Malformed || code === RejectCode.WrongVersion) return;
      }
      at += Math.max(1, orderLines(words[at]!)) * LINE_WORDS;
    }
  }

  /** Of refusals that come in crowds, a session is told the sentence once a turn: the code says it all. */
  #refuseRecord(session: Session, words: Int32Array, at: number, code: number): void {
    const isTold = session.toldCode === code;
    const epochNs = this.#router.turnEpochNs;
    this.#hand(session, writeRecordRefusal(this.#refusal, 0, words, at, code, epochNs, !isTold));
    if (crowdCodes.has(code)) session.toldCode = code;
  }

  /** A msgpack or JSON message: an object or an array of objects. */
  objects(session: Session, message: ArrayBuffer): void {
    if (message.byteLength > this.#messageBytes) {
      this.#refuseTooLarge(session);
      return;
    }
    const isJson = session.protocol === Protocol.Json;
    const commands = isJson ? decodeJson(message) : decodeCommands(message);
    if (commands === undefined) {
      const sentence = `The message is not valid ${isJson ? 'JSON' : 'msgpack'}.`;
      this.#refuse(session, { code: RejectCode.Malformed, sentence });
      return;
    }
    if (commands.length > MAX_COMMANDS) {
      this.#refuse(session, {
        code: RejectCode.MessageTooLarge,
        sentence: `The message has ${commands.length} commands; send at most ${MAX_COMMANDS} in one.`,
      });
      return;
    }
    const isOverRate = !this.#takesMessage(session);
    for (const command of commands) {
      if (isOverRate) {
        this.#refuse(session, { code: RejectCode.MessageRate, ...named(command) });
        continue;
      }
      const result = this.#messages.takesObject(command)
        ? this.#messages.object(session, command)
        : this.object(command, session.actor, session.accounts, session.number);
      if (typeof result === 'object') this.#refuse(session, result);
    }
  }

  /**
   * Sends a command given as an object.
   *
   * @param accounts that it may act for; the first that is not 0 stands in where the command names none
   * @param session number of the session, or of the HTTP request
   * @param gatewayMadeId true where the gateway has given the command its client id
   * @returns the shard that has it, ALL_SHARDS, or why it was refused
   */
  object(
    command: unknown,
    actor: Actor,
    accounts: readonly number[],
    session: number,
    gatewayMadeId = false,
  ): number | Refusal {
    const record = this.#record;
    // The operator's account is never meant where none is named.
    const account = accounts.find((one) => one !== 0) ?? 0;
    const result = encodeOrderObject(command, this.#instruments, account, record, 0, gatewayMadeId);
    if (!result.ok) return result;
    const sent = this.#send(actor, accounts, record, 0, session);
    if (sent >= 0) return sent;
    const { instrument, clientId } = result;
    return { code: codeOf(sent), account: result.account, instrument, clientId };
  }

  /** A copy of the record that the last call of `object` has sent. */
  sentRecord(): Int32Array {
    return this.#record.slice(0, orderLines(this.#record[0]!) * LINE_WORDS);
  }

  /** Hands a record of right shape to its shard. Returns as `Router.send` does. */
  #send(actor: Actor, accounts: readonly number[], words: Int32Array, at: number, session: number): number {
    if (this.closed) return -RejectCode.ShuttingDown;
    const account = words[at + ORDER_ACCOUNT]!;
    const isRead = orderKind(words[at]!) >= FIRST_READ_KIND;
    // A read belongs to nobody; a command to an account that the session acts for, which is 0 for the operator's.
    if (accounts[0] !== account && !isRead && !accounts.includes(account)) return -RejectCode.AccountNotYours;
    if (!isRead && !actor.mayTrade) return -RejectCode.ScopeMissing;
    if (actor.budget >= 0 && orderKind(words[at]!) === CommandKind.CancelAll && !this.#takesCancelAll(actor))
      return -RejectCode.MessageRate;
    if (this.#orderAgeNs > 0 && this.#isStale(words, at)) return -RejectCode.Stale;
    if (
      actor.budget >= 0 &&
      !this.#gatekeeper.takeOrders(actor.budget, ordersOf(words, at), this.#router.turnNs)
    )
      return -RejectCode.OrderRate;
    return this.#router.send(words, at, session);
  }

  /** Whether an order has been under way for too long, where it says since when. */
  #isStale(words: Int32Array, at: number): boolean {
    const kind = orderKind(words[at]!);
    if (kind !== CommandKind.New && kind !== CommandKind.Amend && kind !== CommandKind.MassQuote)
      return false;
    const low = words[at + ORDER_SEND_TIME]! >>> 0;
    const high = words[at + ORDER_SEND_TIME + 1]! >>> 0;
    if (low === 0 && high === 0) return false;
    return this.#originNs + this.#router.turnNs - (high * TWO_32 + low) > this.#orderAgeNs;
  }

  /** Counts a message in the budget of its key. */
  #takesMessage({ actor }: Session): boolean {
    return actor.budget < 0 || this.#gatekeeper.takeMessage(actor.budget, this.#router.turnNs);
  }

  #takesCancelAll({ budget }: Actor): boolean {
    return this.#gatekeeper.takeCancelAll(budget, this.#router.turnNs);
  }

  #refuseTooLarge(session: Session): void {
    const sentence = `The message is over ${this.#messageBytes} bytes; send fewer records in one.`;
    this.#refuse(session, { code: RejectCode.MessageTooLarge, sentence });
  }

  #refuse(session: Session, refusal: Refusal): void {
    this.#hand(session, writeRefusal(this.#refusal, 0, refusal, this.#clock.epochNs()));
  }

  #hand(session: Session, words: number): void {
    if (session.binary) {
      const at = session.reserve(words);
      session.out.set(this.#refusal.subarray(0, words), at);
    } else session.objects.push(eventObject(this.#refusal, 0, this.#instruments));
    this.#sessions.touch(session);
  }
}

/** The client id of a command that nobody reads any further. */
function named(command: unknown): Pick<Refusal, 'clientId'> {
  const id = valueAt(command, ['clientId']) ?? valueAt(command, ['clientOrderId']);
  const read = ownId.safeParse(id);
  return read.success ? { clientId: read.data } : {};
}

/** The reject code in what the router says, 0 where it has sent. */
function codeOf(sent: number): number {
  return sent < 0 ? -sent : 0;
}

/** What a command counts for in the budget of orders: cancels and the operator's commands for nothing. */
function ordersOf(words: Int32Array, at: number): number {
  const kind = orderKind(words[at]!);
  if (kind === CommandKind.New || kind === CommandKind.Amend) return 1;
  return kind === CommandKind.MassQuote ? quoteCount(words, at) : 0;
}
