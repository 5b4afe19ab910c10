import * as layout from '../../src/wire/order-record.js';
import { readByte, readText } from '../../src/wire/text.js';
import { readBig, readWhole } from '../../src/wire/words.js';
import { testInstruments } from './instruments.js';

type Fields = Record<string, unknown>;

const TYPES = ['', 'limit', 'market', 'stop', 'stopLimit', 'trailingStop', 'pegged'];
const TIMES = ['', 'GTC', 'IOC', 'FOK', 'GTD', 'DAY', 'OPG', 'CLS'];
const SIDES = [undefined, 'buy', 'sell'];
const SELF_TRADE = [undefined, 'cancelTaker', 'cancelMaker', 'cancelBoth', 'decrementBoth'];
const REFERENCES = [undefined, 'best', 'mid', 'opposite'];
const STATES = [undefined, 'preOpen', 'auction', 'continuous', 'halted', 'closed'];
const instruments = testInstruments();

/** The message that a record says, in ticks and lots: the way back, which no client needs. */
export function decoded(words: Int32Array): unknown {
  const kind = layout.orderKind(words[0]!);
  const account = words[layout.ORDER_ACCOUNT]!;
  const sendTime = readBig(words, layout.ORDER_SEND_TIME);
  const common: Fields = {
    clientId: idAt(words, 0, layout.ORDER_CLIENT_ID, layout.ORDER_TEXT_BYTE),
    ...(sendTime === 0n ? {} : { sendTimeNs: String(sendTime) }),
  };
  const ofAccount = { ...common, account };
  switch (kind) {
    case 1:
      return decodedNew(words, ofAccount);
    case 2:
      return { type: 'cancel', ...ofAccount, ...target(words) };
    case 3:
      return { type: 'amend', ...ofAccount, ...target(words), ...values(words, 'priceTicks', 'sizeLots') };
    case 4:
      return {
        type: 'cancelAll',
        ...ofAccount,
        symbol: symbolOf(words[2]!),
        side: SIDES[layout.orderSide(words[0]!)],
        onlySession: has(words, 14),
      };
    case 5:
      return { type: 'massQuote', ...ofAccount, selfTrade: selfTrade(words), quotes: quotes(words) };
    case 18: {
      const state = STATES[layout.orderType(words[1]!)];
      return { type: 'state', ...common, symbol: symbolOf(words[2]!), state, cancelOrders: has(words, 15) };
    }
    case 19:
      return {
        type: 'prices',
        ...common,
        symbol: symbolOf(words[2]!),
        ...values(words, 'referenceTicks', 'markTicks'),
      };
    case 20:
      return {
        type: 'account',
        ...common,
        subject: readWhole(words, 6),
        ...values(words, 'maxOrdersPerSecond', 'maxOpenOrders'),
        ...(has(words, 8) ? { group: words[2]! } : {}),
        ...(has(words, 9) ? { killSwitch: layout.orderType(words[1]!) === 1 } : {}),
      };
    default:
      return {
        type: 'book',
        symbol: symbolOf(words[2]!),
        depth: readWhole(words, layout.ORDER_SIZE),
        clientId: common['clientId'] || undefined,
      };
  }
}

function has(words: Int32Array, bit: number): boolean {
  return ((layout.orderFlags(words[1]!) >> bit) & 1) === 1;
}

function symbolOf(id: number): string | undefined {
  return instruments.byId(id)?.symbol;
}

/** A client id that is a text where the flag `bit` says so. */
function idAt(words: Int32Array, bit: number, word: number, textByte: number): number | string {
  return has(words, bit) ? readText(words, textByte, readByte(words, textByte - 1)) : readWhole(words, word);
}

function target(words: Int32Array): Fields {
  const symbol = symbolOf(words[2]!);
  if (!has(words, 1)) return { orderId: readWhole(words, 6), symbol };
  return { clientOrderId: idAt(words, 2, 6, layout.ORDER_TARGET_TEXT_BYTE), symbol };
}

/** Price and size field, where the flags say that they are given. */
function values(words: Int32Array, price: string, size: string): Fields {
  return {
    ...(has(words, 3) ? { [price]: readWhole(words, 8) } : {}),
    ...(has(words, 4) ? { [size]: readWhole(words, 10) } : {}),
  };
}

function selfTrade(words: Int32Array): string | undefined {
  return SELF_TRADE[(layout.orderFlags(words[1]!) >> 5) & 7];
}

function decodedNew(words: Int32Array, { clientId, ...common }: Fields): unknown {
  const terms = words[1]!;
  const type = TYPES[layout.orderType(terms)]!;
  const lines = layout.orderLines(words[0]!);
  const order: Fields = {
    type: 'new',
    ...common,
    clientOrderId: clientId,
    symbol: symbolOf(words[2]!),
    side: SIDES[layout.orderSide(words[0]!)],
    orderType: type,
    timeInForce: TIMES[layout.orderTimeInForce(terms)],
    sizeLots: readWhole(words, 10),
    selfTrade: selfTrade(words),
    hidden: has(words, 10),
    allOrNone: has(words, 11),
    postOnly: has(words, 8) ? 'reject' : has(words, 9) ? 'slide' : undefined,
  };
  const price = readWhole(words, 8);
  if (price !== 0 || type === 'limit' || type === 'stopLimit') order['priceTicks'] = price;
  const put = (name: string, value: number) => {
    if (value !== 0) order[name] = value;
  };
  put('displaySizeLots', readWhole(words, 6));
  if (lines >= 2) {
    const [reference, unit] = [readByte(words, 88), readByte(words, 89)];
    const stop = readWhole(words, 16);
    if (type.startsWith('stop')) order['stopPriceTicks'] = stop;
    else if (unit !== 0) order[unit === 1 ? 'trailTicks' : 'trailBasisPoints'] = stop;
    else put('pegOffsetTicks', stop);
    order['pegReference'] = REFERENCES[reference];
    put('minimumSizeLots', readWhole(words, 20));
    if (readBig(words, 18) !== 0n) order['expiresAtNs'] = String(readBig(words, 18));
  }
  if (lines === 3) {
    put('takeProfitTicks', readWhole(words, 44));
    put('stopLossTicks', readWhole(words, 46));
    if (has(words, 1)) order['linkedToClientOrderId'] = idAt(words, 2, 42, layout.ORDER_TARGET_TEXT_BYTE);
    else put('linkedTo', readWhole(words, 42));
  }
  return order;
}

function quotes(words: Int32Array): Fields[] {
  return Array.from({ length: readWhole(words, 10) }, (_, i) => {
    const at = layout.QUOTES_AT + i * layout.LINE_WORDS;
    return {
      symbol: symbolOf(words[at]!),
      bidTicks: readWhole(words, at + 2),
      bidSizeLots: readWhole(words, at + 4),
      askTicks: readWhole(words, at + 6),
      askSizeLots: readWhole(words, at + 8),
    };
  });
}
