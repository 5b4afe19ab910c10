import { Engine } from '../../src/book/engine.js';
import { FRAME_FIRST_SEQUENCE, FRAME_HEADER_WORDS, FRAME_TIME, frameEnd } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';
import { decodeEvents, type Event, eventFlag } from '../support/binary-client.js';
import { answerOf, commandKey, contentOf, eventKey, type Ledger } from './ledger.js';

/** What a read of a book showed, in ticks and lots. */
export interface SeenBook {
  readonly instrument: number;
  readonly shard: number;
  readonly bids: readonly (readonly [number, number, number])[];
  readonly asks: readonly (readonly [number, number, number])[];
}

/** What the exchange showed before it was stopped. */
export interface SeenState {
  readonly books: readonly SeenBook[];
  /** Live orders of each shard. */
  readonly liveOrders: readonly number[];
}

interface Log {
  readonly engines: readonly Engine[];
  /** By place and index; repeated answers are left out. */
  readonly events: ReadonlyMap<string, Event>;
}

/** Replays the log and compares it with what clients were told. Returns the trades of the log. */
export function checkLog(directory: string, shards: number, ledger: Ledger, seen: SeenState): number {
  const log = replay(directory, shards);
  checkEvents(log, ledger);
  checkEffects(log, ledger);
  checkState(log, ledger, seen);
  return checkTrades(log, ledger);
}

function replay(directory: string, shards: number): Log {
  const events = new Map<string, Event>();
  const engines = Array.from({ length: shards }, (_, shard) => {
    const engine = new Engine({ shard });
    readJournal({ directory, shard }, (words, at) => {
      let sequence = readWhole(words, at + FRAME_FIRST_SEQUENCE);
      const end = frameEnd(words, at);
      for (let line = at + FRAME_HEADER_WORDS; line < end; line += orderLines(words[line]!) * LINE_WORDS) {
        engine.apply(words, line, sequence, words[at + FRAME_TIME]!, words[at + FRAME_TIME + 1]!);
        sequence += sequencesOf(words, line);
      }
      const { words: memory, length } = engine.events;
      // The copy's decoder is the client's: it shares nothing with the writer of the events.
      for (const event of decodeEvents(Buffer.from(memory.buffer, memory.byteOffset, length * 4)))
        if (!(event.flags & eventFlag.repeated)) events.set(eventKey(event), event);
      engine.events.clear();
    });
    return engine;
  });
  return { engines, events };
}

/** Whatever anybody was told stands in the log, word for word. */
function checkEvents(log: Log, ledger: Ledger): void {
  for (const [key, event] of ledger.events) {
    const logged = log.events.get(key);
    if (logged === undefined)
      ledger.differ(`event ${key} was told and is not in the log: ${contentOf(event)}`);
    else if (contentOf(logged) !== contentOf(event))
      ledger.differ(`event ${key} was told as ${contentOf(event)} and the log has ${contentOf(logged)}`);
  }
}

/** Each command was done exactly once, and answered with what it came to. */
function checkEffects(log: Log, ledger: Ledger): void {
  const effects = new Map<string, Event[]>();
  for (const event of log.events.values()) {
    if (!(event.flags & eventFlag.answer) || event.account === 0) continue;
    const key = commandKey(event.account, event.clientId);
    const known = effects.get(key);
    if (known === undefined) effects.set(key, [event]);
    else known.push(event);
  }
  for (const [key, { answer, httpAnswer }] of ledger.commands) {
    const done = effects.get(key) ?? [];
    effects.delete(key);
    if (done.length !== 1) {
      ledger.differ(`command ${key} was done ${done.length} times`);
      continue;
    }
    const logged = done[0]!;
    if (answer !== undefined && answerOf(answer) !== answerOf(logged))
      ledger.differ(`command ${key} was answered ${answerOf(answer)} and the log has ${answerOf(logged)}`);
    if (httpAnswer !== undefined) {
      const { place, index, kind, orderId } = logged;
      const code = kind === 'rejected' ? logged.code : 0;
      const expected = JSON.stringify({ place, index, kind, code, orderId });
      if (JSON.stringify(httpAnswer) !== expected)
        ledger.differ(
          `command ${key} was answered over HTTP ${JSON.stringify(httpAnswer)} and the log has ${expected}`,
        );
    }
    if (answer === undefined && httpAnswer === undefined) ledger.differ(`command ${key} got no answer`);
  }
  for (const key of effects.keys()) ledger.differ(`command ${key} is in the log and nobody sent it`);
}

/** Both sides of each trade are there, and say the same. */
function checkTrades(log: Log, ledger: Ledger): number {
  const sides = new Map<string, Event[]>();
  for (const event of log.events.values()) {
    if (event.kind !== 'fill') continue;
    const key = `${event.instrument}/${event.trade}`;
    const known = sides.get(key);
    if (known === undefined) sides.set(key, [event]);
    else known.push(event);
  }
  for (const [key, [first, second, ...more]] of sides)
    if (
      second === undefined ||
      more.length > 0 ||
      first!.size !== second.size ||
      first!.price !== second.price ||
      first!.side === second.side ||
      first!.counterOrder !== second.orderId ||
      second.counterOrder !== first!.orderId
    )
      ledger.differ(`the two sides of trade ${key} differ: ${first && contentOf(first)}`);
  return sides.size;
}

function checkState({ engines }: Log, ledger: Ledger, seen: SeenState): void {
  for (const { instrument, shard, bids, asks } of seen.books)
    for (const [name, side, levels] of [
      ['bids', 1, bids],
      ['asks', 2, asks],
    ] as const) {
      const replayed = engines[shard]!.levels(instrument, side)
        .slice(0, 100)
        .map(({ priceTicks, sizeLots, orders }) => [priceTicks, sizeLots, orders]);
      if (JSON.stringify(replayed) !== JSON.stringify(levels))
        ledger.differ(
          `the ${name} of instrument ${instrument} are ${JSON.stringify(levels)} and the log comes to ${JSON.stringify(replayed)}`,
        );
    }
  for (const [shard, live] of seen.liveOrders.entries())
    if (engines[shard]!.liveOrders !== live)
      ledger.differ(`shard ${shard} has ${live} live orders and its log ${engines[shard]!.liveOrders}`);
}
