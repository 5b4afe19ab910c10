import type { Instrument } from '../model/instrument.js';
import { RejectCode } from '../model/reject.js';
import { Book, type BookRoom } from './book.js';
import { NumberIndex } from './number-index.js';

const NEAR_INSTRUMENTS = 1024;
export const NEAR_INSTRUMENT_MASK = NEAR_INSTRUMENTS - 1;

/** The instruments of a shard, each with its book, in the order in which they were listed. */
export class Listings {
  readonly instruments: Instrument[] = [];
  readonly books: Book[] = [];
  /** The book seen last, by the low bits of the instrument: a guess that the book's own instrument confirms. */
  readonly near = new Int32Array(NEAR_INSTRUMENTS);
  readonly #room: BookRoom;
  readonly #index = new NumberIndex();
  readonly #symbols = new Set<string>();

  constructor(room: BookRoom) {
    this.#room = room;
  }

  /** The number of an instrument's book among `books`, or -1. */
  find(instrumentId: number): number {
    const number = this.#index.find(instrumentId);
    if (number >= 0) this.near[instrumentId & NEAR_INSTRUMENT_MASK] = number;
    return number;
  }

  /** Opens a book for a sound instrument. Returns 0, or why it cannot be listed. */
  add(instrument: Instrument): RejectCode | 0 {
    if (this.find(instrument.id) >= 0 || this.#symbols.has(instrument.symbol))
      return RejectCode.InstrumentAlreadyListed;
    this.#index.add(instrument.id);
    this.#symbols.add(instrument.symbol);
    this.instruments.push(instrument);
    this.books.push(new Book(instrument, this.books.length, this.#room));
    return 0;
  }
}
