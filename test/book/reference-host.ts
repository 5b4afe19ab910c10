import type { Command } from './commands.js';
import type { SeenEvent } from './events.js';
import { ReferenceBook } from './reference/reference-book.js';
import type { Host, Level } from './venue.js';

/** The slow reference book, given commands as objects. */
export class ReferenceHost implements Host {
  readonly book: ReferenceBook;

  constructor(shard: number, window: number) {
    this.book = new ReferenceBook(shard, window);
  }

  apply(command: Command, time: number): SeenEvent[] {
    return this.book.apply(command, time);
  }

  levels(instrument: number, side: number): Level[] {
    return this.book.levels(instrument, side);
  }

  get liveOrders(): number {
    return this.book.liveOrders;
  }

  get rememberedClientIds(): number {
    return this.book.rememberedClientIds;
  }
}
