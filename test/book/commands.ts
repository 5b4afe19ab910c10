import { CommandFlag, CommandKind, OrderType, TimeInForce } from '../../src/model/command.js';
import type { Instrument } from '../../src/model/instrument.js';
import { writeListing, writeSettings } from '../../src/wire/instrument-record.js';
import * as layout from '../../src/wire/order-record.js';
import { writeByte, writeText } from '../../src/wire/text.js';
import { writeWhole } from '../../src/wire/words.js';

/** Commands as tests write them, and the records that they stand for. */

export type ClientId = number | string;

interface OfClient {
  readonly account: number;
  readonly clientId: ClientId;
  /** 0 for a cancel or an amend that names none. */
  readonly instrument: number;
  readonly sendTime?: number;
  readonly session?: number;
}

export interface NewOrder extends OfClient {
  readonly kind: 'new';
  readonly side: number;
  readonly price: number;
  readonly size: number;
  /** Immediate or cancel; otherwise good till cancel. */
  readonly immediate?: boolean;
}

/** The order id, or the client order id, of the target. */
export type Target = { readonly orderId: number } | { readonly clientId: ClientId };

export interface Cancel extends OfClient {
  readonly kind: 'cancel';
  readonly target: Target;
}

export interface Amend extends OfClient {
  readonly kind: 'amend';
  readonly target: Target;
  readonly price?: number;
  readonly size?: number;
}

export type ClientCommand = NewOrder | Cancel | Amend;
export type Command =
  | ClientCommand
  | { readonly kind: 'list'; readonly instrument: Instrument }
  | { readonly kind: 'settings'; readonly window: number };

const MAX_WORDS = 3 * layout.LINE_WORDS;

/** The record of a command. */
export function record(command: Command): Int32Array {
  const words = new Int32Array(MAX_WORDS);
  if (command.kind === 'list') writeListing(words, 0, command.instrument);
  else if (command.kind === 'settings') writeSettings(words, 0, command.window);
  else writeClientCommand(words, command);
  return words;
}

function writeClientCommand(words: Int32Array, command: ClientCommand): void {
  const isText = typeof command.clientId === 'string';
  let flags = isText ? CommandFlag.TextClientId : 0;
  let lines = isText ? 2 : 1;
  words[layout.ORDER_INSTRUMENT] = command.instrument;
  words[layout.ORDER_ACCOUNT] = command.account;
  words[layout.ORDER_SESSION] = command.session ?? 0;
  writeWhole(words, layout.ORDER_SEND_TIME, command.sendTime ?? 0);
  if (typeof command.clientId === 'string') writeClientText(words, layout.ORDER_TEXT_WORD, command.clientId);
  else writeWhole(words, layout.ORDER_CLIENT_ID, command.clientId);
  if (command.kind === 'new') {
    const time = command.immediate ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel;
    words[0] = layout.orderHead(CommandKind.New, lines, command.side);
    words[1] = layout.orderTerms(OrderType.Limit, time, flags);
    writeWhole(words, layout.ORDER_PRICE, command.price);
    writeWhole(words, layout.ORDER_SIZE, command.size);
    return;
  }
  const { target } = command;
  if ('orderId' in target) {
    writeWhole(words, layout.ORDER_TARGET, target.orderId);
  } else if (typeof target.clientId === 'string') {
    flags |= CommandFlag.TargetByClientId | CommandFlag.TargetText;
    lines = 3;
    writeClientText(words, layout.ORDER_TARGET_TEXT_WORD, target.clientId);
  } else {
    flags |= CommandFlag.TargetByClientId;
    writeWhole(words, layout.ORDER_TARGET, target.clientId);
  }
  if (command.kind === 'amend') {
    if (command.price !== undefined) {
      flags |= CommandFlag.AmendPrice;
      writeWhole(words, layout.ORDER_PRICE, command.price);
    }
    if (command.size !== undefined) {
      flags |= CommandFlag.AmendSize;
      writeWhole(words, layout.ORDER_SIZE, command.size);
    }
  }
  words[0] = layout.orderHead(command.kind === 'cancel' ? CommandKind.Cancel : CommandKind.Amend, lines, 0);
  words[1] = layout.orderTerms(0, 0, flags);
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

/** A sound instrument; bounds are wide unless given. */
export function instrument(id: number, bounds: Partial<Instrument> = {}): Instrument {
  return {
    id,
    symbol: `INSTRUMENT-${id}`,
    priceDecimals: 2,
    sizeDecimals: 0,
    tickSize: 1,
    lotSize: 1,
    minPriceTicks: 1,
    maxPriceTicks: 1_000_000,
    minSizeLots: 1,
    maxSizeLots: 1_000_000,
    ...bounds,
  };
}
