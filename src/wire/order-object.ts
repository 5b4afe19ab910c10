/** Commands as objects, from msgpack and JSON clients, written as order records. */

import type { z } from 'zod';
import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { FIRST_GATEWAY_CLIENT_ID, MAX_WHOLE } from '../model/limits.js';
import { RejectCode } from '../model/reject.js';
import { readDecimal } from './decimal.js';
import { issueLines, shownValue, valueAt } from './field-fault.js';
import type { InstrumentTable } from './instrument-table.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SEND_TIME,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TARGET_TEXT_BYTE,
  ORDER_TARGET_TEXT_LENGTH_BYTE,
  ORDER_TERMS,
  ORDER_TEXT_BYTE,
  ORDER_TEXT_LENGTH_BYTE,
  orderFlags,
  orderHead,
  orderTerms,
} from './order-record.js';
import {
  amendMessageSchema,
  bookReadMessageSchema,
  cancelMessageSchema,
  commandFieldRules,
  newOrderMessageSchema,
  TEXT_ID_PATTERN,
  TYPE_RULE,
} from './order-schema.js';
import { writeByte, writeText } from './text.js';
import { writeBig, writeWhole } from './words.js';

/** What of a command a Rejected event can echo; 0 where it could not be told. */
interface Echo {
  readonly account: number;
  /** Number of the instrument. */
  readonly instrument: number;
  readonly clientId: number | string;
}

/** The record was written: `lines` lines of it, 1 to 3. The rest is for a refusal further on. */
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

const schemas = {
  new: newOrderMessageSchema,
  cancel: cancelMessageSchema,
  amend: amendMessageSchema,
  book: bookReadMessageSchema,
};
/** Where a number is right and its value may be wrong. */
const numberFields: ReadonlySet<PropertyKey> = new Set([
  'account',
  'orderId',
  'price',
  'priceTicks',
  'size',
  'sizeLots',
  'depth',
]);

type CommandName = keyof typeof schemas;
type NewOrder = z.output<typeof newOrderMessageSchema>;
type Cancel = z.output<typeof cancelMessageSchema>;
type Amend = z.output<typeof amendMessageSchema>;
type BookRead = z.output<typeof bookReadMessageSchema>;

/**
 * Writes the command that an object stands for at word `at`, where MAX_ORDER_LINES lines are free. Never throws.
 *
 * `defaultAccount` stands in where the object names none; 0 where there is no default either. `gatewayMadeId` says that
 * the command's own client id was put in by the gateway, from FIRST_GATEWAY_CLIENT_ID up, where clients may choose none.
 */
export function encodeOrderObject(
  value: unknown,
  instruments: InstrumentTable,
  defaultAccount: number,
  words: Int32Array,
  at: number,
  gatewayMadeId = false,
): EncodeResult {
  const type = valueAt(value, ['type']);
  const name = typeof type === 'string' && Object.hasOwn(schemas, type) ? (type as CommandName) : undefined;
  const encoding = new Encoding(value, name, instruments, defaultAccount, gatewayMadeId, words, at);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return encoding.refuse(RejectCode.Malformed, `${shownValue(value)} must be an object`);
  if (name === undefined) {
    const shown = type === undefined ? 'missing;' : shownValue(type);
    return encoding.refuse(RejectCode.UnknownKind, `type: ${shown} must be ${TYPE_RULE}`);
  }
  return encoding.run(name);
}

/** One command on its way from object to record. */
class Encoding {
  readonly #value: unknown;
  readonly #name: CommandName | undefined;
  readonly #instruments: InstrumentTable;
  readonly #defaultAccount: number;
  readonly #gatewayMadeId: boolean;
  readonly #words: Int32Array;
  readonly #at: number;

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
    this.#words = words;
    this.#at = at;
  }

  run(name: CommandName): EncodeResult {
    // The schema knows the ids that clients may choose: it sees one of those in place of a gateway's.
    const value = this.#gatewayMadeId ? { ...(this.#value as object), [this.#ownIdField()]: 1 } : this.#value;
    const parsed = schemas[name].safeParse(value);
    if (!parsed.success) return this.#refuseIssues(name, parsed.error.issues);
    if (name === 'new') return this.#new(parsed.data as NewOrder);
    if (name === 'book') return this.#read(parsed.data as BookRead);
    return this.#change(parsed.data as Cancel | Amend);
  }

  #new(order: NewOrder): EncodeResult {
    const instrument = this.#instruments.bySymbol(order.symbol);
    if (instrument === undefined) return this.#refuseSymbol(order.symbol);
    const price = this.#price(order, instrument);
    if (typeof price !== 'number') return price;
    const size = this.#size(order, instrument);
    if (typeof size !== 'number') return size;
    const side = order.side === 'buy' ? Side.Buy : Side.Sell;
    const ioc = order.timeInForce === 'IOC';
    const timeInForce = ioc ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel;
    const terms = orderTerms(OrderType.Limit, timeInForce, 0);
    return this.#write(CommandKind.New, side, terms, instrument, order, order.clientOrderId, price, size);
  }

  #change(change: Cancel | Amend): EncodeResult {
    const { symbol, clientOrderId: target } = change;
    const instrument = symbol === undefined ? undefined : this.#instruments.bySymbol(symbol);
    if (symbol !== undefined && instrument === undefined) return this.#refuseSymbol(symbol);
    let flags = 0;
    let price: number | NotEncoded = 0;
    let size: number | NotEncoded = 0;
    if (change.type === 'amend') {
      if (change.price !== undefined || change.priceTicks !== undefined) {
        flags |= CommandFlag.AmendPrice;
        price = this.#price(change, instrument);
        if (typeof price !== 'number') return price;
      }
      if (change.size !== undefined || change.sizeLots !== undefined) {
        flags |= CommandFlag.AmendSize;
        size = this.#size(change, instrument);
        if (typeof size !== 'number') return size;
      }
    }
    if (target !== undefined) flags |= CommandFlag.TargetByClientId;
    if (typeof target === 'string') flags |= CommandFlag.TargetText;
    const kind = change.type === 'cancel' ? CommandKind.Cancel : CommandKind.Amend;
    const terms = orderTerms(0, 0, flags);
    const result = this.#write(kind, Side.None, terms, instrument, change, change.clientId, price, size);
    if (!result.ok) return result;
    if (typeof target === 'string') this.#text(ORDER_TARGET_TEXT_LENGTH_BYTE, ORDER_TARGET_TEXT_BYTE, target);
    else writeWhole(this.#words, this.#at + ORDER_TARGET, target ?? change.orderId!);
    return result;
  }

  #read(read: BookRead): EncodeResult {
    const instrument = this.#instruments.bySymbol(read.symbol);
    if (instrument === undefined) return this.#refuseSymbol(read.symbol);
    return this.#write(CommandKind.ReadBook, Side.None, 0, instrument, {}, read.clientId ?? 0, 0, read.depth);
  }

  /** Writes all of a record but its target. */
  #write(
    kind: CommandKind,
    side: Side,
    terms: number,
    instrument: Instrument | undefined,
    given: { readonly account?: number | undefined; readonly sendTimeNs?: string | undefined },
    ownId: number | string,
    price: number,
    size: number,
  ): EncodeResult {
    const words = this.#words;
    const at = this.#at;
    const account = given.account ?? this.#defaultAccount;
    if (account === 0 && kind !== CommandKind.ReadBook)
      return this.refuse(RejectCode.AccountNotYours, 'account: missing; name it here or when you connect');
    const clientId = this.#gatewayMadeId ? (valueAt(this.#value, [this.#ownIdField()]) as number) : ownId;
    const text = typeof clientId === 'string';
    const allTerms = terms | ((text ? CommandFlag.TextClientId : 0) << 16);
    const lines = (orderFlags(terms) & CommandFlag.TargetText) !== 0 ? 3 : text ? 2 : 1;
    words.fill(0, at, at + lines * LINE_WORDS);
    words[at] = orderHead(kind, lines, side);
    words[at + ORDER_TERMS] = allTerms;
    words[at + ORDER_INSTRUMENT] = instrument?.id ?? 0;
    words[at + ORDER_ACCOUNT] = account;
    if (typeof clientId === 'string') this.#text(ORDER_TEXT_LENGTH_BYTE, ORDER_TEXT_BYTE, clientId);
    else writeWhole(words, at + ORDER_CLIENT_ID, clientId);
    writeWhole(words, at + ORDER_PRICE, price);
    writeWhole(words, at + ORDER_SIZE, size);
    if (given.sendTimeNs !== undefined) writeBig(words, at + ORDER_SEND_TIME, BigInt(given.sendTimeNs));
    return { ok: true, lines, account, instrument: instrument?.id ?? 0, clientId };
  }

  #text(lengthByte: number, textByte: number, text: string): void {
    const start = this.#at * 4;
    writeByte(this.#words, start + lengthByte, writeText(this.#words, start + textByte, text));
  }

  #price(given: NewOrder | Amend, instrument: Instrument | undefined): number | NotEncoded {
    if (given.priceTicks !== undefined) return given.priceTicks;
    return this.#steps('price', given.price!, instrument!);
  }

  #size(given: NewOrder | Amend, instrument: Instrument | undefined): number | NotEncoded {
    if (given.sizeLots !== undefined) return given.sizeLots;
    return this.#steps('size', given.size!, instrument!);
  }

  /** A decimal as ticks or lots. */
  #steps(field: 'price' | 'size', value: string | number, instrument: Instrument): number | NotEncoded {
    const isPrice = field === 'price';
    const step = isPrice ? instrument.tickSize : instrument.lotSize;
    const units = readDecimal(value, isPrice ? instrument.priceDecimals : instrument.sizeDecimals);
    const shown = `${field}: ${shownValue(value)}`;
    if (units === 'not-decimal') return this.refuse(RejectCode.Malformed, `${shown} must be a decimal`);
    if (units === 'out-of-range' || (typeof units === 'number' && units < 0))
      return this.refuse(
        RejectCode.NumberOutOfRange,
        `${shown} is negative, or not under 2^53 in units of the last decimal`,
      );
    if (units === 'too-many-decimals' || units % step !== 0)
      return this.refuse(
        isPrice ? RejectCode.PriceOffTick : RejectCode.SizeOffLot,
        `${shown} is not a multiple of the ${isPrice ? 'tick' : 'lot'} size of ${instrument.symbol}`,
      );
    return units / step;
  }

  #refuseSymbol(symbol: string): NotEncoded {
    return this.refuse(
      RejectCode.UnknownInstrument,
      `symbol: ${shownValue(symbol)} is not listed here; GET /instruments names what is`,
    );
  }

  #refuseIssues(name: CommandName, issues: readonly z.core.$ZodIssue[]): NotEncoded {
    // A mistyped name explains why another field seems to be missing, so it is told first.
    const issue = issues.find((candidate) => candidate.code === 'unrecognized_keys') ?? issues[0]!;
    const [line] = issueLines(issue, this.#value, commandFieldRules[name], Object.keys(schemas[name].shape));
    return this.refuse(this.#codeOf(issue), line!);
  }

  #codeOf(issue: z.core.$ZodIssue): RejectCode {
    const field = issue.path[0];
    if (field === undefined || issue.code === 'custom' || issue.code === 'unrecognized_keys')
      // The refinement of a send time makes a custom issue as well: too large, though all digits.
      return field === 'sendTimeNs' ? RejectCode.NumberOutOfRange : RejectCode.Malformed;
    const given = valueAt(this.#value, issue.path);
    if (field === 'side') return RejectCode.BadSide;
    if (field === 'orderType') return RejectCode.BadOrderType;
    if (field === 'timeInForce') return RejectCode.BadTimeInForce;
    if (field === this.#ownIdField() && given === undefined) return RejectCode.MissingClientId;
    if (field === 'clientId' || field === 'clientOrderId') return RejectCode.BadClientId;
    return typeof given === 'number' && numberFields.has(field)
      ? RejectCode.NumberOutOfRange
      : RejectCode.Malformed;
  }

  /** The field that holds the id of the command itself: a new order's is the client order id. */
  #ownIdField(): 'clientOrderId' | 'clientId' {
    return this.#name === 'new' ? 'clientOrderId' : 'clientId';
  }

  /** A refusal that echoes of the object what can be told of it. */
  refuse(code: RejectCode, sentence: string): NotEncoded {
    const account = valueAt(this.#value, ['account']);
    const own = valueAt(this.#value, [this.#ownIdField()]);
    const symbol = valueAt(this.#value, ['symbol']);
    const known = typeof symbol === 'string' ? this.#instruments.bySymbol(symbol) : undefined;
    const clientId = isClientId(own, this.#gatewayMadeId ? MAX_WHOLE : FIRST_GATEWAY_CLIENT_ID - 1) ? own : 0;
    return {
      ok: false,
      code,
      sentence: `${sentence}.`,
      account: isWholeUpTo(account, 0x7fff_ffff) ? account : this.#defaultAccount,
      instrument: known?.id ?? 0,
      clientId,
    };
  }
}

function isWholeUpTo(value: unknown, limit: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= limit;
}

function isClientId(value: unknown, limit: number): value is number | string {
  return typeof value === 'string' ? TEXT_ID_PATTERN.test(value) : isWholeUpTo(value, limit);
}
