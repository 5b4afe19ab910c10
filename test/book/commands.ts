import { DEFAULT_RULES, type Instrument } from '../../src/model/instrument.js';

/** Commands as tests write them: plain objects. `record.ts` makes records of them. */

export type ClientId = number | string;

/** The order id, or the client order id, of the target. */
export type Target = { readonly orderId: number } | { readonly clientId: ClientId };

interface OfClient {
  readonly account: number;
  readonly clientId: ClientId;
  /** 0 for a cancel or an amend that names none. */
  readonly instrument: number;
  readonly sendTime?: number;
  readonly session?: number;
}

/** What a new order may say besides side, price and size. */
export interface NewTerms {
  /** `OrderType`, by default a limit order. */
  readonly type?: number;
  /** `TimeInForce`, by default good till cancel; a market order: immediate or cancel. */
  readonly timeInForce?: number;
  /** Short for the time in force immediate or cancel. */
  readonly immediate?: boolean;
  readonly displaySize?: number;
  /** Stop price, distance or offset. */
  readonly stopPrice?: number;
  /** In nanoseconds since the epoch. */
  readonly expiry?: bigint | number;
  readonly minimumSize?: number;
  readonly pegReference?: number;
  readonly trailUnit?: number;
  readonly postOnly?: 'reject' | 'slide';
  readonly hidden?: boolean;
  readonly allOrNone?: boolean;
  /** `SelfTrade`, by default allowed. */
  readonly selfTrade?: number;
  readonly linkedTo?: Target;
  readonly bracket?: { readonly takeProfit: number; readonly stopLoss: number };
  /** Flags besides those that the other terms set: for faults. */
  readonly moreFlags?: number;
}

export interface NewOrder extends OfClient, NewTerms {
  readonly kind: 'new';
  readonly side: number;
  readonly price: number;
  readonly size: number;
}

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

export interface CancelAll extends OfClient {
  readonly kind: 'cancelAll';
  /** By default both. */
  readonly side?: number;
  readonly onlySession?: boolean;
  /** `CancelReason`, by default 0 (asked). */
  readonly reason?: number;
}

export interface Quote {
  readonly instrument: number;
  readonly bidPrice: number;
  readonly bidSize: number;
  readonly askPrice: number;
  readonly askSize: number;
}

/** Its instrument is that of its first quote. */
export interface MassQuote extends Omit<OfClient, 'instrument'> {
  readonly kind: 'massQuote';
  readonly quotes: readonly Quote[];
  readonly selfTrade?: number;
}

interface OfOperator {
  readonly clientId: ClientId;
  readonly sendTime?: number;
  readonly session?: number;
}

export interface ChangeState extends OfOperator {
  readonly kind: 'state';
  readonly instrument: number;
  /** `InstrumentState`. */
  readonly state: number;
  readonly cancelOrders?: boolean;
}

/** What is not named stays; 0 is none. */
export interface ChangePrices extends OfOperator {
  readonly kind: 'prices';
  readonly instrument: number;
  readonly reference?: number;
  readonly mark?: number;
}

/** What is not named stays. */
export interface ChangeAccount extends OfOperator {
  readonly kind: 'account';
  /** The account that it is about. */
  readonly subject: number;
  readonly orderRate?: number;
  readonly openOrders?: number;
  readonly group?: number;
  readonly killSwitch?: boolean;
}

export type OperatorCommand = ChangeState | ChangePrices | ChangeAccount;
export type ClientCommand = NewOrder | Cancel | Amend | CancelAll | MassQuote;
export type Command =
  | ClientCommand
  | OperatorCommand
  | { readonly kind: 'list'; readonly instrument: Instrument }
  | { readonly kind: 'settings'; readonly window: number; readonly maxOpenOrders?: number }
  | { readonly kind: 'time' };

/** A sound instrument; bounds are wide unless given. */
export function instrument(id: number, bounds: Partial<Instrument> = {}): Instrument {
  return {
    ...DEFAULT_RULES,
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

export { bookRead, record } from './record.js';
