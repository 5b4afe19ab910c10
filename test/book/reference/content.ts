import { OrderType, Side } from '../../../src/model/command.js';
import type { ClientCommand, Command, NewOrder, OperatorCommand, Target } from '../commands.js';
import { flagsOfNew, timeInForceOf } from '../new-flags.js';

/** How many sequence numbers a command takes. */
export function sequencesOf(command: Command): number {
  if (command.kind === 'massQuote') return 1 + 2 * command.quotes.length;
  return command.kind === 'new' && command.bracket !== undefined ? 3 : 1;
}

/** What a retry must repeat: all but account, client id, session and send time. */
export function contentOf(command: ClientCommand | OperatorCommand): string {
  switch (command.kind) {
    case 'new':
      return contentOfNew(command);
    case 'cancel':
      return `cancel ${command.instrument} ${target(command.target)}`;
    case 'amend':
      return `amend ${command.instrument} ${target(command.target)} ${command.price} ${command.size}`;
    case 'cancelAll': {
      const { instrument, side = Side.None, onlySession = false, reason = 0 } = command;
      return `cancelAll ${instrument} ${side} ${onlySession} ${reason}`;
    }
    case 'massQuote':
      return `massQuote ${command.selfTrade ?? 0} ${command.quotes.map((quote) =>
        [quote.instrument, quote.bidPrice, quote.bidSize, quote.askPrice, quote.askSize].join('/'),
      )}`;
    case 'state':
      return `state ${command.instrument} ${command.state} ${command.cancelOrders ?? false}`;
    case 'prices':
      return `prices ${command.instrument} ${command.reference} ${command.mark}`;
    default: {
      const { subject, orderRate, openOrders, group, killSwitch } = command;
      return `account ${subject} ${orderRate} ${openOrders} ${group} ${killSwitch}`;
    }
  }
}

function contentOfNew(command: NewOrder): string {
  const { type = OrderType.Limit, displaySize = 0, stopPrice = 0, expiry = 0, minimumSize = 0 } = command;
  const { pegReference = 0, trailUnit = 0, linkedTo, bracket } = command;
  const usual = [command.instrument, command.side, command.price, command.size, type, timeInForceOf(command)];
  const rare = [flagsOfNew(command), displaySize, stopPrice, expiry, minimumSize, pegReference, trailUnit];
  const link = linkedTo === undefined ? '' : target(linkedTo);
  return `${usual} ${rare} ${link} ${bracket?.takeProfit} ${bracket?.stopLoss}`;
}

function target(target: Target): string {
  if ('orderId' in target) return `order ${target.orderId}`;
  return typeof target.clientId === 'string' ? `text ${target.clientId}` : `number ${target.clientId}`;
}
