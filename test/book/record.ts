import {
  CommandFlag,
  CommandKind,
  OrderType,
  SELF_TRADE_SHIFT,
  TimeInForce,
} from '../../src/model/command.js';
import { writeListing, writeSettings } from '../../src/wire/instrument-record.js';
import * as layout from '../../src/wire/order-record.js';
import { writeByte, writeText } from '../../src/wire/text.js';
import { writeBig, writeWhole } from '../../src/wire/words.js';
import type * as commands from './commands.js';
import { flagsOfNew, targetFlags, textFlag, timeInForceOf } from './new-flags.js';

const F = CommandFlag;

/** The canonical record of a command, with zeros behind it up to three lines. */
export function record(command: commands.Command): Int32Array {
  const lines = command.kind === 'massQuote' ? 2 + command.quotes.length : 3;
  const words = new Int32Array(lines * layout.LINE_WORDS);
  switch (command.kind) {
    case 'list':
      writeListing(words, 0, command.instrument);
      break;
    case 'settings':
      writeSettings(words, 0, {
        clientIdWindow: command.window,
        maxOpenOrders: command.maxOpenOrders ?? 0,
      });
      break;
    case 'time':
      words[0] = layout.orderHead(CommandKind.Time, 1, 0);
      break;
    case 'new':
      writeNew(words, command);
      break;
    case 'cancel':
    case 'amend':
      writeChange(words, command);
      break;
    case 'cancelAll':
      writeCancelAll(words, command);
      break;
    case 'massQuote':
      writeMassQuote(words, command);
      break;
    default:
      writeOperatorCommand(words, command);
  }
  return words;
}

function writeNew(words: Int32Array, command: commands.NewOrder): void {
  const { linkedTo, bracket, stopPrice = 0, minimumSize = 0, expiry = 0 } = command;
  const type = command.type ?? OrderType.Limit;
  const timeInForce = timeInForceOf(command);
  const flags = flagsOfNew(command);
  const hasThird = (flags & (F.Linked | F.Bracket)) !== 0;
  const hasSecond =
    hasThird ||
    (flags & F.TextClientId) !== 0 ||
    (type >= OrderType.Stop && type <= OrderType.Pegged) ||
    timeInForce === TimeInForce.GoodTillDate ||
    minimumSize !== 0;
  writeIdentity(words, command);
  words[0] = layout.orderHead(CommandKind.New, hasThird ? 3 : hasSecond ? 2 : 1, command.side);
  words[1] = layout.orderTerms(type, timeInForce, flags);
  writeWhole(words, layout.ORDER_DISPLAY_SIZE, command.displaySize ?? 0);
  writeWhole(words, layout.ORDER_PRICE, command.price);
  writeWhole(words, layout.ORDER_SIZE, command.size);
  if (!hasSecond && (stopPrice !== 0 || BigInt(expiry) !== 0n || command.pegReference || command.trailUnit))
    throw new Error('these terms need a second line, which their record does not have');
  writeWhole(words, layout.ORDER_STOP_PRICE, stopPrice);
  writeBig(words, layout.ORDER_EXPIRY, BigInt(expiry));
  writeWhole(words, layout.ORDER_MINIMUM_SIZE, minimumSize);
  writeByte(words, layout.ORDER_PEG_REFERENCE_BYTE, command.pegReference ?? 0);
  writeByte(words, layout.ORDER_TRAIL_UNIT_BYTE, command.trailUnit ?? 0);
  if (linkedTo !== undefined) writeTarget(words, layout.ORDER_LINKED, linkedTo);
  writeWhole(words, layout.ORDER_TAKE_PROFIT, bracket?.takeProfit ?? 0);
  writeWhole(words, layout.ORDER_STOP_LOSS, bracket?.stopLoss ?? 0);
}

function writeChange(words: Int32Array, command: commands.Cancel | commands.Amend): void {
  const { target } = command;
  let flags = textFlag(command.clientId) | targetFlags(target);
  let kind: number = CommandKind.Cancel;
  if (command.kind === 'amend') {
    kind = CommandKind.Amend;
    if (command.price !== undefined) flags |= F.AmendPrice;
    if (command.size !== undefined) flags |= F.AmendSize;
    writeWhole(words, layout.ORDER_PRICE, command.price ?? 0);
    writeWhole(words, layout.ORDER_SIZE, command.size ?? 0);
  }
  writeIdentity(words, command);
  writeTarget(words, layout.ORDER_TARGET, target);
  const lines = (flags & F.TargetText) !== 0 ? 3 : linesOfId(command.clientId);
  words[0] = layout.orderHead(kind, lines, 0);
  words[1] = layout.orderTerms(0, 0, flags);
}

function writeCancelAll(words: Int32Array, command: commands.CancelAll): void {
  const flags = textFlag(command.clientId) | (command.onlySession ? F.OnlySession : 0);
  writeIdentity(words, command);
  words[0] = layout.orderHead(CommandKind.CancelAll, linesOfId(command.clientId), command.side ?? 0);
  words[1] = layout.orderTerms(command.reason ?? 0, 0, flags);
}

function writeMassQuote(words: Int32Array, command: commands.MassQuote): void {
  const { quotes, selfTrade = 0 } = command;
  writeIdentity(words, { ...command, instrument: quotes[0]?.instrument ?? 0 });
  words[0] = layout.orderHead(CommandKind.MassQuote, 2 + quotes.length, 0);
  words[1] = layout.orderTerms(0, 0, textFlag(command.clientId) | (selfTrade << SELF_TRADE_SHIFT));
  writeWhole(words, layout.ORDER_SIZE, quotes.length);
  quotes.forEach((quote, i) => {
    const at = layout.QUOTES_AT + i * layout.LINE_WORDS;
    words[at] = quote.instrument;
    writeWhole(words, at + layout.QUOTE_BID_PRICE, quote.bidPrice);
    writeWhole(words, at + layout.QUOTE_BID_SIZE, quote.bidSize);
    writeWhole(words, at + layout.QUOTE_ASK_PRICE, quote.askPrice);
    writeWhole(words, at + layout.QUOTE_ASK_SIZE, quote.askSize);
  });
}

function writeOperatorCommand(words: Int32Array, command: commands.OperatorCommand): void {
  let flags = textFlag(command.clientId);
  let kind: number = CommandKind.State;
  let type = 0;
  const instrument = command.kind === 'account' ? (command.group ?? 0) : command.instrument;
  writeIdentity(words, { ...command, instrument, account: 0 });
  if (command.kind === 'state') {
    type = command.state;
    if (command.cancelOrders) flags |= F.CancelOrders;
  } else if (command.kind === 'prices') {
    kind = CommandKind.Prices;
    if (command.reference !== undefined) flags |= F.AmendPrice;
    if (command.mark !== undefined) flags |= F.AmendSize;
    writeWhole(words, layout.ORDER_PRICE, command.reference ?? 0);
    writeWhole(words, layout.ORDER_SIZE, command.mark ?? 0);
  } else {
    kind = CommandKind.Account;
    type = command.killSwitch ? 1 : 0;
    if (command.orderRate !== undefined) flags |= F.SetOrderRate;
    if (command.openOrders !== undefined) flags |= F.SetOpenOrders;
    if (command.group !== undefined) flags |= F.SetGroup;
    if (command.killSwitch !== undefined) flags |= F.SetKillSwitch;
    writeWhole(words, layout.ORDER_TARGET, command.subject);
    writeWhole(words, layout.ORDER_PRICE, command.orderRate ?? 0);
    writeWhole(words, layout.ORDER_SIZE, command.openOrders ?? 0);
  }
  words[0] = layout.orderHead(kind, linesOfId(command.clientId), 0);
  words[1] = layout.orderTerms(type, 0, flags);
}

interface Identity {
  readonly account: number;
  readonly instrument: number;
  readonly clientId: commands.ClientId;
  readonly session?: number;
  readonly sendTime?: number;
}

function writeIdentity(words: Int32Array, command: Identity): void {
  words[layout.ORDER_INSTRUMENT] = command.instrument;
  words[layout.ORDER_ACCOUNT] = command.account;
  words[layout.ORDER_SESSION] = command.session ?? 0;
  writeWhole(words, layout.ORDER_SEND_TIME, command.sendTime ?? 0);
  if (typeof command.clientId === 'string') writeClientText(words, layout.ORDER_TEXT_WORD, command.clientId);
  else writeWhole(words, layout.ORDER_CLIENT_ID, command.clientId);
}

function writeTarget(words: Int32Array, at: number, target: commands.Target): void {
  if ('orderId' in target) writeWhole(words, at, target.orderId);
  else if (typeof target.clientId === 'number') writeWhole(words, at, target.clientId);
  else writeClientText(words, layout.ORDER_TARGET_TEXT_WORD, target.clientId);
}

function linesOfId(clientId: commands.ClientId): number {
  return typeof clientId === 'string' ? 2 : 1;
}

/** Writes a text at a word, and its length in the byte before. */
function writeClientText(words: Int32Array, word: number, text: string): void {
  writeByte(words, word * 4 - 1, writeText(words, word * 4, text));
}

/** A ReadBook record. */
export function bookRead(instrument: number, depth: number, session = 0, clientId = 0): Int32Array {
  const words = new Int32Array(layout.LINE_WORDS);
  words[0] = layout.orderHead(CommandKind.ReadBook, 1, 0);
  words[layout.ORDER_INSTRUMENT] = instrument;
  words[layout.ORDER_SESSION] = session;
  writeWhole(words, layout.ORDER_CLIENT_ID, clientId);
  writeWhole(words, layout.ORDER_SIZE, depth);
  return words;
}
