/** Commands as objects, from msgpack and JSON clients, written as order records. */

import { CommandFlag, CommandKind, Side } from '../model/command.js';
import { RejectCode } from '../model/reject.js';
import { shownValue, valueAt } from './field-fault.js';
import type { InstrumentTable } from './instrument-table.js';
import { encodeNewOrder } from './new-order-object.js';
import type { NewOrder } from './new-order-schema.js';
import { type EncodeResult, ObjectEncoding } from './object-encoding.js';
import { encodeAccount, encodePrices, encodeState } from './operator-object.js';
import type { AccountMessage, PricesMessage, StateMessage } from './operator-schema.js';
import { ORDER_PRICE, ORDER_SIZE, ORDER_TARGET } from './order-record.js';
import {
  type Amend,
  type BookRead,
  type Cancel,
  type CancelAll,
  type CommandName,
  commandSchemas,
  TYPE_RULE,
} from './order-schema.js';
import { encodePlainOrder } from './plain-order-object.js';
import { encodeMassQuote } from './quote-object.js';
import type { MassQuote } from './quote-schema.js';

export type { Encoded, EncodeResult, NotEncoded } from './object-encoding.js';

type Message =
  | NewOrder
  | Cancel
  | Amend
  | CancelAll
  | MassQuote
  | StateMessage
  | PricesMessage
  | AccountMessage
  | BookRead;

/**
 * Writes the command that an object stands for at word `at`, where MAX_ORDER_LINES lines are free. Never throws.
 *
 * `defaultAccount` stands in where the object names none; 0 where there is no default either. The operator's commands
 * (state, prices, account) are of account 0 whatever the default. `gatewayMadeId` says that the command's own client id
 * was put in by the gateway, from FIRST_GATEWAY_CLIENT_ID up, where clients may choose none.
 */
export function encodeOrderObject(
  value: unknown,
  instruments: InstrumentTable,
  defaultAccount: number,
  words: Int32Array,
  at: number,
  gatewayMadeId = false,
): EncodeResult {
  if (!gatewayMadeId && typeof value === 'object' && value !== null) {
    const plain = encodePlainOrder(value, instruments, defaultAccount, words, at);
    if (plain !== undefined) return plain;
  }
  const type = valueAt(value, ['type']);
  const isKnown = typeof type === 'string' && Object.hasOwn(commandSchemas, type);
  const name = isKnown ? (type as CommandName) : undefined;
  const encoding = new ObjectEncoding(value, name, instruments, defaultAccount, gatewayMadeId, words, at);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return encoding.refuse(RejectCode.Malformed, `${shownValue(value)} must be an object`);
  if (name === undefined) {
    const shown = type === undefined ? 'missing;' : shownValue(type);
    return encoding.refuse(RejectCode.UnknownKind, `type: ${shown} must be ${TYPE_RULE}`);
  }
  const parsed = commandSchemas[name].safeParse(encoding.schemaValue());
  if (!parsed.success) return encoding.refuseIssues(name, parsed.error.issues);
  return encode(encoding, parsed.data);
}

function encode(encoding: ObjectEncoding, message: Message): EncodeResult {
  switch (message.type) {
    case 'new':
      return encodeNewOrder(encoding, message);
    case 'cancel':
    case 'amend':
      return encodeChange(encoding, message);
    case 'cancelAll':
      return encodeCancelAll(encoding, message);
    case 'massQuote':
      return encodeMassQuote(encoding, message);
    case 'state':
      return encodeState(encoding, message);
    case 'prices':
      return encodePrices(encoding, message);
    case 'account':
      return encodeAccount(encoding, message);
    case 'book':
      return encodeRead(encoding, message);
  }
}

function encodeChange(encoding: ObjectEncoding, change: Cancel | Amend): EncodeResult {
  const { symbol, orderId, clientOrderId } = change;
  const instrument = symbol === undefined ? undefined : encoding.instrument(symbol);
  let flags = 0;
  let price = 0;
  let size = 0;
  if (change.type === 'amend') {
    price = encoding.ticks('price', change.price, change.priceTicks, instrument);
    size = encoding.lots('size', change.size, change.sizeLots, instrument);
    if (change.price !== undefined || change.priceTicks !== undefined) flags |= CommandFlag.AmendPrice;
    if (change.size !== undefined || change.sizeLots !== undefined) flags |= CommandFlag.AmendSize;
  }
  if (clientOrderId !== undefined) flags |= CommandFlag.TargetByClientId;
  if (typeof clientOrderId === 'string') flags |= CommandFlag.TargetText;
  const kind = change.type === 'cancel' ? CommandKind.Cancel : CommandKind.Amend;
  const result = encoding.write({ kind, flags, instrument: instrument?.id ?? 0 }, change);
  if (!result.ok) return result;
  encoding.target(ORDER_TARGET, clientOrderId ?? orderId ?? 0);
  encoding.whole(ORDER_PRICE, price);
  encoding.whole(ORDER_SIZE, size);
  return result;
}

function encodeCancelAll(encoding: ObjectEncoding, message: CancelAll): EncodeResult {
  const { symbol, side, onlySession } = message;
  const instrument = symbol === undefined ? undefined : encoding.instrument(symbol);
  return encoding.write(
    {
      kind: CommandKind.CancelAll,
      side: side === undefined ? Side.None : side === 'buy' ? Side.Buy : Side.Sell,
      flags: onlySession ? CommandFlag.OnlySession : 0,
      instrument: instrument?.id ?? 0,
    },
    message,
  );
}

function encodeRead(encoding: ObjectEncoding, read: BookRead): EncodeResult {
  const instrument = encoding.instrument(read.symbol)?.id ?? 0;
  const result = encoding.write({ kind: CommandKind.ReadBook, instrument }, { clientId: read.clientId });
  if (result.ok) encoding.whole(ORDER_SIZE, read.depth);
  return result;
}
