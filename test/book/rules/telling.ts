import { Side } from '../../../src/model/command.js';
import { cancelReasonNames, EventKind } from '../../../src/model/event.js';
import { type InstrumentState, instrumentStateNames } from '../../../src/model/instrument-state.js';
import { rejectReasons } from '../../../src/model/reject.js';
import type { SeenEvent } from '../events.js';

/** Events in short words, one line each, in their order: what scenarios compare. A trade is told once, by its taker. */
export function told(events: readonly SeenEvent[]): string[] {
  return events.map(line).filter((text) => text !== '');
}

function line(event: SeenEvent): string {
  const side = event.side === Side.Buy ? 'buy' : event.side === Side.Sell ? 'sell' : '';
  switch (event.kind) {
    case EventKind.Accepted:
      return `accepted ${side} ${event.size}@${event.price}`;
    case EventKind.Rejected:
      return `rejected: ${rejectReasons[event.code]!.name}`;
    case EventKind.Fill:
      // Bit 1 of the flags: the maker's side of a trade.
      return (event.flags & 2) !== 0 ? '' : `${event.size}@${event.price}`;
    case EventKind.Cancelled:
      return `cancelled ${side} ${event.size}: ${cancelReasonNames[event.code]}`;
    case EventKind.Amended:
      return `amended ${event.size}@${event.price}`;
    case EventKind.Triggered:
      return `triggered ${side} ${event.size}@${event.price}`;
    case EventKind.Refreshed:
      return `refreshed ${event.size} of ${event.remaining}`;
    case EventKind.Repriced:
      return `repriced ${side} @${event.price}`;
    case EventKind.Decremented:
      return `decremented ${side} by ${event.size}, ${event.remaining} left`;
    case EventKind.AllCancelled:
      return `all cancelled: ${event.size}`;
    case EventKind.Quoted:
      return `quoted ${event.size}`;
    case EventKind.StateChanged:
      return `now ${instrumentStateNames[event.code as InstrumentState]}`;
    case EventKind.AuctionPrice:
      return `auction ${event.size}@${event.price}, ${event.remaining} ${side} over`.replace(/ {2}/, ' ');
    case EventKind.PricesChanged:
      return `reference ${event.price}, mark ${event.size}`;
    case EventKind.AccountChanged:
      return 'account changed';
    case EventKind.TimePassed:
      return 'time passed';
    default:
      return `event ${event.kind}`;
  }
}
