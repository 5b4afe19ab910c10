import { describe, expect, it } from 'vitest';
import { OrderType } from '../../../src/model/command.js';
import { EventKind } from '../../../src/model/event.js';
import { RejectCode } from '../../../src/model/reject.js';
import { venues } from '../venue.js';
import { told } from './telling.js';

describe.each(venues)('$name: open orders of an account', ({ make }) => {
  it('every account has the most open orders of the shard, where it has none of its own', () => {
    const venue = make();
    const limit = (maxOpenOrders: number) => venue.send({ kind: 'settings', window: 100, maxOpenOrders });
    const isTaken = (account: number, terms = {}) => told(venue.buy(1, 100, { account, ...terms }))[0];
    const [taken, refused] = ['accepted buy 1@100', 'rejected: too-many-open-orders'];
    const first = venue.buy(1, 100);
    venue.buy(1, 100);
    expect(limit(2)).toMatchObject([{ kind: EventKind.SettingsChanged, size: 100, price: 2 }]);
    expect([isTaken(7), isTaken(8), isTaken(8), isTaken(8)]).toEqual([refused, taken, taken, refused]);
    // Also one that would not rest; a sell that trades makes room for its makers.
    expect(isTaken(7, { immediate: true })).toBe(refused);
    venue.sell(1, 100, { account: 9 });
    expect([isTaken(7), isTaken(7)]).toEqual([taken, refused]);
    expect(venue.cancel(first)[0]!.kind).toBe(EventKind.Rejected);
    // Their own goes before, be it higher or lower.
    venue.account(7, { openOrders: 3 });
    venue.account(8, { openOrders: 1 });
    venue.cancelAll({}, { account: 8 });
    expect([isTaken(7), isTaken(7), isTaken(8), isTaken(8)]).toEqual([taken, refused, taken, refused]);
    limit(1);
    venue.account(8, { openOrders: 2 });
    expect([isTaken(7), isTaken(8), isTaken(8)]).toEqual([refused, taken, refused]);
    for (const account of [7, 8]) venue.account(account, { openOrders: 0 });
    limit(0);
    expect([isTaken(7), isTaken(8), isTaken(8)]).toEqual([taken, taken, taken]);
    expect(limit(2 ** 23 + 1)).toMatchObject([{ code: RejectCode.NumberOutOfRange }]);
  });

  it('stops, quotes and exits are open orders, and only new orders are rejected for them', () => {
    const venue = make();
    venue.send({ kind: 'settings', window: 100, maxOpenOrders: 2 });
    const stop = venue.sell(1, 0, { type: OrderType.Stop, stopPrice: 50 });
    const quote = { bidPrice: 90, bidSize: 1, askPrice: 110, askSize: 1 };
    expect(told(venue.massQuote([quote]))).toHaveLength(3);
    expect(told(venue.buy(1, 95))).toEqual(['rejected: too-many-open-orders']);
    expect(told(venue.massQuote([quote]))).toHaveLength(5);
    expect(told(venue.amend(stop, { size: 2 }))[0]).toMatch(/^amended/);
    venue.cancel(stop);
    expect(told(venue.buy(1, 95))).toEqual(['rejected: too-many-open-orders']);
    venue.massQuote([{ ...quote, bidSize: 0, askSize: 0 }]);
    venue.buy(1, 95, { bracket: { takeProfit: 120, stopLoss: 80 } });
    venue.buy(1, 94);
    // The entry goes, its two exits come.
    expect(told(venue.sell(1, 95, { account: 8 })).slice(1)).toHaveLength(3);
    expect(venue.liveOrders).toBe(3);
    expect(told(venue.buy(1, 93))).toEqual(['rejected: too-many-open-orders']);
    venue.buy(1, 120, { account: 8 });
    expect(told(venue.buy(1, 93))).toEqual(['accepted buy 1@93']);
    expect(told(venue.buy(1, 92))).toEqual(['rejected: too-many-open-orders']);
  });
});
