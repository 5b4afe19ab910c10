import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { RejectCode, rejectReasons } from '../../src/model/reject.js';
import { eventObject } from '../../src/wire/event-object.js';
import { eventCells, eventCodeOf, eventFlags, eventKind, eventSide } from '../../src/wire/event-record.js';
import {
  copyWithSentence,
  MAX_REFUSAL_WORDS,
  MAX_SENTENCE_BYTES,
  type Refusal,
  writeRecordRefusal,
  writeRefusal,
} from '../../src/wire/event-refusal.js';
import { encodeOrderObject } from '../../src/wire/order-object.js';
import { LINE_WORDS } from '../../src/wire/order-record.js';
import { writeByte, writeText } from '../../src/wire/text.js';
import { eventWords, TIME_NS } from './events.js';
import { testInstruments } from './instruments.js';

const AT = 8;
const DIRT = 0x5b5b5b5b;
const instruments = testInstruments();

/** Writes into memory that is full of other bits, and checks the record’s head and that nothing around it changed. */
function written(write: (words: Int32Array, at: number) => number): Int32Array {
  const words = new Int32Array(AT + MAX_REFUSAL_WORDS + 8).fill(DIRT);
  const count = write(words, AT);
  expect(count).toBe(eventCells(words[AT]!) * 8);
  expect(count).toBeLessThanOrEqual(MAX_REFUSAL_WORDS);
  expect(words.subarray(0, AT).every((word) => word === DIRT)).toBe(true);
  expect(words.subarray(AT + count).every((word) => word === DIRT)).toBe(true);
  expect(eventKind(words[AT]!)).toBe(EventKind.Rejected);
  expect(eventSide(words[AT]!)).toBe(0);
  return words.slice(AT, AT + count);
}

const refusalWords = (refusal: Refusal) => written((words, at) => writeRefusal(words, at, refusal, TIME_NS));

const object = (words: Int32Array) => eventObject(words, 0, instruments);

const refused = {
  event: 'rejected',
  shard: 0,
  sequence: 0,
  index: 0,
  previous: null,
  timeNs: TIME_NS.toString(),
  orderId: null,
  answer: true,
  refused: true,
};

describe('writeRefusal', () => {
  it('echoes the command and says the sentence that it is given', () => {
    const refusal = { code: RejectCode.PriceOffTick, account: 8, instrument: 300, clientId: 5 };
    const words = refusalWords({ ...refusal, sentence: 'price: "1.005" is no multiple.' });
    expect(object(words)).toEqual({
      ...refused,
      account: 8,
      symbol: 'ACME',
      clientId: 5,
      code: 111,
      reason: 'price-off-tick',
      text: 'price: "1.005" is no multiple.',
    });
    const { Answer, LastOfCommand, Refused, Sentence } = EventFlag;
    expect(eventFlags(words[1]!)).toBe(Answer | LastOfCommand | Refused | Sentence);
  });

  it('knows less of a message that it could not read', () => {
    expect(object(refusalWords({ code: RejectCode.Malformed }))).toEqual({
      ...refused,
      account: 0,
      symbol: null,
      clientId: null,
      code: 100,
      reason: 'malformed',
      text: rejectReasons[100]!.sentence,
    });
  });

  it.each([1, 31, 32, 33, 64, 255, 256, 257, 1000])(
    'cuts a sentence of %i characters to whole cells',
    (length) => {
      const sentence = 'abcdefghij'.repeat(100).slice(0, length);
      for (const clientId of [7, '~'.repeat(36), 'x']) {
        const words = refusalWords({ code: 100, clientId, sentence });
        expect(object(words)).toMatchObject({ text: sentence.slice(0, MAX_SENTENCE_BYTES), clientId });
        const cells = 3 + (typeof clientId === 'string' ? 2 : 0) + Math.ceil(Math.min(length, 256) / 32);
        expect(words.length).toBe(cells * 8);
      }
    },
  );

  it('escapes what is not ASCII', () => {
    expect(object(refusalWords({ code: 100, sentence: 'größer 😀' }))).toMatchObject({
      text: 'gr\\u00f6\\u00dfer \\ud83d\\ude00',
    });
  });

  it('says nothing for a code without a sentence', () => {
    const words = refusalWords({ code: 7777 });
    expect(eventFlags(words[1]!) & EventFlag.Sentence).toBe(0);
    expect(words.length).toBe(24);
  });
});

describe('writeRecordRefusal', () => {
  const messages = [
    { type: 'new', clientOrderId: 2 ** 52 - 1, symbol: 'ACME', side: 'buy', price: 1, size: 10, account: 9 },
    { type: 'new', clientOrderId: 'x', symbol: 'ACME', side: 'buy', price: 1, size: 10 },
    { type: 'cancel', clientId: '~'.repeat(36), clientOrderId: 't', symbol: 'ACME' },
    { type: 'cancel', clientId: 'four', orderId: 5, symbol: 'BTC-USD' },
    { type: 'cancel', clientId: 4, clientOrderId: 't', symbol: 'ACME' },
    { type: 'book', symbol: 'ACME' },
  ].map((command) => {
    const words = new Int32Array(3 * LINE_WORDS + LINE_WORDS);
    const result = encodeOrderObject(command, instruments, 42, words, LINE_WORDS);
    if (!result.ok) throw new Error(result.sentence);
    return {
      ...result,
      message: words.slice(0, (result.lines + 1) * LINE_WORDS),
      name: JSON.stringify(command),
    };
  });

  it.each(messages)(
    'is the event that the object’s refusal is, for $name',
    ({ message, account, instrument, clientId }) => {
      for (const code of [RejectCode.Busy, RejectCode.ShuttingDown, 7777]) {
        const words = written((into, at) => writeRecordRefusal(into, at, message, LINE_WORDS, code, TIME_NS));
        expect(words).toEqual(refusalWords({ code, account, instrument, clientId }));
      }
    },
  );

  it('echoes no id that cannot be one', () => {
    const { message } = messages[2]!;
    const refuse = (words: Int32Array) =>
      object(written((into, at) => writeRecordRefusal(into, at, words, LINE_WORDS, 100, TIME_NS)));
    expect(refuse(message)).toMatchObject({ clientId: '~'.repeat(36) });
    const changed = (change: (words: Int32Array) => void) => {
      const words = message.slice();
      change(words);
      return refuse(words);
    };
    const start = LINE_WORDS * 4;
    expect(changed((words) => writeByte(words, start + 91, 37))).toMatchObject({ clientId: null });
    expect(changed((words) => writeByte(words, start + 91, 0))).toMatchObject({ clientId: null });
    expect(changed((words) => writeByte(words, start + 92, 0xc3))).toMatchObject({ clientId: null });
    expect(refuse(message.slice(0, 2 * LINE_WORDS))).toMatchObject({ clientId: null });
    // A number of 2^53 or more cannot be shown.
    expect(
      refuse(messages[0]!.message.map((word, i) => (i === LINE_WORDS + 5 ? 1 << 21 : word))),
    ).toMatchObject({
      clientId: null,
    });
  });

  it('pads an echoed text with zeros, whatever stood behind it', () => {
    const { message } = messages[1]!;
    const words = message.slice();
    writeText(words, LINE_WORDS * 4 + 92, 'abcdefghijklmnop');
    writeByte(words, LINE_WORDS * 4 + 91, 5);
    const event = written((into, at) => writeRecordRefusal(into, at, words, LINE_WORDS, 7777, TIME_NS));
    expect(event).toEqual(refusalWords({ code: 7777, account: 42, instrument: 300, clientId: 'abcde' }));
  });

  it('can refuse any bytes', () => {
    const randomness = new SeededRandomness(11);
    for (let round = 0; round < 2_000; round++) {
      const message = new Int32Array((1 + randomness.below(3)) * LINE_WORDS).map(() => randomness.next32());
      expect(
        object(written((into, at) => writeRecordRefusal(into, at, message, 0, 100, TIME_NS))),
      ).toMatchObject({
        event: 'rejected',
        code: 100,
      });
    }
  });
});

describe('copyWithSentence', () => {
  it.each(Object.entries(rejectReasons))('adds the sentence of code %s', (code, reason) => {
    for (const clientId of [3, 'text']) {
      const source = eventWords({
        kind: EventKind.Rejected,
        code: Number(code),
        flags: EventFlag.Answer,
        clientId,
      });
      const copy = written((words, at) => copyWithSentence(words, at, source, 0));
      expect(eventCodeOf(copy[1]!)).toBe(Number(code));
      expect(eventFlags(copy[1]!) & ~EventFlag.Sentence).toBe(eventFlags(source[1]!));
      expect(copy.subarray(2, source.length)).toEqual(source.subarray(2));
      const sentence = Buffer.from(copy.buffer, source.byteLength).toString('latin1').replace(/\0+$/, '');
      expect(sentence).toBe(reason.sentence);
      expect(sentence).toMatch(/^[\x20-\x7e]+\.$/);
    }
  });

  it('leaves a sentence that is there already', () => {
    const source = refusalWords({ code: 100, sentence: 'Another one.' });
    expect(written((words, at) => copyWithSentence(words, at, source, 0))).toEqual(source);
  });

  it('takes nothing but rejects', () => {
    const source = eventWords({ kind: EventKind.Accepted });
    expect(() => copyWithSentence(new Int32Array(200), 0, source, 0)).toThrow(RangeError);
  });
});
