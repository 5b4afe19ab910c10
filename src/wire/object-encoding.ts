import type { z } from 'zod';
import { CommandFlag } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { FIRST_GATEWAY_CLIENT_ID, MAX_WHOLE } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import { readDecimal } from './decimal.js';
import { issueLines, shownValue, valueAt } from './field-fault.js';
import { TEXT_ID_PATTERN } from './field-schema.js';
import type { InstrumentTable } from './instrument-table.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_SEND_TIME,
  ORDER_TARGET_TEXT_BYTE,
  ORDER_TARGET_TEXT_LENGTH_BYTE,
  ORDER_TERMS,
  ORDER_TEXT_BYTE,
  ORDER_TEXT_LENGTH_BYTE,
  orderHead,
  orderTerms,
} from './order-record.js';
import { type CommandName, commandFieldRules, commandSchemas } from './order-schema.js';
import { quoteFields } from './quote-schema.js';
import { writeByte, writeText } from './text.js';
import { writeBig, writeWhole } from './words.js';

/** What of a command a Rejected event can echo; 0 where it could not be told. */
interface Echo {
  readonly account: number;
  /** Number of the instrument. */
  readonly instrument: number;
  readonly clientId: number | string;
}

/** The record was written: `lines` lines of it, up to MAX_ORDER_LINES. The rest is for a refusal further on. */
export interface Encoded extends Echo {
  readonly ok: true;
  readonly lines: number;
}

/** Nothing was written. */
export interface NotEncoded extends Echo {
  readonly ok: false;
  readonly code: RejectCode;
  /** One sentence in ASCII that names the field. */
  readonly sentence: string;
}

export type EncodeResult = Encoded | NotEncoded;

/** What a record begins with; what is left out is zero. */
export interface RecordStart {
  readonly kind: number;
  /** Lines that the command needs besides those of its texts: for terms, a link, quotes. */
  readonly lines?: number;
  readonly side?: number;
  /** Order type, or what stands in its place. */
  readonly type?: number;
  readonly timeInForce?: number;
  readonly flags?: number;
  /** The instrument's number, or what stands in its place. */
  readonly instrument?: number;
}

/** What the messages of all commands may say. */
export interface CommonFields {
  readonly account?: number | undefined;
  readonly clientId?: number | string | undefined;
  readonly clientOrderId?: number | string | undefined;
  readonly sendTimeNs?: string | undefined;
}

/** A decimal, as JSON and msgpack have it. */
type Decimal = string | number;

/** Commands of the operator: of account 0, whoever sends them. */
const OPERATOR: ReadonlySet<string | undefined> = new Set(['state', 'prices', 'account']);

/**
 * One command on its way from object to record. Fields are read first, then the record is written: the first fault of a
 * field is kept, and makes the record a refusal.
 */
export class ObjectEncoding {
  readonly words: Int32Array;
  readonly at: number;
  readonly #value: unknown;
  readonly #name: CommandName | undefined;
  readonly #instruments: InstrumentTable;
  readonly #defaultAccount: number;
  readonly #gatewayMadeId: boolean;
  #refusal: NotEncoded | undefined;

  constructor(
    value: unknown,
    name: CommandName | undefined,
    instruments: InstrumentTable,
    defaultAccount: number,
    gatewayMadeId: boolean,
    words: Int32Array,
    at: number,
  ) {
    this.#value = value;
    this.#name = name;
    this.#instruments = instruments;
    this.#defaultAccount = defaultAccount;
    this.#gatewayMadeId = gatewayMadeId;
    this.words = words;
    this.at = at;
  }

  /** What the schema is asked about: it knows the ids that clients may choose, and sees one in place of a gateway's. */
  schemaValue(): unknown {
    return this.#gatewayMadeId ? { ...(this.#value as object), [this.#ownIdField()]: 1 } : this.#value;
  }

  /** The instrument of a symbol. Where there is none the refusal is kept. */
  instrument(symbol: string, field = 'symbol'): Instrument | undefined {
    const instrument = this.#instruments.bySymbol(symbol);
    if (instrument === undefined)
      this.refuse(
        RejectCode.UnknownInstrument,
        `${field}: ${shownValue(symbol)} is not listed here; GET /instruments names what is`,
      );
    return instrument;
  }

  /** A price in ticks, from whichever of its two fields is given; 0 where neither is, and where the refusal is kept. */
  ticks(
    field: string,
    value: Decimal | null | undefined,
    ticks: number | null | undefined,
    instrument: Instrument | undefined,
    signed = false,
  ): number {
    if (ticks !== undefined && ticks !== null) return ticks;
    if (value === undefined || value === null || instrument === undefined) return 0;
    const { tickSize, priceDecimals, symbol } = instrument;
    const units = this.#units(field, value, priceDecimals, signed);
    if (units !== undefined && units % tickSize === 0) return units / tickSize;
    const sentence = `${field}: ${shownValue(value)} is not a multiple of the tick size of ${symbol}`;
    this.refuse(RejectCode.PriceOffTick, sentence);
    return 0;
  }

  /** A size in lots, likewise. */
  lots(
    field: string,
    value: Decimal | undefined,
    lots: number | undefined,
    instrument: Instrument | undefined,
  ): number {
    if (lots !== undefined) return lots;
    if (value === undefined || instrument === undefined) return 0;
    const { lotSize, sizeDecimals, symbol } = instrument;
    const units = this.#units(field, value, sizeDecimals, false);
    if (units !== undefined && units % lotSize === 0) return units / lotSize;
    const sentence = `${field}: ${shownValue(value)} is not a multiple of the lot size of ${symbol}`;
    this.refuse(RejectCode.SizeOffLot, sentence);
    return 0;
  }

  /** A decimal in units of its last one; undefined where it has too many decimals, or where the refusal is kept. */
  #units(field: string, value: Decimal, decimals: number, signed: boolean): number | undefined {
    const units = readDecimal(value, decimals);
    if (typeof units === 'number' && (units >= 0 || signed)) return units;
    const shown = `${field}: ${shownValue(value)}`;
    if (units === 'not-decimal') this.refuse(RejectCode.Malformed, `${shown} must be a decimal`);
    else if (units !== 'too-many-decimals')
      this.refuse(
        RejectCode.NumberOutOfRange,
        `${shown} is ${signed ? '' : 'negative, or '}not under 2^53 in units of the last decimal`,
      );
    return undefined;
  }

  /**
   * Writes line 1 and the text client id, and clears the lines up to what the command needs; the caller writes what its
   * kind has besides, where the result is ok. A refusal that was kept is the result instead, and nothing is written.
   */
  write(start: RecordStart, given: CommonFields): EncodeResult {
    const isRead = this.#name === 'book';
    const account = OPERATOR.has(this.#name) ? 0 : (given.account ?? this.#defaultAccount);
    // Whoever names account 0 means it; whoever names none has forgotten to.
    if (account === 0 && given.account === undefined && !isRead && !OPERATOR.has(this.#name))
      this.refuse(RejectCode.AccountNotYours, 'account: missing; name it here or when you connect');
    if (this.#refusal !== undefined) return this.#refusal;
    const { words, at } = this;
    const { kind, side = 0, type = 0, timeInForce = 0, flags = 0, instrument = 0 } = start;
    const field = this.#ownIdField();
    const own = this.#gatewayMadeId ? (valueAt(this.#value, [field]) as number) : given[field];
    const clientId = own ?? 0;
    const isText = typeof clientId === 'string';
    const textLines = (flags & CommandFlag.TargetText) !== 0 ? 3 : isText ? 2 : 1;
    const lines = Math.max(textLines, start.lines ?? 1);
    words.fill(0, at, at + lines * LINE_WORDS);
    words[at] = orderHead(kind, lines, side);
    words[at + ORDER_TERMS] = orderTerms(type, timeInForce, flags | (isText ? CommandFlag.TextClientId : 0));
    words[at + ORDER_INSTRUMENT] = instrument;
    words[at + ORDER_ACCOUNT] = account;
    if (isText) this.#text(ORDER_TEXT_LENGTH_BYTE, ORDER_TEXT_BYTE, clientId);
    else this.whole(ORDER_CLIENT_ID, clientId);
    this.big(ORDER_SEND_TIME, given.sendTimeNs);
    // The group of an account stands where others have their instrument.
    return { ok: true, lines, account, instrument: this.#name === 'account' ? 0 : instrument, clientId };
  }

  /** Writes a whole number at a word of the record. */
  whole(word: number, value: number): void {
    writeWhole(this.words, this.at + word, value);
  }

  /** Writes digits under 2^64, where they are given. */
  big(word: number, digits: string | undefined): void {
    if (digits !== undefined) writeBig(this.words, this.at + word, BigInt(digits));
  }

  byte(byte: number, value: number): void {
    writeByte(this.words, this.at * 4 + byte, value);
  }

  /** Writes the client id of the order that the command is about: a text into line 3, a number at a word. */
  target(word: number, target: number | string): void {
    if (typeof target === 'string') this.#text(ORDER_TARGET_TEXT_LENGTH_BYTE, ORDER_TARGET_TEXT_BYTE, target);
    else this.whole(word, target);
  }

  #text(lengthByte: number, textByte: number, text: string): void {
    const start = this.at * 4;
    writeByte(this.words, start + lengthByte, writeText(this.words, start + textByte, text));
  }

  /** Refuses what a schema has found. */
  refuseIssues(name: CommandName, issues: readonly z.core.$ZodIssue[]): NotEncoded {
    // A mistyped name explains why another field seems to be missing, so it is told first.
    const issue = issues.find((candidate) => candidate.code === 'unrecognized_keys') ?? issues[0]!;
    const known = issue.path.length > 0 ? quoteFields : Object.keys(commandSchemas[name].shape);
    const [line] = issueLines(issue, this.#value, commandFieldRules[name], known);
    return this.refuse(this.#codeOf(issue), line!);
  }

  #codeOf(issue: z.core.$ZodIssue): RejectCode {
    if (issue.code === 'custom') return (issue.params?.['code'] as RejectCode) ?? RejectCode.Malformed;
    const field = issue.path.findLast((key) => typeof key === 'string');
    if (field === undefined || issue.code === 'unrecognized_keys') return RejectCode.Malformed;
    const given = valueAt(this.#value, issue.path);
    if (field === 'side') return RejectCode.BadSide;
    if (field === 'orderType') return RejectCode.BadOrderType;
    if (field === 'timeInForce') return RejectCode.BadTimeInForce;
    if (field === this.#ownIdField() && given === undefined) return RejectCode.MissingClientId;
    if (field === 'clientId' || field === 'clientOrderId' || field === 'linkedToClientOrderId')
      return RejectCode.BadClientId;
    // A number in place of a text, of a name or of a truth is of the wrong sort; elsewhere it is out of range.
    const isOther =
      issue.code === 'invalid_value' ||
      (issue.code === 'invalid_type' && issue.expected !== 'number' && issue.expected !== 'int');
    return typeof given === 'number' && !isOther ? RejectCode.NumberOutOfRange : RejectCode.Malformed;
  }

  /** The field that holds the id of the command itself: a new order's is the client order id. */
  #ownIdField(): 'clientOrderId' | 'clientId' {
    return this.#name === 'new' ? 'clientOrderId' : 'clientId';
  }

  /** A refusal that echoes of the object what can be told of it. The first is kept, and is the result of `write`. */
  refuse(code: RejectCode, sentence: string): NotEncoded {
    const own = valueAt(this.#value, [this.#ownIdField()]);
    const symbol = valueAt(this.#value, ['symbol']);
    const known = typeof symbol === 'string' ? this.#instruments.bySymbol(symbol) : undefined;
    const clientId = isClientId(own, this.#gatewayMadeId ? MAX_WHOLE : FIRST_GATEWAY_CLIENT_ID - 1) ? own : 0;
    this.#refusal ??= {
      ok: false,
      code,
      sentence: `${sentence}.`,
      account: this.#echoedAccount(),
      instrument: known?.id ?? 0,
      clientId,
    };
    return this.#refusal;
  }

  #echoedAccount(): number {
    if (OPERATOR.has(this.#name)) return 0;
    const account = valueAt(this.#value, ['account']);
    if (account === 0 && this.#name === 'cancelAll') return 0;
    return isWholeUpTo(account, 0x7fff_ffff) ? account : this.#defaultAccount;
  }
}

function isWholeUpTo(value: unknown, limit: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= limit;
}

function isClientId(value: unknown, limit: number): value is number | string {
  return typeof value === 'string' ? TEXT_ID_PATTERN.test(value) : isWholeUpTo(value, limit);
}
