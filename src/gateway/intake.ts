import type { Clock } from '../clock/clock.js';
import { FIRST_READ_KIND } from '../model/command.js';
import { LINE_BYTES, MAX_MESSAGE_BYTES, MAX_ORDER_LINES } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import { eventObject } from '../wire/event-object.js';
import { MAX_REFUSAL_WORDS, type Refusal, writeRecordRefusal, writeRefusal } from '../wire/event-refusal.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import { checkOrderRecord } from '../wire/order-check.js';
import { encodeOrderObject } from '../wire/order-object.js';
import { LINE_WORDS, ORDER_ACCOUNT, orderKind, orderLines } from '../wire/order-record.js';
import { decodeJson } from './json.js';
import { decodeCommands } from './msgpack.js';
import type { Router } from './router.js';
import { Protocol, type Session } from './session.js';
import type { SessionMessages } from './session-messages.js';
import type { SessionRegistry } from './session-registry.js';

/** Most commands of one msgpack or JSON message: as many as the largest binary one has lines. */
const MAX_COMMANDS = MAX_MESSAGE_BYTES / LINE_BYTES;

/** From a WebSocket message or an HTTP request to records in the rings, or to a refusal with its reason. */
export class Intake {
  readonly #router: Router;
  readonly #sessions: SessionRegistry;
  readonly #instruments: InstrumentTable;
  readonly #clock: Clock;
  readonly #messages: SessionMessages;
  readonly #record = new Int32Array(MAX_ORDER_LINES * LINE_WORDS);
  readonly #refusal = new Int32Array(MAX_REFUSAL_WORDS);
  /** Set when the exchange shuts down: nothing more is taken. */
  closed = false;

  constructor(
    router: Router,
    sessions: SessionRegistry,
    instruments: InstrumentTable,
    clock: Clock,
    messages: SessionMessages,
  ) {
    this.#router = router;
    this.#sessions = sessions;
    this.#instruments = instruments;
    this.#clock = clock;
    this.#messages = messages;
  }

  /** A binary message of one or many order records. */
  binary(session: Session, message: ArrayBuffer): void {
    const bytes = message.byteLength;
    if (bytes === 0 || bytes % (LINE_WORDS * 4) !== 0 || bytes > MAX_MESSAGE_BYTES) {
      this.#refuse(session, {
        code: bytes > MAX_MESSAGE_BYTES ? RejectCode.MessageTooLarge : RejectCode.Malformed,
      });
      return;
    }
    const words = new Int32Array(message);
    for (let at = 0; at < words.length; ) {
      let code: number;
      if (this.#messages.takesKind(orderKind(words[at]!))) code = this.#messages.record(session, words, at);
      else {
        code = checkOrderRecord(words, at, (words.length - at) / LINE_WORDS);
        if (code === 0) code = codeOf(this.#send(session.accounts, words, at, session.number));
      }
      if (code !== 0) {
        this.#hand(session, writeRecordRefusal(this.#refusal, 0, words, at, code, this.#clock.epochNs()));
        // Where the length cannot be trusted, neither can what follows.
        if (code === RejectCode.Malformed || code === RejectCode.WrongVersion) return;
      }
      at += Math.max(1, orderLines(words[at]!)) * LINE_WORDS;
    }
  }

  /** A msgpack or JSON message: an object or an array of objects. */
  objects(session: Session, message: ArrayBuffer): void {
    if (message.byteLength > MAX_MESSAGE_BYTES) {
      this.#refuse(session, { code: RejectCode.MessageTooLarge });
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
    for (const command of commands) {
      const result = this.#messages.takesObject(command)
        ? this.#messages.object(session, command)
        : this.object(command, session.accounts, session.number);
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
    accounts: readonly number[],
    session: number,
    gatewayMadeId = false,
  ): number | Refusal {
    const record = this.#record;
    // The operator's account is never meant where none is named.
    const account = accounts.find((one) => one !== 0) ?? 0;
    const result = encodeOrderObject(command, this.#instruments, account, record, 0, gatewayMadeId);
    if (!result.ok) return result;
    const sent = this.#send(accounts, record, 0, session);
    if (sent >= 0) return sent;
    const { instrument, clientId } = result;
    return { code: codeOf(sent), account: result.account, instrument, clientId };
  }

  /** A copy of the record that the last call of `object` has sent. */
  sentRecord(): Int32Array {
    return this.#record.slice(0, orderLines(this.#record[0]!) * LINE_WORDS);
  }

  /** Hands a record of right shape to its shard. Returns as `Router.send` does. */
  #send(accounts: readonly number[], words: Int32Array, at: number, session: number): number {
    if (this.closed) return -RejectCode.ShuttingDown;
    const account = words[at + ORDER_ACCOUNT]!;
    // A read belongs to nobody; a command to an account that the session acts for, which is 0 for the operator's.
    if (accounts[0] !== account && orderKind(words[at]!) < FIRST_READ_KIND && !accounts.includes(account))
      return -RejectCode.AccountNotYours;
    return this.#router.send(words, at, session);
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

/** The reject code in what the router says, 0 where it has sent. */
function codeOf(sent: number): number {
  return sent < 0 ? -sent : 0;
}
