import { CommandFlag } from '../model/command.js';
import { RejectCode } from '../model/reject.js';
import { targetWord } from '../wire/command-fields.js';
import { ORDER_TARGET_TEXT_WORD } from '../wire/order-record.js';
import type { Book } from './book.js';
import { bookOf, type GeneralRoom } from './general-room.js';
import * as live from './live-order.js';

const BY_CLIENT_ID = CommandFlag.TargetByClientId << 16;
const TARGET_TEXT = CommandFlag.TargetText << 16;

/**
 * The slot of the live order that a cancel, an amend or a linked new order means, or -1. It must be of the same account
 * and, where the command names an instrument, of that one.
 */
export function findTarget(
  room: GeneralRoom,
  words: Int32Array,
  at: number,
  accountSlot: number,
  instrument: number,
): number {
  const terms = words[at + 1]!;
  const account = words[at + 3]!;
  const target = targetWord(words, at);
  const { clientIds, orders } = room;
  let slot: number;
  if ((terms & BY_CLIENT_ID) === 0) slot = room.orderIndex.find(words[target]!, words[target + 1]!);
  else if ((terms & TARGET_TEXT) === 0)
    slot = clientIds.findOrder(words[target]!, words[target + 1]!, account);
  else slot = clientIds.findOrderByText(words, at + ORDER_TARGET_TEXT_WORD, account);
  if (slot < 0 || live.accountSlot(orders, slot) !== accountSlot) return -1;
  if (instrument === 0 || bookOf(room, live.bookNumber(orders, slot)).instrumentId === instrument)
    return slot;
  return -1;
}

/** The slot of the order that a new one is to be linked with; the reject code with a minus sign where it cannot be. */
export function findLinkTarget(
  room: GeneralRoom,
  book: Book,
  words: Int32Array,
  at: number,
  accountSlot: number,
): number {
  const other = findTarget(room, words, at, accountSlot, 0);
  if (other < 0) return -RejectCode.UnknownOrder;
  if (live.bookNumber(room.orders, other) !== book.number) return -RejectCode.NotLinkable;
  const rare = room.rare.of(other);
  const isTaken = rare !== undefined && (rare.link >= 0 || rare.takeProfitTicks !== 0);
  return isTaken ? -RejectCode.NotLinkable : other;
}
