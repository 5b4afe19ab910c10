/**
 * The commands of the plain-object interface. What they mean stands in docs/orders.md.
 *
 * Prices and sizes come in two spellings: `…Ticks` and `…Lots` are whole numbers, and the same name without the ending is
 * a decimal (a string, or a number that is read as it prints) that is converted exactly. Give one or the other.
 */

import type { ClientId } from './input-check.js';
import type {
  InstrumentStateName,
  OrderTypeName,
  PegReferenceName,
  SelfTradeName,
  SideName,
  TimeInForceName,
} from './names.js';

/** A decimal: `'12.50'` or 12.5. */
export type Decimal = string | number;

/** Which instrument: its symbol or its number. It may be left out where the engine has one instrument. */
export interface InstrumentField {
  readonly instrument?: string | number;
}

/** What every command of an account has. */
export interface CommandFields {
  /** Whole number from 1 to 4,294,967,295. Accounts need no opening. */
  readonly account: number;
  /**
   * The session that asks, 0 to 4,294,967,295: for a cancel-all of what came in over one session, and nothing else.
   * Default: 0.
   */
  readonly session?: number;
}

/** A new order. */
export interface NewOrder extends CommandFields, InstrumentField {
  readonly side: SideName;
  /** Default: `limit`. */
  readonly type?: OrderTypeName;
  /** Default: `IOC` for market orders, `GTD` where there is an expiry, `GTC` otherwise. */
  readonly timeInForce?: TimeInForceName;
  /** Limit and stop-limit: the limit, needed. Market, stop, trailing stop: protection. Pegged: cap. */
  readonly price?: Decimal;
  readonly priceTicks?: number;
  /** Total size, needed. */
  readonly size?: Decimal;
  readonly sizeLots?: number;
  /**
   * Whole number from 1 to 2^52 - 1, or a text of 1 to 36 printable ASCII characters; new for its account: the same again
   * with the same content is a retry, and gets its first answer again. Default: one that the engine makes.
   */
  readonly clientOrderId?: ClientId;
  /** Iceberg: what is shown at a time. */
  readonly displaySize?: Decimal;
  readonly displaySizeLots?: number;
  /** Stop, stop-limit: needed. */
  readonly stopPrice?: Decimal;
  readonly stopPriceTicks?: number;
  /** Trailing stop: its distance, one of the three. Basis points: 1 to 9,999. */
  readonly trail?: Decimal;
  readonly trailTicks?: number;
  readonly trailBasisPoints?: number;
  /** Pegged: what its price follows, needed. */
  readonly peg?: PegReferenceName;
  /** Pegged: added to what it follows; may be negative. Default: 0. */
  readonly pegOffset?: Decimal;
  readonly pegOffsetTicks?: number;
  /** Good till date: nanoseconds since 1970. */
  readonly expiresAtNs?: bigint;
  /** IOC, FOK: trades at least so much at once, or not at all. */
  readonly minimumSize?: Decimal;
  readonly minimumSizeLots?: number;
  readonly allOrNone?: boolean;
  readonly hidden?: boolean;
  /** true: rejected where it would trade. `slide`: moved to one tick before the best opposite price. */
  readonly postOnly?: boolean | 'slide';
  /** One cancels the other: a live order of the account, by order id or by client order id. */
  readonly linkedTo?: number | { readonly clientOrderId: ClientId };
  /** Bracket: prices of the exits, both or none. */
  readonly takeProfit?: Decimal;
  readonly takeProfitTicks?: number;
  readonly stopLoss?: Decimal;
  readonly stopLossTicks?: number;
  /** Default: `allowed`. */
  readonly selfTrade?: SelfTradeName;
}

/** Names a live order: by order id, or by the client order id that its account gave it. One of the two. */
export interface TargetFields extends CommandFields, InstrumentField {
  readonly orderId?: number;
  readonly clientOrderId?: ClientId;
  /** Id of this command itself, as `clientOrderId` of a new order. Default: one that the engine makes. */
  readonly clientId?: ClientId;
}

export type CancelOrder = TargetFields;

/** New price, new total size (what has traded included), or both. */
export interface AmendOrder extends TargetFields {
  readonly price?: Decimal;
  readonly priceTicks?: number;
  readonly size?: Decimal;
  readonly sizeLots?: number;
}

/** All orders of an account; those of all accounts where it is 0, the operator. */
export interface CancelAll extends CommandFields, InstrumentField {
  /** Default: both. */
  readonly side?: SideName;
  /** Only orders that came in under the `session` that is named. */
  readonly onlySession?: boolean;
  readonly clientId?: ClientId;
}

/** One instrument of a mass quote; a size of 0, or none, is no quote on that side. */
export interface Quote extends InstrumentField {
  readonly bid?: Decimal;
  readonly bidTicks?: number;
  readonly bidSize?: Decimal;
  readonly bidSizeLots?: number;
  readonly ask?: Decimal;
  readonly askTicks?: number;
  readonly askSize?: Decimal;
  readonly askSizeLots?: number;
}

/** Replaces the account's quotes in up to 64 instruments. */
export interface MassQuote extends CommandFields {
  readonly quotes: readonly Quote[];
  readonly selfTrade?: SelfTradeName;
  readonly clientId?: ClientId;
}

/** The operator takes an instrument into another state. */
export interface StateChange extends InstrumentField {
  readonly state: InstrumentStateName;
  /** Also cancels every order of the instrument. Default: false. */
  readonly cancelOrders?: boolean;
}

/** The operator sets the reference price, the mark price, or both; 0 clears one, and what is not named stays. */
export interface PriceChange extends InstrumentField {
  readonly referencePrice?: Decimal;
  readonly referencePriceTicks?: number;
  readonly markPrice?: Decimal;
  readonly markPriceTicks?: number;
}

/** The operator sets the limits of an account; what is not named stays. */
export interface AccountChange {
  readonly account: number;
  /** Most new orders, amends and mass quotes within a second; 0 for any number. */
  readonly maxOrdersPerSecond?: number;
  /** Most live orders; 0 for as many as `maxOpenOrders` of the engine says. */
  readonly maxOpenOrders?: number;
  /** Accounts of one group do not trade with one another where an order's self-trade mode says so; 0 for none. */
  readonly selfTradeGroup?: number;
  /** Thrown, it cancels all orders of the account and takes no new ones. */
  readonly killSwitch?: boolean;
}
