import { CommandFlag, CommandKind, Side } from '../model/command.js';
import { EventFlag, EventKind } from '../model/event.js';
import type { RejectCode } from '../model/reject.js';
import { hasTextClientId } from '../wire/command-fields.js';
import { EVENT_CELLS, EVENT_TEXT_CELLS, eventHead } from '../wire/event-record.js';
import { CLIENT_ID_TEXT_WORDS, ORDER_TEXT_WORD } from '../wire/order-record.js';
import { isWhole } from '../wire/words.js';
import * as accountTable from './accounts.js';

import type { EventWriter } from './event-writer.js';

/*
 * Where words are read and written by number, the number is the word of the layout that `wire/order-record.ts` or
 * `wire/event-record.ts` draws.
 */

// What stands here is compiled in; an imported binding is read from memory at each use.
const { NO_ACCOUNT } = accountTable;
const { Cancel: CANCEL, Amend: AMEND, List: LIST } = CommandKind;
const TEXT = CommandFlag.TextClientId << 16;
const BY_CLIENT_ID = CommandFlag.TargetByClientId << 16;
const SELL = Side.Sell;
const REJECTED = EventKind.Rejected;
const ANSWER = EventFlag.Answer << 16;
const TEXT_ANSWER = ANSWER | (EventFlag.TextClientId << 16);
const CELLS = EVENT_CELLS;
const CELLS_WITH_TEXT = EVENT_CELLS + EVENT_TEXT_CELLS;

/**
 * Begins the answer to a command, its event 0: writes words 0 to 11, the client id, and the cells of its text. The
 * caller writes the order id and words 16 to 23.
 *
 * @param code word 1, without the flags Answer and TextClientId
 * @param isText whether the command has a sound text client id
 */
export function openAnswer(
  events: EventWriter,
  words: Int32Array,
  at: number,
  kind: number,
  side: number,
  code: number,
  instrument: number,
  accountSlot: number,
  isText: boolean,
): number {
  const head = eventHead(kind, isText ? CELLS_WITH_TEXT : CELLS, side);
  const to = events.open(head, code | (isText ? TEXT_ANSWER : ANSWER), instrument, accountSlot);
  if (isText) writeCommandText(words, at, events.words, to);
  else copyClientId(words, at, events.words, to);
  return to;
}

/**
 * Answers a command with a reject, which repeats what it can of the command, and returns the word at which the event
 * begins. Numbers that are no whole numbers are left out.
 */
export function writeReject(
  events: EventWriter,
  accounts: accountTable.Accounts,
  words: Int32Array,
  at: number,
  code: RejectCode,
): number {
  const kind = (words[at]! >>> 8) & 0xff;
  const side = words[at]! >>> 24;
  const terms = words[at + 1]!;
  const account = kind >= LIST ? NO_ACCOUNT : accounts.slotOf(words[at + 3]!);
  const isText = (terms & TEXT) !== 0 && hasTextClientId(words, at);
  const to = openAnswer(
    events,
    words,
    at,
    REJECTED,
    side <= SELL ? side : 0,
    code,
    words[at + 2]!,
    account,
    isText,
  );
  writeRejectFields(words, at, events.words, to);
  return to;
}

/** Writes the order id and words 16 to 23 of a reject. */
export function writeRejectFields(words: Int32Array, at: number, out: Int32Array, to: number): void {
  const kind = (words[at]! >>> 8) & 0xff;
  const terms = words[at + 1]!;
  const namesOrder =
    (kind === CANCEL || kind === AMEND) && (terms & BY_CLIENT_ID) === 0 && isWhole(words, at + 6);
  const hasPrice = isWhole(words, at + 8);
  const hasSize = isWhole(words, at + 10);
  out[to + 12] = namesOrder ? words[at + 6]! : 0;
  out[to + 13] = namesOrder ? words[at + 7]! : 0;
  out[to + 16] = hasPrice ? words[at + 8]! : 0;
  out[to + 17] = hasPrice ? words[at + 9]! : 0;
  out[to + 18] = hasSize ? words[at + 10]! : 0;
  out[to + 19] = hasSize ? words[at + 11]! : 0;
  out[to + 20] = 0;
  out[to + 21] = 0;
  out[to + 22] = 0;
  out[to + 23] = 0;
}

/** Copies a command's numeric client id into its answer; what is no whole number is left out. */
export function copyClientId(words: Int32Array, at: number, out: Int32Array, to: number): void {
  const isNumber = isWhole(words, at + 4);
  out[to + 14] = isNumber ? words[at + 4]! : 0;
  out[to + 15] = isNumber ? words[at + 5]! : 0;
}

/** Copies a command's text client id into two cells of its answer, the first three or four before, and 0 for the number. */
export function writeCommandText(
  words: Int32Array,
  at: number,
  out: Int32Array,
  to: number,
  cellsBefore = CELLS,
): void {
  const text = to + cellsBefore * 8;
  out[to + 14] = 0;
  out[to + 15] = 0;
  out[text] = words[at + ORDER_TEXT_WORD - 1]! >>> 24;
  for (let i = 0; i < CLIENT_ID_TEXT_WORDS; i++) out[text + 1 + i] = words[at + ORDER_TEXT_WORD + i]!;
  out.fill(0, text + 1 + CLIENT_ID_TEXT_WORDS, text + 16);
}
