import { Engine, type EngineSettings } from '../../src/book/engine.js';
import { sequencesOf } from '../../src/wire/order-record.js';
import type { Command } from './commands.js';
import { readEvents, type SeenEvent } from './events.js';
import { record } from './record.js';
import type { Host, Level } from './venue.js';

const TWO_32 = 2 ** 32;

/** The engine, given commands as objects. */
export class EngineHost implements Host {
  readonly engine: Engine;
  #next = 1;

  constructor(settings: EngineSettings) {
    this.engine = new Engine(settings);
  }

  apply(command: Command, time: number): SeenEvent[] {
    return this.applyWords(record(command), time);
  }

  applyWords(words: Int32Array, time: number): SeenEvent[] {
    const { events } = this.engine;
    events.clear();
    const sequence = Math.max(this.#next, this.engine.sequence + 1);
    this.#next = sequence + sequencesOf(words, 0);
    const length = this.engine.apply(words, 0, sequence, time | 0, Math.floor(time / TWO_32));
    if (length !== events.length) throw new Error(`apply said ${length} words and wrote ${events.length}`);
    return readEvents(events.words, length);
  }

  levels(instrument: number, side: number): Level[] {
    return this.engine.levels(instrument, side);
  }

  get liveOrders(): number {
    return this.engine.liveOrders;
  }

  get rememberedClientIds(): number {
    return this.engine.rememberedClientIds;
  }
}
