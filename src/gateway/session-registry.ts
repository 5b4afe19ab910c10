import { sessionNumber } from '../wire/session-number.js';
import { encodeJson } from './json.js';
import { encodeEvents } from './msgpack.js';
import { type Admission, Protocol, Session } from './session.js';
import type { Connection } from './transport/connection.js';

/** The sessions of one gateway: who is connected, who acts for which account, and who has something to be sent. */
export class SessionRegistry {
  readonly #gateway: number;
  readonly #isTaken: (number: number) => boolean;
  readonly #byNumber = new Map<number, Session>();
  readonly #byAccount = new Map<number, Session[]>();
  readonly #dirty: Session[] = [];
  readonly #isSent: (session: Session) => void;
  #count: number;

  /**
   * @param isTaken whether an HTTP request that waits has this number
   * @param isSent told of each session that something was sent to
   * @param firstCount where numbers begin: another place at each start, so that orders of a start before are nobody's
   */
  constructor(
    gateway: number,
    isTaken: (number: number) => boolean,
    isSent: (session: Session) => void,
    firstCount = 0,
  ) {
    this.#gateway = gateway;
    this.#isTaken = isTaken;
    this.#isSent = isSent;
    this.#count = firstCount;
  }

  get size(): number {
    return this.#byNumber.size;
  }

  /**
   * A number for a session or for an HTTP request. Requests use them up, and after 2^28 the count begins again: what a
   * session or a request still has is passed over.
   */
  nextNumber(): number {
    for (;;) {
      const number = sessionNumber(this.#gateway, ++this.#count);
      // A count of 0 stands for nobody.
      if (number << 4 !== 0 && !this.#byNumber.has(number) && !this.#isTaken(number)) return number;
    }
  }

  open(connection: Connection, admission: Admission): Session {
    const session = new Session(this.nextNumber(), admission, connection);
    this.#byNumber.set(session.number, session);
    for (const account of session.accounts) {
      const others = this.#byAccount.get(account);
      if (others === undefined) this.#byAccount.set(account, [session]);
      else others.push(session);
    }
    return session;
  }

  close(session: Session): void {
    session.open = false;
    this.#byNumber.delete(session.number);
    for (const account of session.accounts) {
      const others = this.#byAccount.get(account)?.filter((other) => other !== session);
      if (others === undefined || others.length === 0) this.#byAccount.delete(account);
      else this.#byAccount.set(account, others);
    }
  }

  /** The sessions that act for an account; undefined where there are none. */
  ofAccount(account: number): readonly Session[] | undefined {
    return this.#byAccount.get(account);
  }

  withNumber(number: number): Session | undefined {
    return this.#byNumber.get(number);
  }

  /** Remembers that a session has something to be sent at the end of the turn. */
  touch(session: Session): void {
    if (session.dirty) return;
    session.dirty = true;
    this.#dirty.push(session);
  }

  /** Sends once per connection what the turn has brought. */
  flush(): void {
    for (let i = 0; i < this.#dirty.length; i++) {
      const session = this.#dirty[i]!;
      session.dirty = false;
      this.#send(session);
    }
    this.#dirty.length = 0;
  }

  /** Sends at once what waits in a session. */
  sendNow(session: Session): void {
    if (session.open) this.#send(session);
  }

  /** Closes every session with a code and a reason. */
  closeAll(code: number, reason: string): void {
    for (const session of [...this.#byNumber.values()]) session.connection.close(code, reason);
  }

  /** The sessions of a key. */
  ofKey(keyId: string): Session[] {
    return [...this.#byNumber.values()].filter(({ actor }) => actor.keyId === keyId);
  }

  /** Sends what waits in a session as one message. */
  #send(session: Session): void {
    if (session.outWords === 0 && session.objects.length === 0) return;
    const bytes = encoded(session);
    if (session.open) session.connection.send(bytes, session.protocol === Protocol.Json);
    session.sentBytes += bytes.byteLength;
    session.emptied();
    if (session.open) this.#isSent(session);
  }
}

function encoded(session: Session): Uint8Array {
  switch (session.protocol) {
    case Protocol.Binary:
      return new Uint8Array(session.out.buffer, 0, session.outWords * 4);
    case Protocol.Msgpack:
      return encodeEvents(session.objects);
    case Protocol.Json:
      return encodeJson(session.objects);
  }
}
