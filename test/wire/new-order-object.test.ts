import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import {
  CommandFlag,
  OrderType,
  PegReference,
  SelfTrade,
  TimeInForce,
  TrailUnit,
} from '../../src/model/command.js';
import { type OrderTerms, selfTradeOf } from '../../src/model/order-terms.js';
import { RejectCode } from '../../src/model/reject.js';
import { expiryOf, hasTextClientId, readOrderTerms, targetWord } from '../../src/wire/command-fields.js';
import { ORDER_LINKED, orderLines } from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';
import { decoded } from './decoded.js';
import { encode, recordOf, refusalOf } from './encoding.js';
import { messages, newOrders } from './messages.js';

const base = { type: 'new', clientOrderId: 1, symbol: 'BTC-USD', side: 'buy', size: '2' };
const limit = { ...base, price: '100.05' };
const stop = { ...base, orderType: 'stop', stopPrice: '105' };
const pegged = { ...base, orderType: 'pegged', pegReference: 'mid' };
const trailing = { ...base, orderType: 'trailingStop' };

const termsOf = (order: unknown) => readOrderTerms(recordOf(order), 0);

describe('the terms of a new order as a record', () => {
  const { Hidden, PostOnly, PostOnlySlide, AllOrNone, Linked, Bracket, TargetByClientId, TargetText } =
    CommandFlag;
  const cases: [object, number, Partial<OrderTerms>][] = [
    [{ ...limit, displaySize: '0.5' }, 1, { displaySizeLots: 5000 }],
    [
      { ...limit, displaySizeLots: 7, timeInForce: 'DAY' },
      1,
      { displaySizeLots: 7, timeInForce: TimeInForce.Day },
    ],
    [{ ...limit, hidden: true }, 1, { flags: Hidden }],
    [{ ...limit, hidden: false, allOrNone: false }, 1, { flags: 0 }],
    [{ ...limit, postOnly: 'reject' }, 1, { flags: PostOnly }],
    [{ ...limit, postOnly: 'slide' }, 1, { flags: PostOnlySlide }],
    [{ ...limit, timeInForce: 'IOC', allOrNone: true }, 1, { flags: AllOrNone }],
    [{ ...limit, timeInForce: 'FOK', minimumSize: '1' }, 2, { minimumSizeLots: 10_000 }],
    [{ ...limit, timeInForce: 'IOC', minimumSize: 0 }, 1, { minimumSizeLots: 0 }],
    [{ ...limit, timeInForce: 'GTD', expiresAtNs: '7' }, 2, { hasExpiry: true }],
    [{ ...limit, timeInForce: 'OPG' }, 1, { timeInForce: TimeInForce.AtOpen }],
    [
      { ...base, orderType: 'market' },
      1,
      { type: OrderType.Market, timeInForce: TimeInForce.ImmediateOrCancel },
    ],
    [{ ...base, orderType: 'market', price: '120', timeInForce: 'FOK' }, 1, { priceTicks: 2400 }],
    [
      stop,
      2,
      { type: OrderType.Stop, stopPriceTicks: 2100, priceTicks: 0, timeInForce: TimeInForce.GoodTillCancel },
    ],
    [{ ...stop, orderType: 'stopLimit', price: 106 }, 2, { type: OrderType.StopLimit, priceTicks: 2120 }],
    [{ ...trailing, trail: '0.10' }, 2, { stopPriceTicks: 2, trailUnit: TrailUnit.Ticks }],
    [{ ...trailing, trailTicks: 9 }, 2, { stopPriceTicks: 9, trailUnit: TrailUnit.Ticks }],
    [{ ...trailing, trailBasisPoints: 250 }, 2, { stopPriceTicks: 250, trailUnit: TrailUnit.BasisPoints }],
    [pegged, 2, { type: OrderType.Pegged, pegReference: PegReference.Mid, stopPriceTicks: 0 }],
    [{ ...pegged, pegOffset: '-0.15', price: '1' }, 2, { stopPriceTicks: -3, priceTicks: 20 }],
    [
      { ...pegged, pegReference: 'best', pegOffsetTicks: -8 },
      2,
      { pegReference: PegReference.Best, stopPriceTicks: -8 },
    ],
    [{ ...limit, linkedTo: 12 }, 3, { flags: Linked }],
    [{ ...limit, linkedToClientOrderId: 12 }, 3, { flags: Linked | TargetByClientId }],
    [{ ...limit, linkedToClientOrderId: 'x' }, 3, { flags: Linked | TargetByClientId | TargetText }],
    [
      { ...limit, takeProfit: '110', stopLoss: '90' },
      3,
      { flags: Bracket, takeProfitTicks: 2200, stopLossTicks: 1800 },
    ],
    [{ ...limit, selfTrade: 'cancelBoth' }, 1, { flags: SelfTrade.CancelBoth << 5 }],
  ];

  it.each(cases)('%j', (order, lines, expected) => {
    const words = recordOf(order);
    expect(orderLines(words[0]!)).toBe(lines);
    expect(readOrderTerms(words, 0)).toMatchObject({ side: 1, sizeLots: 20_000, ...expected });
    // A text client id never takes a line away.
    expect(orderLines(recordOf({ ...order, clientOrderId: 'text' })[0]!)).toBe(Math.max(2, lines));
  });

  it('has its expiry to the nanosecond, its other half, and its self-trade mode', () => {
    const gtd = recordOf({ ...limit, timeInForce: 'GTD', expiresAtNs: '18446744073709551615' });
    expect(expiryOf(gtd, 0)).toBe(2n ** 64n - 1n);
    expect(expiryOf(recordOf(limit), 0)).toBe(0n);
    for (const field of ['linkedTo', 'linkedToClientOrderId']) {
      const words = recordOf({ ...limit, [field]: 77 });
      expect(targetWord(words, 0)).toBe(ORDER_LINKED);
      expect(readWhole(words, targetWord(words, 0))).toBe(77);
    }
    for (const [name, mode] of [
      ['cancelTaker', 1],
      ['cancelMaker', 2],
      ['cancelBoth', 3],
      ['decrementBoth', 4],
    ])
      expect(selfTradeOf(termsOf({ ...limit, selfTrade: name }).flags)).toBe(mode);
  });

  it('has a text client id beside a peg reference', () => {
    const words = recordOf({ ...pegged, clientOrderId: 'mine' });
    expect(hasTextClientId(words, 0)).toBe(true);
    expect(hasTextClientId(words.slice(0, 16), 0)).toBe(false);
    expect(hasTextClientId(recordOf(pegged), 0)).toBe(false);
  });
});

describe('every sound message', () => {
  it.each(messages)('is the same after the way to a record and back: %j', (message) => {
    const words = recordOf(message);
    expect(recordOf(decoded(words))).toEqual(words);
  });
});

describe('terms that do not go together', () => {
  it.each([
    [{ ...base }, 'Malformed', 'price: missing; give price or priceTicks.'],
    [
      { ...limit, orderType: 'market', timeInForce: 'GTC' },
      'BadTimeInForce',
      'timeInForce: GTC does not go with market orders; they are IOC, FOK, OPG or CLS.',
    ],
    [
      { ...stop, timeInForce: 'IOC' },
      'BadTimeInForce',
      'timeInForce: IOC does not go with stop orders; they are GTC, GTD or DAY.',
    ],
    [
      { ...limit, orderType: 'market', timeInForce: 'OPG' },
      'BadTerms',
      'price: a market order in an auction has no protection',
    ],
    [
      { ...limit, stopPrice: '1' },
      'BadTerms',
      'stopPrice: does not go with limit orders; leave it out, or make it stop or stopLimit.',
    ],
    [{ ...base, orderType: 'stop' }, 'Malformed', 'stopPrice: missing; give stopPrice or stopPriceTicks.'],
    [{ ...stop, stopPriceTicks: 1 }, 'Malformed', 'stopPrice: give stopPrice or stopPriceTicks, not both.'],
    [{ ...stop, orderType: 'stopLimit' }, 'Malformed', 'price: missing; give price or priceTicks.'],
    [
      { ...stop, stopPriceTicks: -1, stopPrice: undefined },
      'NumberOutOfRange',
      'stopPriceTicks: -1 must be a whole number',
    ],
    [
      { ...stop, stopPrice: '1.01' },
      'PriceOffTick',
      'stopPrice: "1.01" is not a multiple of the tick size of BTC-USD.',
    ],
    [trailing, 'Malformed', 'trail: missing; give trail, trailTicks or trailBasisPoints.'],
    [
      { ...trailing, trail: 1, trailTicks: 1 },
      'Malformed',
      'trail: give one of trail, trailTicks or trailBasisPoints alone.',
    ],
    [{ ...trailing, trail: '0.00' }, 'BadTerms', 'trail: must be at least one tick.'],
    [{ ...trailing, trailTicks: 0 }, 'BadTerms', 'trail: must be at least one tick.'],
    [
      { ...trailing, trailBasisPoints: 10_000 },
      'NumberOutOfRange',
      'trailBasisPoints: 10000 must be a whole number from 1 to 9999.',
    ],
    [{ ...limit, trailTicks: 1 }, 'BadTerms', 'trailTicks: does not go with limit orders'],
    [{ ...base, orderType: 'pegged' }, 'Malformed', 'pegReference: missing; give pegReference.'],
    [{ ...pegged, pegReference: 'last' }, 'Malformed', 'pegReference: "last" must be best, mid or opposite.'],
    [{ ...pegged, pegReference: 5 }, 'Malformed', 'pegReference: 5 must be best, mid or opposite.'],
    [{ ...pegged, pegOffset: '-0.01' }, 'PriceOffTick', 'pegOffset: "-0.01" is not a multiple'],
    [{ ...pegged, pegOffset: '-1e9' }, 'Malformed', 'pegOffset: "-1e9" must be a decimal'],
    [
      { ...pegged, pegOffset: '-90071992547409.95' },
      'NumberOutOfRange',
      'pegOffset: "-90071992547409.95" is not under 2^53',
    ],
    [{ ...limit, pegReference: 'best' }, 'BadTerms', 'pegReference: does not go with limit orders'],
    [
      { ...limit, displaySize: 1, timeInForce: 'IOC' },
      'BadTerms',
      'displaySize: does not go with IOC; leave it out, or set timeInForce to GTC, GTD or DAY.',
    ],
    [
      { ...limit, displaySize: 1, hidden: true },
      'BadTerms',
      'displaySize: a hidden order shows nothing; give one of the two.',
    ],
    [{ ...pegged, displaySize: 1 }, 'BadTerms', 'displaySize: does not go with pegged orders'],
    [
      { ...limit, displaySize: '0.00001' },
      'SizeOffLot',
      'displaySize: "0.00001" is not a multiple of the lot size',
    ],
    [
      { ...limit, minimumSize: 1 },
      'BadTerms',
      'minimumSize: does not go with GTC; leave it out, or set timeInForce to IOC or FOK.',
    ],
    [{ ...limit, allOrNone: true }, 'BadFlags', 'allOrNone: does not go with GTC'],
    [{ ...limit, allOrNone: 1 }, 'Malformed', 'allOrNone: 1 must be true or false.'],
    [
      { ...stop, postOnly: 'slide' },
      'BadFlags',
      'postOnly: does not go with stop orders; leave it out, or make it limit.',
    ],
    [{ ...limit, postOnly: true }, 'Malformed', 'postOnly: true must be reject or slide.'],
    [{ ...stop, hidden: true }, 'BadFlags', 'hidden: does not go with stop orders'],
    [{ ...limit, hidden: true, timeInForce: 'CLS' }, 'BadFlags', 'hidden: does not go with CLS'],
    [{ ...limit, timeInForce: 'GTD' }, 'BadTerms', 'expiresAtNs: missing; a GTD order says when it expires.'],
    [{ ...limit, timeInForce: 'GTD', expiresAtNs: '0' }, 'BadTerms', 'expiresAtNs: must be over 0.'],
    [
      { ...limit, expiresAtNs: '9' },
      'BadTerms',
      'expiresAtNs: does not go with GTC; leave it out, or set timeInForce to GTD.',
    ],
    [
      { ...limit, timeInForce: 'GTD', expiresAtNs: 9 },
      'Malformed',
      'expiresAtNs: 9 must be a text of digits under 2^64.',
    ],
    [
      { ...limit, timeInForce: 'GTD', expiresAtNs: '99999999999999999999' },
      'NumberOutOfRange',
      'expiresAtNs: must be under 2^64.',
    ],
    [
      { ...limit, linkedTo: 1, linkedToClientOrderId: 1 },
      'Malformed',
      'linkedTo: give linkedTo or linkedToClientOrderId, not both.',
    ],
    [{ ...limit, linkedTo: 0 }, 'NumberOutOfRange', 'linkedTo: 0 must be a whole number from 1'],
    [{ ...limit, linkedToClientOrderId: '' }, 'BadClientId', 'linkedToClientOrderId: "" must be'],
    [{ ...limit, linkedTo: 1, timeInForce: 'FOK' }, 'BadFlags', 'linkedTo: does not go with FOK'],
    [
      { ...limit, linkedTo: 1, takeProfit: 2, stopLoss: 1 },
      'BadFlags',
      'linkedTo: an order with exits cannot be linked',
    ],
    [{ ...limit, takeProfit: 2 }, 'BadTerms', 'stopLoss: missing; takeProfit and stopLoss come together.'],
    [
      { ...limit, stopLossTicks: 2 },
      'BadTerms',
      'takeProfit: missing; takeProfit and stopLoss come together.',
    ],
    [
      { ...limit, takeProfit: 90, stopLoss: 110 },
      'BadTerms',
      'takeProfit: must be above stopLoss to buy and below it to sell',
    ],
    [
      { ...limit, side: 'sell', takeProfit: 110, stopLoss: 90 },
      'BadTerms',
      'takeProfit: must be above stopLoss',
    ],
    [{ ...limit, takeProfit: 90, stopLoss: 0 }, 'BadTerms', 'takeProfit: must be above stopLoss'],
    [
      { ...limit, selfTrade: 'none' },
      'Malformed',
      'selfTrade: "none" must be cancelTaker, cancelMaker, cancelBoth or decrementBoth.',
    ],
  ] as [object, keyof typeof RejectCode, string][])('are refused: %j: %s', (order, code, sentence) => {
    const refusal = refusalOf(order);
    expect(refusal.sentence).toContain(sentence);
    expect(refusal.code).toBe(RejectCode[code]);
  });

  it('are always refused by the name of a field', () => {
    const randomness = new SeededRandomness(9);
    const fields = [...new Set(newOrders.flatMap((order) => Object.keys(order)))].filter(
      (key) => key !== 'type',
    );
    let refused = 0;
    for (let round = 0; round < 20_000; round++) {
      const pick = () => newOrders[randomness.below(newOrders.length)] as Readonly<Record<string, unknown>>;
      const order: Record<string, unknown> = { ...pick() };
      // A few fields as other orders have them.
      for (let change = randomness.below(6); change >= 0; change--) {
        const field = fields[randomness.below(fields.length)]!;
        order[field] = pick()[field];
      }
      const { result } = encode(order);
      if (result.ok) recordOf(order);
      else {
        refused++;
        expect(result.sentence).toMatch(/^[a-zA-Z]+: /);
      }
    }
    expect(refused).toBeGreaterThan(5_000);
    expect(refused).toBeLessThan(19_000);
  });
});
