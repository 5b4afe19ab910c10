/** Commands of the operator as objects, written as records. */

import { CommandFlag, CommandKind } from '../model/command.js';
import type { EncodeResult, ObjectEncoding } from './object-encoding.js';
import type { AccountMessage, PricesMessage, StateMessage } from './operator-schema.js';
import { ORDER_PRICE, ORDER_SIZE, ORDER_TARGET } from './order-record.js';
import { instrumentStates } from './term-names.js';

export function encodeState(encoding: ObjectEncoding, message: StateMessage): EncodeResult {
  return encoding.write(
    {
      kind: CommandKind.State,
      type: instrumentStates[message.state],
      flags: message.cancelOrders ? CommandFlag.CancelOrders : 0,
      instrument: encoding.instrument(message.symbol)?.id ?? 0,
    },
    message,
  );
}

export function encodePrices(encoding: ObjectEncoding, message: PricesMessage): EncodeResult {
  const { reference, referenceTicks, mark, markTicks } = message;
  const instrument = encoding.instrument(message.symbol);
  const referencePrice = encoding.ticks('reference', reference, referenceTicks, instrument);
  const markPrice = encoding.ticks('mark', mark, markTicks, instrument);
  let flags = 0;
  // Null is given, and clears the price; what is left out stays as it is.
  if (reference !== undefined || referenceTicks !== undefined) flags |= CommandFlag.AmendPrice;
  if (mark !== undefined || markTicks !== undefined) flags |= CommandFlag.AmendSize;
  const result = encoding.write(
    { kind: CommandKind.Prices, flags, instrument: instrument?.id ?? 0 },
    message,
  );
  if (!result.ok) return result;
  encoding.whole(ORDER_PRICE, referencePrice);
  encoding.whole(ORDER_SIZE, markPrice);
  return result;
}

export function encodeAccount(encoding: ObjectEncoding, message: AccountMessage): EncodeResult {
  const { subject, maxOrdersPerSecond, maxOpenOrders, group, killSwitch } = message;
  let flags = 0;
  if (maxOrdersPerSecond !== undefined) flags |= CommandFlag.SetOrderRate;
  if (maxOpenOrders !== undefined) flags |= CommandFlag.SetOpenOrders;
  if (group !== undefined) flags |= CommandFlag.SetGroup;
  if (killSwitch !== undefined) flags |= CommandFlag.SetKillSwitch;
  const result = encoding.write(
    { kind: CommandKind.Account, type: killSwitch ? 1 : 0, flags, instrument: group ?? 0 },
    { clientId: message.clientId, sendTimeNs: message.sendTimeNs },
  );
  if (!result.ok) return result;
  encoding.whole(ORDER_TARGET, subject);
  encoding.whole(ORDER_PRICE, maxOrdersPerSecond ?? 0);
  encoding.whole(ORDER_SIZE, maxOpenOrders ?? 0);
  return result;
}
