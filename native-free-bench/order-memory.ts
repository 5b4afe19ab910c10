import { Side, TimeInForce } from '../src/model/command.js';
import { applyRecords, benchInstrument, makeEngine } from './bench-engine.js';
import { BookWorkload } from './book-workload.js';
import { type MemoryUse, memoryGrowth, memoryUse } from './memory-use.js';
import { FLOW_ACCOUNT, OrderRecords } from './order-records.js';

/** The smallest window is for the order alone; the other one is the exchange's default, with memory of its own. */
export const memoryWindows = [1, 1_048_576] as const;

export const MEMORY_ORDERS = 1_000_000;

/** What a number of resting orders take. */
export interface OrderMemory {
  readonly clientIdWindow: number;
  readonly restingOrders: number;
  /** Of one order. */
  readonly perOrder: MemoryUse;
}

export function measureOrderMemory(clientIdWindow: number, restingOrders = MEMORY_ORDERS): OrderMemory {
  const { build, instruments } = new BookWorkload({
    restingOrders,
    instruments: 1,
    place: 'touch',
    operations: 0,
  });
  const before = memoryUse();
  const engine = makeEngine(instruments, { clientIdWindow });
  applyRecords(engine, build.words, 0, build.length);
  const { heapBytes, arrayBytes, residentBytes } = memoryGrowth(before);
  // Asked after the memory, so that the engine is still there while that is counted.
  if (engine.liveOrders !== restingOrders) throw new Error(`only ${engine.liveOrders} orders rest`);
  return {
    clientIdWindow,
    restingOrders,
    perOrder: {
      heapBytes: heapBytes / restingOrders,
      arrayBytes: arrayBytes / restingOrders,
      residentBytes: residentBytes / restingOrders,
    },
  };
}

/** Prices at which two orders rest, a bid and an ask, and what the whole engine takes with them. */
export interface RangeMemory {
  readonly bidTicks: number;
  readonly askTicks: number;
  readonly heapBytes: number;
  readonly arrayBytes: number;
}

/** Largest price that is measured: a trillion ticks. */
const MAX_PRICE_TICKS = 10 ** 12;
/** The largest price times this is under 2^53. */
const MAX_SIZE_LOTS = 1_000;
/** So many at a time, so that what else happens on the heap does not count. */
const RANGE_ENGINES = 20;

export const priceRanges = [
  [1, 2],
  [1, MAX_PRICE_TICKS],
] as const;

/**
 * The memory of an engine whose book holds two orders.
 *
 * @throws Error where the two do not trade when they are asked to
 */
export function measureRangeMemory(bidTicks: number, askTicks: number): RangeMemory {
  const instrument = benchInstrument(1, { maxPriceTicks: MAX_PRICE_TICKS, maxSizeLots: MAX_SIZE_LOTS });
  const resting = new OrderRecords(2);
  const taking = new OrderRecords(2);
  const add = (records: OrderRecords, clientId: number, side: Side, priceTicks: number) =>
    records.addOrder({
      instrument: instrument.id,
      account: FLOW_ACCOUNT,
      clientId,
      side,
      timeInForce: records === taking ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel,
      priceTicks,
      sizeLots: 1,
    });
  add(resting, 1, Side.Buy, bidTicks);
  add(resting, 2, Side.Sell, askTicks);
  add(taking, 3, Side.Sell, bidTicks);
  add(taking, 4, Side.Buy, askTicks);

  const settings = { clientIdWindow: memoryWindows[0] };
  const makeMany = () =>
    Array.from({ length: RANGE_ENGINES }, () => {
      const engine = makeEngine([instrument], settings);
      applyRecords(engine, resting.words, 0, resting.length);
      return engine;
    });
  // The first engines of a process bring their code along: those after them are measured.
  const first = makeMany();
  const before = memoryUse();
  const second = makeMany();
  const { heapBytes, arrayBytes } = memoryGrowth(before);
  // Used after the memory is counted, so that all are still there by then.
  for (const engine of [...first, ...second]) {
    const tally = { trades: 0, tradedLots: 0, rejects: 0 };
    applyRecords(engine, taking.words, 0, taking.length, tally);
    if (tally.trades !== 2) throw new Error(`orders at ${bidTicks} and ${askTicks} do not trade`);
  }
  return {
    bidTicks,
    askTicks,
    heapBytes: Math.round(heapBytes / RANGE_ENGINES),
    arrayBytes: Math.round(arrayBytes / RANGE_ENGINES),
  };
}
