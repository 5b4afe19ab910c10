import { CommandFlag, CommandKind, Side } from '../model/command.js';
import { EventFlag, EventKind } from '../model/event.js';
import type { RejectCode } from '../model/reject.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_SIZE,
  EVENT_TEXT_CELLS,
  eventCode,
  eventHead,
} from '../wire/event-record.js';
import {
  CLIENT_ID_TEXT_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TEXT_WORD,
  orderFlags,
  orderKind,
  orderSide,
} from '../wire/order-record.js';
import { isWhole } from '../wire/words.js';
import { type Accounts, NO_ACCOUNT } from './accounts.js';
import { hasTextClientId } from './command-shape.js';
import type { EventWriter } from './event-writer.js';

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
  const head = eventHead(kind, isText ? EVENT_CELLS + EVENT_TEXT_CELLS : EVENT_CELLS, side);
  const flags = isText ? EventFlag.Answer | EventFlag.TextClientId : EventFlag.Answer;
  const to = events.open(head, code | eventCode(0, flags), instrument, accountSlot);
  if (isText) writeText(words, at, events.words, to);
  else copyClientId(words, at, events.words, to);
  return to;
}

/**
 * Answers a command with a reject, which repeats what it can of the command, and returns the word at which the event
 * begins. Numbers that are no whole numbers are left out.
 */
export function writeReject(
  events: EventWriter,
  accounts: Accounts,
  words: Int32Array,
  at: number,
  code: RejectCode,
): number {
  const kind = orderKind(words[at]!);
  const side = orderSide(words[at]!);
  const ofOperator = kind === CommandKind.List || kind === CommandKind.Settings;
  const to = openAnswer(
    events,
    words,
    at,
    EventKind.Rejected,
    side <= Side.Sell ? side : Side.None,
    code,
    words[at + ORDER_INSTRUMENT]!,
    ofOperator ? NO_ACCOUNT : accounts.slotOf(words[at + ORDER_ACCOUNT]!),
    hasTextClientId(words, at),
  );
  const out = events.words;
  for (let i = EVENT_PRICE; i < EVENT_CELLS * CELL_WORDS; i++) out[to + i] = 0;
  const namesOrder =
    (kind === CommandKind.Cancel || kind === CommandKind.Amend) &&
    (orderFlags(words[at + 1]!) & CommandFlag.TargetByClientId) === 0 &&
    isWhole(words, at + ORDER_TARGET);
  out[to + EVENT_ORDER] = namesOrder ? words[at + ORDER_TARGET]! : 0;
  out[to + EVENT_ORDER + 1] = namesOrder ? words[at + ORDER_TARGET + 1]! : 0;
  if (isWhole(words, at + ORDER_PRICE)) {
    out[to + EVENT_PRICE] = words[at + ORDER_PRICE]!;
    out[to + EVENT_PRICE + 1] = words[at + ORDER_PRICE + 1]!;
  }
  if (isWhole(words, at + ORDER_SIZE)) {
    out[to + EVENT_SIZE] = words[at + ORDER_SIZE]!;
    out[to + EVENT_SIZE + 1] = words[at + ORDER_SIZE + 1]!;
  }
  return to;
}

/** Copies a command's numeric client id into its answer; what is no whole number is left out. */
export function copyClientId(words: Int32Array, at: number, out: Int32Array, to: number): void {
  const isNumber = isWhole(words, at + ORDER_CLIENT_ID);
  out[to + EVENT_CLIENT_ID] = isNumber ? words[at + ORDER_CLIENT_ID]! : 0;
  out[to + EVENT_CLIENT_ID + 1] = isNumber ? words[at + ORDER_CLIENT_ID + 1]! : 0;
}

/** Copies a command's text client id into the two cells after its answer. */
function writeText(words: Int32Array, at: number, out: Int32Array, to: number): void {
  const text = to + EVENT_CELLS * CELL_WORDS;
  out[to + EVENT_CLIENT_ID] = 0;
  out[to + EVENT_CLIENT_ID + 1] = 0;
  out[text] = words[at + ORDER_TEXT_WORD - 1]! >>> 24;
  for (let i = 0; i < CLIENT_ID_TEXT_WORDS; i++) out[text + 1 + i] = words[at + ORDER_TEXT_WORD + i]!;
  out.fill(0, text + 1 + CLIENT_ID_TEXT_WORDS, text + EVENT_TEXT_CELLS * CELL_WORDS);
}
