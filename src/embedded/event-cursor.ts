import type { EventWriter } from '../book/event-writer.js';
import { EventFlag, EventKind } from '../model/event.js';
import { sequenceOfPlace } from '../model/identity.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CLIENT_ID,
  EVENT_COUNTER_ORDER,
  EVENT_CUMULATIVE,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_TRADE,
  eventCells,
  eventCodeOf,
  eventFlags,
  eventKind,
  eventSide,
} from '../wire/event-record.js';
import { readWhole } from '../wire/words.js';

/**
 * Walks over the events of the last command without making objects of them:
 *
 * ```ts
 * for (events.rewind(); events.next(); ) if (events.kind === EventKind.Fill) traded += events.sizeLots;
 * ```
 *
 * It stands before the first event until `next` is called. The next command, through whichever entrance, writes over what
 * it reads: call `rewind` after each. All numbers are whole; what an event has not is 0.
 */
export class EventCursor {
  readonly #events: EventWriter;
  #at = 0;
  #next = 0;

  constructor(events: EventWriter) {
    this.#events = events;
  }

  /** Back before the first event. */
  rewind(): void {
    this.#at = 0;
    this.#next = 0;
  }

  /** Goes to the next event; false after the last. */
  next(): boolean {
    const { words, length } = this.#events;
    const at = this.#next;
    if (at >= length) return false;
    this.#at = at;
    this.#next = at + eventCells(words[at]!) * CELL_WORDS;
    return true;
  }

  /** `EventKind`. */
  get kind(): EventKind {
    return eventKind(this.#events.words[this.#at]!) as EventKind;
  }

  /** `Side`. */
  get side(): number {
    return eventSide(this.#events.words[this.#at]!);
  }

  /** Rejected: `RejectCode`. Cancelled: `CancelReason`. */
  get code(): number {
    return eventCodeOf(this.#events.words[this.#at + 1]!);
  }

  /** Bits of `EventFlag`. */
  get flags(): number {
    return eventFlags(this.#events.words[this.#at + 1]!);
  }

  /** The answer to the command: one event of each command is. */
  get isAnswer(): boolean {
    return (this.flags & EventFlag.Answer) !== 0;
  }

  /** Fill: this order was resting. */
  get isMaker(): boolean {
    return (this.flags & EventFlag.Maker) !== 0;
  }

  /** After this event the order is gone. */
  get isOrderDone(): boolean {
    return (this.flags & EventFlag.OrderDone) !== 0;
  }

  /** Sequence of the command. */
  get sequence(): number {
    return sequenceOfPlace(this.#whole(EVENT_PLACE));
  }

  get instrumentId(): number {
    return this.#events.words[this.#at + EVENT_INSTRUMENT]! >>> 0;
  }

  get account(): number {
    return this.#events.words[this.#at + EVENT_ACCOUNT]! >>> 0;
  }

  get orderId(): number {
    return this.#whole(EVENT_ORDER);
  }

  /** Of the command (an answer) or of the order; 0 where it is a text. */
  get clientId(): number {
    return (this.flags & EventFlag.TextClientId) !== 0 ? 0 : this.#whole(EVENT_CLIENT_ID);
  }

  get priceTicks(): number {
    return this.#whole(EVENT_PRICE);
  }

  /** Of the order, the fill, the cancelled rest or the new total. */
  get sizeLots(): number {
    return this.#whole(EVENT_SIZE);
  }

  /** What of the order is open after this event. */
  get remainingLots(): number {
    return this.#whole(EVENT_REMAINING);
  }

  /** What of the order has traded so far. */
  get cumulativeLots(): number {
    return this.#whole(EVENT_CUMULATIVE);
  }

  /** Fill: number of the trade in its instrument. */
  get tradeNumber(): number {
    return this.kind === EventKind.Fill ? this.#whole(EVENT_TRADE) : 0;
  }

  /** Fill: the order of the other side. */
  get counterOrderId(): number {
    return this.kind === EventKind.Fill ? this.#whole(EVENT_COUNTER_ORDER) : 0;
  }

  #whole(word: number): number {
    return readWhole(this.#events.words, this.#at + word);
  }
}
