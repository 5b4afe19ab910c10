import { Decoder, Encoder } from '@msgpack/msgpack';
import { MAX_MESSAGE_BYTES } from '../model/limits.js';
import type { OutgoingEvent } from './session.js';

/** Deepest nesting that is written: an array of maps, in a book with a list of levels. */
const MAX_WRITTEN_DEPTH = 8;

const encoder = new Encoder({ maxDepth: MAX_WRITTEN_DEPTH });
// The library has no bound for the depth of what it reads. It needs none: it keeps a stack of its own instead of calling
// itself, so the size of a message is the bound, and nobody who reads a command looks into what is nested in it.
const decoder = new Decoder({
  maxStrLength: MAX_MESSAGE_BYTES,
  maxArrayLength: MAX_MESSAGE_BYTES / 8,
  maxMapLength: 64,
  maxBinLength: 0,
  maxExtLength: 0,
});

/** A turn's events for one session: one msgpack array of maps. */
export function encodeEvents(events: readonly OutgoingEvent[]): Uint8Array {
  return encoder.encodeSharedRef(events);
}

/** The commands of one message, a map or an array of maps; undefined where the bytes are not msgpack. */
export function decodeCommands(message: ArrayBuffer): unknown[] | undefined {
  try {
    const value = decoder.decode(message);
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}
