import { describe, expect, it } from 'vitest';
import { Side } from '../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../src/model/event.js';
import { RejectCode } from '../../src/model/reject.js';
import type { SeenEvent } from './events.js';
import { EngineVenue } from './venue.js';

/** The sizes of the resting orders, in the order in which they trade. */
function makers(events: SeenEvent[]): number[] {
  return events.filter((event) => (event.flags & EventFlag.Maker) !== 0).map((event) => event.size);
}

describe('an amend', () => {
  it('to less size at the same price keeps the place in the queue', () => {
    const venue = new EngineVenue();
    const first = venue.sell(10, 100, { account: 7 });
    venue.sell(5, 100);
    expect(venue.amend(first, { size: 4 }, { account: 7, id: 40 })).toMatchObject([
      {
        kind: EventKind.Amended,
        code: 0,
        flags: EventFlag.Answer | EventFlag.LastOfCommand,
        side: Side.Sell,
        account: 7,
        instrument: 1,
        order: 2,
        clientId: 40,
        price: 100,
        size: 4,
        remaining: 4,
        cumulative: 0,
      },
    ]);
    expect(venue.book()).toBe(' | 9@100×2');
    expect(makers(venue.buy(9, 100))).toEqual([4, 5]);
  });

  it('to the same size and price keeps it too', () => {
    const venue = new EngineVenue();
    const first = venue.sell(3, 100);
    venue.sell(5, 100);
    venue.amend(first, { size: 3, price: 100 });
    expect(makers(venue.buy(8, 100))).toEqual([3, 5]);
  });

  it('to more size goes to the back', () => {
    const venue = new EngineVenue();
    const first = venue.sell(3, 100);
    venue.sell(5, 100);
    venue.amend(first, { size: 4 });
    expect(venue.book()).toBe(' | 9@100×2');
    expect(makers(venue.buy(9, 100))).toEqual([5, 4]);
  });

  it('to another price goes to the back there, with less size as well', () => {
    const venue = new EngineVenue();
    const first = venue.sell(3, 100);
    venue.sell(5, 101);
    venue.amend(first, { price: 101, size: 2 });
    expect(venue.book()).toBe(' | 7@101×2');
    expect(makers(venue.buy(7, 101))).toEqual([5, 2]);
  });

  it('names the new total: what has traded counts', () => {
    const venue = new EngineVenue();
    const order = venue.buy(10, 100);
    venue.sell(4, 100);
    expect(venue.amend(order, { size: 7 })).toMatchObject([{ size: 7, remaining: 3, cumulative: 4 }]);
    expect(venue.book()).toBe('3@100 | ');
  });

  it.each([
    ['at', 4],
    ['under', 3],
    ['of nothing, under', 0],
  ])('to a total %s what has traded cancels the rest', (_, size) => {
    const venue = new EngineVenue();
    const order = venue.buy(10, 100, { account: 7 });
    venue.sell(4, 100);
    expect(venue.amend(order, { size }, { account: 7, id: 41 })).toMatchObject([
      {
        kind: EventKind.Cancelled,
        code: CancelReason.AmendedToNothing,
        flags: EventFlag.Answer | EventFlag.OrderDone | EventFlag.LastOfCommand,
        clientId: 41,
        order: 2,
        size: 6,
        remaining: 0,
        cumulative: 4,
      },
    ]);
    expect(venue.book()).toBe(' | ');
  });

  it('to a price that crosses trades; its answer comes before the fills', () => {
    const venue = new EngineVenue();
    venue.sell(4, 101);
    const order = venue.buy(10, 100, { id: 'buyer' });
    const events = venue.amend(order, { price: 102 }, { id: 'better' });
    expect(events).toMatchObject([
      { kind: EventKind.Amended, clientId: 'better', price: 102, size: 10, remaining: 10, flags: 0b10001 },
      { kind: EventKind.Fill, clientId: 'buyer', price: 101, size: 4, remaining: 6, cumulative: 4 },
      { kind: EventKind.Fill, flags: EventFlag.Maker | EventFlag.OrderDone | EventFlag.LastOfCommand },
    ]);
    expect(venue.book()).toBe('6@102 | ');
  });

  it('that trades in full leaves nothing behind', () => {
    const venue = new EngineVenue();
    venue.sell(10, 101);
    const order = venue.buy(10, 100);
    const events = venue.amend(order, { price: 101 });
    expect(events[1]!.flags).toBe(EventFlag.OrderDone);
    expect(venue.engine.liveOrders).toBe(0);
    expect(venue.amend(order, { price: 101 })).toMatchObject([{ code: RejectCode.UnknownOrder }]);
  });

  it('that names neither price nor size is rejected', () => {
    const venue = new EngineVenue();
    const order = venue.buy(10, 100);
    expect(venue.amend(order, {})).toMatchObject([
      { kind: EventKind.Rejected, code: RejectCode.NothingToAmend },
    ]);
  });

  it.each([
    [{ price: 1_000_001 }, RejectCode.PriceOutOfRange],
    [{ price: 0 }, RejectCode.PriceOutOfRange],
    [{ size: 1_000_001 }, RejectCode.SizeOutOfRange],
    [{ price: 0, size: 0 }, RejectCode.PriceOutOfRange],
  ])('out of bounds is rejected and changes nothing: %o', (change, code) => {
    const venue = new EngineVenue();
    const order = venue.buy(10, 100);
    expect(venue.amend(order, change)).toMatchObject([
      { kind: EventKind.Rejected, code, order: 2, ...change },
    ]);
    expect(venue.book()).toBe('10@100 | ');
  });

  it('of an order of somebody else is rejected', () => {
    const venue = new EngineVenue();
    const order = venue.buy(10, 100, { account: 1 });
    expect(venue.amend(order, { size: 1 }, { account: 2 })).toMatchObject([
      { code: RejectCode.UnknownOrder },
    ]);
  });

  it('finds its target by client order id, before and after the order has moved', () => {
    const venue = new EngineVenue();
    venue.buy(10, 100, { id: 'a' });
    venue.buy(10, 100, { id: 90 });
    for (const clientId of ['a', 90])
      for (const price of [101, 102]) expect(venue.amend({ clientId }, { price })).toMatchObject([{ price }]);
    expect(venue.book()).toBe('20@102×2 | ');
  });
});
