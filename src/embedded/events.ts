/**
 * What happened, as objects. `kind` tells them apart, so that TypeScript knows the fields of each. Prices are whole ticks
 * and sizes whole lots; `priceText` and `sizeText` of the engine write them as decimals. What each event means stands in
 * docs/orders.md.
 */

import type { Instrument } from '../model/instrument.js';
import type { ClientId } from './input-check.js';
import type {
  InstrumentStateName,
  OrderTypeName,
  PegReferenceName,
  SideName,
  StandingName,
  TimeInForceName,
} from './names.js';

/** What every event has. */
export interface EventFields {
  /** Number of the command in which it happened, from 1. */
  readonly sequence: number;
  /** Number of the event within its command, from 0. */
  readonly index: number;
  /** When the command came: nanoseconds since 1970. */
  readonly timeNs: bigint;
  /** The account that it belongs to; 0 for the operator's. */
  readonly account: number;
  /** The answer to the command: each command has exactly one. */
  readonly isAnswer: boolean;
  /** The last event of its command. */
  readonly isLast: boolean;
  /** The first answer given again, as the command came again under its client id: nothing happened. */
  readonly isRepeat: boolean;
}

/** What every event of an order has. */
export interface OrderEventFields extends EventFields {
  /** Symbol and number of the instrument. */
  readonly instrument: string;
  readonly instrumentId: number;
  readonly orderId: number;
  /** Client id of the command, where it is the answer to one; of the order otherwise. */
  readonly clientId: ClientId;
  readonly side: SideName;
  /** The order's price (of a fill: the trade's); 0 for none. */
  readonly priceTicks: number;
  /** Of the order; of a fill, what traded; of a cancelled or decremented, what was taken away; of a refreshed, the slice. */
  readonly sizeLots: number;
  /** What of the order is open after the event, and what of it has traded so far. */
  readonly remainingLots: number;
  readonly cumulativeLots: number;
  /** After this event the order is gone. */
  readonly isOrderDone: boolean;
}

/** What an order is besides side, price and size. Fields that its type does not have are left out. */
export interface OrderTermsObject {
  readonly type: OrderTypeName;
  readonly timeInForce: TimeInForceName;
  readonly standing: StandingName;
  readonly hidden: boolean;
  readonly displaySizeLots?: number;
  readonly stopPriceTicks?: number;
  readonly trailTicks?: number;
  readonly trailBasisPoints?: number;
  readonly peg?: PegReferenceName;
  readonly pegOffsetTicks?: number;
  readonly expiresAtNs?: bigint;
}

export interface AcceptedEvent extends OrderEventFields {
  readonly kind: 'accepted';
  /** There where the order is more than a plain limit order, GTC or IOC. */
  readonly terms?: OrderTermsObject;
}

export interface RejectedEvent extends EventFields {
  readonly kind: 'rejected';
  /** Symbol of the instrument that the command named; undefined where it named none that is listed. */
  readonly instrument: string | undefined;
  readonly instrumentId: number;
  readonly clientId: ClientId;
  /** The order that the command was about; 0 where there is none. */
  readonly orderId: number;
  /** `RejectCode`, its name, and a sentence that says what to do. */
  readonly code: number;
  readonly reason: string;
  readonly text: string;
}

export interface FillEvent extends OrderEventFields {
  readonly kind: 'fill';
  /** maker: this order was there first. */
  readonly liquidity: 'maker' | 'taker';
  /** Number of the trade in its instrument, the same for both sides. */
  readonly tradeNumber: number;
  readonly counterOrderId: number;
}

export interface CancelledEvent extends OrderEventFields {
  readonly kind: 'cancelled';
  /** `CancelReason`, and its name. */
  readonly code: number;
  readonly reason: string;
}

export interface AmendedEvent extends OrderEventFields {
  readonly kind: 'amended';
}

/** A stop has become active, or an order that waited for an auction joins it. */
export interface TriggeredEvent extends OrderEventFields {
  readonly kind: 'triggered';
}

/** An iceberg shows its next slice, at the back of the queue. */
export interface RefreshedEvent extends OrderEventFields {
  readonly kind: 'refreshed';
}

/** A pegged order has another price, or a trailing stop another stop price: `priceTicks` is the new one. */
export interface RepricedEvent extends OrderEventFields {
  readonly kind: 'repriced';
  readonly what: 'peg' | 'trailingStop';
}

/** Self-trade prevention took lots from an order. */
export interface DecrementedEvent extends OrderEventFields {
  readonly kind: 'decremented';
}

/** The answer to a cancel-all; a cancelled event for each order follows. */
export interface AllCancelledEvent extends EventFields {
  readonly kind: 'allCancelled';
  readonly clientId: ClientId;
  readonly orders: number;
}

/** The answer to a mass quote. */
export interface QuotedEvent extends EventFields {
  readonly kind: 'quoted';
  readonly clientId: ClientId;
  readonly quotes: number;
}

export interface ListedEvent extends EventFields {
  readonly kind: 'listed';
  readonly listing: Instrument;
}

export interface SettingsChangedEvent extends EventFields {
  readonly kind: 'settingsChanged';
  readonly clientIdWindow: number;
  /** Most open orders of an account that has no limit of its own; 0: any number. */
  readonly maxOpenOrders: number;
}

/** What the events of an instrument have. */
export interface InstrumentEventFields extends EventFields {
  readonly instrument: string;
  readonly instrumentId: number;
}

export interface StateChangedEvent extends InstrumentEventFields {
  readonly kind: 'stateChanged';
  readonly state: InstrumentStateName;
}

/** An auction found its price. */
export interface AuctionPriceEvent extends InstrumentEventFields {
  readonly kind: 'auctionPrice';
  readonly priceTicks: number;
  /** What traded at it. */
  readonly sizeLots: number;
  /** What one side had more than the other at that price, and which; 0 and none where they were even. */
  readonly surplusLots: number;
  readonly surplusSide: SideName | 'none';
}

/** Both prices as they are now; 0 for none. */
export interface PricesChangedEvent extends InstrumentEventFields {
  readonly kind: 'pricesChanged';
  readonly referencePriceTicks: number;
  readonly markPriceTicks: number;
}

/** The limits of an account as they are now; 0 for none. */
export interface AccountChangedEvent extends EventFields {
  readonly kind: 'accountChanged';
  readonly changedAccount: number;
  readonly maxOrdersPerSecond: number;
  readonly maxOpenOrders: number;
  readonly selfTradeGroup: number;
  readonly killSwitch: boolean;
}

/** Time moved on with nothing else to do; what was due stands before it. */
export interface TimePassedEvent extends EventFields {
  readonly kind: 'timePassed';
}

/** Any event of an embedded engine. */
export type MatchingEvent =
  | AcceptedEvent
  | RejectedEvent
  | FillEvent
  | CancelledEvent
  | AmendedEvent
  | TriggeredEvent
  | RefreshedEvent
  | RepricedEvent
  | DecrementedEvent
  | AllCancelledEvent
  | QuotedEvent
  | ListedEvent
  | SettingsChangedEvent
  | StateChangedEvent
  | AuctionPriceEvent
  | PricesChangedEvent
  | AccountChangedEvent
  | TimePassedEvent;

/** An event of a live order. */
export type OrderEvent = Extract<MatchingEvent, OrderEventFields>;

/** The event of one kind: `EventOf<'fill'>`. */
export type EventOf<Kind extends MatchingEvent['kind']> = Extract<MatchingEvent, { kind: Kind }>;
