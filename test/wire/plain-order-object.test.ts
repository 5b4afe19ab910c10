import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_ORDER_LINES } from '../../src/model/limits.js';
import { encodeOrderObject } from '../../src/wire/order-object.js';
import { LINE_WORDS } from '../../src/wire/order-record.js';
import { encodePlainOrder } from '../../src/wire/plain-order-object.js';
import { testInstruments } from './instruments.js';

const instruments = testInstruments();

const oneOf = (...values: unknown[]) => fc.constantFrom(...values);
const odd = oneOf(undefined, null, '', 'x', -1, 0, 1.5, true, [], {}, '1e5', Number.NaN, 2 ** 53);
const orMost = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });

const orders = fc.record(
  {
    type: orMost(oneOf('new')),
    side: orMost(oneOf('buy', 'sell')),
    symbol: orMost(oneOf('BTC-USD', 'ACME', 'NONE')),
    price: orMost(
      oneOf(
        '100.05',
        '100.10',
        '20',
        '100.01',
        '7',
        7,
        0.15,
        '0',
        '00010',
        '100.050',
        '-5',
        '9007199254740993',
      ),
    ),
    size: orMost(oneOf('10', 10, '1', '0.0001', '0.00001', 2.5, '0')),
    clientOrderId: orMost(oneOf(1, 77, 2 ** 52 - 1, 2 ** 52, 'a-1')),
    account: orMost(oneOf(1, 7, 2 ** 31 - 1, 2 ** 31, 0)),
    timeInForce: orMost(oneOf('GTC', 'IOC', 'FOK')),
  },
  { requiredKeys: ['type', 'side', 'symbol', 'price', 'size', 'clientOrderId'] },
);

it('the short way writes what the general way writes, or leaves it to that', () => {
  let shortWay = 0;
  fc.assert(
    fc.property(orders, fc.nat(19), fc.constantFrom(0, 5), (fields, dice, defaultAccount) => {
      const order =
        dice === 0 ? { ...fields, sendTimeNs: '1' } : dice === 1 ? { ...fields, more: 1 } : fields;
      const plain = new Int32Array(MAX_ORDER_LINES * LINE_WORDS).fill(-1);
      const taken = encodePlainOrder(order, instruments, defaultAccount, plain, 0);
      if (taken === undefined) return;
      shortWay++;
      // The order type that is meant anyway: the short way does not know the field.
      const general = new Int32Array(MAX_ORDER_LINES * LINE_WORDS).fill(-1);
      const result = encodeOrderObject(
        { ...order, orderType: 'limit' },
        instruments,
        defaultAccount,
        general,
        0,
      );
      expect(result).toEqual(taken);
      expect(plain).toEqual(general);
    }),
    { numRuns: 20_000, seed: 6 },
  );
  // With so much that is odd, many go the general way; those that do not are enough to have met every field.
  expect(shortWay).toBeGreaterThan(500);
});

it('leaves to the general way what has no type, whatever else it has', () => {
  const words = new Int32Array(LINE_WORDS);
  const order = { side: 'buy', symbol: 'ACME', price: '7', size: '10', clientOrderId: 1 };
  expect(encodePlainOrder(order, instruments, 1, words, 0)).toBeUndefined();
  expect(encodePlainOrder({ ...order, type: 'new' }, instruments, 1, words, 0)).toBeDefined();
  expect(encodePlainOrder([], instruments, 1, words, 0)).toBeUndefined();
});
