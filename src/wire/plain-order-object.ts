import { CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import { FIRST_GATEWAY_CLIENT_ID } from '../model/limits.js';
import { readDecimal } from './decimal.js';
import type { InstrumentTable } from './instrument-table.js';
import type { Encoded } from './object-encoding.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TERMS,
  orderHead,
  orderTerms,
} from './order-record.js';
import { writeWhole } from './words.js';

const MAX_ACCOUNT = 0x7fff_ffff;

const BUY = orderHead(CommandKind.New, 1, Side.Buy);
const SELL = orderHead(CommandKind.New, 1, Side.Sell);
const GTC = orderTerms(OrderType.Limit, TimeInForce.GoodTillCancel, 0);
const IOC = orderTerms(OrderType.Limit, TimeInForce.ImmediateOrCancel, 0);

/**
 * The short way from object to record for what nearly all orders are: a limit order, GTC or IOC, with a number for its
 * client order id and decimals for price and size. It writes what the general way would; undefined where the object says
 * more than that, or anything that is not right: the general way then says what.
 */
export function encodePlainOrder(
  value: object,
  instruments: InstrumentTable,
  defaultAccount: number,
  words: Int32Array,
  at: number,
): Encoded | undefined {
  let isNew = false;
  let head = 0;
  let terms = GTC;
  let account = defaultAccount;
  let clientId = 0;
  let symbol: unknown;
  let price: unknown;
  let size: unknown;
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    switch (key) {
      case 'type':
        if (field !== 'new') return undefined;
        isNew = true;
        break;
      case 'side':
        head = field === 'buy' ? BUY : field === 'sell' ? SELL : 0;
        break;
      case 'symbol':
        symbol = field;
        break;
      case 'price':
        price = field;
        break;
      case 'size':
        size = field;
        break;
      case 'clientOrderId':
        clientId = wholeOr0(field, FIRST_GATEWAY_CLIENT_ID - 1);
        break;
      case 'account':
        account = wholeOr0(field, MAX_ACCOUNT);
        break;
      case 'timeInForce':
        if (field !== 'GTC' && field !== 'IOC') return undefined;
        terms = field === 'GTC' ? GTC : IOC;
        break;
      default:
        return undefined;
    }
  }
  if (!isNew || head === 0 || clientId === 0 || account === 0 || typeof symbol !== 'string') return undefined;
  const instrument = instruments.bySymbol(symbol);
  if (instrument === undefined) return undefined;
  const ticks = stepsOf(price, instrument.priceDecimals, instrument.tickSize);
  const lots = stepsOf(size, instrument.sizeDecimals, instrument.lotSize);
  if (ticks < 0 || lots < 0) return undefined;
  words.fill(0, at, at + LINE_WORDS);
  words[at] = head;
  words[at + ORDER_TERMS] = terms;
  words[at + ORDER_INSTRUMENT] = instrument.id;
  words[at + ORDER_ACCOUNT] = account;
  writeWhole(words, at + ORDER_CLIENT_ID, clientId);
  writeWhole(words, at + ORDER_PRICE, ticks);
  writeWhole(words, at + ORDER_SIZE, lots);
  return { ok: true, lines: 1, account, instrument: instrument.id, clientId };
}

/** A whole number from 1 to `most`; 0 for anything else. */
function wholeOr0(value: unknown, most: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most ? value : 0;
}

/** A decimal in steps of so many units; negative where it is none, or between two of them. */
function stepsOf(value: unknown, decimals: number, stepUnits: number): number {
  if (typeof value !== 'string' && typeof value !== 'number') return -1;
  const units = readDecimal(value, decimals);
  return typeof units === 'number' && units >= 0 && units % stepUnits === 0 ? units / stepUnits : -1;
}
