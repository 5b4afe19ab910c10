import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { CommandKind } from '../../src/model/command.js';
import { CancelReason } from '../../src/model/event.js';
import { MAX_ORDER_LINES } from '../../src/model/limits.js';
import { RejectCode } from '../../src/model/reject.js';
import { writeListing, writeSettings } from '../../src/wire/instrument-record.js';
import { checkOrderRecord, commandFault } from '../../src/wire/order-check.js';
import { encodeOrderObject } from '../../src/wire/order-object.js';
import { LINE_WORDS, ORDER_RECEIVED, ORDER_SESSION, orderHead } from '../../src/wire/order-record.js';
import { writeByte } from '../../src/wire/text.js';
import { bitcoin, testInstruments } from './instruments.js';
import { messages } from './messages.js';
import { faultsOf } from './slow-check.js';

interface Sound {
  readonly name: string;
  readonly words: Int32Array;
  readonly lines: number;
}

/** Records that clients may send. */
const records: Sound[] = messages.map((message) => {
  const words = new Int32Array(MAX_ORDER_LINES * LINE_WORDS);
  const result = encodeOrderObject(message, testInstruments(), 42, words, 0);
  if (!result.ok) throw new Error(result.sentence);
  const { lines } = result;
  return { name: JSON.stringify(message).slice(0, 150), words: words.slice(0, lines * LINE_WORDS), lines };
});

function written(name: string, lines: number, write: (words: Int32Array) => void): Sound {
  const words = new Int32Array(lines * LINE_WORDS);
  write(words);
  return { name, words, lines };
}

/** Records that may stand in the log: what clients send, reads aside, and the exchange's own. */
const logged: Sound[] = [
  ...records.filter(({ words }) => (words[0]! >>> 8) % 256 !== CommandKind.ReadBook),
  written('a listing', 3, (words) => writeListing(words, 0, bitcoin)),
  written('settings', 1, (words) => writeSettings(words, 0, { clientIdWindow: 4096, maxOpenOrders: 100 })),
  written('time', 1, (words) => {
    words[0] = orderHead(CommandKind.Time, 1, 0);
  }),
  written('a cancel-all at the end of a session', 1, (words) => {
    words[0] = orderHead(CommandKind.CancelAll, 1, 0);
    words[1] = CancelReason.Disconnected;
    words[3] = 7;
    // An id that a gateway has made.
    words[5] = 1 << 20;
  }),
];

/** Few enough lines to try every byte. */
const isShort = ({ lines }: Sound) => lines <= 6;

/** Compares the check with the slow one; says which record it was where they differ. Returns the code. */
function compare(words: Int32Array, name: () => string, fromClient: boolean): number {
  const code = commandFault(words, 0, words.length / LINE_WORDS, fromClient);
  const faults = faultsOf(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), fromClient);
  if (code === 0 ? faults.size > 0 : !faults.has(code))
    expect.fail(`${name()}: got ${code}, which of ${[...faults].join(', ') || 'nothing'} it is not`);
  return code;
}

const TELLING = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 31, 32, 36, 37, 64, 100, 101, 127, 128, 255];

/** A sound record with a few bytes of it changed. */
function harmed(sound: readonly Sound[], randomness: SeededRandomness): Int32Array {
  const words = sound[randomness.below(sound.length)]!.words.slice();
  const bytes = new Uint8Array(words.buffer);
  for (let change = randomness.below(4); change >= 0; change--)
    bytes[randomness.below(randomness.below(2) === 0 ? 48 : bytes.length)] =
      TELLING[randomness.below(TELLING.length)]!;
  return words;
}

describe('checkOrderRecord', () => {
  it.each(records)('finds nothing wrong with $name', ({ words, lines }) => {
    expect(checkOrderRecord(words, 0, lines)).toBe(0);
    // More lines behind it, and other words before it, do not matter.
    const around = new Int32Array(words.length + 3 * LINE_WORDS).fill(-1);
    around.set(words, LINE_WORDS);
    expect(checkOrderRecord(around, LINE_WORDS, lines + 2)).toBe(0);
    expect(faultsOf(new Uint8Array(words.buffer), true)).toEqual(new Set());
  });

  it.each(records)('finds a message that ends within $name', ({ words, lines }) => {
    for (let available = 0; available < lines; available++)
      expect(checkOrderRecord(words, 0, available)).toBe(RejectCode.Malformed);
  });

  it.each(records.filter(isShort))(
    'agrees with the slow check on every value of every byte of $name',
    ({ words, name }) => {
      const bytes = new Uint8Array(words.buffer);
      const codes = new Set<number>();
      for (let index = 0; index < bytes.length; index++) {
        const before = bytes[index]!;
        for (let value = 0; value < 256; value++) {
          bytes[index] = value;
          codes.add(compare(words, () => `${name} with byte ${index} = ${value}`, true));
        }
        bytes[index] = before;
      }
      const { Malformed, WrongVersion, UnknownKind, BadFlags } = RejectCode;
      for (const code of [0, Malformed, WrongVersion, UnknownKind, BadFlags]) expect(codes).toContain(code);
    },
  );

  it('agrees with the slow check where several bytes are wrong', () => {
    const randomness = new SeededRandomness(3);
    const counts = new Map<number, number>();
    for (let round = 0; round < 200_000; round++) {
      const words = harmed(records, randomness);
      const bytes = new Uint8Array(words.buffer);
      const code = compare(words, () => Buffer.from(bytes).toString('hex'), true);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    for (const code of [0, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 113, 200, 201])
      expect(counts.get(code), `code ${code}`).toBeGreaterThan(20);
  });

  it('leaves the words of the gateway alone', () => {
    for (const { words, lines } of records) {
      const changed = words.slice();
      changed[ORDER_SESSION] = -1;
      changed[ORDER_RECEIVED] = -1;
      expect(checkOrderRecord(changed, 0, lines)).toBe(0);
    }
  });

  it.each([
    [CommandKind.List, 'List'],
    [CommandKind.Settings, 'Settings'],
    [CommandKind.Time, 'Time'],
    [65, 'an unknown read'],
    [0, 'ring padding'],
  ])('does not know kind %i (%s)', (kind) => {
    const words = records[0]!.words.slice();
    writeByte(words, 1, kind);
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

describe('commandFault of what stands in the log', () => {
  it.each(logged)('finds nothing wrong with $name', ({ words, lines }) => {
    expect(commandFault(words, 0, lines, false)).toBe(0);
    expect(faultsOf(new Uint8Array(words.buffer), false)).toEqual(new Set());
  });

  it.each(logged)(
    'agrees with the slow check on telling values of every byte of $name',
    ({ words, name }) => {
      const bytes = new Uint8Array(words.buffer);
      for (let index = 0; index < bytes.length; index++) {
        const before = bytes[index]!;
        for (const value of TELLING) {
          bytes[index] = value;
          compare(words, () => `${name} with byte ${index} = ${value}`, false);
        }
        bytes[index] = before;
      }
    },
  );

  it('agrees with the slow check where several bytes are wrong', () => {
    const randomness = new SeededRandomness(5);
    const counts = new Map<number, number>();
    for (let round = 0; round < 200_000; round++) {
      const words = harmed(logged, randomness);
      const bytes = new Uint8Array(words.buffer);
      const code = compare(words, () => Buffer.from(bytes).toString('hex'), false);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    for (const code of [0, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 113])
      expect(counts.get(code), `code ${code}`).toBeGreaterThan(10);
  });

  it('takes ids that gateways make, accounts of 32 bits and instruments that nobody lists', () => {
    const words = records[0]!.words.slice();
    words[2] = -1;
    words[3] = -1;
    words[5] = (1 << 21) - 1;
    expect(commandFault(words, 0, 1, false)).toBe(0);
    expect(commandFault(words, 0, 1, true)).toBe(RejectCode.AccountNotYours);
    words[3] = 1;
    expect(commandFault(words, 0, 1, true)).toBe(RejectCode.BadClientId);
    words[5] = 0;
    expect(commandFault(words, 0, 1, true)).toBe(RejectCode.UnknownInstrument);
  });
});
