import { CommandFlag, OrderType, TimeInForce } from '../model/command.js';
import type { Book } from './book.js';
import { link } from './departures.js';
import { enter } from './entering.js';
import { writeAccepted } from './general-events.js';
import type { GeneralRoom } from './general-room.js';
import * as live from './live-order.js';
import { makeOrder } from './making.js';
import type { PendingExits } from './specials.js';
import { awaitStop, triggerIfMet } from './stops.js';

/** Lets the exits of brackets enter whose entry has left, by the entry's order id. Returns false where there are none. */
export function enterExits(room: GeneralRoom, book: Book): boolean {
  const { specials } = book;
  if (specials.pendingExits.length === 0) return false;
  const due = specials.pendingExits.sort((a, b) => a.entryId - b.entryId);
  specials.pendingExits = [];
  for (const exits of due) enterPair(room, book, exits);
  return true;
}

/** Take-profit and stop-loss, each the other's other half. */
function enterPair(room: GeneralRoom, book: Book, exits: PendingExits): void {
  const stopLossId = exits.entryId + 2;
  const clientIdLow = exits.isText ? room.clientIds.texts.duplicate(exits.clientIdLow) : exits.clientIdLow;
  const takeProfit = makeExit(room, book, exits, exits.entryId + 1, exits.takeProfitTicks, exits.clientIdLow);
  const stopLoss = makeExit(room, book, exits, stopLossId, 0, clientIdLow);
  const stopTerms = room.rare.attach(stopLoss);
  stopTerms.type = OrderType.Stop;
  stopTerms.stopPriceTicks = exits.stopLossTicks;
  link(room, book, takeProfit, stopLoss);
  awaitStop(room, book, stopLoss, stopTerms);
  writeAccepted(room, takeProfit);
  writeAccepted(room, stopLoss);
  enter(room, book, takeProfit, TimeInForce.GoodTillCancel);
  // If the take-profit has traded at once, the stop-loss is gone.
  if (live.orderId(room.orders, stopLoss) === stopLossId) triggerIfMet(room, book, stopLoss, stopTerms);
}

function makeExit(
  room: GeneralRoom,
  book: Book,
  exits: PendingExits,
  id: number,
  priceTicks: number,
  clientIdLow: number,
): number {
  const { draft } = room;
  draft.id = id;
  draft.side = exits.side;
  draft.accountSlot = exits.accountSlot;
  draft.session = exits.session;
  draft.priceTicks = priceTicks;
  draft.sizeLots = exits.sizeLots;
  draft.clientIdLow = clientIdLow;
  draft.clientIdHigh = exits.clientIdHigh;
  draft.isText = exits.isText;
  draft.selfTrade = exits.selfTrade;
  const slot = makeOrder(room, book);
  room.clientIds.keepNoOrder(slot);
  const terms = room.rare.attach(slot);
  terms.flags = CommandFlag.Linked;
  terms.isTold = true;
  terms.hasOwnText = exits.isText;
  return slot;
}
