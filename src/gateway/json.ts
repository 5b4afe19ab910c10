import type { OutgoingEvent } from './session.js';

/** A turn's events for one session: one JSON array of objects, in UTF-8. */
export function encodeJson(events: readonly OutgoingEvent[]): Uint8Array {
  return Buffer.from(JSON.stringify(events));
}

/** The commands of one message, an object or an array of objects; undefined where the text is not JSON. */
export function decodeJson(message: ArrayBuffer): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(message).toString());
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}
