import { SeededRandomness } from '../src/clock/randomness.js';
import { Side, TimeInForce } from '../src/model/command.js';
import type { Instrument } from '../src/model/instrument.js';
import { benchInstrument } from './bench-engine.js';
import { FLOW_ACCOUNT, OrderRecords } from './order-records.js';

export interface WorkloadPlan {
  /** Orders in all books together, from two for each instrument. */
  readonly restingOrders: number;
  readonly instruments: number;
  /** Where orders are added and cancelled: on the ten best levels of a side, or on all fifty. */
  readonly place: 'touch' | 'anywhere';
  /** Commands after the books are built: an even number. */
  readonly operations: number;
}

/** Lots of every order: a trade takes exactly one. */
const LOTS = 10;
const TOUCH_TICKS = 500_000;
const LEVELS = 50;
const TOUCH_LEVELS = 10;
/** One command in 20 trades: of two commands, the second always adds what the first has taken away. */
const REMOVALS_PER_TRADE = 10;
const SEED = 42;

/** The client ids of the orders of one side, level by level from the best, each in order of time. */
type SideQueues = readonly number[][];

/**
 * Commands that keep books as they are: half of them add an order, 45 % cancel one, 5 % trade away the first order of a
 * best level. Prices, sizes and numbers of orders are after every second command the same as before, whatever the
 * number of orders is, so that nothing else differs where the cost of a command is compared.
 */
export class BookWorkload {
  /** Orders that build the books. */
  readonly build: OrderRecords;
  /** Commands for the books once they are built. */
  readonly commands: OrderRecords;
  /** Trades that the commands make. */
  trades = 0;

  readonly #plan: WorkloadPlan;
  readonly #randomness = new SeededRandomness(SEED);
  /** By instrument and side. */
  readonly #books: SideQueues[] = [];
  #nextOrderId = 1;

  constructor(plan: WorkloadPlan) {
    this.#plan = plan;
    this.build = new OrderRecords(plan.restingOrders);
    this.#build();
    this.commands = new OrderRecords(plan.operations);
    for (let pair = 0; pair < plan.operations / 2; pair++) this.#replaceOne();
  }

  /** The instruments that must be listed. */
  get instruments(): readonly Instrument[] {
    return Array.from({ length: this.#plan.instruments }, (_, index) => benchInstrument(index + 1));
  }

  #build(): void {
    const { restingOrders, instruments } = this.#plan;
    const sides = instruments * 2;
    const levels = Math.max(1, Math.min(LEVELS, Math.floor(restingOrders / sides)));
    for (let side = 0; side < sides; side++)
      this.#books.push(Array.from({ length: levels }, (): number[] => []));
    // Round robin over sides, then levels: neighbours in time are far apart in the book, as in a real one.
    for (let i = 0; i < restingOrders; i++) this.#add(this.build, i % sides, Math.floor(i / sides) % levels);
  }

  #replaceOne(): void {
    const side = this.#randomness.below(this.#books.length);
    const queues = this.#books[side]!;
    if (this.#randomness.below(REMOVALS_PER_TRADE) === 0) {
      this.#trade(side);
      this.#add(this.commands, side, 0);
      return;
    }
    const levels = this.#plan.place === 'touch' ? Math.min(TOUCH_LEVELS, queues.length) : queues.length;
    const level = this.#randomness.below(levels);
    const queue = queues[level]!;
    const [target] = queue.splice(this.#randomness.below(queue.length), 1);
    this.commands.addCancel(instrumentOf(side), FLOW_ACCOUNT, target!);
    this.#add(this.commands, side, level);
  }

  #add(records: OrderRecords, side: number, level: number): void {
    const id = this.#nextOrderId++;
    this.#books[side]![level]!.push(id);
    records.addOrder({
      ...ticketOf(side, level),
      clientId: id,
      side: sideOf(side),
      timeInForce: TimeInForce.GoodTillCancel,
    });
  }

  /** An order of the other side takes the first one of the best level. */
  #trade(side: number): void {
    this.#books[side]![0]!.shift();
    this.commands.addOrder({
      ...ticketOf(side, 0),
      clientId: this.#nextOrderId++,
      side: sideOf(side) === Side.Buy ? Side.Sell : Side.Buy,
      timeInForce: TimeInForce.ImmediateOrCancel,
    });
    this.trades++;
  }
}

/** What the orders on a level, and those that take them, have in common. */
function ticketOf(side: number, level: number) {
  return {
    instrument: instrumentOf(side),
    account: FLOW_ACCOUNT,
    priceTicks: sideOf(side) === Side.Buy ? TOUCH_TICKS - 1 - level : TOUCH_TICKS + level,
    sizeLots: LOTS,
  };
}

function instrumentOf(side: number): number {
  return (side >> 1) + 1;
}

function sideOf(side: number): Side {
  return (side & 1) === 0 ? Side.Buy : Side.Sell;
}
