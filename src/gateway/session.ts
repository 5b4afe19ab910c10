import type { EventObject } from '../wire/event-object.js';
import type { MarketEvent } from '../wire/market-schema.js';
import type { SessionEvent } from '../wire/session-schema.js';
import type { Actor } from './actor.js';
import type { Connection } from './transport/connection.js';

/** How a session's messages are written. The name is the WebSocket subprotocol. */
export const Protocol = {
  Binary: 'tickloom.binary.v1',
  Msgpack: 'tickloom.msgpack.v1',
  Json: 'tickloom.json.v1',
} as const;
export type Protocol = (typeof Protocol)[keyof typeof Protocol];

/** The last event of a shard that a client has seen: sequence of its command, and index; 0 and 0 for none. */
export interface ResumeKey {
  readonly shard: number;
  readonly sequence: number;
  readonly index: number;
}

/** What a session may do, decided before the connection is open. */
export interface Admission {
  readonly protocol: Protocol;
  readonly accounts: readonly number[];
  /** The last events that the client has seen, one of each shard that it names. */
  readonly after: readonly ResumeKey[];
  readonly actor: Actor;
  readonly address: string;
  /** 0: none. */
  readonly heartbeatMs: number;
  /** Asked for: orders go when the session has, unless a session of this name is back by then. */
  readonly disconnect: { readonly graceMs: number; readonly name: string } | undefined;
}

const FIRST_OUT_WORDS = 256;

/** A buffer that one turn has made larger than this is given back: 256 KiB. */
const KEPT_OUT_WORDS = 65_536;

const nothing = new Int32Array(0);

/** What a session that resumes waits for from one shard. */
export interface Gap {
  readonly id: number;
  /** Events that came since the session was opened, back to back. */
  held: Int32Array;
  heldWords: number;
}

/** By shard. */
export type Gaps = Map<number, Gap>;

/** What is told to a client that speaks in objects. */
export type OutgoingEvent = EventObject | SessionEvent | MarketEvent;

/** One connected client: the accounts that it acts for, and what waits to be sent to it at the end of the turn. */
export class Session {
  readonly number: number;
  readonly accounts: readonly number[];
  readonly protocol: Protocol;
  /** True where it is told event records, false for objects. */
  readonly binary: boolean;
  readonly connection: Connection;
  readonly actor: Actor;
  /** Of the client. */
  readonly address: string;
  /** How often it wants a heartbeat; 0: never. */
  readonly heartbeatMs: number;
  /** How long its orders outlive it, and the name by which it may come back to them; undefined: as long as they live. */
  readonly disconnect: Admission['disconnect'];
  open = true;
  /** It has said something since somebody looked last. */
  isHeard = false;
  /** Of what waits in it: a code whose sentence stands there; 0 for none. */
  toldCode = 0;
  /** Bytes before the last ping that asked how far it has read. */
  pingedBytes = 0;
  /** When that was, on the clock of real time. */
  pingedNs = 0;
  /** All that was ever sent to it. */
  sentBytes = 0;
  /** What it has not heard yet of what it missed, by shard; undefined where nothing is awaited. */
  gaps: Gaps | undefined = undefined;
  /** True while the session stands in the list of those with something to send. */
  dirty = false;
  /** Binary: event records back to back. */
  out: Int32Array<ArrayBuffer>;
  outWords = 0;
  /** Msgpack and JSON: the events to encode. */
  objects: OutgoingEvent[] = [];

  constructor(number: number, admission: Admission, connection: Connection) {
    this.number = number;
    this.accounts = admission.accounts;
    this.protocol = admission.protocol;
    this.binary = admission.protocol === Protocol.Binary;
    this.connection = connection;
    this.actor = admission.actor;
    this.address = admission.address;
    this.heartbeatMs = admission.heartbeatMs;
    this.disconnect = admission.disconnect;
    // Made when something is to be sent: most of ten thousand connections say nothing.
    this.out = nothing;
  }

  /** Makes room for `words` more and returns the word at which to write them. */
  reserve(words: number): number {
    const at = this.outWords;
    if (at + words > this.out.length) {
      const grown = new Int32Array(Math.max(this.out.length * 2, at + words, FIRST_OUT_WORDS));
      grown.set(this.out.subarray(0, at));
      this.out = grown;
    }
    this.outWords = at + words;
    return at;
  }

  /** What waited has been sent. */
  emptied(): void {
    this.outWords = 0;
    this.toldCode = 0;
    this.objects.length = 0;
    if (this.out.length > KEPT_OUT_WORDS) this.out = nothing;
  }
}
