import type { Engine } from '../../src/book/engine.js';
import { Side } from '../../src/model/command.js';
import { applyRecords, benchInstrument, type EventTally, makeEngine } from '../bench-engine.js';
import type { Feature } from '../features.js';
import { encodeFlow, FLOW_INSTRUMENT, type OrderRecords } from '../order-records.js';
import type { Outcome } from '../outcome.js';
import type { Contender, ContenderMaker } from './contender.js';

export interface TickloomSettings {
  /** Commands whose client ids are remembered; the exchange's default where it is left out. */
  readonly clientIdWindow?: number;
  /** What is in the book before the flow, or on its commands. */
  readonly feature?: Feature;
}

/** Tickloom's whole engine: commands checked, client ids looked up and remembered, every event written. */
class TickloomContender implements Contender {
  readonly #engine: Engine;
  readonly #records: OrderRecords;
  readonly #tally: EventTally | undefined;
  #eventWords = 0;

  constructor(flow: Int32Array, counting: boolean, { clientIdWindow, feature }: TickloomSettings) {
    this.#records = encodeFlow(flow);
    this.#tally = counting ? { trades: 0, tradedLots: 0, rejects: 0 } : undefined;
    this.#engine = makeEngine(
      [benchInstrument(FLOW_INSTRUMENT)],
      clientIdWindow === undefined ? {} : { clientIdWindow },
    );
    feature?.prepare(this.#engine);
    feature?.change?.(this.#records);
  }

  run(): void {
    const { words, length } = this.#records;
    this.#eventWords = applyRecords(this.#engine, words, 0, length, this.#tally);
  }

  outcome(): Outcome {
    if (this.#tally === undefined) throw new Error('this run of Tickloom did not count');
    const { trades, tradedLots } = this.#tally;
    return { trades, tradedLots, bestBidTicks: this.#best(Side.Buy), bestAskTicks: this.#best(Side.Sell) };
  }

  trace(): string {
    const { sequence, liveOrders } = this.#engine;
    return [sequence, liveOrders, this.#eventWords, this.#best(Side.Buy), this.#best(Side.Sell)].join(' ');
  }

  #best(side: Side): number {
    return this.#engine.levels(FLOW_INSTRUMENT, side)[0]?.priceTicks ?? 0;
  }
}

export function tickloomMaker(settings: TickloomSettings = {}): ContenderMaker {
  return (flow, counting) => new TickloomContender(flow, counting, settings);
}
