import type { Durability } from '../journal/segment.js';
import type { DrillName } from '../metrics/drill.js';
import type { EventFilter } from './event-history.js';
import type { ResumeAnswer, ResumeRequest, TailAnswer } from './follower.js';
import type { OldSegments } from './retention.js';

/** What a follower's thread is started with. */
export interface FollowerThreadData {
  readonly shard: number;
  readonly directory: string;
  readonly durability: Durability;
  readonly board: SharedArrayBuffer;
  readonly storeBoard: SharedArrayBuffer;
  /** Rung by the shard. */
  readonly doorbell: SharedArrayBuffer;
  /** The shard's own, for when it must look at the board. */
  readonly shardDoorbell: SharedArrayBuffer;
  readonly oldSegments: OldSegments;
  readonly snapshotCommands: number;
  readonly resumeCommands?: number | undefined;
  /** How far it steps back behind the threads that answer orders. */
  readonly niceness: number;
  /** What the follower before it was to tell of: it goes on with the first command that it replays. */
  readonly watched?: readonly WatchedBoard[] | undefined;
}

/** An instrument, and the board on which a follower tells of it. */
export interface WatchedBoard {
  readonly instrument: number;
  readonly board: SharedArrayBuffer;
}

/** What the main thread says to a follower. */
export type FollowerOrder =
  /** Answer with `snapshot`, once there is one of all that was logged until now. */
  | { readonly order: 'snapshot'; readonly id: number }
  /** The shard has stopped: take a last snapshot and end. */
  | { readonly order: 'finish' }
  | { readonly order: 'resume'; readonly request: NumberedResume }
  | { readonly order: 'tail'; readonly id: number; readonly request: TailRequest }
  /** Tell of an instrument on this board; answer with `watched` once that has begun. */
  | ({ readonly order: 'watch' } & WatchedBoard)
  | { readonly order: 'unwatch'; readonly instrument: number }
  /** Die: a drill. */
  | { readonly order: 'drill'; readonly how: DrillName };

/** A resume request on its way between gateway and follower. */
export interface NumberedResume extends ResumeRequest {
  readonly gateway: number;
  /** Of the gateway's session, and of its attempt. */
  readonly id: number;
  readonly shard: number;
  /** Answered only once all up to this sequence has been replayed. */
  readonly until: number;
}

/** What has happened behind what a store knows. */
export interface TailRequest {
  readonly of: EventFilter;
  /** Events of commands behind this sequence. */
  readonly after: number;
  /** Answered only once all up to this sequence has been replayed. */
  readonly until: number;
}

export interface NumberedAnswer extends ResumeAnswer {
  readonly gateway: number;
  readonly id: number;
  readonly shard: number;
}

export interface SnapshotOutcome {
  readonly shard: number;
  readonly sequence: number;
  readonly file: string;
  readonly bytes: number;
  /** Why there is none, in a sentence. */
  readonly fault?: string | undefined;
}

/** What a follower's thread says. */
export type FollowerReport =
  | { readonly event: 'snapshot'; readonly id: number; readonly outcome: SnapshotOutcome }
  | { readonly event: 'resumed'; readonly answer: NumberedAnswer }
  | { readonly event: 'tail'; readonly id: number; readonly tail: TailAnswer }
  | { readonly event: 'watched'; readonly instrument: number }
  | { readonly event: 'warning'; readonly sentence: string }
  | { readonly event: 'diverged'; readonly message: string }
  | { readonly event: 'finished' }
  | { readonly event: 'failed'; readonly message: string; readonly stack?: string | undefined };
