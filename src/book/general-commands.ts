import { CommandKind, TimeInForce } from '../model/command.js';
import { EventKind } from '../model/event.js';
import { RejectCode } from '../model/reject.js';
import { commandFault } from '../wire/order-check.js';
import { LINE_WORDS, ORDER_SESSION, orderKind } from '../wire/order-record.js';
import { changeAccount } from './account-commands.js';
import { amend, cancel } from './amends.js';
import { writeReject } from './answers.js';
import type { Book, PlainHooks } from './book.js';
import { cancelAll } from './cancel-all.js';
import { releaseRare } from './departures.js';
import { enter } from './entering.js';
import { expireDue } from './expiries.js';
import { type GeneralRoom, touch } from './general-room.js';
import { changePrices, changeState } from './instrument-commands.js';
import { massQuote } from './mass-quotes.js';
import { NewOrders } from './new-orders.js';
import { openOperatorAnswer } from './operator-answers.js';
import { applyListing, applySettings } from './operator-commands.js';
import * as pool from './order-pool.js';
import { writeRepeatedAnswer } from './repeated-answer.js';
import { settleTouched } from './settling.js';
import { followPrice } from './stop-prices.js';

const { LIVE_ID, LIVE_LEVEL, ORDER_SHIFT } = pool;

/**
 * The general path: every command, with everything that can be said in it and everything that can be special about its
 * book and account. What the plain path leaves alone goes through here, and plain orders come to the same events here as
 * there.
 */
export class GeneralCommands implements PlainHooks {
  readonly #room: GeneralRoom;
  readonly #newOrders: NewOrders;

  constructor(room: GeneralRoom) {
    this.#room = room;
    this.#newOrders = new NewOrders(room);
  }

  /** Carries out the command of the log whose record begins at word `at`, whatever it holds. */
  apply(words: Int32Array, at: number): void {
    const room = this.#room;
    expireDue(room);
    const lines = Math.floor((words.length - at) / LINE_WORDS);
    const fault = commandFault(words, at, lines, false) || this.#carryOut(words, at);
    if (fault !== 0) writeReject(room.events, room.accounts, words, at, fault);
    settleTouched(room);
    room.events.endCommand();
  }

  released(book: Book, slot: number): void {
    releaseRare(this.#room, book, slot, this.#room.rare.of(slot)!);
  }

  enter(book: Book, slot: number, mayRest: boolean): void {
    const room = this.#room;
    const { words } = room.orders;
    const order = slot << ORDER_SHIFT;
    // The plain path leaves this to whoever puts the order into a queue.
    words[order + LIVE_LEVEL] = -1;
    room.orderIndex.add(slot, words[order + LIVE_ID]!);
    enter(room, book, slot, mayRest ? TimeInForce.GoodTillCancel : TimeInForce.ImmediateOrCancel);
    settleTouched(room);
  }

  traded(book: Book, firstTicks: number, lastTicks: number): void {
    const room = this.#room;
    touch(room, book);
    followPrice(room, book, firstTicks);
    followPrice(room, book, lastTicks);
    settleTouched(room);
  }

  /** Returns 0, or, with no event written, the fault of a command that is rejected and not remembered. */
  #carryOut(words: Int32Array, at: number): RejectCode | 0 {
    const room = this.#room;
    const kind = orderKind(words[at]!);
    if (kind === CommandKind.List) return applyListing(room.events, room.listings, words, at);
    if (kind === CommandKind.Settings) return applySettings(room, words, at);
    if (kind === CommandKind.Time) openOperatorAnswer(room, words, at, EventKind.TimePassed, 0, 0);
    else this.#once(words, at, kind);
    return 0;
  }

  /** Carries out a command with a client id, or gives the first answer again where it is a retry. */
  #once(words: Int32Array, at: number, kind: number): void {
    const room = this.#room;
    const { clientIds, events } = room;
    if (!clientIds.admit(words, at)) {
      // The command that has the id keeps it: a reject of this one is not remembered.
      if (clientIds.isRetry) writeRepeatedAnswer(words, at, clientIds, room.listings, room.rare, events);
      else writeReject(events, room.accounts, words, at, RejectCode.ClientIdReused);
      return;
    }
    const fault = clientIds.late ? RejectCode.TooLate : this.#carryOutNew(words, at, kind);
    if (fault === 0) return;
    const to = writeReject(events, room.accounts, words, at, fault);
    clientIds.keepReject(events, to, fault);
  }

  /** Returns 0, or, with no event written and nothing changed, why the command is rejected. */
  #carryOutNew(words: Int32Array, at: number, kind: number): RejectCode | 0 {
    const room = this.#room;
    switch (kind) {
      case CommandKind.New:
        return this.#newOrders.enter(words, at);
      case CommandKind.Cancel:
        return cancel(room, words, at);
      case CommandKind.Amend:
        return amend(room, words, at);
      case CommandKind.CancelAll:
        return cancelAll(room, words, at);
      case CommandKind.MassQuote:
        return massQuote(room, words, at);
      case CommandKind.State:
        return changeState(room, words, at);
      case CommandKind.Prices:
        return changePrices(room, words, at);
      case CommandKind.Account:
        return changeAccount(room, words, at);
      default:
        throw new Error(`command kind ${kind} of session ${words[at + ORDER_SESSION]} passed its checks`);
    }
  }
}
