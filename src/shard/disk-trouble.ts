import type { Clock } from '../clock/clock.js';
import { JournalWriteError } from '../journal/faults.js';
import type { JournalWriter } from '../journal/journal-writer.js';
import { DiskState, type ShardBoard } from '../metrics/shard-board.js';
import { DISK_RETRY_MS, SYNC_RETRY_MS } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import type { Admission } from './group.js';

/**
 * What a shard does when its disk does not take what it writes.
 *
 * - A write or sync fails: the segment is left at its last safe place, and the group goes to a new one. Where that fails
 *   too, nobody can tell whether a restart would find the group: it is neither answered nor refused, but tried again until
 *   it is safe. The gateways refuse what comes meanwhile.
 * - The disk is full: the reserve segment takes cancels; all else is refused, from when the reserve is full too, everything.
 *   Now and then it is tried whether there is room again.
 */
export class DiskTrouble {
  readonly #board: ShardBoard;
  readonly #shard: number;
  readonly #journal: JournalWriter;
  readonly #realTime: Clock;
  readonly #pause: (ms: number) => void;
  readonly #tell: (sentence: string) => void;
  #admission: Admission = 'all';
  #tryAtNs = 0;

  constructor(
    board: ShardBoard,
    shard: number,
    journal: JournalWriter,
    realTime: Clock,
    pause: (ms: number) => void,
    tell: (sentence: string) => void = () => {},
  ) {
    this.#board = board;
    this.#shard = shard;
    this.#journal = journal;
    this.#realTime = realTime;
    this.#pause = pause;
    this.#tell = tell;
    // A start on a disk that is nearly full may be on the reserve at once.
    if (journal.onReserve) this.#full('reserve');
    // A thread before this one may have died while its disk failed. This journal has just begun a segment: it is well, and
    // unless the gateways know, nothing comes that could show it.
    else board.setDisk(shard, DiskState.Well);
  }

  get isThere(): boolean {
    return this.#admission !== 'all';
  }

  /** What the next group may hold. */
  get admission(): Admission {
    return this.#admission;
  }

  /** Why a command that is not taken is refused. */
  get code(): RejectCode {
    return RejectCode.DiskFull;
  }

  /** Looks from time to time whether there is room again; `firstSequence` and `timeNs` are of the next frame. */
  tryAgain(firstSequence: number, timeNs: bigint): void {
    if (this.#realTime.nowNs() < this.#tryAtNs) return;
    this.#tryAtNs = this.#realTime.nowNs() + DISK_RETRY_MS * 1e6;
    if (this.#journal.onReserve) {
      if (this.#journal.leaveReserve(firstSequence, timeNs)) this.#well();
    } else {
      // The next group is let through: it will say.
      this.#admission = 'all';
    }
  }

  /**
   * Calls `append` until its group is safe. Returns false where there is no room for it, and it is not in the log.
   *
   * @throws JournalWriteError where the exchange is to stop before that is settled
   */
  append(append: () => void): boolean {
    for (let attempt = 1; ; attempt++) {
      try {
        append();
      } catch (error) {
        if (!(error instanceof JournalWriteError)) throw error;
        if (!this.#journal.uncertain) {
          this.#full('none', error.message);
          return false;
        }
        // The first attempt may have met a bad place: a new segment is another one.
        if (attempt === 1) continue;
        if (this.#board.disk(this.#shard) !== DiskState.Failing)
          this.#tell(`the disk fails, and nothing is taken until it does not: ${error.message}`);
        this.#board.setDisk(this.#shard, DiskState.Failing);
        if (this.#board.stopping) throw error;
        this.#pause(SYNC_RETRY_MS);
        continue;
      }
      if (this.#journal.onReserve) this.#full('reserve');
      else if (attempt > 1 || this.isThere || this.#board.disk(this.#shard) !== DiskState.Well) this.#well();
      return true;
    }
  }

  #full(admission: Admission, why = ''): void {
    if (this.#admission === admission) return;
    this.#tell(
      admission === 'reserve'
        ? 'the disk has no room for another segment: cancels alone are taken, into the reserve'
        : `the disk is full, and nothing is taken: ${why}`,
    );
    this.#admission = admission;
    this.#tryAtNs = this.#realTime.nowNs() + DISK_RETRY_MS * 1e6;
    this.#board.setDisk(this.#shard, DiskState.Reserve);
  }

  #well(): void {
    if (this.isThere || this.#board.disk(this.#shard) !== DiskState.Well)
      this.#tell('the disk is well again');
    this.#admission = 'all';
    this.#board.setDisk(this.#shard, DiskState.Well);
  }
}
