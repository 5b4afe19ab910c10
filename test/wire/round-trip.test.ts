import { Decoder, Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ORDER_LINES, MAX_QUOTES } from '../../src/model/limits.js';
import { checkOrderRecord } from '../../src/wire/order-check.js';
import { encodeOrderObject } from '../../src/wire/order-object.js';
import { LINE_WORDS } from '../../src/wire/order-record.js';
import type { OrderMessage } from '../../src/wire/order-schema.js';
import { decoded } from './decoded.js';
import { testInstruments } from './instruments.js';

/*
 * decode(encode(x)) = x for any command there is, in each of the shapes in which clients write it: as a record, as msgpack
 * and as JSON. What is left out and what is denied are the same, so both are written as left out.
 */

const MAX = Number.MAX_SAFE_INTEGER;
const instruments = testInstruments();
const symbol = fc.constantFrom('BTC-USD', 'ACME');
const account = fc.integer({ min: 1, max: 0x7fff_ffff });
const amount = fc.oneof(
  fc.integer({ min: 1, max: 1000 }),
  fc.integer({ min: 1, max: MAX }),
  fc.constant(MAX),
);
const idText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 36,
});
const ownId = fc.oneof(fc.integer({ min: 1, max: 2 ** 52 - 1 }), idText);
const targetId = fc.oneof(fc.integer({ min: 1, max: MAX }), idText);
const timeText = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String);
const selfTrade = fc.constantFrom('cancelTaker', 'cancelMaker', 'cancelBoth', 'decrementBoth');
const yes = fc.constant(true);
const side = fc.constantFrom('buy', 'sell');

/** Fields that are all there, and some that may be left out. */
const shape = (
  needed: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
) => fc.record({ ...needed, ...optional }, { requiredKeys: Object.keys(needed) });

const common = { clientOrderId: ownId, symbol, side, sizeLots: amount, account };
const rare = { selfTrade, sendTimeNs: timeText };
const resting = fc.constantFrom({ timeInForce: 'GTC' }, { timeInForce: 'DAY' });
const dated = timeText.map((expiresAtNs) => ({ timeInForce: 'GTD', expiresAtNs }));
const times = fc.oneof(resting, dated);
const shown = fc.oneof(
  fc.constant({}),
  amount.map((displaySizeLots) => ({ displaySizeLots })),
  yes.map((hidden) => ({ hidden })),
);
const company = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: MAX }).map((linkedTo) => ({ linkedTo })),
  targetId.map((linkedToClientOrderId) => ({ linkedToClientOrderId })),
  fc.tuple(amount, amount).map(([takeProfitTicks, stopLossTicks]) => ({ takeProfitTicks, stopLossTicks })),
);

/** A profit lies above a loss for who buys, and below it for who sells. */
function inOrder(order: Record<string, unknown>): Record<string, unknown> {
  const exits = [Number(order['takeProfitTicks']), Number(order['stopLossTicks'])];
  if (Number.isNaN(exits[0])) return order;
  const [low, high] = [Math.min(...exits), Math.max(...exits)];
  const [up, down] = low < high ? [high, low] : [2, 1];
  const isBuy = order['side'] === 'buy';
  return { ...order, takeProfitTicks: isBuy ? up : down, stopLossTicks: isBuy ? down : up };
}

const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((all) => inOrder(Object.assign({ type: 'new' }, ...all) as Record<string, unknown>));
const ofType = (orderType: string) => shape({ ...common, orderType: fc.constant(orderType) }, rare);
const priced = shape({ priceTicks: amount });

const newOrders = fc.oneof(
  merged(ofType('limit'), priced, times, shown, company),
  merged(ofType('limit'), priced, resting, shape({ postOnly: fc.constantFrom('reject', 'slide') })),
  merged(
    ofType('limit'),
    priced,
    fc.constantFrom({ timeInForce: 'IOC' }, { timeInForce: 'FOK' }),
    shape({}, { minimumSizeLots: amount, allOrNone: yes }),
  ),
  merged(ofType('limit'), priced, fc.constantFrom({ timeInForce: 'OPG' }, { timeInForce: 'CLS' })),
  merged(
    ofType('market'),
    fc.constantFrom({ timeInForce: 'IOC' }, { timeInForce: 'FOK' }),
    shape({}, { priceTicks: amount }),
  ),
  merged(ofType('stop'), shape({ stopPriceTicks: amount }, { priceTicks: amount }), times),
  merged(ofType('stopLimit'), priced, shape({ stopPriceTicks: amount }), times, shown, company),
  merged(
    ofType('trailingStop'),
    fc.oneof(shape({ trailTicks: amount }), shape({ trailBasisPoints: fc.integer({ min: 1, max: 9_999 }) })),
    times,
  ),
  merged(
    ofType('pegged'),
    shape(
      { pegReference: fc.constantFrom('best', 'mid', 'opposite') },
      { pegOffsetTicks: fc.integer({ min: -MAX, max: MAX }).filter((offset) => offset !== 0), hidden: yes },
    ),
    times,
  ),
);

const target = fc.oneof(
  shape({ orderId: fc.integer({ min: 1, max: MAX }) }, { symbol }),
  shape({ clientOrderId: targetId, symbol }),
);
const command = (type: string, ...parts: fc.Arbitrary<object>[]) =>
  fc
    .tuple(shape({ clientId: ownId }, { sendTimeNs: timeText }), ...parts)
    .map((all) => Object.assign({ type }, ...all) as Record<string, unknown>);
const quote = shape({ symbol, bidTicks: amount, bidSizeLots: amount, askTicks: amount, askSizeLots: amount });

const whole = fc.integer({ min: 0, max: MAX });
const others = fc.oneof(
  command('cancel', shape({ account }), target),
  command('amend', shape({ account }, { priceTicks: amount, sizeLots: amount }), target),
  command(
    'cancelAll',
    shape({ account: fc.oneof(account, fc.constant(0)) }, { symbol, side, onlySession: yes }),
  ),
  command(
    'massQuote',
    shape({ account, quotes: fc.array(quote, { minLength: 1, maxLength: MAX_QUOTES }) }, { selfTrade }),
  ),
  command(
    'state',
    shape(
      { symbol, state: fc.constantFrom('preOpen', 'auction', 'continuous', 'halted', 'closed') },
      { cancelOrders: yes },
    ),
  ),
  command('prices', shape({ symbol }, { referenceTicks: amount, markTicks: amount })),
  command(
    'account',
    shape(
      { subject: account },
      {
        maxOrdersPerSecond: whole,
        maxOpenOrders: whole,
        group: fc.integer({ min: 0, max: 0x7fff_ffff }),
        killSwitch: fc.boolean(),
      },
    ),
  ),
  shape(
    { type: fc.constant('book'), symbol, depth: fc.integer({ min: 1, max: 100 }) },
    { clientId: fc.integer({ min: 1, max: 2 ** 52 - 1 }) },
  ) as fc.Arbitrary<Record<string, unknown>>,
);

/** Without what says nothing. */
function said(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, field: unknown) => (field === false ? undefined : field)));
}

/** The record of a message, and the message of that record. */
function through(message: unknown): unknown {
  const words = new Int32Array(MAX_ORDER_LINES * LINE_WORDS);
  const result = encodeOrderObject(message, instruments, 42, words, 0);
  if (!result.ok) throw new Error(`${result.code}: ${result.sentence} in ${JSON.stringify(message)}`);
  expect(checkOrderRecord(words, 0, result.lines)).toBe(0);
  return decoded(words.slice(0, result.lines * LINE_WORDS)) as OrderMessage;
}

const encoder = new Encoder();
const decoder = new Decoder();

describe.each([
  ['new orders', newOrders],
  ['other commands', others],
] as const)('any of the %s', (_, messages) => {
  const check = (shapeOf: (message: unknown) => unknown) =>
    fc.assert(
      fc.property(messages, (message) => {
        const expected = said({ ...message, killSwitch: message['killSwitch'] || undefined });
        expect(said(through(shapeOf(message)))).toEqual(expected);
      }),
      { numRuns: 2000, seed: 1 },
    );

  it('is the same after the way to a record and back', () => {
    check((message) => message);
  });

  it('is the same after the way through msgpack, to a record and back', () => {
    check((message) => decoder.decode(encoder.encode(message)));
  });

  it('is the same after the way through JSON, to a record and back', () => {
    check((message) => JSON.parse(JSON.stringify(message)));
  });
});
