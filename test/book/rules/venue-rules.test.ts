import { describe, expect, it } from 'vitest';
import { OrderType, PegReference, SelfTrade, TimeInForce } from '../../../src/model/command.js';
import { Priority } from '../../../src/model/instrument.js';
import { InstrumentState } from '../../../src/model/instrument-state.js';
import { venues } from '../venue.js';
import { told } from './telling.js';

const { PreOpen, Auction, Continuous, Halted, Closed } = InstrumentState;
const { Market, Pegged, Stop } = OrderType;
const { AtOpen, AtClose, FillOrKill } = TimeInForce;

describe.each(venues)('$name: states and auctions', ({ make }) => {
  it('orders collect while an instrument is pre-open or in auction, and nothing trades', () => {
    const venue = make();
    venue.state(PreOpen);
    venue.buy(5, 102);
    expect(told(venue.sell(5, 98))).toEqual(['accepted sell 5@98']);
    expect(venue.book()).toBe('5@102 | 5@98');
  });

  it('halted and closed: cancels only', () => {
    const venue = make();
    const bid = venue.buy(5, 100);
    for (const state of [Halted, Closed]) {
      venue.state(state);
      expect(told(venue.buy(1, 100))).toEqual(['rejected: not-in-this-state']);
      expect(told(venue.amend(bid, { size: 1 }))).toEqual(['rejected: not-in-this-state']);
      expect(told(venue.massQuote([{ bidPrice: 1, bidSize: 1 }]))).toEqual(['rejected: not-in-this-state']);
    }
    expect(told(venue.cancel(bid))).toEqual(['cancelled buy 5: asked']);
  });

  it('what must trade at once, pegs and post-only need continuous trading; at the open does not have it', () => {
    const venue = make();
    const atOpen = { timeInForce: AtOpen };
    expect(told(venue.buy(1, 100, atOpen))).toEqual(['rejected: not-in-this-state']);
    venue.buy(1, 100);
    venue.state(Auction);
    const refused = [
      { immediate: true },
      { timeInForce: FillOrKill },
      { type: Pegged, pegReference: PegReference.Best },
      { postOnly: 'reject' as const },
    ];
    for (const terms of refused)
      expect(told(venue.buy(1, 100, terms))).toEqual(['rejected: not-in-this-state']);
    expect(told(venue.buy(1, 100, atOpen))).toEqual(['accepted buy 1@100']);
  });

  it('to the state that it is in, an instrument cannot be taken', () => {
    expect(told(make().state(Continuous))).toEqual(['rejected: state-unchanged']);
  });

  it('a halt may cancel what rests and waits', () => {
    const venue = make();
    venue.buy(1, 100);
    venue.sell(2, 0, { type: Stop, stopPrice: 90 });
    expect(told(venue.state(Halted, { cancelOrders: true }))).toEqual([
      'now halted',
      'cancelled buy 1: halted',
      'cancelled sell 2: halted',
    ]);
  });

  it('an auction executes most', () => {
    const venue = make();
    venue.state(Auction);
    venue.buy(10, 103);
    venue.buy(10, 101);
    venue.sell(10, 99);
    venue.sell(10, 101);
    expect(told(venue.state(Continuous)).slice(1)).toEqual(['10@101', '10@101', 'auction 20@101, 0 over']);
  });

  it('then with the least surplus, then on the side of the surplus', () => {
    const buyers = make();
    buyers.state(Auction);
    buyers.buy(10, 105);
    buyers.sell(6, 100);
    expect(told(buyers.state(Continuous)).at(-1)).toBe('auction 6@105, 4 buy over');
    const sellers = make();
    sellers.state(Auction);
    sellers.buy(6, 105);
    sellers.sell(10, 100);
    expect(told(sellers.state(Continuous)).at(-1)).toBe('auction 6@100, 4 sell over');
  });

  it('then nearest to the reference price, which is a candidate itself; then the highest', () => {
    const near = make();
    near.prices({ reference: 102 });
    near.state(Auction);
    near.buy(5, 105);
    near.sell(5, 100);
    expect(told(near.state(Continuous)).at(-1)).toBe('auction 5@102, 0 over');
    const free = make();
    free.state(Auction);
    free.buy(5, 105);
    free.sell(5, 100);
    expect(told(free.state(Continuous)).at(-1)).toBe('auction 5@105, 0 over');
  });

  it('market orders at the open go first, and what is left of them is cancelled', () => {
    const venue = make();
    venue.state(PreOpen);
    venue.buy(5, 100);
    venue.buyMarket(4, { timeInForce: AtOpen });
    venue.sell(3, 100);
    expect(told(venue.state(Continuous))).toEqual([
      'now continuous',
      'triggered buy 4@0',
      '3@100',
      'auction 3@100, 6 buy over',
      'cancelled buy 1: auction rest',
    ]);
  });

  it('orders at the close take part in the auction that closes', () => {
    const venue = make();
    venue.buy(5, 100, { timeInForce: AtClose });
    expect(venue.book()).toBe(' | ');
    venue.state(Auction);
    venue.sell(2, 100);
    expect(told(venue.state(Closed))).toEqual([
      'now closed',
      'triggered buy 5@100',
      '2@100',
      'auction 2@100, 3 buy over',
      'cancelled buy 3: auction rest',
    ]);
  });

  it('closing without an auction cancels them', () => {
    const venue = make();
    venue.buy(5, 100, { timeInForce: AtClose });
    expect(told(venue.state(Closed))).toEqual(['now closed', 'cancelled buy 5: closed']);
  });

  it('in an auction the older order is the maker, and own orders trade', () => {
    const venue = make();
    venue.state(Auction);
    const buy = venue.buy(5, 100, { selfTrade: SelfTrade.CancelBoth });
    venue.sell(5, 100, { selfTrade: SelfTrade.CancelBoth });
    const fills = venue.state(Continuous).filter((event) => event.trade !== undefined);
    expect(fills.map((fill) => [fill.order === buy[0]!.order, (fill.flags & 2) !== 0])).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('stops that waited are compared with the last price when trading goes on', () => {
    const venue = make();
    venue.sell(1, 100);
    venue.buy(1, 100);
    venue.state(Auction);
    venue.buy(2, 0, { type: Stop, stopPrice: 100 });
    expect(told(venue.state(Continuous))).toEqual([
      'now continuous',
      'triggered buy 2@0',
      'cancelled buy 2: market rest',
    ]);
  });
});

describe.each(venues)('$name: priority and self-trade prevention', ({ make }) => {
  it('pro-rata: by size, what rounding leaves by time', () => {
    const venue = make();
    venue.list(2, { priority: Priority.ProRata });
    for (const size of [10, 20, 70]) venue.sell(size, 100, { instrument: 2 });
    // 33 × 10, 20 and 70 over 100: 3, 6 and 23; the one lot that is left goes to the first.
    expect(told(venue.buy(33, 100, { instrument: 2 })).slice(1)).toEqual(['4@100', '6@100', '23@100']);
  });

  it('pro-rata with a top order: the order that made the price trades first', () => {
    const venue = make();
    venue.list(2, { priority: Priority.ProRataTopOrder });
    for (const size of [10, 20, 70]) venue.sell(size, 100, { instrument: 2 });
    expect(told(venue.buy(28, 100, { instrument: 2 })).slice(1)).toEqual(['10@100', '4@100', '14@100']);
  });

  const own = (selfTrade: number) => {
    const venue = make();
    venue.sell(5, 100, { account: 1 });
    venue.sell(5, 100, { account: 2 });
    return told(venue.buy(8, 100, { account: 1, selfTrade })).slice(1);
  };

  it('cancel taker: what is left of the taker', () => {
    expect(own(SelfTrade.CancelTaker)).toEqual(['cancelled buy 8: self-trade']);
  });

  it('cancel maker: the taker goes on', () => {
    expect(own(SelfTrade.CancelMaker)).toEqual(['cancelled sell 5: self-trade', '5@100']);
  });

  it('cancel both: the maker, then the taker', () => {
    expect(own(SelfTrade.CancelBoth)).toEqual([
      'cancelled sell 5: self-trade',
      'cancelled buy 8: self-trade',
    ]);
  });

  it('decrement both: each by the smaller remainder', () => {
    expect(own(SelfTrade.DecrementBoth)).toEqual([
      'decremented buy by 5, 3 left',
      'decremented sell by 5, 0 left',
      '3@100',
    ]);
  });

  it('without a mode own orders trade', () => {
    expect(own(SelfTrade.Allowed)).toEqual(['5@100', '3@100']);
  });

  it('accounts of one group are one', () => {
    const venue = make();
    venue.account(1, { group: 5 });
    venue.account(2, { group: 5 });
    venue.sell(5, 100, { account: 1 });
    const taker = venue.buy(5, 100, { account: 2, selfTrade: SelfTrade.CancelTaker });
    expect(told(taker).at(-1)).toBe('cancelled buy 5: self-trade');
  });

  it('FOK does not count what self-trade prevention would remove', () => {
    const venue = make();
    venue.sell(5, 100, { account: 1 });
    venue.sell(5, 100, { account: 2 });
    const terms = { account: 1, timeInForce: FillOrKill, selfTrade: SelfTrade.CancelMaker };
    expect(told(venue.buy(6, 100, terms)).at(-1)).toBe('cancelled buy 6: fill or kill');
    expect(told(venue.buy(5, 100, terms)).at(-1)).toBe('5@100');
  });
});

describe.each(venues)('$name: checks', ({ make }) => {
  it('the collar is around the reference price, and ends a market order', () => {
    const venue = make();
    venue.list(2, { collarTicks: 10 });
    venue.prices({ instrument: 2, reference: 100 });
    expect(told(venue.buy(1, 111, { instrument: 2 }))).toEqual(['rejected: outside-collar']);
    venue.sell(1, 110, { instrument: 2 });
    expect(told(venue.buyMarket(2, { instrument: 2 })).slice(1)).toEqual([
      '1@110',
      'cancelled buy 1: market rest',
    ]);
  });

  it('price, size and notional have bounds', () => {
    const venue = make();
    venue.list(2, { maxPriceTicks: 200, maxSizeLots: 50, minNotional: 100, maxNotional: 5000 });
    const on = { instrument: 2 };
    expect(told(venue.buy(1, 201, on))).toEqual(['rejected: price-out-of-range']);
    expect(told(venue.buy(51, 100, on))).toEqual(['rejected: size-out-of-range']);
    expect(told(venue.buy(1, 99, on))).toEqual(['rejected: notional-out-of-range']);
    expect(told(venue.buy(50, 101, on))).toEqual(['rejected: notional-out-of-range']);
    expect(told(venue.buy(50, 100, on))).toEqual(['accepted buy 50@100']);
  });

  it('an account has its most open orders, its most orders a second, its kill switch', () => {
    const venue = make();
    venue.account(7, { openOrders: 1 });
    const bid = venue.buy(1, 100);
    expect(told(venue.buy(1, 100))).toEqual(['rejected: too-many-open-orders']);
    venue.cancel(bid);
    venue.account(7, { openOrders: 0, orderRate: 2 });
    venue.buy(1, 100);
    venue.buy(2, 100);
    expect(told(venue.buy(3, 100))).toEqual(['rejected: too-many-orders']);
    venue.advance(1_000_000_000);
    expect(told(venue.buy(3, 100))).toEqual(['accepted buy 3@100']);
    expect(told(venue.account(7, { killSwitch: true })).slice(1)).toEqual([
      'cancelled buy 1: kill switch',
      'cancelled buy 2: kill switch',
      'cancelled buy 3: kill switch',
    ]);
    expect(told(venue.buy(3, 100))).toEqual(['rejected: account-stopped']);
  });

  it('the first check that fails is told, and nothing changes', () => {
    const venue = make();
    venue.account(7, { killSwitch: true });
    const expired = { timeInForce: TimeInForce.GoodTillDate, expiry: 1 };
    expect(told(venue.buy(1, 100, { ...expired, instrument: 9 }))).toEqual([
      'rejected: instrument-not-listed',
    ]);
    expect(told(venue.buy(1, 9_999_999, expired))).toEqual(['rejected: price-out-of-range']);
    expect(told(venue.buy(9_999_999, 100, expired))).toEqual(['rejected: size-out-of-range']);
    expect(told(venue.buy(1, 100, expired))).toEqual(['rejected: account-stopped']);
    venue.account(7, { killSwitch: false });
    expect(told(venue.buy(1, 100, expired))).toEqual(['rejected: expiry-passed']);
    expect(venue.liveOrders).toBe(0);
  });

  it('terms that do not go together are a fault of shape', () => {
    const venue = make();
    expect(told(venue.buy(1, 100, { type: Market, timeInForce: TimeInForce.GoodTillCancel }))).toEqual([
      'rejected: bad-time-in-force',
    ]);
    expect(told(venue.buy(5, 100, { hidden: true, displaySize: 1 }))).toEqual(['rejected: bad-terms']);
    expect(told(venue.buy(5, 100, { immediate: true, hidden: true }))).toEqual(['rejected: bad-flags']);
  });
});
