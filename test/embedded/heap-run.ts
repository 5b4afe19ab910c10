import { EventKind, OrderBook, Side, TimeInForce } from '../../src/embedded/index.js';

/**
 * Run by `heap.test.ts` in a process of its own, with `--expose-gc` and a young generation so large that nothing is swept
 * while it measures: what the heap has grown by is all that was allocated.
 */

const OPERATIONS = 400_000;
const book = new OrderBook({ tradeHistory: 100, clientIdWindow: 1000 });
const entry = book.entry();
const { events } = entry;
/** A ring of orders to cancel and amend. */
const orders = new Float64Array(512);
let last = 0;
/** Events looked at; a float in an array, as a number that outgrows 31 bits would be an object. */
const seen = new Float64Array(1);

/** 15 bits: what a dice gives must be small enough to be no object itself. */
let state = 1;
function roll(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state >>> 17;
}

/** Limit, market, cancel and amend in turn, and a look at every event and at the best prices. */
function operate(count: number): void {
  for (let i = 0; i < count; i++) {
    const side = roll() & 1 ? Side.Buy : Side.Sell;
    const price = 10_000 + (roll() & 63);
    const size = 1 + (roll() & 15);
    const kind = roll() & 7;
    const at = roll() & 511;
    if (kind < 3) {
      if (entry.limit(1, 0, side, price, size) === 0) orders[last++ & 511] = entry.orderId;
    } else if (kind === 3) entry.limit(2, 0, side, price, size, TimeInForce.ImmediateOrCancel);
    else if (kind === 4) entry.market(2, 0, side, size);
    else if (kind < 7) entry.cancel(1, orders[at]!);
    else entry.amend(1, orders[at]!, price, size);
    while (events.next()) if (events.kind === EventKind.Fill) seen[0]! += events.sizeLots + events.orderId;
    if (entry.bestBidTicks > entry.bestAskTicks) seen[0]! += 1;
  }
}

declare const gc: () => void;

// Compiled, on a busy machine too, and grown to its size: the arrays of a book are allocated once.
for (let round = 0; round < 5; round++) operate(OPERATIONS);
gc();
const before = process.memoryUsage().heapUsed;
operate(OPERATIONS);
const bytes = process.memoryUsage().heapUsed - before;
console.log(JSON.stringify({ operations: OPERATIONS, bytes, hash: book.eventHash, wasSeen: seen[0]! > 0 }));
