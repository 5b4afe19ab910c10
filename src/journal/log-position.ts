import { FRAME_CURSOR_WORDS } from './frame.js';

/** A place between two frames of a shard's log, with what a reader that goes on there must know of the frames before. */
export interface LogPosition {
  /** Number of the segment, and the byte in it at which the next frame begins. */
  readonly segment: number;
  readonly offset: number;
  /** Sequence of the next command. */
  readonly nextSequence: number;
  /** Of the last frame before: time in ns since the epoch (0: there is none), run, and how far each input ring was consumed. */
  readonly timeNs: bigint;
  readonly run: number;
  readonly cursors: Int32Array;
}

/** The cursors of a log without a frame. */
export function noCursors(): Int32Array {
  return new Int32Array(FRAME_CURSOR_WORDS);
}
