import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { MAX_ORDER_LINES } from '../../src/model/limits.js';
import { RejectCode } from '../../src/model/reject.js';
import { checkOrderRecord } from '../../src/wire/order-check.js';
import { encodeOrderObject } from '../../src/wire/order-object.js';
import { LINE_WORDS } from '../../src/wire/order-record.js';
import { testInstruments } from './instruments.js';

const FLAGS = { textId: 1, targetById: 2, targetText: 4, amendPrice: 8, amendSize: 16 };
const TWO_53 = 2n ** 53n;

/**
 * Everything that is wrong with a record, straight from the drawing in `order-record.ts`: by bytes and bigints, every
 * rule on its own, in no order.
 */
function faultsOf(bytes: Uint8Array): Set<number> {
  const faults = new Set<number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wrong = (code: keyof typeof RejectCode, holds: boolean) => {
    if (!holds) faults.add(RejectCode[code]);
  };
  const zero = (from: number, to: number) => bytes.subarray(from, to).every((byte) => byte === 0);
  const text = (lengthByte: number) => {
    const length = bytes[lengthByte]!;
    if (length < 1 || length > 36 || !zero(lengthByte - 3, lengthByte)) return false;
    const start = lengthByte + 1;
    const content = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
    return /^[ -~]+$/.test(content) && content.length === length && zero(start + length, start + 36);
  };
  if (bytes.length < 64) return new Set([RejectCode.Malformed]);

  const [version, kind, lines, side, type, timeInForce] = bytes as unknown as number[];
  const flags = view.getUint16(6, true);
  const instrument = view.getInt32(8, true);
  const account = view.getInt32(12, true);
  const clientId = view.getBigUint64(16, true);
  const target = view.getBigUint64(24, true);
  const price = view.getBigUint64(32, true);
  const size = view.getBigUint64(40, true);
  const has = (flag: number) => (flags & flag) !== 0;

  wrong('WrongVersion', version === 1);
  const allowed = new Map([
    [1, FLAGS.textId],
    [2, FLAGS.textId | FLAGS.targetById | FLAGS.targetText],
    [3, 0b11111],
    [64, 0],
  ]).get(kind!);
  wrong('UnknownKind', allowed !== undefined);
  wrong('BadFlags', (flags & ~(allowed ?? 0)) === 0 && (!has(FLAGS.targetText) || has(FLAGS.targetById)));
  const needed = has(FLAGS.targetText) ? 3 : has(FLAGS.textId) ? 2 : 1;
  wrong('Malformed', lines === needed && bytes.length >= needed * 64);
  // Further on nothing can be read where even the lines are wrong.
  if (faults.size > 0) return faults;

  wrong('AccountNotYours', account > 0);
  if (has(FLAGS.textId)) wrong('BadClientId', clientId === 0n && text(91));
  else {
    wrong('MissingClientId', clientId !== 0n || kind === 64);
    wrong('BadClientId', clientId < 2n ** 52n);
  }
  if (needed > 1) wrong('Malformed', zero(64, 88) && (has(FLAGS.textId) || zero(88, 128)));
  if (needed > 2) {
    wrong('BadClientId', text(131));
    wrong('Malformed', zero(168, 192));
  }
  const changes = kind === 2 || kind === 3;
  if (!changes || has(FLAGS.targetText)) wrong('Malformed', target === 0n);
  else {
    wrong('NumberOutOfRange', target < TWO_53);
    wrong(has(FLAGS.targetById) ? 'BadClientId' : 'Malformed', target !== 0n);
  }
  wrong('UnknownInstrument', changes && !has(FLAGS.targetById) ? instrument >= 0 : instrument > 0);
  if (kind === 1) {
    wrong('BadSide', side === 1 || side === 2);
    wrong('BadOrderType', type === 1);
    wrong('BadTimeInForce', timeInForce === 1 || timeInForce === 2);
  } else wrong('Malformed', side === 0 && type === 0 && timeInForce === 0);
  if (kind === 1 || has(FLAGS.amendPrice)) wrong('NumberOutOfRange', price < TWO_53);
  else wrong('Malformed', price === 0n);
  if (kind === 1 || has(FLAGS.amendSize)) wrong('NumberOutOfRange', size < TWO_53);
  else if (kind === 64) wrong('NumberOutOfRange', size >= 1n && size <= 100n);
  else wrong('Malformed', size === 0n);
  return faults;
}

const objects = [
  { type: 'new', clientOrderId: 1, symbol: 'ACME', side: 'buy', price: '1', size: '10' },
  {
    type: 'new',
    clientOrderId: 2 ** 52 - 1,
    symbol: 'ACME',
    side: 'sell',
    priceTicks: 2 ** 53 - 1,
    sizeLots: 2 ** 53 - 1,
  },
  { type: 'new', clientOrderId: 'text', symbol: 'ACME', side: 'sell', timeInForce: 'IOC', price: 0, size: 0 },
  {
    type: 'new',
    clientOrderId: '~'.repeat(36),
    symbol: 'ACME',
    side: 'buy',
    price: 1,
    size: 10,
    sendTimeNs: '5',
  },
  { type: 'cancel', clientId: 2, orderId: 5 },
  { type: 'cancel', clientId: 'c', orderId: 2 ** 53 - 1 },
  { type: 'cancel', clientId: 2, clientOrderId: 1, symbol: 'ACME' },
  { type: 'cancel', clientId: 2, clientOrderId: 't', symbol: 'ACME' },
  { type: 'cancel', clientId: 'c', clientOrderId: '~'.repeat(36), symbol: 'ACME' },
  { type: 'amend', clientId: 3, orderId: 5 },
  { type: 'amend', clientId: 3, orderId: 5, priceTicks: 4 },
  { type: 'amend', clientId: 'c', clientOrderId: 1, symbol: 'ACME', sizeLots: 4 },
  { type: 'amend', clientId: 3, clientOrderId: 't', symbol: 'ACME', priceTicks: 4, sizeLots: 4 },
  { type: 'amend', clientId: 'c', clientOrderId: 't', symbol: 'ACME', priceTicks: 4, sizeLots: 4 },
  { type: 'book', symbol: 'ACME', depth: 100 },
  { type: 'book', symbol: 'ACME', depth: 1, clientId: 9 },
];

const records = objects.map((object) => {
  const words = new Int32Array(MAX_ORDER_LINES * LINE_WORDS);
  const result = encodeOrderObject(object, testInstruments(), 42, words, 0);
  if (!result.ok) throw new Error(result.sentence);
  return {
    name: JSON.stringify(object),
    words: words.slice(0, result.lines * LINE_WORDS),
    lines: result.lines,
  };
});

/** Compares the check with the slow one; says which record it was where they differ. Returns the code. */
function compare(words: Int32Array, name: () => string): number {
  const code = checkOrderRecord(words, 0, words.length / LINE_WORDS);
  const faults = faultsOf(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  if (code === 0 ? faults.size > 0 : !faults.has(code))
    expect.fail(`${name()}: got ${code}, which of ${[...faults].join(', ') || 'nothing'} it is not`);
  return code;
}

describe('checkOrderRecord', () => {
  it.each(records)('finds nothing wrong with $name', ({ words, lines }) => {
    expect(checkOrderRecord(words, 0, lines)).toBe(0);
    // More lines behind it, and other words before it, do not matter.
    const around = new Int32Array(words.length + 3 * LINE_WORDS).fill(-1);
    around.set(words, LINE_WORDS);
    expect(checkOrderRecord(around, LINE_WORDS, lines + 2)).toBe(0);
    expect(faultsOf(new Uint8Array(words.buffer))).toEqual(new Set());
  });

  it.each(records)('finds a message that ends within $name', ({ words, lines }) => {
    for (let available = 0; available < lines; available++)
      expect(checkOrderRecord(words, 0, available)).toBe(RejectCode.Malformed);
  });

  it.each(records)('agrees with the slow check on every value of every byte of $name', ({ words, name }) => {
    const bytes = new Uint8Array(words.buffer);
    const codes = new Set<number>();
    for (let index = 0; index < bytes.length; index++) {
      const before = bytes[index]!;
      for (let value = 0; value < 256; value++) {
        bytes[index] = value;
        codes.add(compare(words, () => `${name} with byte ${index} = ${value}`));
      }
      bytes[index] = before;
    }
    for (const code of [
      0,
      RejectCode.Malformed,
      RejectCode.WrongVersion,
      RejectCode.UnknownKind,
      RejectCode.BadFlags,
    ])
      expect(codes).toContain(code);
  });

  it('agrees with the slow check where several bytes are wrong', () => {
    const randomness = new SeededRandomness(3);
    const counts = new Map<number, number>();
    const telling = [0, 0, 1, 2, 3, 4, 8, 31, 36, 37, 64, 100, 101, 127, 128, 255];
    for (let round = 0; round < 200_000; round++) {
      const words = records[randomness.below(records.length)]!.words.slice();
      const bytes = new Uint8Array(words.buffer);
      for (let change = randomness.below(4); change >= 0; change--)
        bytes[randomness.below(randomness.below(2) === 0 ? 48 : bytes.length)] =
          telling[randomness.below(telling.length)]!;
      // The lines as the flags ask for them, or nearly all would fail by those alone.
      if (randomness.below(2) === 0) bytes[2] = bytes[6]! & 4 ? 3 : bytes[6]! & 1 ? 2 : 1;
      const code = compare(words, () => Buffer.from(bytes).toString('hex'));
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    for (const code of [0, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 200, 201])
      expect(counts.get(code), `code ${code}`).toBeGreaterThan(20);
  });

  it('leaves the words of the gateway alone', () => {
    for (const { words, lines } of records) {
      const changed = words.slice();
      changed[14] = -1;
      changed[15] = -1;
      expect(checkOrderRecord(changed, 0, lines)).toBe(0);
    }
  });

  it.each([
    [16, 'List'],
    [17, 'Settings'],
    [65, 'an unknown read'],
    [0, 'ring padding'],
  ])('does not know kind %i (%s)', (kind) => {
    const words = records[0]!.words.slice();
    words[0] = (words[0]! & ~0xff00) | (kind << 8);
    expect(checkOrderRecord(words, 0, 1)).toBe(RejectCode.UnknownKind);
  });

  it('says Malformed or WrongVersion wherever the next record cannot be found', () => {
    const randomness = new SeededRandomness(4);
    let others = 0;
    for (let round = 0; round < 100_000; round++) {
      const words = records[randomness.below(records.length)]!.words.slice();
      const bytes = new Uint8Array(words.buffer);
      bytes[2] = randomness.below(6);
      bytes[randomness.below(8)] = randomness.below(256);
      const available = words.length / LINE_WORDS;
      const code = checkOrderRecord(words, 0, available);
      if (code === RejectCode.Malformed || code === RejectCode.WrongVersion) continue;
      others++;
      expect(bytes[2]).toBeGreaterThan(0);
      expect(bytes[2]).toBeLessThanOrEqual(available);
    }
    expect(others).toBeGreaterThan(1000);
  });
});
