import { Decoder, Encoder } from '@msgpack/msgpack';
import { MAX_MESSAGE_BYTES } from '../model/limits.js';
import type { EventObject } from '../wire/event-object.js';

/** Deepest nesting that is read: an array of flat maps. */
const MAX_DEPTH = 4;

const encoder = new Encoder({ maxDepth: MAX_DEPTH + 4 });
const decoder = new Decoder({
  maxStrLength: MAX_MESSAGE_BYTES,
  maxArrayLength: MAX_MESSAGE_BYTES / 8,
  maxMapLength: 64,
  maxBinLength: 0,
  maxExtLength: 0,
});

/** A turn's events for one session: one msgpack array of maps. */
export function encodeEvents(events: readonly EventObject[]): Uint8Array {
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
