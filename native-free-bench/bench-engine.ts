import { Engine, type EngineSettings } from '../src/book/engine.js';
import { EventFlag, EventKind } from '../src/model/event.js';
import { DEFAULT_RULES, type Instrument } from '../src/model/instrument.js';
import {
  CELL_WORDS,
  EVENT_CODE,
  EVENT_SIZE,
  eventCells,
  eventFlags,
  eventKind,
} from '../src/wire/event-record.js';
import { LIST_LINES, writeListing } from '../src/wire/instrument-record.js';
import { LINE_WORDS, orderLines } from '../src/wire/order-record.js';
import { readWhole } from '../src/wire/words.js';

/** Events past this many words are handed on, as a shard does. */
const FLUSH_WORDS = 1 << 16;

/** The time of every command, in two halves: a group of commands has one stamp. */
const TIME_LOW = 1;
const TIME_HIGH = 0;

/** What the events of some commands say. */
export interface EventTally {
  trades: number;
  tradedLots: number;
  rejects: number;
}

/** An instrument with wide bounds. */
export function benchInstrument(id: number, bounds: Partial<Instrument> = {}): Instrument {
  return {
    ...DEFAULT_RULES,
    id,
    symbol: `BENCH-${id}`,
    priceDecimals: 2,
    sizeDecimals: 0,
    tickSize: 1,
    lotSize: 1,
    minPriceTicks: 1,
    maxPriceTicks: 1_000_000,
    minSizeLots: 1,
    maxSizeLots: 1_000_000,
    ...bounds,
  };
}

/** The whole engine of an exchange, made ready as a shard makes it, with its instruments listed. */
export function makeEngine(
  instruments: readonly Instrument[],
  settings: Partial<EngineSettings> = {},
): Engine {
  const engine = new Engine({ shard: 0, ...settings });
  engine.reserveClientIds();
  const words = new Int32Array(LIST_LINES * LINE_WORDS);
  for (const instrument of instruments) {
    writeListing(words, 0, instrument);
    engine.apply(words, 0, engine.sequence + 1, TIME_LOW, TIME_HIGH);
    engine.events.clear();
  }
  return engine;
}

/**
 * Applies the records in `words` from word `from` up to `to`, as the shard's thread does. This is what is timed.
 *
 * @param tally counts what the events say; left out where the time counts
 * @returns words of event written
 */
export function applyRecords(
  engine: Engine,
  words: Int32Array,
  from: number,
  to: number,
  tally?: EventTally,
): number {
  const { events } = engine;
  let sequence = engine.sequence;
  let written = 0;
  for (let at = from; at < to; at += orderLines(words[at]!) * LINE_WORDS) {
    engine.apply(words, at, ++sequence, TIME_LOW, TIME_HIGH);
    if (events.length > FLUSH_WORDS) {
      written += events.length;
      if (tally !== undefined) tallyEvents(engine, tally);
      events.clear();
    }
  }
  written += events.length;
  if (tally !== undefined) tallyEvents(engine, tally);
  events.clear();
  return written;
}

function tallyEvents(engine: Engine, tally: EventTally): void {
  const { words, length } = engine.events;
  for (let at = 0; at < length; at += eventCells(words[at]!) * CELL_WORDS) {
    const kind = eventKind(words[at]!);
    if (kind === EventKind.Rejected) tally.rejects++;
    // A trade has two fills: that of the taker is counted.
    if (kind !== EventKind.Fill || (eventFlags(words[at + EVENT_CODE]!) & EventFlag.Maker) !== 0) continue;
    tally.trades++;
    tally.tradedLots += readWhole(words, at + EVENT_SIZE);
  }
}
