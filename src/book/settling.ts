import { InstrumentState } from '../model/instrument-state.js';
import type { Book } from './book.js';
import { enterExits } from './exits.js';
import type { GeneralRoom } from './general-room.js';
import { noteFollowed, repricePegs } from './pegs.js';
import { tellTrailing, triggerRound } from './stops.js';

/** Settles the books that the command has touched, in the order of their listing. */
export function settleTouched(room: GeneralRoom): void {
  const { touched } = room;
  if (room.touchedBooks > 1) {
    touched.length = room.touchedBooks;
    touched.sort((a, b) => a.number - b.number);
  }
  for (let i = 0; i < room.touchedBooks; i++) {
    const book = touched[i]!;
    settle(room, book);
    book.specials.isTouched = false;
    book.refresh();
  }
  room.touchedBooks = 0;
}

/** What follows from a command: stops, exits of brackets, pegs (once), and the news of trailing stops. */
function settle(room: GeneralRoom, book: Book): void {
  const { specials } = book;
  let pegsAreDone = specials.pegs.length === 0;
  for (;;) {
    // The state cannot change in here.
    const isContinuous = specials.state === InstrumentState.Continuous;
    if (isContinuous && triggerRound(room, book)) continue;
    if (enterExits(room, book)) continue;
    if (pegsAreDone || !isContinuous) break;
    pegsAreDone = true;
    repricePegs(room, book);
  }
  if (specials.state === InstrumentState.Continuous) tellTrailing(room, book);
  if (specials.pegs.length > 0) noteFollowed(room, book);
}
