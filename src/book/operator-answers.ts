import { CommandFlag } from '../model/command.js';
import { EVENT_CELLS, EVENT_ORDER, EVENT_PRICE } from '../wire/event-record.js';
import { orderFlags } from '../wire/order-record.js';
import { NO_ACCOUNT } from './accounts.js';
import { openAnswer } from './answers.js';
import type { GeneralRoom } from './general-room.js';

/** Begins the answer to an operator's command: all zero after the client id. Returns the word at which it begins. */
export function openOperatorAnswer(
  room: GeneralRoom,
  words: Int32Array,
  at: number,
  kind: number,
  code: number,
  instrument: number,
): number {
  const isText = (orderFlags(words[at + 1]!) & CommandFlag.TextClientId) !== 0;
  const to = openAnswer(room.events, words, at, kind, 0, code, instrument, NO_ACCOUNT, isText);
  const { words: out } = room.events;
  out.fill(0, to + EVENT_ORDER, to + EVENT_ORDER + 2);
  out.fill(0, to + EVENT_PRICE, to + EVENT_CELLS * 8);
  return to;
}

/** Keeps the answer for a retry, once it is written. */
export function keepOperatorAnswer(room: GeneralRoom, to: number): void {
  room.clientIds.keep(room.events, to);
}
