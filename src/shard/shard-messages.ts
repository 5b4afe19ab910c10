import type { JournalSummary } from '../journal/journal-reader.js';
import type { Durability } from '../journal/segment.js';
import type { Instrument } from '../model/instrument.js';
import type { LogSettings } from '../wire/instrument-record.js';

/** What a shard's thread is started with. */
export interface ShardThreadData {
  readonly shard: number;
  readonly directory: string;
  readonly durability: Durability;
  readonly segmentBytes: number;
  readonly clock: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  readonly latency: SharedArrayBuffer;
  readonly doorbell: SharedArrayBuffer;
  readonly segmentMailbox: SharedArrayBuffer;
  /** By gateway. */
  readonly inputRings: readonly SharedArrayBuffer[];
  readonly eventRings: readonly SharedArrayBuffer[];
  readonly gatewayDoorbells: readonly SharedArrayBuffer[];
  /** Of those who read its log. */
  readonly readerDoorbells: readonly SharedArrayBuffer[];
  /** Takes the place of a thread that has died in this run of the exchange: there is no plan to wait for. */
  readonly replaces?: { readonly run: number } | undefined;
}

/** What the main thread answers to `recovered`: what is new since the log was written. */
export interface ShardPlan {
  readonly instruments: readonly Instrument[];
  /** Undefined where the log's own still holds. */
  readonly settings?: LogSettings | undefined;
  /** Which start of the exchange on this directory it is: the same for all shards. */
  readonly run: number;
}

/** What a shard's thread says. */
export type ShardReport =
  | {
      readonly event: 'recovered';
      readonly instruments: readonly Instrument[];
      readonly settings: LogSettings;
      readonly summary: JournalSummary;
      /** Sequence of the snapshot from which it began; 0: the beginning of the log. */
      readonly snapshot: number;
      /** A sentence each. */
      readonly badSnapshots: readonly string[];
    }
  | { readonly event: 'running'; readonly instruments: readonly Instrument[] }
  | { readonly event: 'detached'; readonly gateway: number }
  | { readonly event: 'stopped'; readonly eventHash: string }
  | { readonly event: 'halted'; readonly message: string }
  | { readonly event: 'warning'; readonly sentence: string }
  | { readonly event: 'failed'; readonly message: string; readonly stack?: string | undefined };
