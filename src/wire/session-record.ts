import { CommandKind } from '../model/command.js';
import { EventKind } from '../model/event.js';
import { RejectCode } from '../model/reject.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_PRICE,
  EVENT_TIME,
  eventHead,
  eventKind,
} from './event-record.js';
import { LINE_WORDS, ORDER_SEND_TIME, ORDER_VERSION, orderHead, orderVersion } from './order-record.js';
import type { SessionEvent } from './session-schema.js';
import { isZero, readBig, writeBig } from './words.js';

/*
 * Records between a client and its gateway alone. From the client one line of 64 bytes, from the gateway three cells of 32:
 *
 * ask the time (kind 65)   byte 0 version, 1 kind, 2 lines = 1; 48 the client's time, u64; the rest is zero
 * heartbeat (kind 66)      byte 0 version, 1 kind, 2 lines = 1; the rest is zero
 *
 * time (kind 66)           byte 0 version, 1 kind, 2 cells = 3; 40 received, u64; 56 the client's time, u64; 64 sent, u64
 * heartbeat (kind 67)      byte 0 version, 1 kind, 2 cells = 3; 40 the time, u64
 *
 * Times are nanoseconds since the epoch. The last eight bytes of a line are ignored, as in an order record.
 */

/** Words of a line that say something: what is behind them is the gateway's own. */
const CLIENT_WORDS = LINE_WORDS - 2;

/** What is wrong with a record of kind AskTime or Heartbeat at word `at`; 0 where nothing is. */
export function checkSessionRecord(words: Int32Array, at: number, kind: number): RejectCode | 0 {
  if (orderVersion(words[at]!) !== ORDER_VERSION) return RejectCode.WrongVersion;
  if (words[at] !== orderHead(kind, 1, 0)) return RejectCode.Malformed;
  const end = at + CLIENT_WORDS;
  const known = kind === CommandKind.AskTime ? at + ORDER_SEND_TIME : end;
  return isZero(words, at + 1, known) && isZero(words, known + 2, end) ? 0 : RejectCode.BadFlags;
}

/** Writes an event for a session, and returns its words. */
export function writeSessionEvent(words: Int32Array, at: number, event: SessionEvent): number {
  const count = EVENT_CELLS * CELL_WORDS;
  words.fill(0, at, at + count);
  if (event.event === 'heartbeat') {
    words[at] = eventHead(EventKind.Heartbeat, EVENT_CELLS, 0);
    writeBig(words, at + EVENT_TIME, BigInt(event.timeNs));
    return count;
  }
  words[at] = eventHead(EventKind.Time, EVENT_CELLS, 0);
  writeBig(words, at + EVENT_TIME, BigInt(event.receivedNs));
  writeBig(words, at + EVENT_CLIENT_ID, BigInt(event.clientTimeNs));
  writeBig(words, at + EVENT_PRICE, BigInt(event.sentNs));
  return count;
}

/** The event for a session at word `at`, as a binary client reads it. @throws RangeError where it is another kind */
export function readSessionEvent(words: Int32Array, at: number): SessionEvent {
  const kind = eventKind(words[at]!);
  const text = (word: number) => readBig(words, at + word).toString();
  if (kind === EventKind.Heartbeat) return { event: 'heartbeat', timeNs: text(EVENT_TIME) };
  if (kind !== EventKind.Time)
    throw new RangeError(`kind ${kind} is not an event between client and gateway`);
  return {
    event: 'time',
    clientTimeNs: text(EVENT_CLIENT_ID),
    receivedNs: text(EVENT_TIME),
    sentNs: text(EVENT_PRICE),
  };
}
