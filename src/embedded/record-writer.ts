import { CommandFlag, type CommandKind } from '../model/command.js';
import { FIRST_GATEWAY_CLIENT_ID } from '../model/limits.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_LINKED,
  ORDER_SESSION,
  ORDER_TARGET,
  ORDER_TARGET_TEXT_BYTE,
  ORDER_TARGET_TEXT_LENGTH_BYTE,
  ORDER_TERMS,
  ORDER_TEXT_BYTE,
  ORDER_TEXT_LENGTH_BYTE,
  orderHead,
  orderTerms,
} from '../wire/order-record.js';
import { writeByte, writeText } from '../wire/text.js';
import { writeWhole } from '../wire/words.js';
import type { ClientId } from './input-check.js';

const TWO_32 = 2 ** 32;
/** High half of the first client id that the engine makes. */
const MADE_HIGH = FIRST_GATEWAY_CLIENT_ID / TWO_32;

/** The start of a record, before its lines and flags are known. */
interface Start {
  readonly kind: CommandKind;
  readonly side?: number;
  readonly type?: number;
  readonly timeInForce?: number;
  readonly instrument: number;
  readonly account: number;
  /** Undefined where the engine is to make one. */
  readonly clientId: ClientId | undefined;
  readonly session?: number;
}

/**
 * Writes one command after the other into the same words. `begin`, then the fields of the kind, then `end`, which knows
 * how many lines they took.
 *
 * It also makes the client ids of commands that bring none: one number after the other from 2^52 up, where programs may
 * choose none. The same commands get the same ids.
 */
export class RecordWriter {
  readonly words: Int32Array;
  /** Client ids made so far. */
  clientIdsMade = 0;
  #start: Start | undefined;
  #flags = 0;
  #lines = 1;

  constructor(words: Int32Array) {
    this.words = words;
  }

  /** Writes the next client id that the engine makes. The caller counts it, once nothing can be wrong any more. */
  writeMadeClientId(): void {
    const { words, clientIdsMade } = this;
    // Half by half: as a number it would be an object, and the fast entrance makes none.
    words[ORDER_CLIENT_ID] = clientIdsMade | 0;
    words[ORDER_CLIENT_ID + 1] = MADE_HIGH + Math.floor(clientIdsMade / TWO_32);
  }

  begin(start: Start, lines = 1): void {
    const { words } = this;
    words.fill(0, 0, Math.max(lines, 3) * LINE_WORDS);
    this.#start = start;
    this.#flags = 0;
    this.#lines = lines;
    words[ORDER_INSTRUMENT] = start.instrument;
    words[ORDER_ACCOUNT] = start.account;
    words[ORDER_SESSION] = start.session ?? 0;
    const { clientId } = start;
    if (clientId === undefined) this.writeMadeClientId();
    else if (typeof clientId === 'number') writeWhole(words, ORDER_CLIENT_ID, clientId);
    else {
      this.#text(ORDER_TEXT_LENGTH_BYTE, ORDER_TEXT_BYTE, clientId);
      this.flag(CommandFlag.TextClientId);
      this.needLines(2);
    }
  }

  flag(flag: number): void {
    this.#flags |= flag;
  }

  /** The record has at least so many lines. */
  needLines(lines: number): void {
    if (lines > this.#lines) this.#lines = lines;
  }

  whole(word: number, value: number): void {
    writeWhole(this.words, word, value);
  }

  /** The order that a cancel or an amend is about, or, in a new order, the one to link with. */
  target(orderId: number | undefined, clientOrderId: ClientId | undefined, isLink = false): void {
    const word = isLink ? ORDER_LINKED : ORDER_TARGET;
    if (isLink) this.needLines(3);
    if (clientOrderId === undefined) {
      this.whole(word, orderId!);
      return;
    }
    this.flag(CommandFlag.TargetByClientId);
    if (typeof clientOrderId === 'number') this.whole(word, clientOrderId);
    else {
      this.flag(CommandFlag.TargetText);
      this.needLines(3);
      this.#text(ORDER_TARGET_TEXT_LENGTH_BYTE, ORDER_TARGET_TEXT_BYTE, clientOrderId);
    }
  }

  end(): void {
    const { kind, side = 0, type = 0, timeInForce = 0, clientId } = this.#start!;
    if (clientId === undefined) this.clientIdsMade++;
    this.words[0] = orderHead(kind, this.#lines, side);
    this.words[ORDER_TERMS] = orderTerms(type, timeInForce, this.#flags);
  }

  #text(lengthByte: number, textByte: number, text: string): void {
    writeByte(this.words, lengthByte, writeText(this.words, textByte, text));
  }
}
