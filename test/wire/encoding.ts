import { expect } from 'vitest';
import { CommandFlag } from '../../src/model/command.js';
import { MAX_ORDER_LINES } from '../../src/model/limits.js';
import { checkOrderRecord } from '../../src/wire/order-check.js';
import { encodeOrderObject, type NotEncoded } from '../../src/wire/order-object.js';
import * as record from '../../src/wire/order-record.js';
import { readByte, readText } from '../../src/wire/text.js';
import { readBig, readWhole } from '../../src/wire/words.js';
import { testInstruments } from './instruments.js';

/** Where records are written in the tests. */
export const AT = 16;
const instruments = testInstruments();

/** Encodes into memory that is full of other bits, and checks that nothing around the record was touched. */
export function encode(value: unknown, gatewayMadeId?: boolean, defaultAccount = 42) {
  const words = new Int32Array(AT + MAX_ORDER_LINES * record.LINE_WORDS + 16).fill(0x5a5a5a5a);
  const result = encodeOrderObject(value, instruments, defaultAccount, words, AT, gatewayMadeId);
  const end = AT + (result.ok ? result.lines : 0) * record.LINE_WORDS;
  expect(words.subarray(0, AT).every((word) => word === 0x5a5a5a5a)).toBe(true);
  expect(words.subarray(end).every((word) => word === 0x5a5a5a5a)).toBe(true);
  return { result, words };
}

/** The record of an object, by its fields. */
export function fieldsOf(value: unknown, gatewayMadeId?: boolean) {
  const { result, words } = encode(value, gatewayMadeId);
  if (!result.ok) throw new Error(`${result.code}: ${result.sentence}`);
  const text = (lengthByte: number, textByte: number) =>
    readText(words, AT * 4 + textByte, readByte(words, AT * 4 + lengthByte));
  const head = words[AT]!;
  const terms = words[AT + 1]!;
  const flags = record.orderFlags(terms);
  if (gatewayMadeId !== true) expect(checkOrderRecord(words, AT, result.lines)).toBe(0);
  expect(record.orderLines(head)).toBe(result.lines);
  expect(result.account).toBe(words[AT + record.ORDER_ACCOUNT]);
  expect(result.instrument).toBe(words[AT + record.ORDER_INSTRUMENT]);
  const clientId =
    flags & CommandFlag.TextClientId
      ? text(record.ORDER_TEXT_LENGTH_BYTE, record.ORDER_TEXT_BYTE)
      : readWhole(words, AT + record.ORDER_CLIENT_ID);
  expect(result.clientId).toBe(clientId);
  return {
    version: record.orderVersion(head),
    kind: record.orderKind(head),
    lines: result.lines,
    side: record.orderSide(head),
    type: record.orderType(terms),
    timeInForce: record.orderTimeInForce(terms),
    flags,
    instrument: result.instrument,
    account: result.account,
    clientId,
    target:
      flags & CommandFlag.TargetText
        ? text(record.ORDER_TARGET_TEXT_LENGTH_BYTE, record.ORDER_TARGET_TEXT_BYTE)
        : readWhole(words, AT + record.ORDER_TARGET),
    price: readWhole(words, AT + record.ORDER_PRICE),
    size: readWhole(words, AT + record.ORDER_SIZE),
    sendTimeNs: readBig(words, AT + record.ORDER_SEND_TIME),
    session: words[AT + record.ORDER_SESSION],
    received: words[AT + record.ORDER_RECEIVED],
  };
}

export function refusalOf(value: unknown, gatewayMadeId?: boolean): NotEncoded {
  const { result } = encode(value, gatewayMadeId);
  if (result.ok) throw new Error('was encoded');
  expect(result.sentence).toMatch(/^[\x20-\x7e]+\.$/);
  return result;
}

/** The words of an object's record, from its first. */
export function recordOf(value: unknown): Int32Array {
  const { result, words } = encode(value);
  if (!result.ok) throw new Error(`${result.code}: ${result.sentence}`);
  expect(checkOrderRecord(words, AT, result.lines)).toBe(0);
  return words.slice(AT, AT + result.lines * record.LINE_WORDS);
}
