import type { Clock } from '../clock/clock.js';
import { CommandKind } from '../model/command.js';
import { RejectCode } from '../model/reject.js';
import type { Refusal } from '../wire/event-refusal.js';
import { issueLines, valueAt } from '../wire/field-fault.js';
import { ORDER_SEND_TIME, orderKind } from '../wire/order-record.js';
import { checkSessionRecord, writeSessionEvent } from '../wire/session-record.js';
import {
  type SessionEvent,
  type SessionMessageName,
  sessionMessageRules,
  sessionMessageSchemas,
} from '../wire/session-schema.js';
import { readBig } from '../wire/words.js';
import type { MarketRequests } from './market/request.js';
import type { Session } from './session.js';
import type { SessionRegistry } from './session-registry.js';

/** Words of the largest event that is made here. */
const EVENT_WORDS = 64;

/** Messages between a client and its gateway that reach no log: what time it is, signs of life. */
export class SessionMessages {
  readonly #sessions: SessionRegistry;
  readonly #clock: Clock;
  readonly #market: MarketRequests;
  readonly #event = new Int32Array(EVENT_WORDS);

  constructor(sessions: SessionRegistry, clock: Clock, market: MarketRequests) {
    this.#sessions = sessions;
    this.#market = market;
    this.#clock = clock;
  }

  /** True where a record of this kind is for the gateway itself. */
  takesKind(kind: number): boolean {
    return kind === CommandKind.AskTime || kind === CommandKind.Heartbeat || this.#market.takesKind(kind);
  }

  /** True where an object is for the gateway itself. */
  takesObject(message: unknown): boolean {
    const type = valueAt(message, ['type']);
    if (typeof type !== 'string') return false;
    return Object.hasOwn(sessionMessageSchemas, type) || this.#market.takesType(type);
  }

  /** Takes a record of a kind that is taken here. Returns what is wrong with it, or 0. */
  record(session: Session, words: Int32Array, at: number): number {
    const kind = orderKind(words[at]!);
    if (this.#market.takesKind(kind)) return this.#market.record(session, words, at);
    const code = checkSessionRecord(words, at, kind);
    if (code !== 0) return code;
    if (kind === CommandKind.AskTime)
      this.#tellTime(session, readBig(words, at + ORDER_SEND_TIME).toString(), this.#clock.epochNs());
    return 0;
  }

  /** Takes an object that is taken here. Returns why it is refused, where it is. */
  object(session: Session, message: unknown): Refusal | undefined {
    const receivedNs = this.#clock.epochNs();
    const type = valueAt(message, ['type']) as string;
    if (this.#market.takesType(type)) return this.#market.object(session, message);
    const name = type as SessionMessageName;
    const schema = sessionMessageSchemas[name];
    const read = schema.safeParse(message);
    if (!read.success) {
      const known = Object.keys(schema.shape);
      const lines = read.error.issues.flatMap((issue) =>
        issueLines(issue, message, sessionMessageRules, known),
      );
      return { code: RejectCode.Malformed, sentence: `${lines.join('; ')}.` };
    }
    if (read.data.type === 'time') this.#tellTime(session, read.data.clientTimeNs ?? '0', receivedNs);
    return undefined;
  }

  /** A sign of life. */
  beat(session: Session): void {
    this.#hand(session, { event: 'heartbeat', timeNs: this.#clock.epochNs().toString() });
  }

  #tellTime(session: Session, clientTimeNs: string, receivedNs: bigint): void {
    const sentNs = this.#clock.epochNs().toString();
    this.#hand(session, { event: 'time', clientTimeNs, receivedNs: receivedNs.toString(), sentNs });
    // At once: what waits for the end of the turn would make the time of sending a lie.
    this.#sessions.sendNow(session);
  }

  #hand(session: Session, event: SessionEvent): void {
    if (session.binary) {
      const words = writeSessionEvent(this.#event, 0, event);
      const at = session.reserve(words);
      session.out.set(this.#event.subarray(0, words), at);
    } else session.objects.push(event);
    this.#sessions.touch(session);
  }
}
