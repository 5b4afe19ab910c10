/** What happened. The numbers are on the wire: never reuse one. */
export const EventKind = {
  Accepted: 1,
  Rejected: 2,
  Fill: 3,
  Cancelled: 4,
  Amended: 5,
  /** The answer to a cancel-all: how many orders go. A Cancelled of each follows. */
  AllCancelled: 6,
  /** The answer to a mass quote: how many quotes it held. */
  Quoted: 7,
  /** A stop has become active, or an order that waited for an auction joins it. */
  Triggered: 8,
  /** An iceberg shows its next slice, at the back of the queue. */
  Refreshed: 9,
  /** A pegged order has another price, or a trailing stop another stop price. */
  Repriced: 10,
  /** Self-trade prevention took lots from an order. */
  Decremented: 11,
  /** An instrument was listed. */
  Listed: 16,
  SettingsChanged: 17,
  StateChanged: 18,
  /** An auction found its price. */
  AuctionPrice: 19,
  PricesChanged: 20,
  AccountChanged: 21,
  TimePassed: 22,
  /** The answer to a read of a book. Not an event of the log: it has a position, and no place in it. */
  Book: 64,
  /** A session that reconnected has now what it missed of a shard, or cannot be told any more. Not of the log either. */
  Resumed: 65,
  /** From here up: between a gateway and its client alone. What time it is; the server's sign of life. */
  Time: 66,
  Heartbeat: 67,
  Subscribed: 68,
  Unsubscribed: 69,
  /** Market data: what has traded, the best of a book, its levels. */
  Trades: 70,
  Top: 71,
  Depth: 72,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** Bits of an event's flags. */
export const EventFlag = {
  /** This is the answer to its command: each command has exactly one. Only what was due before it stands before it. */
  Answer: 1 << 0,
  /** Fill: this account's order was resting. */
  Maker: 1 << 1,
  /** After this event the order is gone. */
  OrderDone: 1 << 2,
  /** The last event of its command, whichever account it belongs to. */
  LastOfCommand: 1 << 3,
  /** The client id is a text, in the cells that follow. */
  TextClientId: 1 << 4,
  /** A first answer given again, to the session that asked again. It stands outside the account's chain. */
  Repeated: 1 << 5,
  /** Made by a gateway: the command never reached the log, has no sequence and has used up no client id. */
  Refused: 1 << 6,
  /** A sentence in ASCII fills the last cells (zero padded). */
  Sentence: 1 << 7,
  /** Accepted: the order has rare terms, in the cell that follows the first three. */
  Terms: 1 << 8,
} as const;

/** Why an order, or the rest of one, left the book without a fill. In the event's code field. */
export const CancelReason = {
  Asked: 1,
  ImmediateOrCancelRest: 2,
  /** Amended to a total at or under what had traded. */
  AmendedToNothing: 3,
  /** A market order never rests. */
  MarketRest: 4,
  /** Fill or kill, or all or none: not all of it could trade at once. */
  FillOrKill: 5,
  /** Its minimum size could not trade at once. */
  MinimumSize: 6,
  SelfTrade: 7,
  /** Good till date: the date came. */
  Expired: 8,
  /** Day order, or order at the close: the instrument closed. */
  Closed: 9,
  /** The operator took the instrument into another state and the orders out of it. */
  Halted: 10,
  Disconnected: 11,
  /** The kill switch of the account. */
  KillSwitch: 12,
  /** One cancels the other: the other one traded or was triggered. */
  Linked: 13,
  /** A new quote stands in its place. */
  Replaced: 14,
  /** What an order at the open or at the close did not trade in its auction. */
  AuctionRest: 15,
  /** It should rest, and the shard has no room for its price. */
  NoRoom: 16,
} as const;
export type CancelReason = (typeof CancelReason)[keyof typeof CancelReason];

export const cancelReasonNames: Readonly<Record<number, string>> = {
  [CancelReason.Asked]: 'asked',
  [CancelReason.ImmediateOrCancelRest]: 'immediate or cancel rest',
  [CancelReason.AmendedToNothing]: 'amended to nothing',
  [CancelReason.MarketRest]: 'market rest',
  [CancelReason.FillOrKill]: 'fill or kill',
  [CancelReason.MinimumSize]: 'minimum size',
  [CancelReason.SelfTrade]: 'self-trade',
  [CancelReason.Expired]: 'expired',
  [CancelReason.Closed]: 'closed',
  [CancelReason.Halted]: 'halted',
  [CancelReason.Disconnected]: 'disconnected',
  [CancelReason.KillSwitch]: 'kill switch',
  [CancelReason.Linked]: 'linked',
  [CancelReason.Replaced]: 'replaced',
  [CancelReason.AuctionRest]: 'auction rest',
  [CancelReason.NoRoom]: 'no room',
};

/** What has another price. In a Repriced event's code field. */
export const Repricing = { Peg: 0, TrailingStop: 1 } as const;

/** Where an accepted order stands. In the terms cell of an Accepted event. */
export const Standing = {
  /** It trades, or rests in the book. */
  Active: 0,
  /** It waits for its stop price. */
  AwaitsStop: 1,
  /** It waits for its auction. */
  AwaitsAuction: 2,
} as const;
export type Standing = (typeof Standing)[keyof typeof Standing];
