import { type JournalSource, readJournal } from './journal-reader.js';
import type { LogEnd } from './live-reader.js';

/** How far a log goes that nobody writes: reads it from end to end. */
export interface MeasuredLog {
  readonly logEnd: LogEnd;
  /** Sequence of its last command, 0 for none. */
  readonly lastSequence: number;
}

/** @throws JournalDamage, JournalVersionMismatch */
export function measureLog(source: JournalSource): MeasuredLog {
  const { tail, nextSequence } = readJournal(source, () => {});
  return { logEnd: { segment: () => tail.segment, end: () => tail.end }, lastSequence: nextSequence - 1 };
}
