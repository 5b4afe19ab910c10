import { MAX_SEQUENCE, MAX_SHARDS } from './limits.js';

/**
 * A place in the logs: shard and sequence in one whole number under 2^53.
 *
 * ```
 *  bit 52     48 47                                   0
 *     ┌─────────┬──────────────────────────────────────┐
 *     │  shard  │  sequence of the command, from 1     │
 *     └─────────┴──────────────────────────────────────┘
 * ```
 *
 * An order's id is the place of the command that made it, so any gateway can route a cancel without asking.
 */
export type Place = number;

const SEQUENCES = MAX_SEQUENCE + 1;

/** @throws RangeError when the shard or the sequence is outside its bits. */
export function placeOf(shard: number, sequence: number): Place {
  if (!Number.isInteger(shard) || shard < 0 || shard >= MAX_SHARDS)
    throw new RangeError(`shard ${shard} is not a whole number from 0 to ${MAX_SHARDS - 1}`);
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > MAX_SEQUENCE)
    throw new RangeError(`sequence ${sequence} is not a whole number from 0 to ${MAX_SEQUENCE}`);
  return shard * SEQUENCES + sequence;
}

export function shardOfPlace(place: Place): number {
  return Math.floor(place / SEQUENCES);
}

export function sequenceOfPlace(place: Place): number {
  return place % SEQUENCES;
}

/** The shard, from the high 32 bits of a place alone. */
export function shardOfPlaceHigh(high: number): number {
  return high >>> 16;
}

/** The high 32 bits of a shard's places, without those of the sequence. */
export function placeHighOf(shard: number): number {
  return shard << 16;
}
