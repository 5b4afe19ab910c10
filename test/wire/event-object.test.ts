import { Decoder, Encoder } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CancelReason, EventFlag, EventKind } from '../../src/model/event.js';
import { placeOf } from '../../src/model/identity.js';
import { InstrumentState } from '../../src/model/instrument-state.js';
import { RejectCode, rejectReasons } from '../../src/model/reject.js';
import { type EventObject, eventClientId, eventObject } from '../../src/wire/event-object.js';
import * as layout from '../../src/wire/event-record.js';
import { eventObjectSchema } from '../../src/wire/event-schema.js';
import { instrumentObject } from '../../src/wire/instrument-object.js';
import { writeInstrument } from '../../src/wire/instrument-record.js';
import { InstrumentTable } from '../../src/wire/instrument-table.js';
import { writeWhole } from '../../src/wire/words.js';
import { type EventFields, eventWords, TIME_NS } from './events.js';
import { stock, testInstruments } from './instruments.js';

const MAX = Number.MAX_SAFE_INTEGER;
const { Answer, Maker, OrderDone, LastOfCommand, Repeated, Refused } = EventFlag;
const instruments = testInstruments();

/** The object of a record that stands among others; checked against the schema, msgpack and JSON on the way. */
function objectOf(fieldsOrWords: EventFields | Int32Array): EventObject {
  const event = fieldsOrWords instanceof Int32Array ? fieldsOrWords : eventWords(fieldsOrWords);
  const words = new Int32Array(event.length + 24).fill(0x7e7e7e7e);
  words.set(event, 8);
  const object = eventObject(words, 8, instruments);
  expect(eventObjectSchema.parse(object)).toEqual(object);
  expect(new Decoder().decode(new Encoder().encode(object))).toEqual(object);
  expect(JSON.parse(JSON.stringify(object))).toEqual(object);
  return object;
}

const order: Omit<EventFields, 'kind'> = {
  side: 1,
  order: placeOf(2, 990),
  clientId: 5,
  price: 2001,
  size: 20_000,
  remaining: 15_000,
  cumulative: 5_000,
};
const shown = {
  shard: 2,
  sequence: 1000,
  index: 0,
  previous: null,
  timeNs: TIME_NS.toString(),
  account: 42,
  symbol: 'BTC-USD',
  side: 'buy',
  orderId: placeOf(2, 990),
  price: '100.05',
  size: '2.0000',
  remaining: '1.5000',
  cumulative: '0.5000',
};

describe('the object of an order’s event', () => {
  it('accepted: the answer names the order by the id of its command', () => {
    expect(objectOf({ kind: EventKind.Accepted, ...order, flags: Answer | LastOfCommand })).toEqual({
      event: 'accepted',
      ...shown,
      clientId: 5,
      clientOrderId: 5,
      answer: true,
    });
    expect(
      objectOf({ kind: EventKind.Accepted, ...order, side: 2, flags: Answer, clientId: 'mine' }),
    ).toEqual({
      event: 'accepted',
      ...shown,
      side: 'sell',
      clientId: 'mine',
      clientOrderId: 'mine',
      answer: true,
    });
  });

  it('fill: maker or taker, the trade and the other side', () => {
    const fill = { kind: EventKind.Fill, ...order, trade: MAX, counterOrder: placeOf(31, 77), index: 3 };
    const object = {
      event: 'fill',
      ...shown,
      index: 3,
      clientOrderId: 5,
      trade: MAX,
      counterOrderId: placeOf(31, 77),
    };
    expect(objectOf(fill)).toEqual({ ...object, liquidity: 'taker' });
    expect(objectOf({ ...fill, flags: Maker | OrderDone })).toEqual({
      ...object,
      liquidity: 'maker',
      orderDone: true,
    });
    expect(objectOf({ ...fill, clientId: '~'.repeat(36) })).toMatchObject({ clientOrderId: '~'.repeat(36) });
  });

  it('cancelled: an answer names its command, another one the order', () => {
    const asked = { kind: EventKind.Cancelled, ...order, code: CancelReason.Asked };
    expect(objectOf({ ...asked, flags: Answer | OrderDone })).toEqual({
      event: 'cancelled',
      ...shown,
      clientId: 5,
      reason: 'asked',
      answer: true,
      orderDone: true,
    });
    expect(
      objectOf({ ...asked, code: CancelReason.ImmediateOrCancelRest, flags: OrderDone, index: 4 }),
    ).toEqual({
      event: 'cancelled',
      ...shown,
      index: 4,
      clientOrderId: 5,
      reason: 'immediate or cancel rest',
      orderDone: true,
    });
    expect(objectOf({ ...asked, code: 999 })).toMatchObject({ reason: 'reason 999' });
  });

  it('amended', () => {
    expect(objectOf({ kind: EventKind.Amended, ...order, flags: Answer, clientId: 'change' })).toEqual({
      event: 'amended',
      ...shown,
      clientId: 'change',
      answer: true,
    });
  });

  it('names the account’s event before this one', () => {
    const chained = { kind: EventKind.Accepted, ...order, previousPlace: placeOf(2, 998), previousIndex: 6 };
    expect(objectOf(chained)).toMatchObject({ previous: { sequence: 998, index: 6 } });
    // A repeated answer stands outside the chain: its word 7 is a session.
    expect(objectOf({ ...chained, previousPlace: 0, flags: Answer | Repeated })).toMatchObject({
      previous: null,
      repeated: true,
    });
  });

  it('is exact up to the largest numbers', () => {
    const huge = {
      price: MAX,
      size: MAX,
      remaining: MAX,
      cumulative: MAX,
      order: MAX,
      place: MAX,
      index: -1,
    };
    expect(
      objectOf({ kind: EventKind.Amended, ...order, ...huge, account: -1, timeNs: 2n ** 64n - 1n }),
    ).toMatchObject({
      shard: 31,
      sequence: 2 ** 48 - 1,
      index: 2 ** 32 - 1,
      account: 2 ** 32 - 1,
      timeNs: '18446744073709551615',
      orderId: MAX,
      price: '450359962737049.55',
      size: '900719925474.0991',
    });
    expect(objectOf({ kind: EventKind.Amended, ...order, price: -3 })).toMatchObject({ price: '-0.15' });
  });

  it('has its own time, also where one half of it is that of the event before', () => {
    for (const timeNs of [5n, 5n + 2n ** 32n, 6n + 2n ** 32n, 6n, 0n, 5n])
      expect(objectOf({ kind: EventKind.Amended, ...order, timeNs })).toMatchObject({ timeNs: `${timeNs}` });
  });

  it('counts in the steps of its instrument', () => {
    const event = { kind: EventKind.Amended, ...order, instrument: 300, price: 1234, size: 7 };
    expect(objectOf(event)).toMatchObject({ symbol: 'ACME', price: '12.34', size: '70' });
  });
});

describe('the object of a reject', () => {
  const reject = { kind: EventKind.Rejected, code: RejectCode.UnknownOrder, flags: Answer | LastOfCommand };
  const reason = rejectReasons[RejectCode.UnknownOrder]!;

  it('has number, name and sentence of its code', () => {
    expect(objectOf({ ...reject, clientId: 5, order: 12 })).toEqual({
      event: 'rejected',
      shard: 2,
      sequence: 1000,
      index: 0,
      previous: null,
      timeNs: TIME_NS.toString(),
      account: 42,
      symbol: 'BTC-USD',
      clientId: 5,
      orderId: 12,
      code: 400,
      reason: 'unknown-order',
      text: reason.sentence,
      answer: true,
    });
  });

  it('has null where there is nothing to name', () => {
    expect(objectOf({ ...reject, instrument: 0, flags: Answer | Refused })).toMatchObject({
      symbol: null,
      clientId: null,
      orderId: null,
      refused: true,
    });
    expect(objectOf({ ...reject, instrument: 999 })).toMatchObject({ symbol: null });
    expect(objectOf({ ...reject, code: 7777 })).toMatchObject({ code: 7777, reason: 'code-7777', text: '' });
  });
});

describe('the object of a listing and of settings', () => {
  it('has the instrument, whether or not it is in the table', () => {
    const words = new Int32Array(7 * 8);
    words.set(
      eventWords({ kind: EventKind.Listed, instrument: 9, account: 0, flags: Answer | LastOfCommand }),
    );
    words[0] = layout.eventHead(EventKind.Listed, 7, 0);
    const instrument = { ...stock, id: 9, symbol: 'S'.repeat(31) };
    writeInstrument(words, 24, instrument);
    expect(objectOf(words)).toEqual({
      event: 'listed',
      shard: 2,
      sequence: 1000,
      index: 0,
      timeNs: TIME_NS.toString(),
      instrument: instrumentObject(instrument),
    });
  });

  it('has the window and the most open orders', () => {
    const settings = { kind: EventKind.SettingsChanged, instrument: 0, account: 0, size: 4096, price: 500 };
    expect(objectOf(settings)).toEqual({
      event: 'settingsChanged',
      shard: 2,
      sequence: 1000,
      index: 0,
      timeNs: TIME_NS.toString(),
      clientIdWindow: 4096,
      maxOpenOrders: 500,
    });
  });
});

describe('the object of a book', () => {
  type Level = readonly [price: number, size: number, orders: number];

  function bookWords(
    bids: readonly Level[],
    asks: readonly Level[],
    clientId: number,
    lastPrice = 0,
  ): Int32Array {
    const cells = 3 + bids.length + asks.length;
    const words = new Int32Array(cells * 8);
    words.set(eventWords({ kind: EventKind.Book, clientId, flags: Answer }));
    words[0] = layout.eventHead(EventKind.Book, cells, 0);
    words[layout.BOOK_BIDS] = bids.length;
    words[layout.BOOK_ASKS] = asks.length;
    words[layout.BOOK_STATE] = InstrumentState.Continuous;
    writeWhole(words, layout.BOOK_LAST_PRICE, lastPrice);
    for (const [index, [price, size, orders]] of [...bids, ...asks].entries()) {
      writeWhole(words, 24 + index * 8, price);
      writeWhole(words, 26 + index * 8, size);
      words[28 + index * 8] = orders;
    }
    return words;
  }

  it('has its levels, best first, and the position that it has seen', () => {
    const bids: Level[] = [
      [2000, 10_000, 3],
      [1999, MAX, 1],
    ];
    expect(objectOf(bookWords(bids, [[2001, 1, 2]], 8, 2001))).toEqual({
      event: 'book',
      position: { shard: 2, sequence: 1000 },
      timeNs: TIME_NS.toString(),
      symbol: 'BTC-USD',
      clientId: 8,
      state: 'continuous',
      lastPrice: '100.05',
      bids: [
        ['100.00', '1.0000', 3],
        ['99.95', '900719925474.0991', 1],
      ],
      asks: [['100.05', '0.0001', 2]],
    });
  });

  it('may be empty, one-sided, or of full depth', () => {
    const side = (first: number): Level[] => Array.from({ length: 100 }, (_, i) => [first + i, 1, 1]);
    expect(objectOf(bookWords([], [], 0))).toMatchObject({
      bids: [],
      asks: [],
      clientId: null,
      lastPrice: null,
    });
    expect(objectOf(bookWords([], [[1, 1, 1]], 0))).toMatchObject({
      bids: [],
      asks: [['0.05', '0.0001', 1]],
    });
    const full = objectOf(bookWords(side(1), side(1000), 0));
    if (full.event !== 'book') throw new Error(full.event);
    expect([full.bids.length, full.asks.length, full.asks[99]![0]]).toEqual([100, 100, '54.95']);
  });
});

describe('eventObject', () => {
  it('throws where a record cannot come from a shard', () => {
    const empty = new InstrumentTable();
    expect(() => objectOf({ kind: 99 })).toThrow('there is no event of kind 99');
    expect(() => objectOf({ kind: EventKind.Amended, ...order, side: 0 })).toThrow('has no side');
    const words = eventWords({ kind: EventKind.Fill, ...order });
    expect(() => eventObject(words, 0, empty)).toThrow('names instrument 7, of which no listing was seen');
    const rejected = eventObject(eventWords({ kind: EventKind.Rejected, code: 100 }), 0, empty);
    expect(rejected).toMatchObject({ event: 'rejected', symbol: null });
  });
});

describe('eventClientId', () => {
  it.each([0, 1, MAX, 'a', '~'.repeat(36)])(
    'finds %j in events with and without the cell of a fill',
    (clientId) => {
      for (const kind of [EventKind.Accepted, EventKind.Fill, EventKind.Rejected])
        expect(eventClientId(eventWords({ kind, clientId }), 0)).toBe(clientId);
    },
  );
});

describe('the schema of events', () => {
  it('becomes JSON Schema with every event', () => {
    const document = JSON.parse(JSON.stringify(z.toJSONSchema(eventObjectSchema))) as {
      oneOf: { properties: { event: { const: string } } }[];
    };
    const names = document.oneOf.map((event) => event.properties.event.const);
    expect(names).toEqual([
      'accepted',
      'rejected',
      'fill',
      'cancelled',
      'amended',
      'allCancelled',
      'quoted',
      'triggered',
      'refreshed',
      'repriced',
      'decremented',
      'listed',
      'settingsChanged',
      'stateChanged',
      'auctionPrice',
      'pricesChanged',
      'accountChanged',
      'timePassed',
      'book',
      'resumed',
    ]);
  });
});
