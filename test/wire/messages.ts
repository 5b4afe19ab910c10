import { MAX_QUOTES } from '../../src/model/limits.js';
import type { OrderMessage } from '../../src/wire/order-schema.js';

const MAX = Number.MAX_SAFE_INTEGER;
const LONG_ID = '~'.repeat(36);

const ofNew = { type: 'new', clientOrderId: 5, symbol: 'BTC-USD', side: 'buy', size: '2' } as const;
const limit = { ...ofNew, price: '100.05' } as const;
const quote = { symbol: 'BTC-USD', bid: '99.95', bidSize: '1', ask: '100.05', askSizeLots: 2 } as const;

/** New orders: each type, each term, and what goes together. */
export const newOrders: readonly OrderMessage[] = [
  { type: 'new', clientOrderId: 1, symbol: 'ACME', side: 'buy', price: '1', size: '10' },
  {
    type: 'new',
    clientOrderId: 2 ** 52 - 1,
    symbol: 'ACME',
    side: 'sell',
    priceTicks: MAX,
    sizeLots: MAX,
  },
  { ...limit, clientOrderId: 'text', side: 'sell', timeInForce: 'IOC', price: 0, size: 0 },
  { ...limit, clientOrderId: LONG_ID, sendTimeNs: '5' },
  { ...limit, timeInForce: 'FOK', selfTrade: 'cancelTaker' },
  { ...limit, timeInForce: 'DAY', displaySize: '0.5', selfTrade: 'decrementBoth' },
  { ...limit, timeInForce: 'GTD', expiresAtNs: '1790000000123456789', hidden: true },
  { ...limit, timeInForce: 'GTD', expiresAtNs: '18446744073709551615', clientOrderId: 'gtd' },
  { ...limit, timeInForce: 'OPG', side: 'sell' },
  { ...limit, timeInForce: 'CLS' },
  { ...limit, timeInForce: 'IOC', minimumSize: '0.5', allOrNone: true },
  { ...limit, postOnly: 'reject', displaySizeLots: 5 },
  { ...limit, postOnly: 'slide', hidden: true, side: 'sell' },
  { ...limit, linkedTo: MAX },
  { ...limit, linkedToClientOrderId: 9, clientOrderId: 'half' },
  { ...limit, linkedToClientOrderId: LONG_ID, timeInForce: 'GTD', expiresAtNs: '7' },
  { ...limit, takeProfit: '110', stopLoss: '90' },
  { ...limit, side: 'sell', takeProfitTicks: 1, stopLossTicks: MAX, clientOrderId: 'exits' },
  { ...limit, timeInForce: 'IOC', minimumSizeLots: 3, takeProfitTicks: 2, stopLossTicks: 1 },
  { ...ofNew, orderType: 'market' },
  { ...ofNew, orderType: 'market', timeInForce: 'FOK', price: '120', clientOrderId: 'now' },
  { ...ofNew, orderType: 'market', timeInForce: 'CLS', side: 'sell' },
  { ...ofNew, orderType: 'stop', stopPrice: '105' },
  { ...ofNew, orderType: 'stop', stopPriceTicks: 1, price: '106', linkedTo: 17, clientOrderId: 'stop' },
  { ...limit, orderType: 'stopLimit', stopPrice: '101', displaySize: '1', timeInForce: 'DAY' },
  { ...limit, orderType: 'stopLimit', stopPrice: '101', hidden: true, takeProfit: 200, stopLoss: 50 },
  { ...ofNew, orderType: 'trailingStop', trail: '0.05', price: '0.05' },
  { ...ofNew, orderType: 'trailingStop', trailTicks: MAX, timeInForce: 'GTD', expiresAtNs: '1' },
  { ...ofNew, orderType: 'trailingStop', trailBasisPoints: 9_999, side: 'sell' },
  { ...ofNew, orderType: 'pegged', pegReference: 'best' },
  { ...ofNew, orderType: 'pegged', pegReference: 'mid', pegOffset: '-0.10', price: '200', hidden: true },
  { ...ofNew, orderType: 'pegged', pegReference: 'opposite', pegOffsetTicks: -MAX, selfTrade: 'cancelBoth' },
];

/** Sound messages of all commands. */
export const messages: readonly OrderMessage[] = [
  ...newOrders,
  { type: 'cancel', clientId: 2, orderId: 5 },
  { type: 'cancel', clientId: 'c', orderId: MAX },
  { type: 'cancel', clientId: 2, clientOrderId: 1, symbol: 'ACME' },
  { type: 'cancel', clientId: 2, clientOrderId: 't', symbol: 'ACME' },
  { type: 'cancel', clientId: 'c', clientOrderId: LONG_ID, symbol: 'ACME' },
  { type: 'amend', clientId: 3, orderId: 5 },
  { type: 'amend', clientId: 3, orderId: 5, priceTicks: 4 },
  { type: 'amend', clientId: 'c', clientOrderId: 1, symbol: 'ACME', sizeLots: 4 },
  { type: 'amend', clientId: 3, clientOrderId: 't', symbol: 'ACME', priceTicks: 4, sizeLots: 4 },
  { type: 'amend', clientId: 'c', clientOrderId: 't', symbol: 'ACME', priceTicks: 4, sizeLots: 4 },
  { type: 'cancelAll', clientId: 4 },
  { type: 'cancelAll', clientId: 'all', account: 0, symbol: 'ACME', side: 'sell', onlySession: true },
  { type: 'massQuote', clientId: 6, quotes: [quote] },
  {
    type: 'massQuote',
    clientId: 'quotes',
    account: 9,
    selfTrade: 'cancelMaker',
    quotes: [{ symbol: 'BTC-USD', askTicks: 3, askSize: '0.5' }, { symbol: 'ACME' }, quote],
  },
  { type: 'massQuote', clientId: 7, quotes: Array.from({ length: MAX_QUOTES }, () => quote) },
  { type: 'state', clientId: 8, symbol: 'ACME', state: 'halted' },
  { type: 'state', clientId: 'halt', symbol: 'ACME', state: 'closed', cancelOrders: true },
  { type: 'prices', clientId: 8, symbol: 'BTC-USD', reference: '100', mark: null },
  { type: 'prices', clientId: 'mark', symbol: 'BTC-USD', markTicks: MAX },
  { type: 'account', clientId: 8, subject: 9 },
  {
    type: 'account',
    clientId: 'limits',
    subject: 0x7fffffff,
    maxOrdersPerSecond: 100,
    maxOpenOrders: MAX,
    group: 0x7fffffff,
    killSwitch: true,
  },
  { type: 'account', clientId: 9, subject: 1, group: 0, killSwitch: false },
  { type: 'book', symbol: 'ACME', depth: 100 },
  { type: 'book', symbol: 'ACME', depth: 1, clientId: 9 },
];
