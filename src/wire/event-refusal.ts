/**
 * Rejected events that a gateway makes: of commands that never reached the log, and of those that did, with their
 * sentence added for clients who decode records themselves.
 */

import { CommandFlag } from '../model/command.js';
import { EventFlag, EventKind } from '../model/event.js';
import { MAX_CLIENT_ID_TEXT_BYTES } from '../model/limits.js';
import { rejectReasons } from '../model/reject.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_INSTRUMENT,
  EVENT_TEXT_CELLS,
  EVENT_TIME,
  eventCells,
  eventCode,
  eventCodeOf,
  eventFlags,
  eventHead,
  eventKind,
  eventSide,
} from './event-record.js';
import { asciiText } from './field-fault.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_TERMS,
  ORDER_TEXT_BYTE,
  ORDER_TEXT_LENGTH_BYTE,
  ORDER_TEXT_WORD,
  orderFlags,
} from './order-record.js';
import { isPrintable, readByte, writeByte, writeText } from './text.js';
import { isWhole, writeBig, writeWhole } from './words.js';

/** Longest sentence that an event carries, in bytes: eight cells. What is longer is cut. */
export const MAX_SENTENCE_BYTES = 256;

/** Most words of a Rejected event: with a text client id and the longest sentence. */
export const MAX_REFUSAL_WORDS = (EVENT_CELLS + EVENT_TEXT_CELLS) * CELL_WORDS + MAX_SENTENCE_BYTES / 4;

/** A command that never reached the log: why, and as much of it as can be told. */
export interface Refusal {
  readonly code: number;
  /** One sentence that says more than the code's own. ASCII; what is not is escaped. */
  readonly sentence?: string | undefined;
  readonly account?: number | undefined;
  /** Number of the instrument. */
  readonly instrument?: number | undefined;
  /** Of the command: a text of 1 to 36 printable ASCII characters, or a whole number under 2^53. */
  readonly clientId?: number | string | undefined;
}

const REFUSED = EventFlag.Answer | EventFlag.Refused | EventFlag.LastOfCommand;

/** The sentences of all codes as words, so that adding one to an event only copies. */
const sentenceWords: ReadonlyMap<number, Int32Array> = new Map(
  Object.entries(rejectReasons).map(([code, reason]) => [Number(code), wordsOf(reason.sentence)]),
);
const noSentence = new Int32Array(0);

/**
 * Writes the Rejected event of a refusal at word `at`, where MAX_REFUSAL_WORDS words are free.
 *
 * @returns the words of the event
 */
export function writeRefusal(words: Int32Array, at: number, refusal: Refusal, epochNs: bigint): number {
  const { code, sentence, account = 0, instrument = 0, clientId = 0 } = refusal;
  const cells = begin(words, at, code, account, instrument, epochNs, typeof clientId === 'string');
  if (typeof clientId === 'string') {
    const start = (at + EVENT_CELLS * CELL_WORDS) * 4;
    writeByte(words, start, writeText(words, start + 4, clientId));
  } else writeWhole(words, at + EVENT_CLIENT_ID, clientId);
  return appendSentence(words, at, cells, sentence === undefined ? sentenceOf(code) : wordsOf(sentence));
}

/**
 * The same for a command that came as a record, whatever is wrong with it: word `recordAt` of a message. Makes no
 * object but the time.
 *
 * @param hasSentence false where the client has just been told what the code means
 * @returns the words of the event
 */
export function writeRecordRefusal(
  words: Int32Array,
  at: number,
  message: Int32Array,
  recordAt: number,
  code: number,
  epochNs: bigint,
  hasSentence = true,
): number {
  const account = message[recordAt + ORDER_ACCOUNT]!;
  const instrument = message[recordAt + ORDER_INSTRUMENT]!;
  const length = textLength(message, recordAt);
  const cells = begin(words, at, code, account, instrument, epochNs, length > 0);
  if (length > 0) {
    const to = at + EVENT_CELLS * CELL_WORDS;
    words[to] = length;
    for (let i = 0; i < length; i += 4) words[to + 1 + i / 4] = message[recordAt + ORDER_TEXT_WORD + i / 4]!;
    // What stands behind the text of a malformed record may not be zero; in an event it is.
    for (let i = length; i % 4 !== 0; i++) writeByte(words, to * 4 + 4 + i, 0);
  } else if (isWhole(message, recordAt + ORDER_CLIENT_ID)) {
    words[at + EVENT_CLIENT_ID] = message[recordAt + ORDER_CLIENT_ID]!;
    words[at + EVENT_CLIENT_ID + 1] = message[recordAt + ORDER_CLIENT_ID + 1]!;
  }
  return hasSentence ? appendSentence(words, at, cells, sentenceOf(code)) : cells * CELL_WORDS;
}

/**
 * Copies the Rejected event at word `from` of `source` to word `at` and adds the sentence of its code, unless it has
 * one: the shard does not carry sentences along, and a client who decodes records has no table of them.
 *
 * @returns the words of the copy, at most MAX_REFUSAL_WORDS
 * @throws RangeError where the event is not a Rejected
 */
export function copyWithSentence(words: Int32Array, at: number, source: Int32Array, from: number): number {
  const head = source[from]!;
  if (eventKind(head) !== EventKind.Rejected)
    throw new RangeError(`an event of kind ${eventKind(head)} has no reject code`);
  const cells = eventCells(head);
  for (let i = 0; i < cells * CELL_WORDS; i++) words[at + i] = source[from + i]!;
  const code = source[from + EVENT_CODE]!;
  if ((eventFlags(code) & EventFlag.Sentence) !== 0) return cells * CELL_WORDS;
  return appendSentence(words, at, cells, sentenceOf(eventCodeOf(code)));
}

/** Writes all but client id and sentence; returns the cells so far. */
function begin(
  words: Int32Array,
  at: number,
  code: number,
  account: number,
  instrument: number,
  epochNs: bigint,
  textClientId: boolean,
): number {
  const cells = EVENT_CELLS + (textClientId ? EVENT_TEXT_CELLS : 0);
  words.fill(0, at, at + cells * CELL_WORDS);
  words[at] = eventHead(EventKind.Rejected, cells, 0);
  words[at + EVENT_CODE] = eventCode(code, REFUSED | (textClientId ? EventFlag.TextClientId : 0));
  words[at + EVENT_INSTRUMENT] = instrument;
  words[at + EVENT_ACCOUNT] = account;
  writeBig(words, at + EVENT_TIME, epochNs);
  return cells;
}

/** Returns the words of the whole event. */
function appendSentence(words: Int32Array, at: number, cells: number, sentence: Int32Array): number {
  if (sentence.length === 0) return cells * CELL_WORDS;
  words.set(sentence, at + cells * CELL_WORDS);
  const all = cells + sentence.length / CELL_WORDS;
  const head = words[at]!;
  words[at] = eventHead(eventKind(head), all, eventSide(head));
  words[at + EVENT_CODE] = words[at + EVENT_CODE]! | (EventFlag.Sentence << 16);
  return all * CELL_WORDS;
}

function sentenceOf(code: number): Int32Array {
  return sentenceWords.get(code) ?? noSentence;
}

/** A sentence in whole cells, zero padded. ASCII, so that a cut never falls into a character. */
function wordsOf(sentence: string): Int32Array {
  const text = asciiText(sentence).slice(0, MAX_SENTENCE_BYTES);
  const words = new Int32Array(Math.ceil(text.length / (CELL_WORDS * 4)) * CELL_WORDS);
  writeText(words, 0, text);
  return words;
}

/** Length of the text client id of a record that may be malformed, 0 where it has none that can be echoed. */
function textLength(message: Int32Array, at: number): number {
  if (at + 2 * LINE_WORDS > message.length) return 0;
  if ((orderFlags(message[at + ORDER_TERMS]!) & CommandFlag.TextClientId) === 0) return 0;
  const length = readByte(message, at * 4 + ORDER_TEXT_LENGTH_BYTE);
  if (length > MAX_CLIENT_ID_TEXT_BYTES) return 0;
  return isPrintable(message, at * 4 + ORDER_TEXT_BYTE, length) ? length : 0;
}
