/** What a client or an operator asks for. The numbers are on the wire and in the log: never reuse one. */
export const CommandKind = {
  New: 1,
  Cancel: 2,
  Amend: 3,
  /** Cancel all orders of an account, narrowed to an instrument, a side or a session. */
  CancelAll: 4,
  /** Replace an account's two-sided quotes in many instruments at once. */
  MassQuote: 5,
  /** List an instrument. From here on the log knows it. */
  List: 16,
  /** What matching depends on besides instruments: the client-id window. */
  Settings: 17,
  /** Take an instrument into another state: halt, resume, auction, close, … */
  State: 18,
  /** Set or clear the reference price and the mark price of an instrument. */
  Prices: 19,
  /** Set the limits, the self-trade group and the kill switch of an account. */
  Account: 20,
  /** Nothing but a stamp: what is due by then happens, though nobody sends anything. */
  Time: 21,
  /** From here up: reads. They cross the ring in order with the commands but are neither numbered nor journaled. */
  ReadBook: 64,
  /** These are between a client and its gateway alone. What time it is, with the client's own. */
  AskTime: 65,
  Heartbeat: 66,
  Subscribe: 67,
  Unsubscribe: 68,
} as const;
export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind];

/** The first kind that is a read. */
export const FIRST_READ_KIND = 64;

export const Side = { None: 0, Buy: 1, Sell: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** Iceberg, hidden and post-only are not types: they are terms that a limit order may have. */
export const OrderType = {
  Limit: 1,
  /** Trades at once at what there is, up to a protection price where one is given; never rests. */
  Market: 2,
  /** Becomes a market order once its stop price is met. */
  Stop: 3,
  /** Becomes a limit order once its stop price is met. */
  StopLimit: 4,
  /** A stop whose stop price follows the market at a distance, in one direction. */
  TrailingStop: 5,
  /** A limit order whose price follows the best prices of the book. */
  Pegged: 6,
} as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

export const TimeInForce = {
  GoodTillCancel: 1,
  ImmediateOrCancel: 2,
  /** All of it at once, or nothing. */
  FillOrKill: 3,
  /** Until its expiry, by the log's clock. */
  GoodTillDate: 4,
  /** Until its instrument closes. */
  Day: 5,
  /** Takes part in the auction that opens continuous trading, and nowhere else. */
  AtOpen: 6,
  /** Takes part in the auction that closes the instrument, and nowhere else. */
  AtClose: 7,
} as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];

/** Bits of a command record's flags. A bit that has no meaning for a command must be zero. */
export const CommandFlag = {
  /** The client id is a text, in line 2. */
  TextClientId: 1 << 0,
  /** Cancel, amend, linked new: the target is named by its client order id, not by its order id. */
  TargetByClientId: 1 << 1,
  /** With TargetByClientId: that id is a text, in line 3. */
  TargetText: 1 << 2,
  /** Amend: the price field is the new price. Prices: the price field is the reference price (0 clears it). */
  AmendPrice: 1 << 3,
  /** Amend: the size field is the new total size. Prices: the size field is the mark price (0 clears it). */
  AmendSize: 1 << 4,
  /** Bits 5 to 7: what to do when the order would trade with its own account or group (`SelfTrade`). */
  SelfTradeBits: 0b111 << 5,
  /** Reject where it would trade on entry. */
  PostOnly: 1 << 8,
  /** Where it would trade on entry, slide to one tick before the best opposite price. */
  PostOnlySlide: 1 << 9,
  /** Not shown; stands behind what is shown at its price. */
  Hidden: 1 << 10,
  /** With IOC or FOK: everything or nothing. */
  AllOrNone: 1 << 11,
  /** One cancels the other: the target is the other one. */
  Linked: 1 << 12,
  /** Bracket: a take-profit and a stop-loss enter when this order leaves, for what it has traded. */
  Bracket: 1 << 13,
  /** Cancel all: only orders that came in over the session that asks. */
  OnlySession: 1 << 14,
  /** State: cancel what rests and waits in the instrument. */
  CancelOrders: 1 << 15,
  /** Account: the price field is the most orders per second (0: no limit). */
  SetOrderRate: 1 << 3,
  /** Account: the size field is the most open orders (0: no limit). */
  SetOpenOrders: 1 << 4,
  /** Account: the instrument field is the self-trade group (0: none). */
  SetGroup: 1 << 8,
  /** Account: the type byte says whether its kill switch is thrown (1) or not (0). */
  SetKillSwitch: 1 << 9,
} as const;

/** By how many bits the self-trade mode is shifted in the flags. */
export const SELF_TRADE_SHIFT = 5;

/** What to do when an order would trade with an order of its own account or group: the taking order says. */
export const SelfTrade = {
  /** They trade. */
  Allowed: 0,
  CancelTaker: 1,
  CancelMaker: 2,
  CancelBoth: 3,
  /** Both lose the smaller remainder, which counts as cancelled. */
  DecrementBoth: 4,
} as const;
export type SelfTrade = (typeof SelfTrade)[keyof typeof SelfTrade];

/** What a pegged order's price follows. */
export const PegReference = {
  /** The best price of its own side. */
  Best: 1,
  /** Half-way between the best prices, rounded away from the market. */
  Mid: 2,
  /** The best price of the other side. */
  Opposite: 3,
} as const;
export type PegReference = (typeof PegReference)[keyof typeof PegReference];

/** What the distance of a trailing stop is counted in. */
export const TrailUnit = { Ticks: 1, BasisPoints: 2 } as const;
export type TrailUnit = (typeof TrailUnit)[keyof typeof TrailUnit];

export const sideNames = ['none', 'buy', 'sell'] as const;
