import { Engine } from '../book/engine.js';
import { CommandKind } from '../model/command.js';
import { DEFAULT_RULES, type Instrument } from '../model/instrument.js';
import { CELL_WORDS, EVENT_ACCOUNT, eventCells } from '../wire/event-record.js';
import { writeListing } from '../wire/instrument-record.js';
import { LINE_WORDS, orderKind, sequencesOf } from '../wire/order-record.js';

/** The accounts that a replay trades with: one posts, one takes, so that each side's events are seen apart. */
export const ReplayAccount = { Maker: 1, Taker: 2 } as const;
export type ReplayAccount = (typeof ReplayAccount)[keyof typeof ReplayAccount];

/** The instrument that stands in for whatever was recorded: one tick a tick, one lot a lot. */
export const replayInstrument: Instrument = {
  id: 1,
  symbol: 'REPLAY',
  priceDecimals: 0,
  sizeDecimals: 0,
  tickSize: 1,
  lotSize: 1,
  minPriceTicks: 1,
  maxPriceTicks: 100_000_000,
  minSizeLots: 1,
  maxSizeLots: 50_000_000,
  ...DEFAULT_RULES,
};

/** Takes the events that one account receives, in their order. */
export type OnEvent = (account: ReplayAccount, words: Int32Array, at: number) => void;

/** Something that orders can be sent to and events come back from. */
export interface ReplayVenue {
  /** Sends a one-line record. Records of one account arrive in order; between accounts, only `settle` orders them. */
  send(account: ReplayAccount, record: Int32Array): void;
  /** Orders under way; the sender waits for `settle` before there are too many. */
  readonly underWay: number;
  /** Resolves once every record sent is answered and every event that it caused, for either account, has come. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** The matching engine in this process, without threads, journal or network. */
export class BookVenue implements ReplayVenue {
  readonly underWay = 0;
  readonly #engine = new Engine({ shard: 0 });
  readonly #onEvent: OnEvent;
  #sequence = 0;

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent;
    const listing = new Int32Array(3 * LINE_WORDS);
    writeListing(listing, 0, replayInstrument);
    this.#apply(listing);
    this.#engine.events.clear();
  }

  send(account: ReplayAccount, record: Int32Array): void {
    const { events } = this.#engine;
    if (orderKind(record[0]!) === CommandKind.ReadBook) this.#engine.readBook(record, 0);
    else this.#apply(record);
    for (let at = 0; at < events.length; at += eventCells(events.words[at]!) * CELL_WORDS) {
      const to = eventOwner(events.words, at);
      this.#onEvent(to === 0 ? account : to, events.words, at);
    }
    events.clear();
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  #apply(record: Int32Array): void {
    this.#engine.apply(record, 0, this.#sequence + 1, 1, 0);
    this.#sequence += sequencesOf(record, 0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The account that an event belongs to; 0 for the answer to a read, which belongs to the asker. */
function eventOwner(words: Int32Array, at: number): ReplayAccount | 0 {
  return words[at + EVENT_ACCOUNT] as ReplayAccount | 0;
}
