import { sideNames } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { timeNs } from '../wire/event-fields.js';
import {
  EVENT_COUNTER_ORDER,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_SIZE,
  EVENT_TRADE,
  eventSide,
} from '../wire/event-record.js';
import { priceText, sizeText } from '../wire/instrument-object.js';
import { readWhole } from '../wire/words.js';
import { RedisKeys } from './redis-keys.js';

/** Trades of one message, at the most: a subscriber gets no message of megabytes. */
const MESSAGE_TRADES = 1024;

/** One trade as subscribers get it. Decimals are texts. */
export interface RedisTrade {
  /** Number of the trade in its instrument, from 1. */
  readonly trade: number;
  readonly price: string;
  readonly size: string;
  /** Side of the taker. */
  readonly side: string;
  readonly timeNs: string;
  readonly takerOrderId: number;
  readonly makerOrderId: number;
}

/** The trades of a batch, as the messages that tell them. */
export class RedisTrades {
  /** Channel and messages by instrument; the last message is open. */
  readonly #channels = new Map<
    number,
    { readonly channel: string; readonly messages: string[]; count: number }
  >();

  /** Adds the trade of which the taker's fill stands at word `at`. */
  add(words: Int32Array, at: number, instrument: Instrument): void {
    let room = this.#channels.get(instrument.id);
    if (room === undefined) {
      room = { channel: RedisKeys.trades(instrument.symbol), messages: [], count: 0 };
      this.#channels.set(instrument.id, room);
    }
    const isFirst = room.count++ % MESSAGE_TRADES === 0;
    if (isFirst) room.messages.push('[');
    // Written by hand: all that is in it are digits and names.
    const text =
      `{"trade":${readWhole(words, at + EVENT_TRADE)}` +
      `,"price":"${priceText(readWhole(words, at + EVENT_PRICE), instrument)}"` +
      `,"size":"${sizeText(readWhole(words, at + EVENT_SIZE), instrument)}"` +
      `,"side":"${sideNames[eventSide(words[at]!)]}"` +
      `,"timeNs":"${timeNs(words, at)}"` +
      `,"takerOrderId":${readWhole(words, at + EVENT_ORDER)}` +
      `,"makerOrderId":${readWhole(words, at + EVENT_COUNTER_ORDER)}}`;
    room.messages[room.messages.length - 1] += isFirst ? text : `,${text}`;
  }

  /** Appends channel and message of each. */
  appendTo(list: string[]): void {
    for (const { channel, messages } of this.#channels.values())
      for (const message of messages) list.push(channel, `${message}]`);
  }

  clear(): void {
    this.#channels.clear();
  }
}
