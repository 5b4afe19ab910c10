import { Decoder, Encoder } from '@msgpack/msgpack';
import { MAX_MESSAGE_BYTES, MOST_COMMANDS_PER_MESSAGE } from '../model/limits.js';

/** The WebSocket subprotocol that is spoken here. */
export const SUBPROTOCOL = 'tickloom.msgpack.v1';

/** Array heads take this much at the most: a byte and two of length. */
const HEAD_BYTES = 3;
const FIX_ARRAY = 0x90;
const MOST_OF_FIX_ARRAY = 15;
const ARRAY_16 = 0xdc;

const encoder = new Encoder({ ignoreUndefined: true });
const decoder = new Decoder();

/**
 * One message of a client as bytes, without the fields that are undefined.
 *
 * @throws Error where a value has no form in msgpack, such as a bigint or a function
 */
export function encodeMessage(message: object): Uint8Array {
  return encoder.encode(message);
}

/** The events of one message of the exchange. @throws where it is no msgpack array */
export function decodeEvents(message: ArrayBuffer): unknown[] {
  const events = decoder.decode(message);
  if (!Array.isArray(events)) throw new TypeError('the exchange has sent something other than a list');
  return events;
}

/** Encoded messages joined to as few as the exchange takes, in their order, each of so many bytes at the most. */
export function joinMessages(encoded: readonly Uint8Array[], mostBytes = MAX_MESSAGE_BYTES): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let from = 0;
  let bytes = HEAD_BYTES;
  for (const [at, one] of encoded.entries()) {
    if (at > from && (bytes + one.length > mostBytes || at - from === MOST_COMMANDS_PER_MESSAGE)) {
      joined.push(joinOne(encoded.slice(from, at)));
      from = at;
      bytes = HEAD_BYTES;
    }
    bytes += one.length;
  }
  if (from < encoded.length) joined.push(joinOne(encoded.slice(from)));
  return joined;
}

function joinOne(encoded: readonly Uint8Array[]): Uint8Array {
  if (encoded.length === 1) return encoded[0]!;
  const head =
    encoded.length <= MOST_OF_FIX_ARRAY
      ? [FIX_ARRAY | encoded.length]
      : [ARRAY_16, encoded.length >> 8, encoded.length & 0xff];
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, head.length));
  bytes.set(head);
  let at = head.length;
  for (const one of encoded) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}
