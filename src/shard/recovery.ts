import type { Engine } from '../book/engine.js';
import {
  FRAME_FIRST_SEQUENCE,
  FRAME_HASH_HIGH,
  FRAME_HASH_LOW,
  FRAME_HEADER_WORDS,
  FRAME_SEQUENCES,
  FRAME_TIME,
  frameEnd,
} from '../journal/frame.js';
import { type JournalSource, type JournalSummary, readJournal } from '../journal/journal-reader.js';
import type { EventHash } from '../wire/event-hash.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../wire/order-record.js';
import { readWhole } from '../wire/words.js';

/** A log whose frames are whole but which this program does not replay to the same events. */
export class RecoveryError extends Error {}

/**
 * Replays a shard's log into a fresh engine: books, sequence numbers, client ids and instruments come out as they were.
 * Each frame names the hash of all events before it, so an engine that matches otherwise than the one that wrote the
 * log is found out at the first frame that differs.
 *
 * @throws JournalDamage, JournalVersionMismatch, RecoveryError
 */
export function recoverShard(log: JournalSource, engine: Engine, hash: EventHash): JournalSummary {
  let sequence = 0;
  return readJournal(log, (words, at) => {
    if (words[at + FRAME_HASH_LOW] !== hash.low || words[at + FRAME_HASH_HIGH] !== hash.high)
      throw new RecoveryError(
        `shard ${log.shard}: the events of the commands up to ${sequence} do not come out as they were when the log was written; ` +
          'this program matches by other rules than the one that wrote it',
      );
    const timeLow = words[at + FRAME_TIME]!;
    const timeHigh = words[at + FRAME_TIME + 1]!;
    sequence = readWhole(words, at + FRAME_FIRST_SEQUENCE) - 1;
    const end = frameEnd(words, at);
    for (let line = at + FRAME_HEADER_WORDS; line < end; line += orderLines(words[line]!) * LINE_WORDS) {
      engine.apply(words, line, sequence + 1, timeLow, timeHigh);
      sequence += sequencesOf(words, line);
      hash.update(engine.events.words, 0, engine.events.length);
      engine.events.clear();
    }
    if (sequence !== readWhole(words, at + FRAME_FIRST_SEQUENCE) - 1 + words[at + FRAME_SEQUENCES]!)
      throw new RecoveryError(
        `shard ${log.shard}: a frame says ${words[at + FRAME_SEQUENCES]} sequence numbers but ends at sequence ${sequence}`,
      );
  });
}
