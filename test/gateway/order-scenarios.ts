import type { Command } from './command-forms.js';

/*
 * What docs/orders.md says, as it is seen from outside: who sends what, and the events of the command, as one who acts
 * for all accounts sees them.
 */

/** Who sends: a client, or the operator. Each scenario has accounts of its own. */
export type Who = 'a' | 'b' | 'c' | 'operator';

export interface Step {
  readonly who: Who;
  readonly type: Command['type'];
  /** `order`, `linkedTo`: the name of an order; `subject`: a client. All else as in the protocol. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** A name for the order that this makes. */
  readonly as?: string;
  /** The events, with `a`, `b`, `c` and `0` for the accounts. */
  readonly events: readonly string[];
}

const step = (who: Who, type: Step['type'], fields: Step['fields'], ...events: string[]): Step => ({
  who,
  type,
  fields,
  events,
});
const buy = (who: Who, size: number, price: number, terms: object, ...events: string[]): Step =>
  step(who, 'new', { side: 'buy', size, price, ...terms }, ...events);
const sell = (who: Who, size: number, price: number, terms: object, ...events: string[]): Step =>
  step(who, 'new', { side: 'sell', size, price, ...terms }, ...events);
const named = (as: string, { who, type, fields, events }: Step): Step => ({ who, type, fields, events, as });

export const scenarios: Readonly<Record<string, readonly Step[]>> = {
  'an iceberg shows slice after slice': [
    sell('a', 10, 100, { displaySize: 3 }, 'a accepted sell 10@100'),
    buy(
      'b',
      5,
      100,
      { timeInForce: 'IOC' },
      'b accepted buy 5@100',
      'b fill 3@100',
      'a fill 3@100',
      'a refreshed 3',
      'b fill 2@100',
      'a fill 2@100',
    ),
  ],
  'a hidden order trades behind those that are shown': [
    sell('a', 2, 100, { hidden: true }, 'a accepted sell 2@100'),
    sell('b', 1, 100, {}, 'b accepted sell 1@100'),
    buy(
      'c',
      2,
      100,
      { timeInForce: 'IOC' },
      'c accepted buy 2@100',
      'c fill 1@100',
      'b fill 1@100',
      'c fill 1@100',
      'a fill 1@100',
    ),
  ],
  'a stop waits for a trade at its price': [
    sell('a', 1, 100, {}, 'a accepted sell 1@100'),
    sell('a', 5, 105, {}, 'a accepted sell 5@105'),
    step(
      'b',
      'new',
      { side: 'buy', orderType: 'stop', size: 2, stopPrice: 100 },
      'b accepted buy 2@0 awaitsStop',
    ),
    buy(
      'c',
      1,
      100,
      {},
      'c accepted buy 1@100',
      'c fill 1@100',
      'a fill 1@100',
      'b triggered',
      'b fill 2@105',
      'a fill 2@105',
    ),
  ],
  'fill or kill, all or none, and a minimum size trade whole or not at all': [
    sell('a', 3, 100, {}, 'a accepted sell 3@100'),
    buy('b', 5, 100, { timeInForce: 'FOK' }, 'b accepted buy 5@100', 'b cancelled 5 fill or kill'),
    buy(
      'b',
      5,
      100,
      { timeInForce: 'IOC', allOrNone: true },
      'b accepted buy 5@100',
      'b cancelled 5 fill or kill',
    ),
    buy(
      'b',
      5,
      100,
      { timeInForce: 'IOC', minimumSize: 4 },
      'b accepted buy 5@100',
      'b cancelled 5 minimum size',
    ),
    step(
      'b',
      'new',
      { side: 'buy', orderType: 'market', timeInForce: 'FOK', size: 3 },
      'b accepted buy 3@0',
      'b fill 3@100',
      'a fill 3@100',
    ),
  ],
  'good till date is refused where its date has passed': [
    buy('a', 2, 90, { timeInForce: 'GTD', expiresAtNs: '9000000000000000000' }, 'a accepted buy 2@90'),
    buy('a', 2, 90, { timeInForce: 'GTD', expiresAtNs: '1000000000000000000' }, 'a rejected 407'),
  ],
  'one of two linked orders cancels the other': [
    named('low', buy('a', 5, 90, {}, 'a accepted buy 5@90')),
    sell('a', 5, 110, { linkedTo: 'low' }, 'a accepted sell 5@110'),
    sell('b', 1, 90, {}, 'b accepted sell 1@90', 'b fill 1@90', 'a fill 1@90', 'a cancelled 5 linked'),
  ],
  'the exits of a bracket enter when the entry has left': [
    sell('a', 2, 100, {}, 'a accepted sell 2@100'),
    buy(
      'b',
      2,
      100,
      { takeProfit: 120, stopLoss: 80 },
      'b accepted buy 2@100',
      'b fill 2@100',
      'a fill 2@100',
      'b accepted sell 2@120',
      'b accepted sell 2@0 awaitsStop',
    ),
  ],
  'post-only never takes': [
    sell('a', 1, 100, {}, 'a accepted sell 1@100'),
    buy('b', 1, 100, { postOnly: 'reject' }, 'b rejected 411'),
    buy('b', 1, 105, { postOnly: 'slide' }, 'b accepted buy 1@99'),
  ],
  'the taker says what becomes of trades with its own orders': [
    sell('a', 2, 100, {}, 'a accepted sell 2@100'),
    buy('a', 2, 100, { selfTrade: 'cancelMaker' }, 'a accepted buy 2@100', 'a cancelled 2 self-trade'),
    sell(
      'a',
      3,
      100,
      { selfTrade: 'decrementBoth' },
      'a accepted sell 3@100',
      'a decremented 2',
      'a decremented 2',
    ),
    buy('a', 1, 100, { selfTrade: 'cancelTaker' }, 'a accepted buy 1@100', 'a cancelled 1 self-trade'),
  ],
  'a pegged order follows the best price': [
    buy('a', 5, 95, {}, 'a accepted buy 5@95'),
    step(
      'b',
      'new',
      { side: 'buy', orderType: 'pegged', size: 2, pegReference: 'best', pegOffset: -1 },
      'b accepted buy 2@94',
    ),
    buy('a', 1, 97, {}, 'a accepted buy 1@97', 'b repriced 96'),
  ],
  'a mass quote replaces the one before it': [
    step(
      'a',
      'massQuote',
      { quotes: [{ bid: 99, bidSize: 5, ask: 101, askSize: 6 }] },
      'a quoted 1',
      'a accepted buy 5@99',
      'a accepted sell 6@101',
    ),
    step(
      'a',
      'massQuote',
      { quotes: [{ bid: 98, bidSize: 7 }] },
      'a quoted 1',
      'a cancelled 5 replaced',
      'a cancelled 6 replaced',
      'a accepted buy 7@98',
    ),
    step('a', 'massQuote', { quotes: [{ bid: 99, bidSize: 1, ask: 99, askSize: 1 }] }, 'a rejected 308'),
  ],
  'amend and cancel reach orders that wait': [
    named(
      'stop',
      step(
        'a',
        'new',
        { side: 'sell', orderType: 'stopLimit', size: 2, price: 80, stopPrice: 85 },
        'a accepted sell 2@80 awaitsStop',
      ),
    ),
    step('a', 'amend', { order: 'stop', price: 81, size: 3 }, 'a amended 3@81'),
    step('a', 'cancel', { order: 'stop' }, 'a cancelled 3 asked'),
    step('a', 'cancel', { order: 'stop' }, 'a rejected 400'),
  ],
  'cancel all is for an account and a side, and for the operator for everybody': [
    buy('a', 1, 90, {}, 'a accepted buy 1@90'),
    sell('a', 2, 110, {}, 'a accepted sell 2@110'),
    buy('a', 3, 91, {}, 'a accepted buy 3@91'),
    buy('b', 4, 92, {}, 'b accepted buy 4@92'),
    step('a', 'cancelAll', { side: 'buy' }, 'a allCancelled 2', 'a cancelled 1 asked', 'a cancelled 3 asked'),
    step('operator', 'cancelAll', {}, '0 allCancelled 2', 'a cancelled 2 asked', 'b cancelled 4 asked'),
  ],
  'an instrument is halted, holds an auction and goes on': [
    buy('a', 1, 90, { timeInForce: 'DAY' }, 'a accepted buy 1@90'),
    step('operator', 'state', { state: 'continuous' }, '0 rejected 309'),
    step('operator', 'state', { state: 'halted' }, '0 stateChanged halted'),
    buy('a', 1, 90, {}, 'a rejected 305'),
    step('operator', 'state', { state: 'auction' }, '0 stateChanged auction'),
    sell('a', 3, 100, {}, 'a accepted sell 3@100'),
    buy('b', 5, 102, {}, 'b accepted buy 5@102'),
    buy('b', 1, 102, { timeInForce: 'IOC' }, 'b rejected 305'),
    step(
      'c',
      'new',
      { side: 'buy', orderType: 'market', timeInForce: 'OPG', size: 1 },
      'c accepted buy 1@0 awaitsAuction',
    ),
    step(
      'operator',
      'state',
      { state: 'continuous' },
      '0 stateChanged continuous',
      'c triggered',
      'c fill 1@102',
      'a fill 1@102',
      'b fill 2@102',
      'a fill 2@102',
      '0 auctionPrice 3@102',
    ),
    step('operator', 'state', { state: 'closed' }, '0 stateChanged closed', 'a cancelled 1 closed'),
  ],
  'prices of the operator set the collar and trigger stops': [
    step('operator', 'prices', { reference: 100 }, '0 pricesChanged 100/0'),
    buy('a', 1, 1101, {}, 'a rejected 307'),
    buy('a', 1, 95, {}, 'a accepted buy 1@95'),
    step(
      'b',
      'new',
      { side: 'sell', orderType: 'stop', size: 1, stopPrice: 98 },
      'b accepted sell 1@0 awaitsStop',
    ),
    step(
      'operator',
      'prices',
      { mark: 98 },
      '0 pricesChanged 100/98',
      'b triggered',
      'b fill 1@95',
      'a fill 1@95',
    ),
  ],
  'an account has bounds and a kill switch': [
    step('operator', 'account', { subject: 'a', maxOpenOrders: 1 }, '0 accountChanged a'),
    buy('a', 1, 90, {}, 'a accepted buy 1@90'),
    buy('a', 1, 90, {}, 'a rejected 404'),
    step(
      'operator',
      'account',
      { subject: 'a', killSwitch: true, maxOpenOrders: 0 },
      '0 accountChanged a',
      'a cancelled 1 kill switch',
    ),
    buy('a', 1, 90, {}, 'a rejected 406'),
    step('operator', 'account', { subject: 'a', killSwitch: false }, '0 accountChanged a'),
    buy('a', 1, 91, {}, 'a accepted buy 1@91'),
  ],
  'a price times a size has bounds': [
    buy('a', 1, 9, {}, 'a rejected 306'),
    buy('a', 2, 9, {}, 'a accepted buy 2@9'),
  ],
};
