import type { JournalSource } from '../journal/journal-reader.js';
import type { LogEnd } from '../journal/live-reader.js';
import { openShard } from '../shard/recovery.js';

/** How far a log goes that nobody writes. */
export interface MeasuredLog {
  readonly logEnd: LogEnd;
  /** Sequence of its last command, 0 for none. */
  readonly lastSequence: number;
}

/** Reads a log as a start would. @throws JournalDamage, JournalVersionMismatch, RecoveryError */
export function measureLog(source: JournalSource): MeasuredLog {
  const { tail, nextSequence } = openShard(source).summary;
  return { logEnd: { segment: () => tail.segment, end: () => tail.end }, lastSequence: nextSequence - 1 };
}
