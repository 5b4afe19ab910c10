import { describe, expect, it } from 'vitest';
import { OrderType, TimeInForce, TrailUnit } from '../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../src/model/event.js';
import { Priority } from '../../src/model/instrument.js';
import { InstrumentState } from '../../src/model/instrument-state.js';
import type { SeenEvent } from './events.js';
import { venues } from './venue.js';

/** What random streams have found: the smallest commands that show it, on engine and reference. */
const { AtOpen, GoodTillDate } = TimeInForce;

function sizesOfMakers(events: SeenEvent[]): [number, number][] {
  return events
    .filter((event) => (event.flags & EventFlag.Maker) !== 0)
    .map((event) => [event.order, event.size]);
}

describe.each(venues)('found by random streams: $name', ({ make }) => {
  it('a first answer given again has its own index, after what was due before it', () => {
    const venue = make();
    venue.buy(1, 90, { timeInForce: GoodTillDate, expiry: venue.nextTime + 5 });
    const order = venue.buy(1, 91);
    venue.advance(10);
    const [, answer] = venue.cancel(order, { id: 9 });
    expect(answer).toMatchObject({ kind: EventKind.Cancelled, index: 1 });
    expect(venue.cancel(order, { id: 9 })).toMatchObject([{ kind: EventKind.Cancelled, index: 1 }]);
  });

  it('an order at the open that joins cancels the order that was linked with it', () => {
    const venue = make();
    venue.state(InstrumentState.Auction);
    const market = venue.buy(1, 0, { type: OrderType.Market, timeInForce: AtOpen });
    venue.sell(1, 34, { linkedTo: venue.target(market) });
    expect(venue.state(InstrumentState.Continuous)).toMatchObject([
      { kind: EventKind.StateChanged },
      { kind: EventKind.Triggered, order: 3 },
      { kind: EventKind.Cancelled, order: 4, code: CancelReason.Linked, size: 1 },
      { kind: EventKind.Cancelled, order: 3, code: CancelReason.AuctionRest, size: 1 },
    ]);
  });

  it('two halves that trade with each other whole are both done, and nothing more is said of them', () => {
    const venue = make();
    const bid = venue.buy(1, 34);
    expect(venue.sell(1, 34, { linkedTo: venue.target(bid) }).map((event) => event.kind)).toEqual([
      EventKind.Accepted,
      EventKind.Fill,
      EventKind.Fill,
    ]);
  });

  it('a trailing stop that begins with the price 1 is met by it', () => {
    const venue = make();
    venue.sell(1, 1);
    venue.buy(1, 1);
    const stop = { type: OrderType.TrailingStop, stopPrice: 2, trailUnit: TrailUnit.Ticks };
    expect(venue.sell(1, 0, stop).map((event) => event.kind)).toEqual([
      EventKind.Accepted,
      EventKind.Triggered,
      EventKind.Cancelled,
    ]);
  });

  it('what a link took from an order of all or none is cancelled as that of fill or kill', () => {
    const venue = make();
    for (const price of [100, 0]) {
      const first = venue.sell(2, 100);
      venue.sell(2, 100, { linkedTo: venue.target(first) });
      const type = price === 0 ? OrderType.Market : OrderType.Limit;
      expect(venue.buy(4, price, { type, immediate: true, allOrNone: true }).at(-1)).toMatchObject({
        kind: EventKind.Cancelled,
        code: CancelReason.FillOrKill,
        size: 2,
      });
    }
  });

  it('a fresh slice that stands alone at the best price is not the top order', () => {
    const venue = make({}, false);
    venue.list(1, { priority: Priority.ProRataTopOrder });
    venue.sell(4, 100, { displaySize: 1 });
    venue.buy(1, 100);
    venue.sell(5, 100);
    venue.sell(5, 100);
    expect(sizesOfMakers(venue.buy(3, 100))).toEqual([
      [2, 1],
      [4, 1],
      [5, 1],
    ]);
  });
});
