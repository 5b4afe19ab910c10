import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { CommandFlag, CommandKind, Side } from '../../src/model/command.js';
import { EventKind } from '../../src/model/event.js';
import { RejectCode } from '../../src/model/reject.js';
import * as layout from '../../src/wire/order-record.js';
import { writeByte } from '../../src/wire/text.js';
import { writeWhole } from '../../src/wire/words.js';
import { type Command, instrument, record } from './commands.js';
import { EngineVenue } from './venue.js';

const order: Command = { kind: 'new', account: 7, instrument: 1, clientId: 5, side: 1, price: 100, size: 5 };
const textOrder: Command = { ...order, clientId: 'five' };
const cancel: Command = { kind: 'cancel', account: 7, instrument: 0, clientId: 6, target: { clientId: 5 } };
const textCancel: Command = { ...cancel, target: { clientId: 'five' } };
const amend: Command = { ...cancel, kind: 'amend', price: 101, size: 4 };
const listing: Command = { kind: 'list', instrument: instrument(2) };
const settings: Command = { kind: 'settings', window: 9 };

type Change = (words: Int32Array) => void;

const byte =
  (at: number, value: number): Change =>
  (words) =>
    writeByte(words, at, value);
const word =
  (at: number, value: number): Change =>
  (words) => {
    words[at] = value;
  };
const flags = (value: number) => (words: Int32Array) => {
  words[1] = (words[1]! & 0xffff) | (value << 16);
};
const whole =
  (at: number, value: number): Change =>
  (words) =>
    writeWhole(words, at, value);

describe('a record of the wrong shape', () => {
  const faults: [string, Command, Change, RejectCode][] = [
    ['version 0', order, byte(0, 0), RejectCode.WrongVersion],
    ['version 2', order, byte(0, 2), RejectCode.WrongVersion],
    ['kind 0', order, byte(1, 0), RejectCode.UnknownKind],
    ['kind 6', order, byte(1, 6), RejectCode.UnknownKind],
    ['a read', order, byte(1, CommandKind.ReadBook), RejectCode.UnknownKind],
    ['no lines', order, byte(2, 0), RejectCode.Malformed],
    ['a line too many', order, byte(2, 2), RejectCode.Malformed],
    ['255 lines', order, byte(2, 255), RejectCode.Malformed],
    ['a line too few for a text', textOrder, byte(2, 1), RejectCode.Malformed],
    ['a line too few for a target text', textCancel, byte(2, 2), RejectCode.Malformed],
    ['no side', order, byte(3, 0), RejectCode.BadSide],
    ['side 3', order, byte(3, 3), RejectCode.BadSide],
    ['type 0', order, byte(4, 0), RejectCode.BadOrderType],
    ['type 7', order, byte(4, 7), RejectCode.BadOrderType],
    ['a market order that rests', order, byte(4, 2), RejectCode.BadTimeInForce],
    ['time in force 8', order, byte(5, 8), RejectCode.BadTimeInForce],
    ['good till date on one line', order, byte(5, 4), RejectCode.Malformed],
    ['an unknown flag', order, flags(1 << 15), RejectCode.BadFlags],
    ['a flag of amends on a new order', order, flags(CommandFlag.AmendSize), RejectCode.BadFlags],
    ['a flag of amends on a cancel', cancel, flags(CommandFlag.AmendPrice), RejectCode.BadFlags],
    [
      'a target text without a target by client id',
      textCancel,
      flags(CommandFlag.TargetText),
      RejectCode.BadFlags,
    ],
    ['no account', order, word(layout.ORDER_ACCOUNT, 0), RejectCode.Malformed],
    ['no client id', order, whole(layout.ORDER_CLIENT_ID, 0), RejectCode.MissingClientId],
    ['no client id on a cancel', cancel, whole(layout.ORDER_CLIENT_ID, 0), RejectCode.MissingClientId],
    ['a client id of 2^53', order, word(layout.ORDER_CLIENT_ID + 1, 1 << 21), RejectCode.BadClientId],
    ['a negative client id', order, whole(layout.ORDER_CLIENT_ID, -1), RejectCode.BadClientId],
    ['a number beside a text', textOrder, whole(layout.ORDER_CLIENT_ID, 1), RejectCode.BadClientId],
    ['an empty text', textOrder, word(layout.ORDER_TEXT_WORD - 1, 0), RejectCode.MissingClientId],
    ['a text of 37 bytes', textOrder, byte(layout.ORDER_TEXT_LENGTH_BYTE, 37), RejectCode.BadClientId],
    [
      'a text longer than its bytes',
      textOrder,
      byte(layout.ORDER_TEXT_LENGTH_BYTE, 5),
      RejectCode.BadClientId,
    ],
    [
      'a text shorter than its bytes',
      textOrder,
      byte(layout.ORDER_TEXT_LENGTH_BYTE, 3),
      RejectCode.BadClientId,
    ],
    ['a control character', textOrder, byte(layout.ORDER_TEXT_BYTE + 1, 10), RejectCode.BadClientId],
    ['a byte over ASCII', textOrder, byte(layout.ORDER_TEXT_BYTE + 1, 0xc3), RejectCode.BadClientId],
    ['a target text with a hole', textCancel, byte(layout.ORDER_TARGET_TEXT_BYTE, 0), RejectCode.BadClientId],
    ['words after a target text', textCancel, word(47, 1), RejectCode.Malformed],
    ['a text nobody named', textCancel, word(layout.ORDER_TEXT_WORD, 1), RejectCode.Malformed],
    ['a negative display size', order, whole(layout.ORDER_DISPLAY_SIZE, -2), RejectCode.NumberOutOfRange],
    ['a stop price', textOrder, whole(layout.ORDER_STOP_PRICE, 99), RejectCode.BadTerms],
    ['an expiry', textOrder, whole(layout.ORDER_EXPIRY, 99), RejectCode.BadTerms],
    ['a minimum size', textOrder, whole(layout.ORDER_MINIMUM_SIZE, 1), RejectCode.BadTerms],
    ['a price of 2^53', order, word(layout.ORDER_PRICE + 1, 1 << 21), RejectCode.NumberOutOfRange],
    ['a negative price', order, whole(layout.ORDER_PRICE, -100), RejectCode.NumberOutOfRange],
    ['a size of 2^53', order, word(layout.ORDER_SIZE + 1, 1 << 21), RejectCode.NumberOutOfRange],
    ['a negative size', order, whole(layout.ORDER_SIZE, -5), RejectCode.NumberOutOfRange],
    ['a negative new size', amend, whole(layout.ORDER_SIZE, -5), RejectCode.NumberOutOfRange],
    ['a new price of 2^63', amend, word(layout.ORDER_PRICE + 1, 1 << 31), RejectCode.NumberOutOfRange],
    ['a target over 2^53', cancel, word(layout.ORDER_TARGET + 1, 1 << 21), RejectCode.NumberOutOfRange],
    ['a listing of one line', listing, byte(2, 1), RejectCode.Malformed],
    ['a listing with a flag', listing, flags(1), RejectCode.BadFlags],
    ['a symbol that is no text', listing, byte(64 + 3, 0xff), RejectCode.BadInstrument],
    ['a symbol of 32 bytes', listing, byte(64, 32), RejectCode.BadInstrument],
    ['a negative tick size', listing, whole(16 + 8, -1), RejectCode.BadInstrument],
    ['settings of two lines', settings, byte(2, 2), RejectCode.Malformed],
    ['settings with a flag', settings, flags(1), RejectCode.BadFlags],
  ];

  it.each(faults)('is rejected and remembers nothing: %s', (_, command, change, code) => {
    const venue = new EngineVenue();
    const words = record(command);
    change(words);
    expect(venue.sendWords(words)).toMatchObject([{ kind: EventKind.Rejected, code, sequence: 2 }]);
    expect(venue.engine.liveOrders).toBe(0);
    expect(venue.engine.rememberedClientIds).toBe(0);
    // The unharmed command then goes its way.
    expect(venue.send(command)[0]!.code).not.toBe(RejectCode.ClientIdReused);
  });

  it('of three lines that end before their end is rejected', () => {
    const venue = new EngineVenue();
    for (const command of [textOrder, textCancel, listing])
      expect(venue.sendWords(record(command).slice(0, layout.LINE_WORDS))).toMatchObject([
        { kind: EventKind.Rejected, code: RejectCode.Malformed },
      ]);
  });

  it('is answered to its account and its client id, where it has them', () => {
    const venue = new EngineVenue();
    const words = record({ ...textOrder, session: 3 });
    writeByte(words, 3, 0);
    expect(venue.sendWords(words)).toMatchObject([
      {
        code: RejectCode.BadSide,
        account: 7,
        clientId: 'five',
        instrument: 1,
        price: 100,
        size: 5,
        side: Side.None,
      },
    ]);
    expect(venue.buy(1, 100, { account: 7 })).toMatchObject([{ previousSequence: 2 }]);
  });
});

describe('apply', () => {
  it('throws where the sequence does not go up, or the record is not inside the words', () => {
    const { engine } = new EngineVenue();
    const words = record(order);
    for (const sequence of [1, 0, -1, 1.5, Number.NaN, 2 ** 48])
      expect(() => engine.apply(words, 0, sequence, 0, 0)).toThrow(`sequence ${sequence} does not follow 1`);
    for (const at of [-1, 33, 48, 1000])
      expect(() => engine.apply(words, at, 2, 0, 0)).toThrow(`no order record begins at word ${at} of 48`);
    expect(() => engine.readBook(words, 33)).toThrow('no order record begins at word 33 of 48');
    expect(engine.sequence).toBe(1);
  });

  it('takes sequences over 2^32 and up to the largest', () => {
    const { engine } = new EngineVenue({ shard: 31 });
    for (const [i, sequence] of [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 48 - 1].entries())
      engine.apply(record({ ...order, clientId: i + 1 }), 0, sequence, 0, 0);
    expect(engine.sequence).toBe(2 ** 48 - 1);
    expect(engine.liveOrders).toBe(4);
  });
});

describe('words at random', () => {
  /** Records that are garbage, or sound but for one word, or sound. */
  function garbage(randomness: SeededRandomness): Int32Array {
    const commands = [order, textOrder, cancel, textCancel, amend, listing, settings];
    const words =
      randomness.below(5) === 0
        ? Int32Array.from({ length: 48 }, () => randomness.next32())
        : record(commands[randomness.below(commands.length)]!);
    if (randomness.below(3) > 0) {
      writeByte(words, 0, 1);
      writeByte(words, 1, 1 + randomness.below(4));
      writeByte(words, 2, 1 + randomness.below(3));
    }
    words[layout.ORDER_CLIENT_ID] = randomness.below(500);
    const at = randomness.below(48);
    if (randomness.below(2) === 0)
      words[at] = randomness.below(2) === 0 ? randomness.next32() : randomness.below(3);
    return words;
  }

  it('never throw, and leave the books whole', () => {
    const randomness = new SeededRandomness(1);
    const venue = new EngineVenue({ clientIdWindow: 200, maxLiveOrders: 300 });
    for (let i = 0; i < 60_000; i++) {
      const events = venue.sendWords(garbage(randomness));
      expect(events.length).toBeGreaterThan(0);
    }
    expect(venue.engine.liveOrders).toBeGreaterThan(0);
    const orders = [1, 2].flatMap((id) => [...venue.bids(id), ...venue.asks(id)]);
    expect(orders.reduce((sum, level) => sum + level.orders, 0)).toBe(venue.engine.liveOrders);
    for (const level of orders) expect(level.sizeLots).toBeGreaterThan(0);
    for (const id of [1, 2])
      if (venue.bids(id).length > 0 && venue.asks(id).length > 0)
        expect(venue.bids(id)[0]!.priceTicks).toBeLessThan(venue.asks(id)[0]!.priceTicks);
  });
});
