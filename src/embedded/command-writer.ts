import {
  CommandFlag,
  CommandKind,
  OrderType,
  SELF_TRADE_SHIFT,
  TimeInForce,
  TrailUnit,
} from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { MAX_QUOTES, MAX_WHOLE } from '../model/limits.js';
import {
  LINE_WORDS,
  ORDER_DISPLAY_SIZE,
  ORDER_EXPIRY,
  ORDER_MINIMUM_SIZE,
  ORDER_PEG_REFERENCE_BYTE,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_STOP_LOSS,
  ORDER_STOP_PRICE,
  ORDER_TAKE_PROFIT,
  ORDER_TRAIL_UNIT_BYTE,
  QUOTE_ASK_PRICE,
  QUOTE_ASK_SIZE,
  QUOTE_BID_PRICE,
  QUOTE_BID_SIZE,
  QUOTES_AT,
} from '../wire/order-record.js';
import { writeByte } from '../wire/text.js';
import { writeBig } from '../wire/words.js';
import type { AmendOrder, CancelAll, CancelOrder, MassQuote, NewOrder, Quote } from './commands.js';
import {
  type ClientId,
  checkClientId,
  checkFields,
  checkFlag,
  checkName,
  checkTime,
  checkWhole,
} from './input-check.js';
import { orderTypes, pegReferences, selfTrades, sides, timesInForce } from './names.js';
import type { RecordWriter } from './record-writer.js';
import { lots, ticks } from './spellings.js';

/** Finds the instrument that a field names; the only one where it names none. */
export type FindInstrument = (named: string | number | undefined) => Instrument;

const MAX_U32 = 0xffff_ffff;
const COMMAND_FIELDS = ['account', 'session', 'instrument'];
const PRICE_FIELDS = ['price', 'priceTicks', 'size', 'sizeLots'];
const TARGET_FIELDS = [...COMMAND_FIELDS, 'orderId', 'clientOrderId', 'clientId'];

const cancelFields: ReadonlySet<string> = new Set(TARGET_FIELDS);
const amendFields: ReadonlySet<string> = new Set([...TARGET_FIELDS, ...PRICE_FIELDS]);
const cancelAllFields: ReadonlySet<string> = new Set([...COMMAND_FIELDS, 'side', 'onlySession', 'clientId']);
const massQuoteFields: ReadonlySet<string> = new Set([
  'account',
  'session',
  'quotes',
  'selfTrade',
  'clientId',
]);
const newFields: ReadonlySet<string> = new Set([
  ...COMMAND_FIELDS,
  ...PRICE_FIELDS,
  ...[
    'side',
    'type',
    'timeInForce',
    'clientOrderId',
    'displaySize',
    'displaySizeLots',
    'stopPrice',
    'stopPriceTicks',
  ],
  ...[
    'trail',
    'trailTicks',
    'trailBasisPoints',
    'peg',
    'pegOffset',
    'pegOffsetTicks',
    'expiresAtNs',
    'minimumSize',
  ],
  ...[
    'minimumSizeLots',
    'allOrNone',
    'hidden',
    'postOnly',
    'linkedTo',
    'takeProfit',
    'takeProfitTicks',
    'stopLoss',
  ],
  ...['stopLossTicks', 'selfTrade'],
]);
const quoteFields: ReadonlySet<string> = new Set([
  ...['instrument', 'bid', 'bidTicks', 'bidSize', 'bidSizeLots', 'ask', 'askTicks', 'askSize', 'askSizeLots'],
]);

/**
 * Writes the commands of accounts, from plain objects, as records. What an object gets wrong by itself is thrown before
 * anything is applied; what the market would refuse is written all the same, for the book to reject.
 */
export class CommandWriter {
  readonly #record: RecordWriter;
  readonly #find: FindInstrument;

  constructor(record: RecordWriter, find: FindInstrument) {
    this.#record = record;
    this.#find = find;
  }

  /** Writes a new order. @throws TypeError, RangeError where it is none */
  newOrder(order: NewOrder): void {
    checkFields('an order', order, newFields);
    const instrument = this.#find(order.instrument);
    const type = order.type === undefined ? OrderType.Limit : checkName('type', order.type, orderTypes);
    const timeInForce = timeInForceOf(order, type);
    const side = checkName('side', order.side, sides);
    const price = ticks('price', order.price, order.priceTicks, instrument);
    const size = lots('size', order.size, order.sizeLots, instrument);
    if (price === undefined && (type === OrderType.Limit || type === OrderType.StopLimit))
      throw new TypeError('price: missing; a limit order needs price or priceTicks');
    if (size === undefined) throw new TypeError('size: missing; give size or sizeLots');

    const record = this.#record;
    this.#begin(CommandKind.New, order, order.clientOrderId, 'clientOrderId', {
      side,
      type,
      timeInForce,
      instrument: instrument.id,
    });
    record.whole(ORDER_PRICE, price ?? 0);
    record.whole(ORDER_SIZE, size);
    record.whole(
      ORDER_DISPLAY_SIZE,
      lots('displaySize', order.displaySize, order.displaySizeLots, instrument) ?? 0,
    );
    this.#flags(order);
    this.#follow(order, type, instrument);
    if (order.expiresAtNs !== undefined) {
      writeBig(record.words, ORDER_EXPIRY, checkTime('expiresAtNs', order.expiresAtNs));
      record.needLines(2);
    }
    const minimum = lots('minimumSize', order.minimumSize, order.minimumSizeLots, instrument) ?? 0;
    record.whole(ORDER_MINIMUM_SIZE, minimum);
    if (minimum !== 0 || timeInForce === TimeInForce.GoodTillDate) record.needLines(2);
    this.#link(order);
    this.#exits(order, instrument);
    record.end();
  }

  /** Writes a cancel. @throws TypeError, RangeError where it is none */
  cancel(cancel: CancelOrder): void {
    checkFields('a cancel', cancel, cancelFields);
    this.#target(CommandKind.Cancel, cancel, this.#named(cancel)?.id ?? 0);
    this.#record.end();
  }

  /** Writes an amend. @throws TypeError, RangeError where it is none */
  amend(amend: AmendOrder): void {
    checkFields('an amend', amend, amendFields);
    const { price, size } = amend;
    // Only decimals need to know the instrument: an order is found by its id alone.
    const instrument =
      price === undefined && size === undefined ? this.#named(amend) : this.#find(amend.instrument);
    const priceTicks = ticks('price', amend.price, amend.priceTicks, instrument);
    const sizeLots = lots('size', amend.size, amend.sizeLots, instrument);
    this.#target(CommandKind.Amend, amend, instrument?.id ?? 0);
    if (priceTicks !== undefined) {
      this.#record.flag(CommandFlag.AmendPrice);
      this.#record.whole(ORDER_PRICE, priceTicks);
    }
    if (sizeLots !== undefined) {
      this.#record.flag(CommandFlag.AmendSize);
      this.#record.whole(ORDER_SIZE, sizeLots);
    }
    this.#record.end();
  }

  /** Writes a cancel-all. @throws TypeError, RangeError where it is none */
  cancelAll(cancel: CancelAll): void {
    checkFields('a cancel-all', cancel, cancelAllFields);
    const side = cancel.side === undefined ? 0 : checkName('side', cancel.side, sides);
    const instrument = this.#named(cancel)?.id ?? 0;
    this.#begin(CommandKind.CancelAll, cancel, cancel.clientId, 'clientId', { side, instrument }, 0);
    if (checkFlag('onlySession', cancel.onlySession)) this.#record.flag(CommandFlag.OnlySession);
    this.#record.end();
  }

  /**
   * Writes a mass quote. Returns for each quote on which sides it has a size.
   *
   * @throws TypeError, RangeError where it is none
   */
  massQuote(command: MassQuote): (readonly [bid: boolean, ask: boolean])[] {
    checkFields('a mass quote', command, massQuoteFields);
    const { quotes } = command;
    if (!Array.isArray(quotes) || quotes.length < 1 || quotes.length > MAX_QUOTES)
      throw new RangeError(`quotes: a mass quote holds 1 to ${MAX_QUOTES} of them, in an array`);
    const rows = (quotes as readonly Quote[]).map((quote) => this.#quoteRow(quote));
    const lines = 2 + rows.length;
    this.#begin(
      CommandKind.MassQuote,
      command,
      command.clientId,
      'clientId',
      { instrument: rows[0]![0]! },
      1,
      lines,
    );
    this.#record.whole(ORDER_SIZE, rows.length);
    if (command.selfTrade !== undefined)
      this.#record.flag(checkName('selfTrade', command.selfTrade, selfTrades) << SELF_TRADE_SHIFT);
    for (const [index, [instrument, bid, bidSize, ask, askSize]] of rows.entries()) {
      const at = QUOTES_AT + index * LINE_WORDS;
      this.#record.words[at] = instrument!;
      this.#record.whole(at + QUOTE_BID_PRICE, bid!);
      this.#record.whole(at + QUOTE_BID_SIZE, bidSize!);
      this.#record.whole(at + QUOTE_ASK_PRICE, ask!);
      this.#record.whole(at + QUOTE_ASK_SIZE, askSize!);
    }
    this.#record.end();
    return rows.map(([, , bidSize, , askSize]) => [bidSize !== 0, askSize !== 0] as const);
  }

  /** Instrument, bid, bid size, ask, ask size. A price without a size says nothing, and is 0. */
  #quoteRow(quote: Quote): number[] {
    checkFields('a quote', quote, quoteFields);
    const instrument = this.#find(quote.instrument);
    const row = [instrument.id];
    for (const side of ['bid', 'ask'] as const) {
      const size = lots(`${side}Size`, quote[`${side}Size`], quote[`${side}SizeLots`], instrument) ?? 0;
      const price = ticks(side, quote[side], quote[`${side}Ticks`], instrument);
      if (price === undefined && size !== 0)
        throw new TypeError(`${side}: missing; its size is ${size} lots`);
      row.push(size === 0 ? 0 : price!, size);
    }
    return row;
  }

  /** The instrument of a command that may leave it open. */
  #named(command: { readonly instrument?: string | number }): Instrument | undefined {
    return command.instrument === undefined ? undefined : this.#find(command.instrument);
  }

  #begin(
    kind: CommandKind,
    command: { readonly account: number; readonly session?: number },
    clientId: ClientId | undefined,
    clientIdName: string,
    more: { side?: number; type?: number; timeInForce?: number; instrument: number },
    minAccount = 1,
    lines = 1,
  ): void {
    const account = checkWhole('account', command.account, minAccount, MAX_U32);
    const session = checkWhole('session', command.session ?? 0, 0, MAX_U32);
    if (clientId !== undefined) checkClientId(clientIdName, clientId);
    this.#record.begin({ kind, account, session, clientId, ...more }, lines);
  }

  #target(kind: CommandKind, command: CancelOrder, instrument: number): void {
    const { orderId, clientOrderId } = command;
    if ((orderId === undefined) === (clientOrderId === undefined))
      throw new TypeError('orderId: give orderId or clientOrderId, one of the two');
    if (orderId !== undefined) checkWhole('orderId', orderId, 1);
    // An order may have an id that the engine made.
    else checkClientId('clientOrderId', clientOrderId, MAX_WHOLE);
    this.#begin(kind, command, command.clientId, 'clientId', { instrument });
    this.#record.target(orderId, clientOrderId);
  }

  #flags(order: NewOrder): void {
    const record = this.#record;
    const { postOnly, selfTrade } = order;
    if (postOnly === 'slide') record.flag(CommandFlag.PostOnlySlide);
    else if (checkFlag('postOnly', postOnly)) record.flag(CommandFlag.PostOnly);
    if (checkFlag('hidden', order.hidden)) record.flag(CommandFlag.Hidden);
    if (checkFlag('allOrNone', order.allOrNone)) record.flag(CommandFlag.AllOrNone);
    if (selfTrade !== undefined)
      record.flag(checkName('selfTrade', selfTrade, selfTrades) << SELF_TRADE_SHIFT);
  }

  /** Stop price, distance, or what a peg follows: each type has its own, and none of the others'. */
  #follow(order: NewOrder, type: number, instrument: Instrument): void {
    const record = this.#record;
    if (type !== OrderType.Limit && type !== OrderType.Market) record.needLines(2);
    const stop = ticks('stopPrice', order.stopPrice, order.stopPriceTicks, instrument);
    const hasStop = type === OrderType.Stop || type === OrderType.StopLimit;
    mustFit('stopPrice', stop !== undefined, hasStop, 'a stop or stop-limit order');
    if (stop !== undefined) record.whole(ORDER_STOP_PRICE, stop);

    const { trailBasisPoints } = order;
    const distance = trailBasisPoints ?? ticks('trail', order.trail, order.trailTicks, instrument);
    mustFit('trail', distance !== undefined, type === OrderType.TrailingStop, 'a trailing stop');
    if (distance !== undefined) {
      if (trailBasisPoints !== undefined && (order.trail ?? order.trailTicks) !== undefined)
        throw new TypeError('trail: give it in ticks, as a decimal or in basis points, one of the three');
      record.whole(ORDER_STOP_PRICE, checkWhole('trailBasisPoints', distance));
      const unit = trailBasisPoints === undefined ? TrailUnit.Ticks : TrailUnit.BasisPoints;
      writeByte(record.words, ORDER_TRAIL_UNIT_BYTE, unit);
    }

    const { peg } = order;
    const offset = ticks('pegOffset', order.pegOffset, order.pegOffsetTicks, instrument, -MAX_WHOLE);
    mustFit('peg', peg !== undefined, type === OrderType.Pegged, 'a pegged order');
    if (offset !== undefined && peg === undefined)
      throw new TypeError('pegOffset: only a pegged order has one');
    if (peg !== undefined) {
      writeByte(record.words, ORDER_PEG_REFERENCE_BYTE, checkName('peg', peg, pegReferences));
      record.whole(ORDER_STOP_PRICE, offset ?? 0);
    }
  }

  #link(order: NewOrder): void {
    const { linkedTo } = order;
    if (linkedTo === undefined) return;
    this.#record.flag(CommandFlag.Linked);
    if (typeof linkedTo === 'object' && linkedTo !== null)
      this.#record.target(undefined, checkClientId('linkedTo', linkedTo.clientOrderId, MAX_WHOLE), true);
    else this.#record.target(checkWhole('linkedTo', linkedTo, 1), undefined, true);
  }

  #exits(order: NewOrder, instrument: Instrument): void {
    const takeProfit = ticks('takeProfit', order.takeProfit, order.takeProfitTicks, instrument);
    const stopLoss = ticks('stopLoss', order.stopLoss, order.stopLossTicks, instrument);
    if (takeProfit === undefined && stopLoss === undefined) return;
    if (takeProfit === undefined || stopLoss === undefined)
      throw new TypeError('takeProfit, stopLoss: a bracket has both');
    this.#record.flag(CommandFlag.Bracket);
    this.#record.needLines(3);
    this.#record.whole(ORDER_TAKE_PROFIT, takeProfit);
    this.#record.whole(ORDER_STOP_LOSS, stopLoss);
  }
}

function timeInForceOf(order: NewOrder, type: number): number {
  if (order.timeInForce !== undefined) return checkName('timeInForce', order.timeInForce, timesInForce);
  if (type === OrderType.Market) return TimeInForce.ImmediateOrCancel;
  return order.expiresAtNs === undefined ? TimeInForce.GoodTillCancel : TimeInForce.GoodTillDate;
}

/** A field that one type needs, and no other type has. */
function mustFit(name: string, isGiven: boolean, isNeeded: boolean, owner: string): void {
  if (isNeeded && !isGiven) throw new TypeError(`${name}: missing; ${owner} needs it`);
  if (isGiven && !isNeeded) throw new TypeError(`${name}: only ${owner} has one`);
}
