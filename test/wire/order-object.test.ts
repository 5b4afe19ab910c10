import { Decoder, Encoder } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CommandFlag, CommandKind } from '../../src/model/command.js';
import { FIRST_GATEWAY_CLIENT_ID } from '../../src/model/limits.js';
import { RejectCode } from '../../src/model/reject.js';
import * as record from '../../src/wire/order-record.js';
import { type OrderMessage, orderMessageSchema } from '../../src/wire/order-schema.js';
import { AT, encode, fieldsOf, recordOf, refusalOf } from './encoding.js';
import { messages } from './messages.js';

const MAX = Number.MAX_SAFE_INTEGER;

const blank = {
  version: 1,
  lines: 1,
  side: 0,
  type: 0,
  timeInForce: 0,
  flags: 0,
  instrument: 0,
  account: 42,
  target: 0,
  price: 0,
  size: 0,
  sendTimeNs: 0n,
  session: 0,
  received: 0,
};
const newOrder = {
  type: 'new',
  clientOrderId: 1,
  symbol: 'BTC-USD',
  side: 'buy',
  price: '100.05',
  size: '2',
};
const cancel = { type: 'cancel', clientId: 2, orderId: 5 };
const amend = { type: 'amend', clientId: 3, orderId: 5, symbol: 'BTC-USD' };
const book = { type: 'book', symbol: 'ACME' };

describe('a new order as a record', () => {
  it('has its fields, and the defaults of those that were not given', () => {
    expect(fieldsOf(newOrder)).toEqual({
      ...blank,
      kind: CommandKind.New,
      side: 1,
      type: 1,
      timeInForce: 1,
      instrument: 7,
      clientId: 1,
      price: 2001,
      size: 20_000,
    });
  });

  it('has every field that can be given', () => {
    const order: OrderMessage = {
      type: 'new',
      account: 0x7fffffff,
      clientOrderId: FIRST_GATEWAY_CLIENT_ID - 1,
      symbol: 'ACME',
      side: 'sell',
      orderType: 'limit',
      timeInForce: 'IOC',
      priceTicks: MAX,
      sizeLots: MAX,
      sendTimeNs: '18446744073709551615',
    };
    expect(fieldsOf(order)).toEqual({
      ...blank,
      kind: CommandKind.New,
      side: 2,
      type: 1,
      timeInForce: 2,
      instrument: 300,
      account: 0x7fffffff,
      clientId: FIRST_GATEWAY_CLIENT_ID - 1,
      price: MAX,
      size: MAX,
      sendTimeNs: 2n ** 64n - 1n,
    });
  });

  it.each(['a', '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', ' ~', '7'])('takes the text %j as its id', (text) => {
    expect(fieldsOf({ ...newOrder, clientOrderId: text })).toMatchObject({
      lines: 2,
      flags: CommandFlag.TextClientId,
      clientId: text,
    });
  });

  it.each([
    [{ price: 100.05 }, 2001, 20_000],
    [{ price: 100 }, 2000, 20_000],
    [{ price: '100.0500' }, 2001, 20_000],
    [{ price: '0' }, 0, 20_000],
    [{ size: 1e-4 }, 2001, 1],
    [{ size: '0.0000' }, 2001, 0],
    [{ size: '900719925474.0991' }, 2001, MAX],
  ])('counts %j in ticks and lots', (change, price, size) => {
    expect(fieldsOf({ ...newOrder, ...change })).toMatchObject({ price, size });
  });

  it.each([
    [{ clientOrderId: undefined }, 'MissingClientId', 'clientOrderId: missing; must be a whole number'],
    [
      { clientOrderId: 0 },
      'BadClientId',
      'clientOrderId: 0 must be a whole number from 1 to 2^52 - 1 or a text of 1 to 36 printable ASCII characters.',
    ],
    [{ clientOrderId: 1.5 }, 'BadClientId', 'clientOrderId: 1.5 must be'],
    [{ clientOrderId: FIRST_GATEWAY_CLIENT_ID }, 'BadClientId', 'clientOrderId: 4503599627370496 must be'],
    [{ clientOrderId: '' }, 'BadClientId', 'clientOrderId: "" must be'],
    [{ clientOrderId: 'x'.repeat(37) }, 'BadClientId', 'clientOrderId: "xxxxx'],
    [{ clientOrderId: 'ü' }, 'BadClientId', 'clientOrderId: "\\u00fc" must be'],
    [{ clientOrderId: 'a\n' }, 'BadClientId', 'clientOrderId: "a\\n" must be'],
    [{ clientOrderId: null }, 'BadClientId', 'clientOrderId: null must be'],
    [{ side: 'long' }, 'BadSide', 'side: "long" must be buy or sell'],
    [{ side: undefined }, 'BadSide', 'side: missing; must be buy or sell'],
    [{ side: 1 }, 'BadSide', 'side: 1 must be buy or sell'],
    [{ orderType: 'Limit' }, 'BadOrderType', 'orderType: "Limit" must be limit, market, stop, stopLimit,'],
    [
      { timeInForce: 'gtc' },
      'BadTimeInForce',
      'timeInForce: "gtc" must be GTC, IOC, FOK, GTD, DAY, OPG or CLS',
    ],
    [{ symbol: undefined }, 'Malformed', 'symbol: missing; must be'],
    [{ symbol: 5 }, 'Malformed', 'symbol: 5 must be'],
    [{ symbol: 'DOGE' }, 'UnknownInstrument', 'symbol: "DOGE" is not listed'],
    [{ price: '100.01' }, 'PriceOffTick', 'price: "100.01" is not a multiple of the tick size of BTC-USD'],
    [{ price: '100.005' }, 'PriceOffTick', 'price: "100.005" is not a multiple'],
    [{ price: 100.01 }, 'PriceOffTick', 'price: 100.01 is not a multiple'],
    [{ size: '0.00001' }, 'SizeOffLot', 'size: "0.00001" is not a multiple of the lot size of BTC-USD'],
    [{ symbol: 'ACME', size: 15 }, 'SizeOffLot', 'size: 15 is not a multiple of the lot size of ACME'],
    [{ price: '-100.05' }, 'NumberOutOfRange', 'price: "-100.05" is negative'],
    [{ price: -5 }, 'NumberOutOfRange', 'price: -5 is negative'],
    [{ price: '90071992547409.95' }, 'NumberOutOfRange', 'price: "90071992547409.95" is'],
    [{ price: 1e300 }, 'NumberOutOfRange', 'price: 1e+300 is'],
    [{ price: Number.NaN }, 'NumberOutOfRange', 'price: NaN must be a decimal'],
    [{ price: '1e3' }, 'Malformed', 'price: "1e3" must be a decimal'],
    [{ price: true }, 'Malformed', 'price: true must be a decimal'],
    [{ price: undefined }, 'Malformed', 'price: missing; give price or priceTicks'],
    [{ priceTicks: 2 }, 'Malformed', 'price: give price or priceTicks, not both'],
    [{ price: undefined, priceTicks: -1 }, 'NumberOutOfRange', 'priceTicks: -1 must be a whole number'],
    [{ price: undefined, priceTicks: 1.5 }, 'NumberOutOfRange', 'priceTicks: 1.5 must be a whole number'],
    [{ price: undefined, priceTicks: 2 ** 53 }, 'NumberOutOfRange', 'priceTicks: 9007199254740992 must be'],
    [{ price: undefined, priceTicks: '5' }, 'Malformed', 'priceTicks: "5" must be a whole number'],
    [{ size: undefined }, 'Malformed', 'size: missing; give size or sizeLots'],
    [{ sizeLots: 2 }, 'Malformed', 'size: give size or sizeLots, not both'],
    [{ account: 0 }, 'NumberOutOfRange', 'account: 0 must be a whole number from 1 to 2147483647.'],
    [{ account: 2 ** 31 }, 'NumberOutOfRange', 'account: 2147483648 must be'],
    [{ account: '7' }, 'Malformed', 'account: "7" must be'],
    [{ sendTimeNs: 5 }, 'Malformed', 'sendTimeNs: 5 must be a text of digits'],
    [{ sendTimeNs: '-5' }, 'Malformed', 'sendTimeNs: "-5" must be a text of digits'],
    [{ sendTimeNs: '18446744073709551616' }, 'NumberOutOfRange', 'sendTimeNs: must be under 2^64'],
    [{ pirce: '1' }, 'Malformed', 'pirce: no such field; the nearest is price'],
    [{ pirce: '1', price: undefined }, 'Malformed', 'pirce: no such field; the nearest is price'],
    [{ stopPriceInDollars: 1 }, 'Malformed', 'stopPriceInDollars: no such field; known are type, account'],
    [{ 'ü"\n': 1 }, 'Malformed', '"\\u00fc\\"\\n": no such field'],
    [JSON.parse('{"__proto__": 1}'), 'Malformed', '__proto__: no such field'],
    [{ orderId: 5 }, 'Malformed', 'orderId: no such field'],
  ] as [object, keyof typeof RejectCode, string][])('is refused with %j: %s', (change, code, sentence) => {
    // Assigning would set the prototype where a key is called __proto__; a spread defines it.
    const refusal = refusalOf({ ...newOrder, ...change });
    expect(refusal.sentence).toContain(sentence);
    expect(refusal.code).toBe(RejectCode[code]);
  });
});

describe('a cancel as a record', () => {
  const by = CommandFlag.TargetByClientId;
  it.each([
    [{ orderId: 5 }, { target: 5, lines: 1, flags: 0, instrument: 0 }],
    [{ orderId: MAX }, { target: MAX, lines: 1, flags: 0, instrument: 0 }],
    [
      { orderId: 5, symbol: 'ACME' },
      { target: 5, lines: 1, flags: 0, instrument: 300 },
    ],
    [
      { clientOrderId: 9, symbol: 'ACME' },
      { target: 9, lines: 1, flags: by, instrument: 300 },
    ],
    [
      { clientOrderId: MAX, symbol: 'ACME' },
      { target: MAX, lines: 1, flags: by, instrument: 300 },
    ],
    [
      { clientOrderId: 'x', symbol: 'ACME' },
      { target: 'x', lines: 3, flags: by | CommandFlag.TargetText, instrument: 300 },
    ],
  ])('names its target by %j', (target, expected) => {
    expect(fieldsOf({ type: 'cancel', clientId: 2, ...target })).toEqual({
      ...blank,
      kind: CommandKind.Cancel,
      clientId: 2,
      ...expected,
    });
  });

  it('has a text id and a text target side by side', () => {
    const [own, target] = ['o'.repeat(36), 't'.repeat(36)];
    expect(
      fieldsOf({ type: 'cancel', clientId: own, symbol: 'ACME', clientOrderId: target, account: 8 }),
    ).toEqual({
      ...blank,
      kind: CommandKind.Cancel,
      lines: 3,
      account: 8,
      instrument: 300,
      clientId: own,
      target,
      flags: CommandFlag.TextClientId | by | CommandFlag.TargetText,
    });
  });

  it('has its send time', () => {
    expect(fieldsOf({ ...cancel, sendTimeNs: '1790000000123456789' }).sendTimeNs).toBe(
      1_790_000_000_123_456_789n,
    );
  });

  it.each([
    [{ clientId: undefined }, 'MissingClientId', 'clientId: missing; must be'],
    [{ clientId: FIRST_GATEWAY_CLIENT_ID }, 'BadClientId', 'clientId: 4503599627370496 must be'],
    [{ orderId: undefined }, 'Malformed', 'orderId: missing; give orderId or clientOrderId'],
    [{ clientOrderId: 9, symbol: 'ACME' }, 'Malformed', 'orderId: give orderId or clientOrderId, not both'],
    [{ orderId: undefined, clientOrderId: 9 }, 'Malformed', 'symbol: missing; clientOrderId names an order'],
    [{ orderId: undefined, clientOrderId: '', symbol: 'ACME' }, 'BadClientId', 'clientOrderId: "" must be'],
    [{ orderId: 0 }, 'NumberOutOfRange', 'orderId: 0 must be'],
    [{ orderId: 2 ** 53 }, 'NumberOutOfRange', 'orderId: 9007199254740992 must be'],
    [{ orderId: '5' }, 'Malformed', 'orderId: "5" must be'],
    [{ symbol: 'DOGE' }, 'UnknownInstrument', 'symbol: "DOGE"'],
    [{ price: '1' }, 'Malformed', 'price: no such field'],
  ] as [object, keyof typeof RejectCode, string][])('is refused with %j: %s', (change, code, sentence) => {
    const refusal = refusalOf({ ...cancel, ...change });
    expect(refusal.sentence).toContain(sentence);
    expect(refusal.code).toBe(RejectCode[code]);
  });
});

describe('an amend as a record', () => {
  const { AmendPrice, AmendSize } = CommandFlag;
  it.each([
    [{}, { flags: 0, price: 0, size: 0 }],
    [{ price: '100.05' }, { flags: AmendPrice, price: 2001, size: 0 }],
    [{ price: 0 }, { flags: AmendPrice, price: 0, size: 0 }],
    [{ priceTicks: 3 }, { flags: AmendPrice, price: 3, size: 0 }],
    [{ size: '0' }, { flags: AmendSize, price: 0, size: 0 }],
    [{ sizeLots: 4 }, { flags: AmendSize, price: 0, size: 4 }],
    [
      { price: 1, size: 0.5 },
      { flags: AmendPrice | AmendSize, price: 20, size: 5000 },
    ],
  ])('says with its flags what %j changes', (change, expected) => {
    expect(fieldsOf({ ...amend, ...change })).toEqual({
      ...blank,
      kind: CommandKind.Amend,
      instrument: 7,
      clientId: 3,
      target: 5,
      ...expected,
    });
  });

  it('needs no symbol for ticks and lots of an order that is named by its id', () => {
    const change = { type: 'amend', clientId: 'c', orderId: 5, priceTicks: 1, sizeLots: 2 };
    expect(fieldsOf(change)).toMatchObject({ instrument: 0, price: 1, size: 2, lines: 2 });
  });

  it('has every flag at once', () => {
    const change = {
      type: 'amend',
      clientId: 'c',
      clientOrderId: 't',
      symbol: 'ACME',
      priceTicks: 1,
      sizeLots: 2,
    };
    expect(fieldsOf(change)).toMatchObject({
      flags: 0b11111,
      lines: 3,
      clientId: 'c',
      target: 't',
      price: 1,
      size: 2,
    });
  });

  it.each([
    [{ symbol: undefined, price: '1' }, 'Malformed', 'symbol: missing; a decimal price'],
    [{ symbol: undefined, size: '1' }, 'Malformed', 'symbol: missing; a decimal size'],
    [{ price: '1', priceTicks: 1 }, 'Malformed', 'price: give price or priceTicks, not both'],
    [{ size: '1', sizeLots: 1 }, 'Malformed', 'size: give size or sizeLots, not both'],
    [{ price: '1.01' }, 'PriceOffTick', 'price: "1.01"'],
    [{ size: '0.00005' }, 'SizeOffLot', 'size: "0.00005"'],
    [{ size: '-1' }, 'NumberOutOfRange', 'size: "-1" is negative'],
    [{ side: 'buy' }, 'Malformed', 'side: no such field'],
  ] as [object, keyof typeof RejectCode, string][])('is refused with %j: %s', (change, code, sentence) => {
    const refusal = refusalOf({ ...amend, ...change });
    expect(refusal.sentence).toContain(sentence);
    expect(refusal.code).toBe(RejectCode[code]);
  });
});

describe('a read of a book as a record', () => {
  it.each([
    [{}, { size: 10, clientId: 0 }],
    [
      { depth: 1, clientId: 1 },
      { size: 1, clientId: 1 },
    ],
    [
      { depth: 100, clientId: 77 },
      { size: 100, clientId: 77 },
    ],
  ])('has the depth of %j', (change, expected) => {
    expect(fieldsOf({ ...book, ...change })).toEqual({
      ...blank,
      kind: CommandKind.ReadBook,
      instrument: 300,
      ...expected,
    });
  });

  it('needs no account', () => {
    const { result, words } = encode(book, false, 0);
    expect(result).toMatchObject({ ok: true, account: 0 });
    expect(words[AT + record.ORDER_ACCOUNT]).toBe(0);
  });

  it.each([
    [{ depth: 0 }, 'NumberOutOfRange', 'depth: 0 must be a whole number from 1 to 100'],
    [{ depth: 101 }, 'NumberOutOfRange', 'depth: 101 must be'],
    [{ depth: '5' }, 'Malformed', 'depth: "5" must be'],
    [{ clientId: 'x' }, 'BadClientId', 'clientId: "x" must be a whole number from 1 to 2^52 - 1.'],
    [{ symbol: 'DOGE' }, 'UnknownInstrument', 'symbol: "DOGE"'],
    [{ account: 5 }, 'Malformed', 'account: no such field'],
  ] as [object, keyof typeof RejectCode, string][])('is refused with %j: %s', (change, code, sentence) => {
    const refusal = refusalOf({ ...book, ...change });
    expect(refusal.sentence).toContain(sentence);
    expect(refusal.code).toBe(RejectCode[code]);
  });
});

describe('what is no command', () => {
  it.each([
    [undefined, 'Malformed', 'undefined must be an object'],
    [null, 'Malformed', 'null must be an object'],
    [5, 'Malformed', '5 must be an object'],
    ['new', 'Malformed', '"new" must be an object'],
    [[newOrder], 'Malformed', 'a list must be an object'],
    [
      {},
      'UnknownKind',
      'type: missing; must be new, cancel, amend, cancelAll, massQuote, state, prices, account or book',
    ],
    [{ type: 'list' }, 'UnknownKind', 'type: "list" must be'],
    [{ type: 'toString' }, 'UnknownKind', 'type: "toString" must be'],
    [{ type: ['new'] }, 'UnknownKind', 'type: a list must be'],
    [new Date(0), 'UnknownKind', 'type: missing;'],
    [Object.create({ type: 'new' }), 'UnknownKind', 'type: missing;'],
  ] as [unknown, keyof typeof RejectCode, string][])('%j is refused: %s', (value, code, sentence) => {
    const refusal = refusalOf(value);
    expect(refusal.sentence).toContain(sentence);
    expect(refusal).toMatchObject({ code: RejectCode[code], account: 42, instrument: 0, clientId: 0 });
  });
});

describe('a refusal echoes', () => {
  it('account, instrument and client id where they can be told', () => {
    const known = { account: 8, instrument: 7, clientId: 'mine' };
    expect(refusalOf({ ...newOrder, account: 8, clientOrderId: 'mine', side: 'x' })).toMatchObject(known);
    expect(refusalOf({ ...amend, account: 8, clientId: 'mine', price: 'x' })).toMatchObject(known);
    // For a cancel the client order id names another command.
    expect(refusalOf({ type: 'cancel', clientOrderId: 'other', account: 8 })).toMatchObject({ clientId: 0 });
  });

  it('the default and zeros where they cannot', () => {
    const unknown = { account: 42, instrument: 0, clientId: 0 };
    expect(refusalOf({ ...newOrder, account: -1, clientOrderId: [], symbol: {} })).toMatchObject(unknown);
    expect(
      refusalOf({ ...newOrder, account: 2 ** 31, clientOrderId: 2 ** 52, symbol: 'DOGE' }),
    ).toMatchObject(unknown);
  });
});

describe('a session without a default account', () => {
  it('must name one in each command', () => {
    for (const value of [newOrder, cancel, amend]) {
      expect(encode(value, false, 0).result).toMatchObject({ ok: false, code: RejectCode.AccountNotYours });
      expect(encode({ ...value, account: 5 }, false, 0).result).toMatchObject({ ok: true, account: 5 });
    }
  });
});

describe('a client id that the gateway made', () => {
  it('may lie where clients may choose none', () => {
    const id = FIRST_GATEWAY_CLIENT_ID + 5;
    expect(fieldsOf({ ...cancel, clientId: id }, true)).toMatchObject({ clientId: id, target: 5 });
    expect(fieldsOf({ ...newOrder, clientOrderId: id }, true)).toMatchObject({ clientId: id, price: 2001 });
    expect(refusalOf({ ...cancel, clientId: id, orderId: 0 }, true)).toMatchObject({ clientId: id });
  });
});

describe('the schemas', () => {
  it('take a message with its type and not without', () => {
    for (const message of messages) {
      const { type, ...body } = message;
      expect(orderMessageSchema.safeParse(message).success, type).toBe(true);
      expect(orderMessageSchema.safeParse(body).success, type).toBe(false);
    }
  });

  it('become JSON Schema, the rules over several fields included', () => {
    const document = z.toJSONSchema(orderMessageSchema, { io: 'input' });
    const text = JSON.stringify(document);
    expect(document.oneOf).toHaveLength(9);
    expect(text).toContain('"oneOf":[{"required":["price"]},{"required":["priceTicks"]}]');
    expect(text).toContain('"oneOf":[{"required":["orderId"]},{"required":["clientOrderId"]}]');
    expect(text).not.toContain('"clientOrderId":{}');
  });

  it('take what msgpack makes of them', () => {
    for (const message of messages) {
      const decoded = new Decoder().decode(new Encoder().encode(message));
      expect(recordOf(decoded)).toEqual(recordOf(message));
    }
  });
});
