import type { SlottedKey } from '../access/key-slots.js';
import type { NumberedAnswer, NumberedResume, SnapshotOutcome } from '../follower/follower-messages.js';
import type { Instrument } from '../model/instrument.js';
import type { ReadAnswer, ReadQuestion } from '../store/read-question.js';
import type { GatewayLimits } from './gateway-limits.js';
import type { KeyedAccess } from './keyed-gatekeeper.js';
import type { LogNote } from './log-note.js';
import type { TlsFiles } from './transport/transport.js';

/** What a person may ask for; `auto` is settled before the gateways start. */
export type TransportChoice = 'auto' | 'uws' | 'node';

/** What a gateway's thread is started with. */
export interface GatewayThreadData {
  readonly gateway: number;
  /** Which start of the exchange on its data directory this is, from 1: the journal's number. */
  readonly run: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly transport: 'uws' | 'node';
  readonly clock: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  readonly storeBoard: SharedArrayBuffer;
  readonly latency: SharedArrayBuffer;
  /** Commands that a store may be behind before new orders are rejected. */
  readonly storeBacklog: number;
  readonly doorbell: SharedArrayBuffer;
  /** By shard. */
  readonly inputRings: readonly SharedArrayBuffer[];
  readonly eventRings: readonly SharedArrayBuffer[];
  readonly shardDoorbells: readonly SharedArrayBuffer[];
  readonly instruments: readonly { readonly instrument: Instrument; readonly shard: number }[];
  /** Whether there are followers, which write snapshots and know what a client has missed. */
  readonly isFollowed: boolean;
  readonly about: Readonly<Record<string, string | number>>;
  /** Undefined: everybody may do everything. */
  readonly access?: KeyedAccess | undefined;
  readonly limits: GatewayLimits;
  readonly tls?: TlsFiles | undefined;
  /** Who is connected, to all gateways together, and the salt of its hash. */
  readonly counts: SharedArrayBuffer;
  readonly countSalt: number;
  /** Where the numbers of sessions begin. */
  readonly firstSession: number;
}

/** A session whose orders go when it does. */
export interface DisconnectingSession {
  readonly session: number;
  readonly keyId: string;
  readonly accounts: readonly number[];
  /** By which it may come back; empty where it has none. */
  readonly name: string;
  readonly graceMs: number;
}

/** What the main thread tells a gateway: at the end first to take no more orders, then, the shards being done, to end. */
export type GatewayOrder =
  | { readonly order: 'close-intake' }
  | { readonly order: 'end' }
  /** The keys file has changed: these are all keys. */
  | { readonly order: 'keys'; readonly keys: readonly SlottedKey[] }
  /** Cancel what this session has left; answer with `cancelled-of`. */
  | { readonly order: 'cancel-of'; readonly session: number }
  | { readonly order: 'answered'; readonly id: number; readonly answer: ReadAnswer }
  | { readonly order: 'resumed'; readonly answer: NumberedAnswer }
  /** What `watch` has asked for: told of on this board; undefined where there is no follower any more. */
  | { readonly order: 'watched'; readonly id: number; readonly board: SharedArrayBuffer | undefined }
  | {
      readonly order: 'snapshots-taken';
      readonly id: number;
      readonly outcomes: readonly SnapshotOutcome[];
    };

/** What a gateway's thread says. */
export type GatewayReport =
  | { readonly event: 'listening'; readonly port: number; readonly transport: 'uws' | 'node' }
  | { readonly event: 'intake-closed' }
  | { readonly event: 'ended' }
  /** Ask the follower of that shard. */
  | { readonly event: 'resume'; readonly request: NumberedResume }
  /** Answer with `answered`. */
  | { readonly event: 'query'; readonly id: number; readonly question: ReadQuestion }
  /** Have an instrument told of; answer with `watched` and this number, and once more where it is over. */
  | { readonly event: 'watch'; readonly id: number; readonly instrument: number; readonly shard: number }
  /** Of this gateway nobody wants to know any more what that number was about. */
  | { readonly event: 'unwatch'; readonly id: number }
  /** Answer with `snapshots-taken`. */
  | { readonly event: 'take-snapshots'; readonly id: number }
  | { readonly event: 'log'; readonly note: LogNote }
  | { readonly event: 'session-opened'; readonly opened: DisconnectingSession }
  | { readonly event: 'session-closed'; readonly session: number }
  /** Whether every shard has the command in its ring. */
  | { readonly event: 'cancelled-of'; readonly session: number; readonly isSent: boolean }
  /** The message names the thread; the stack is for whoever looks for the cause. */
  | { readonly event: 'failed'; readonly message: string; readonly stack?: string | undefined };
