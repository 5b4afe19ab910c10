import type { Instrument } from '../../../src/model/instrument.js';
import type { ClientId } from '../commands.js';
import type { Remembered } from './memory.js';

export interface Exits {
  readonly takeProfit: number;
  readonly stopLoss: number;
}

/** A live order, resting or waiting or on its way, and everything that it said. */
export interface Order {
  /** Sequence that it took. */
  readonly id: number;
  readonly account: number;
  readonly session: number;
  readonly clientId: ClientId;
  readonly market: Market;
  readonly side: number;
  readonly type: number;
  readonly timeInForce: number;
  /** As in its command. */
  readonly flags: number;
  readonly displaySize: number;
  readonly hidden: boolean;
  readonly minimumSize: number;
  /** 0: none. */
  readonly expiry: bigint;
  readonly pegReference: number;
  readonly trailUnit: number;
  /** The stop price field: stop price, distance or offset. */
  readonly stopField: number;
  readonly selfTrade: number;
  readonly exits: Exits | undefined;
  readonly isQuote: boolean;

  /** Limit or protection, 0 for none; a peg's present price. */
  price: number;
  /** Peg: the price that it is never beyond, 0 for none. */
  cap: number;
  /** Of a stop that waits; undefined for a trailing stop that has not begun. */
  stopPrice: number | undefined;
  /** Trailing: the stop price that an event has told. */
  toldStopPrice: number | undefined;
  /** Trailing: met by a trade of this command. */
  isMet: boolean;
  remaining: number;
  cumulative: number;
  /** What trades at a time where it rests: an iceberg's slice, else all that remains. */
  slice: number;
  isLive: boolean;
  isResting: boolean;
  /** Waits for its stop price. */
  awaitsStop: boolean;
  /** Waits for its auction. */
  awaitsAuction: boolean;
  /** Priority pro-rata with a top order: it made its price. */
  isTop: boolean;
  /** One cancels the other. */
  link: Order | undefined;
  /** What is remembered of the command that made it; none for exits and quoted orders. */
  remembered: Remembered | undefined;
}

/** An instrument with its book. */
export interface Market {
  readonly instrument: Instrument;
  state: number;
  /** What rests, by priority. */
  readonly bids: Order[];
  readonly asks: Order[];
  /** Stops, and orders at the open and at the close. */
  waiting: Order[];
  trades: number;
  /** 0: none. */
  lastPrice: number;
  reference: number;
  mark: number;
  /** Lowest and highest price traded by this command since its last round of stops. */
  low: number;
  high: number;
  /** It has become continuous by this command: stops are compared with the mark or the last trade price. */
  isReopened: boolean;
  /** Brackets that have left during this command, and whose exits have not entered. */
  left: Order[];
}

export interface Account {
  /** 0: no limit. */
  orderRate: number;
  openOrders: number;
  group: number;
  isStopped: boolean;
  /** Stamp at which the present second began; undefined before the first. */
  secondBegan: number | undefined;
  accepted: number;
}

/** What is not said otherwise is a plain limit order, good till cancel. */
export type Draft = Pick<
  Order,
  'id' | 'account' | 'session' | 'clientId' | 'market' | 'side' | 'type' | 'timeInForce' | 'flags' | 'price'
> &
  Partial<Order> & { readonly size: number };

export function makeOrder({ size, ...draft }: Draft): Order {
  return {
    displaySize: 0,
    hidden: false,
    minimumSize: 0,
    expiry: 0n,
    pegReference: 0,
    trailUnit: 0,
    stopField: 0,
    selfTrade: 0,
    exits: undefined,
    isQuote: false,
    cap: 0,
    stopPrice: undefined,
    toldStopPrice: undefined,
    isMet: false,
    remaining: size,
    cumulative: 0,
    slice: 0,
    isLive: true,
    isResting: false,
    awaitsStop: false,
    awaitsAuction: false,
    isTop: false,
    link: undefined,
    remembered: undefined,
    ...draft,
  };
}
