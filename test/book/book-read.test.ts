import { describe, expect, it } from 'vitest';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { placeOf } from '../../src/model/identity.js';
import { RejectCode } from '../../src/model/reject.js';
import * as layout from '../../src/wire/event-record.js';
import { readWhole } from '../../src/wire/words.js';
import { bookRead } from './commands.js';
import { EngineVenue } from './venue.js';

/** Reads a book and takes the answer apart. */
function read(venue: EngineVenue, words: Int32Array) {
  const { events } = venue.engine;
  events.clear();
  venue.engine.readBook(words, 0);
  const out = events.words;
  const cells = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const cell = (layout.EVENT_CELLS + from + i) * layout.CELL_WORDS;
      expect([...out.slice(cell + 5, cell + 8)]).toEqual([0, 0, 0]);
      return [readWhole(out, cell), readWhole(out, cell + 2), out[cell + 4]];
    });
  const bids = out[layout.BOOK_BIDS]!;
  const asks = out[layout.BOOK_ASKS]!;
  const length = layout.eventCells(out[0]!) * layout.CELL_WORDS;
  expect(events.length).toBe(length);
  expect(layout.eventCells(out[0]!)).toBe(layout.EVENT_CELLS + bids + asks);
  return {
    kind: layout.eventKind(out[0]!),
    flags: layout.eventFlags(out[1]!),
    position: readWhole(out, layout.EVENT_PLACE),
    time: readWhole(out, layout.EVENT_TIME),
    instrument: out[layout.EVENT_INSTRUMENT],
    session: out[layout.EVENT_SESSION],
    clientId: readWhole(out, layout.EVENT_CLIENT_ID),
    bids: cells(0, bids),
    asks: cells(bids, asks),
  };
}

describe('a read of a book', () => {
  it('answers with both sides, best first, as of the last command', () => {
    const venue = new EngineVenue({ shard: 3 });
    for (const price of [100, 98, 99, 100]) venue.buy(5, price);
    for (const price of [101, 165, 1_000_000]) venue.sell(price, price);
    expect(read(venue, bookRead(1, 10, 88, 4))).toEqual({
      kind: EventKind.Book,
      flags: EventFlag.Answer | EventFlag.LastOfCommand,
      position: placeOf(3, 8),
      // The time of the last command, whose frame this was.
      time: venue.nextTime - 1,
      instrument: 1,
      session: 88,
      clientId: 4,
      bids: [
        [100, 10, 2],
        [99, 5, 1],
        [98, 5, 1],
      ],
      asks: [
        [101, 101, 1],
        [165, 165, 1],
        [1_000_000, 1_000_000, 1],
      ],
    });
  });

  it('changes nothing and has no sequence', () => {
    const venue = new EngineVenue();
    read(venue, bookRead(1, 10));
    expect(venue.engine.sequence).toBe(1);
    expect(venue.buy(1, 100)[0]!.sequence).toBe(2);
  });

  it.each([
    [0, 1],
    [1, 1],
    [100, 100],
    [101, 100],
    [2 ** 53 - 1, 100],
    [-5, 1],
  ])('of depth %d shows %d levels', (depth, levels) => {
    const venue = new EngineVenue();
    for (let i = 0; i < 150; i++) {
      venue.buy(1, 1000 - i);
      venue.sell(1, 2000 + i);
    }
    const book = read(venue, bookRead(1, depth));
    expect(book.bids).toEqual(Array.from({ length: levels }, (_, i) => [1000 - i, 1, 1]));
    expect(book.asks).toEqual(Array.from({ length: levels }, (_, i) => [2000 + i, 1, 1]));
  });

  it('before any command has the position 0 of its shard, and no time', () => {
    const venue = new EngineVenue({ shard: 4 }, false);
    venue.engine.readBook(bookRead(1, 1), 0);
    expect(readWhole(venue.engine.events.words, layout.EVENT_PLACE)).toBe(placeOf(4, 0));
    expect(readWhole(venue.engine.events.words, layout.EVENT_TIME)).toBe(0);
  });

  it('of an instrument that is not listed is refused', () => {
    const venue = new EngineVenue();
    const { events } = venue.engine;
    events.clear();
    venue.engine.readBook(bookRead(9, 5, 88, 4), 0);
    const out = events.words;
    expect(events.length).toBe(layout.EVENT_CELLS * layout.CELL_WORDS);
    expect(layout.eventKind(out[0]!)).toBe(EventKind.Rejected);
    expect(layout.eventCodeOf(out[1]!)).toBe(RejectCode.UnknownInstrument);
    expect(layout.eventFlags(out[1]!)).toBe(EventFlag.Answer | EventFlag.Refused | EventFlag.LastOfCommand);
    expect([out[layout.EVENT_INSTRUMENT], out[layout.EVENT_SESSION]]).toEqual([9, 88]);
    expect(readWhole(out, layout.EVENT_CLIENT_ID)).toBe(4);
    expect(readWhole(out, layout.EVENT_TIME)).toBe(venue.nextTime - 1);
  });

  it('stands behind the events that are already there', () => {
    const venue = new EngineVenue();
    venue.engine.events.clear();
    for (let i = 0; i < 500; i++) venue.engine.readBook(bookRead(1, 100), 0);
    expect(venue.engine.events.length).toBe(500 * layout.EVENT_CELLS * layout.CELL_WORDS);
  });
});
