import type { Engine } from '../src/book/engine.js';
import { LINE_WORDS } from '../src/wire/order-record.js';
import { applyRecords, type EventTally, makeEngine } from './bench-engine.js';
import { BookWorkload, type WorkloadPlan } from './book-workload.js';

/** Books that are built and warm, and commands that keep them as they are. */
export class WorkloadRun {
  readonly engine: Engine;
  readonly #workload: BookWorkload;
  readonly #warmUpWords: number;

  /**
   * @param warmUpOperations how many commands come before those that are measured
   * @param clientIdWindow of the engine; the exchange's default where it is undefined
   * @throws Error where the commands do not do what they are made for
   */
  constructor(plan: WorkloadPlan, warmUpOperations: number, clientIdWindow: number | undefined) {
    const workload = new BookWorkload({ ...plan, operations: plan.operations + warmUpOperations });
    this.#workload = workload;
    this.engine = makeEngine(workload.instruments, clientIdWindow === undefined ? {} : { clientIdWindow });
    this.#warmUpWords = warmUpOperations * LINE_WORDS;
    const tally: EventTally = { trades: 0, tradedLots: 0, rejects: 0 };
    applyRecords(this.engine, workload.build.words, 0, workload.build.length, tally);
    if (tally.trades > 0) throw new Error(`building the books made ${tally.trades} trades`);
    applyRecords(this.engine, workload.commands.words, 0, this.#warmUpWords, tally);
    if (tally.rejects > 0) throw new Error(`${tally.rejects} commands were rejected`);
    this.#expect(plan.restingOrders);
  }

  /** Applies the commands that are measured. */
  run(): void {
    const { words, length } = this.#workload.commands;
    applyRecords(this.engine, words, this.#warmUpWords, length);
  }

  #expect(orders: number): void {
    const { liveOrders } = this.engine;
    if (liveOrders !== orders) throw new Error(`the books hold ${liveOrders} orders and not ${orders}`);
  }
}
