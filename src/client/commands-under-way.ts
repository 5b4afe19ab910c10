import type { Clock } from '../clock/clock.js';
import { ASK_AGAIN_MS, MOST_COMMANDS_UNDER_WAY } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import type { EventObject, EventOf } from '../wire/event-schema.js';
import type { Answer, ClientId } from './commands.js';
import { AnswerUnknown, OrderRejected } from './errors.js';
import { encodeMessage } from './messages.js';

/** What is sent, and who waits for the answer. */
export interface Asked {
  /** undefined: a read, which belongs to none. */
  readonly account: number | undefined;
  readonly clientId: ClientId;
  readonly message: object;
  /** How many answers it gets: one from each shard where it names no instrument. */
  readonly answers: number;
}

interface UnderWay {
  readonly key: string;
  readonly clientId: ClientId;
  readonly bytes: Uint8Array;
  readonly answers: number;
  /** By shard. */
  readonly answered: Map<number, Answer>;
  readonly resolve: (answers: Answer[]) => void;
  readonly reject: (error: Error) => void;
  /** Connections that it was sent over. */
  sentOver: number;
  /** Number of the connection that it was sent over last. */
  connection: number;
}

/**
 * Refusals that say nothing of an earlier attempt, since they would be said of any command now: one that may have been
 * taken before is asked again until the exchange answers it.
 */
const PASSING: ReadonlySet<number> = new Set([
  RejectCode.MessageRate,
  RejectCode.OrderRate,
  RejectCode.Busy,
  RejectCode.ShardRecovering,
  RejectCode.DiskFull,
  RejectCode.DiskFailing,
  RejectCode.ShardHalted,
  RejectCode.StoresBehind,
]);

/** Whether a refusal is of this moment: the same may be taken in the next. */
export function isPassing(code: number): boolean {
  return PASSING.has(code);
}

/**
 * Commands that have no answer yet. Each is sent again, with the same client id and in the same order, over every new
 * connection until it has one: the exchange does it once and gives a second asking the first answer.
 */
export class CommandsUnderWay {
  readonly #clock: Clock;
  /** Sends now, in order. */
  readonly #send: (bytes: Uint8Array) => void;
  readonly #byKey = new Map<string, UnderWay>();
  /** Number of the connection that takes commands; 0 where there is none. */
  #connection = 0;
  #connections = 0;

  constructor(clock: Clock, send: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /**
   * Sends a command, at once or as soon as there is a connection.
   *
   * @returns its answers. Rejects with OrderRejected, and with AnswerUnknown where the client ends first.
   * @throws RangeError where too many are under way, TypeError where the client id is in use or something cannot be sent
   */
  ask({ account, clientId, message, answers }: Asked): Promise<Answer[]> {
    const key = keyOf(account, clientId);
    if (this.#byKey.has(key))
      throw new TypeError(`A command with client id ${clientId} is under way already; give each its own.`);
    if (this.#byKey.size >= MOST_COMMANDS_UNDER_WAY)
      throw new RangeError(`${MOST_COMMANDS_UNDER_WAY} commands are under way; wait for answers.`);
    const bytes = encodeMessage(message);
    return new Promise((resolve, reject) => {
      const answered = new Map<number, Answer>();
      const command = {
        key,
        clientId,
        bytes,
        answers,
        answered,
        resolve,
        reject,
        sentOver: 0,
        connection: 0,
      };
      this.#byKey.set(key, command);
      if (this.#connection !== 0) this.#sendOne(command);
    });
  }

  /** There is a connection that has told all that was missed: what has no answer is sent again. */
  connected(): void {
    this.#connection = ++this.#connections;
    for (const command of this.#byKey.values()) this.#sendOne(command);
  }

  /** There is none any more. */
  disconnected(): void {
    this.#connection = 0;
  }

  /** Takes an event in, where it is an answer to one of them. */
  take(event: EventObject): void {
    if (event.event === 'book') this.#settle(keyOf(undefined, event.clientId), event);
    else if (event.event === 'rejected') this.#rejected(event);
    else if ('answer' in event && event.answer === true && 'clientId' in event) {
      const account = 'account' in event ? event.account : 0;
      this.#settle(keyOf(account, event.clientId ?? null), event);
    }
  }

  /** No answers come any more. */
  end(cause: Error): void {
    this.#connection = 0;
    const left = [...this.#byKey.values()];
    this.#byKey.clear();
    for (const { clientId, reject } of left) reject(new AnswerUnknown(clientId, cause));
  }

  #rejected(event: EventOf<'rejected'>): void {
    const { clientId, account, code, refused } = event;
    if (clientId === null) return;
    const command = this.#find(account, clientId);
    if (command === undefined) return;
    if (refused !== true) {
      this.#settle(command.key, event);
      return;
    }
    // The connection is about to end, and the next one asks again.
    if (code === RejectCode.ShuttingDown) return;
    if (command.sentOver > 1 && isPassing(code)) {
      const { connection } = command;
      this.#clock.setAlert(this.#clock.nowNs() + ASK_AGAIN_MS * 1e6, () =>
        this.#askAgain(command, connection),
      );
      return;
    }
    this.#byKey.delete(command.key);
    command.reject(new OrderRejected(event));
  }

  /** A refusal may not know whose command it was. */
  #find(account: number, clientId: ClientId): UnderWay | undefined {
    const exact = this.#byKey.get(keyOf(account, clientId)) ?? this.#byKey.get(keyOf(undefined, clientId));
    if (exact !== undefined) return exact;
    for (const command of this.#byKey.values()) if (command.clientId === clientId) return command;
    return undefined;
  }

  #askAgain(command: UnderWay, connection: number): void {
    if (this.#byKey.get(command.key) === command && this.#connection === connection)
      this.#send(command.bytes);
  }

  #sendOne(command: UnderWay): void {
    command.sentOver++;
    command.connection = this.#connection;
    this.#send(command.bytes);
  }

  #settle(key: string, answer: Answer): void {
    const command = this.#byKey.get(key);
    if (command === undefined) return;
    const shard = 'shard' in answer ? answer.shard : 0;
    // An answer that is given again is the first one.
    if (!command.answered.has(shard)) command.answered.set(shard, answer);
    if (command.answered.size < command.answers) return;
    this.#byKey.delete(key);
    const answers = [...command.answered.values()];
    const reject = answers.find((one) => one.event === 'rejected');
    if (reject === undefined) command.resolve(answers);
    else command.reject(new OrderRejected(reject));
  }
}

/** By account and client id, where a text never is a number. Reads belong to no account. */
function keyOf(account: number | undefined, clientId: ClientId | null): string {
  return `${account ?? 'read'} ${typeof clientId} ${clientId}`;
}
