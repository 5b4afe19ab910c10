import { EventFlag, EventKind } from '../model/event.js';
import { RESUME_HISTORY_BYTES } from '../model/limits.js';
import {
  EVENT_ACCOUNT,
  EVENT_CODE,
  EVENT_INDEX,
  EVENT_ORDER,
  eventFlags,
  eventKind,
  nextEvent,
  sequenceOfEvent,
} from '../wire/event-record.js';
import { readWhole } from '../wire/words.js';

const CHUNK_WORDS = 256 * 1024;

interface Chunk {
  readonly words: Int32Array;
  length: number;
  /** Sequence of the first event in it. */
  readonly first: number;
}

/** What an account has missed. */
export interface Missed {
  /** The events, back to back, in the order of the log. */
  readonly words: Int32Array;
  /** False where the history begins after what was asked for: then `words` is empty. */
  readonly isComplete: boolean;
}

/** Whose events, or of which order. */
export type EventFilter = { readonly account: number } | { readonly orderId: number };

/** The events behind a sequence, as far as they are in memory. */
export interface Tail {
  /** The events, back to back, in the order of the log. */
  readonly words: Int32Array;
  /** They are all there behind this sequence: the one that was asked for, or a later one. */
  readonly after: number;
}

/**
 * The events of the last commands of a shard, for clients that reconnect: in memory, up to a bound. What is dropped is
 * dropped from the front.
 */
export class EventHistory {
  readonly #chunks: Chunk[] = [];
  readonly #maxChunks: number;
  /** Events of the commands after this one are here. */
  #before: number;

  /** @param before sequence of the command before the first whose events will be added */
  constructor(before: number, maxBytes = RESUME_HISTORY_BYTES) {
    this.#before = before;
    this.#maxChunks = Math.max(2, Math.floor(maxBytes / (CHUNK_WORDS * 4)));
  }

  /** The events of the commands after this one are here. */
  get before(): number {
    return this.#before;
  }

  /** Takes in events of whole records, words 0 to `length`. */
  add(words: Int32Array, length: number): void {
    let from = 0;
    while (from < length) {
      let chunk = this.#chunks.at(-1);
      const next = nextEvent(words, from) - from;
      if (chunk === undefined || chunk.length + next > CHUNK_WORDS) chunk = this.#begin(words, from);
      let to = length;
      if (chunk.length + to - from > CHUNK_WORDS) to = lastWhole(words, from, CHUNK_WORDS - chunk.length);
      chunk.words.set(words.subarray(from, to), chunk.length);
      chunk.length += to - from;
      from = to;
    }
  }

  /** The events of some accounts behind the event of this sequence and index. */
  missed(accounts: readonly number[], sequence: number, index: number): Missed {
    // Of the command before there are no events, and the client may have seen only some of them.
    if (sequence <= this.#before && this.#before > 0) return { words: new Int32Array(0), isComplete: false };
    const words = this.#gather(
      sequence,
      (words, at) => accounts.includes(words[at + EVENT_ACCOUNT]!) && isBehind(words, at, sequence, index),
    );
    return { words, isComplete: true };
  }

  /** The events of an account or an order of the commands behind a sequence; of later ones where those are gone. */
  tail(of: EventFilter, sequence: number): Tail {
    const after = Math.max(sequence, this.#before);
    const isWanted =
      'account' in of
        ? (words: Int32Array, at: number) => words[at + EVENT_ACCOUNT] === of.account
        : (words: Int32Array, at: number) => readWhole(words, at + EVENT_ORDER) === of.orderId;
    const words = this.#gather(
      after,
      (words, at) => isWanted(words, at) && sequenceOfEvent(words, at) > after,
    );
    return { words, after };
  }

  /** The events that all are told of and that are wanted; those at or before a sequence need not be looked at. */
  #gather(sequence: number, isWanted: (words: Int32Array, at: number) => boolean): Int32Array {
    const parts: Int32Array[] = [];
    let length = 0;
    for (let i = this.#firstChunk(sequence); i < this.#chunks.length; i++) {
      const { words, length: end } = this.#chunks[i]!;
      for (let at = 0; at < end; ) {
        const next = nextEvent(words, at);
        if (isTold(words, at) && isWanted(words, at)) {
          parts.push(words.subarray(at, next));
          length += next - at;
        }
        at = next;
      }
    }
    const found = new Int32Array(length);
    let to = 0;
    for (const part of parts) {
      found.set(part, to);
      to += part.length;
    }
    return found;
  }

  #begin(words: Int32Array, from: number): Chunk {
    let memory: Int32Array | undefined;
    if (this.#chunks.length >= this.#maxChunks) {
      memory = this.#chunks.shift()!.words;
      // The first command of the chunk that is now the first may have begun in the one that went.
      this.#before = this.#chunks[0]!.first;
    }
    const chunk = {
      words: memory ?? new Int32Array(CHUNK_WORDS),
      length: 0,
      first: sequenceOfEvent(words, from),
    };
    this.#chunks.push(chunk);
    return chunk;
  }

  /** The last chunk that begins at or before a sequence: what comes behind its events may begin there. */
  #firstChunk(sequence: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#chunks[middle]!.first < sequence) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** The word behind the last whole record within `limit` words from `from` on. */
function lastWhole(words: Int32Array, from: number, limit: number): number {
  let at = from;
  for (;;) {
    const next = nextEvent(words, at);
    if (next - from > limit) return at;
    at = next;
  }
}

/** Whether every session of the account is told of this event, in its place. */
function isTold(words: Int32Array, at: number): boolean {
  const kind = eventKind(words[at]!);
  if (kind === EventKind.Listed || kind === EventKind.SettingsChanged || kind === EventKind.TimePassed)
    return false;
  return (eventFlags(words[at + EVENT_CODE]!) & EventFlag.Repeated) === 0;
}

function isBehind(words: Int32Array, at: number, sequence: number, index: number): boolean {
  const own = sequenceOfEvent(words, at);
  return own > sequence || (own === sequence && words[at + EVENT_INDEX]! >>> 0 > index);
}
