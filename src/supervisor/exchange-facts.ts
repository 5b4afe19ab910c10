import type { JournalSummary } from '../journal/journal-reader.js';
import type { Instrument } from '../model/instrument.js';

/** What a start has found and made. */
export interface ExchangeFacts {
  readonly host: string;
  readonly port: number;
  /** The data directory. */
  readonly data: string;
  readonly transport: 'uws' | 'node';
  /** Why uWebSockets.js does not serve, where it was tried and could not. */
  readonly transportWhy?: string | undefined;
  readonly gateways: number;
  /** How many keys there are; undefined where everybody may do everything. */
  readonly keys: number | undefined;
  readonly shards: readonly ShardFacts[];
  readonly instruments: readonly Instrument[];
}

export interface ShardFacts extends JournalSummary {
  /** Sequence of the snapshot from which the shard began; 0: from the beginning of its log. */
  readonly snapshot: number;
}
