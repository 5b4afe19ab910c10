import type { Engine } from '../book/engine.js';
import type { Clock } from '../clock/clock.js';
import { EventFlag, EventKind } from '../model/event.js';
import { LINE_BYTES, MAX_ORDER_LINES } from '../model/limits.js';
import { EventHash } from '../wire/event-hash.js';
import { CELL_WORDS, eventCells, eventCodeOf, eventFlags, eventKind } from '../wire/event-record.js';
import { Stamps } from './stamps.js';
import type { TradeTape } from './trade-tape.js';

/**
 * What a shard is to an exchange, for one engine in one thread: it numbers and stamps each command, applies it, and takes
 * its events into hash and tape. Both entrances write into its `record`, and `send`.
 *
 * Nothing is allocated here: the record is one array for all commands, and so are the events.
 */
export class Sequencer {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly tape: TradeTape;
  /** Where the next command is written: room for the largest. */
  readonly record = new Int32Array((MAX_ORDER_LINES * LINE_BYTES) / 4);
  /** Over all events so far. */
  readonly hash = new EventHash();
  /** Word in `engine.events` of the answer to the last command. */
  answerAt = 0;
  readonly #stamps: Stamps;

  constructor(engine: Engine, clock: Clock, tape: TradeTape) {
    this.engine = engine;
    this.clock = clock;
    this.tape = tape;
    this.#stamps = new Stamps(clock);
  }

  /** Applies the command in `record`. Returns the code of its reject, 0 where it was accepted. */
  send(): number {
    const { engine, tape } = this;
    const { events } = engine;
    const stamps = this.#stamps;
    stamps.take();
    events.clear();
    engine.apply(this.record, 0, engine.sequence + 1, stamps.low, stamps.high);
    const { words, length } = events;
    this.hash.update(words, 0, length);
    let answerAt = 0;
    for (let at = 0; at < length; at += eventCells(words[at]!) * CELL_WORDS) {
      tape.take(words, at);
      if ((eventFlags(words[at + 1]!) & EventFlag.Answer) !== 0) answerAt = at;
    }
    this.answerAt = answerAt;
    return eventKind(words[answerAt]!) === EventKind.Rejected ? eventCodeOf(words[answerAt + 1]!) : 0;
  }
}
