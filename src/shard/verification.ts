import { createHash } from 'node:crypto';
import { Engine } from '../book/engine.js';
import { nodeDisk } from '../journal/disk.js';
import {
  type JournalSource,
  type JournalSummary,
  readJournal,
  segmentNumbers,
} from '../journal/journal-reader.js';
import type { LogPosition } from '../journal/log-position.js';
import { shardDirectory } from '../journal/segment.js';
import { BadSnapshot, snapshotSequences } from '../journal/snapshot-file.js';
import { EventHash } from '../wire/event-hash.js';
import { openShard, Replay, restoreSnapshot } from './recovery.js';

/** What became of a snapshot when the log was replayed past it. */
export interface VerifiedSnapshot {
  readonly sequence: number;
  /** What is wrong with it, in a sentence; undefined where it is just what the log comes to. */
  readonly fault?: string | undefined;
}

/** What a shard's directory holds. */
export interface VerifiedShard {
  readonly shard: number;
  readonly summary: JournalSummary;
  /** Sequence from which the log was replayed: 0 the beginning, else that of a snapshot. */
  readonly from: number;
  readonly snapshots: readonly VerifiedSnapshot[];
  readonly eventHash: string;
  /** Of all that the engine is: the same for the same log, by whatever way it was come to. */
  readonly stateHash: string;
  readonly liveOrders: number;
  readonly instruments: number;
}

/** 32 hexadecimal digits of the SHA-256 of an engine's snapshot. */
export function stateHashOf(engine: Engine): string {
  return createHash('sha256').update(engine.snapshot()).digest('hex').slice(0, 32);
}

/**
 * Replays all of a shard's log that is there, from the beginning or from the oldest good snapshot, and compares each
 * snapshot with what the log comes to at its place. Changes nothing.
 *
 * @param progress is told how many commands are done, once per frame
 * @throws JournalDamage, JournalVersionMismatch, RecoveryError
 */
export function verifyShard(
  source: JournalSource,
  progress: (commands: number) => void = () => {},
): VerifiedShard {
  const { disk = nodeDisk, shard } = source;
  const directory = shardDirectory(source.directory, shard);
  const waiting = snapshotSequences(disk, directory).reverse();
  const snapshots: VerifiedSnapshot[] = [];
  let start: { engine: Engine; hash: EventHash; position?: LogPosition | undefined } = {
    engine: new Engine({ shard }),
    hash: new EventHash(),
  };
  const numbers = segmentNumbers(disk, directory);
  while (numbers.length > 0 && numbers[0] !== 1 && start.position === undefined && waiting.length > 0) {
    const sequence = waiting.shift()!;
    try {
      start = restoreSnapshot(disk, source, sequence);
      snapshots.push({ sequence });
    } catch (error) {
      if (!(error instanceof BadSnapshot)) throw error;
      snapshots.push({ sequence, fault: error.message });
    }
  }
  const from = start.engine.sequence;
  const replay = new Replay(shard, start.engine, start.hash);
  let commands = 0;
  const compare = () => {
    while (waiting.length > 0 && replay.engine.sequence >= waiting[0]!)
      snapshots.push(verifySnapshot(source, waiting.shift()!, replay));
  };
  const summary = readJournal(
    source,
    (words, at) => {
      replay.take(words, at);
      compare();
      progress(++commands);
    },
    start.position,
  );
  for (const sequence of waiting)
    snapshots.push({ sequence, fault: `the log ends before it, at sequence ${replay.engine.sequence}` });
  return report(shard, summary, from, snapshots, replay.engine, replay.hash);
}

/** Reads what a start of the exchange would read: the newest good snapshot and the rest of the log. */
export function verifyStart(source: JournalSource): VerifiedShard {
  const { engine, hash, summary, snapshot, badSnapshots } = openShard(source);
  const snapshots: VerifiedSnapshot[] = badSnapshots.map(({ sequence, why }) => ({ sequence, fault: why }));
  if (snapshot > 0) snapshots.push({ sequence: snapshot });
  return report(source.shard, summary, snapshot, snapshots, engine, hash);
}

function report(
  shard: number,
  summary: JournalSummary,
  from: number,
  snapshots: readonly VerifiedSnapshot[],
  engine: Engine,
  hash: EventHash,
): VerifiedShard {
  return {
    shard,
    summary,
    from,
    snapshots,
    eventHash: hash.toString(),
    stateHash: stateHashOf(engine),
    liveOrders: engine.liveOrders,
    instruments: engine.instruments().length,
  };
}

function verifySnapshot(source: JournalSource, sequence: number, replay: Replay): VerifiedSnapshot {
  try {
    const { engine, hash } = restoreSnapshot(source.disk ?? nodeDisk, source, sequence);
    if (replay.engine.sequence !== sequence)
      return { sequence, fault: 'no frame of the log ends at this sequence' };
    if (hash.low !== replay.hash.low || hash.high !== replay.hash.high)
      return { sequence, fault: 'its event hash is not that of the log' };
    if (stateHashOf(engine) !== stateHashOf(replay.engine))
      return { sequence, fault: 'its state is not what the log comes to' };
    return { sequence };
  } catch (error) {
    if (error instanceof BadSnapshot) return { sequence, fault: error.message };
    throw error;
  }
}
