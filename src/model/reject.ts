/**
 * Every reason for which a command is refused. Ranges: 1xx the message itself, 2xx session and routing, 3xx checks
 * against the instrument, 4xx against orders, client ids and the room for them, 5xx the exchange at its bounds. A gateway
 * says 1xx, 2xx and 5xx: nothing reached the log, and no client id is used up. A reject of 3xx or 4xx is an event of the
 * log with a sequence, and uses up its client id.
 */
export const RejectCode = {
  Malformed: 100,
  WrongVersion: 101,
  UnknownKind: 102,
  BadSide: 103,
  BadOrderType: 104,
  BadTimeInForce: 105,
  BadFlags: 106,
  NumberOutOfRange: 107,
  MissingClientId: 108,
  BadClientId: 109,
  MessageTooLarge: 110,
  PriceOffTick: 111,
  SizeOffLot: 112,
  BadTerms: 113,
  UnknownInstrument: 200,
  AccountNotYours: 201,
  QuotesOfSeveralShards: 202,
  ScopeMissing: 203,
  MessageRate: 204,
  OrderRate: 205,
  BadSubscription: 206,
  NoMarketData: 207,
  Stale: 208,
  PriceOutOfRange: 300,
  SizeOutOfRange: 301,
  InstrumentNotListed: 302,
  InstrumentAlreadyListed: 303,
  BadInstrument: 304,
  NotInThisState: 305,
  NotionalOutOfRange: 306,
  OutsideCollar: 307,
  BadQuote: 308,
  StateUnchanged: 309,
  UnknownOrder: 400,
  ClientIdReused: 401,
  TooLate: 402,
  NothingToAmend: 403,
  TooManyOpenOrders: 404,
  TooManyOrders: 405,
  AccountStopped: 406,
  ExpiryPassed: 407,
  NotLinkable: 408,
  NoPegReference: 409,
  BookFull: 410,
  WouldTrade: 411,
  Busy: 500,
  ShuttingDown: 501,
  ShardRecovering: 502,
  DiskFull: 503,
  DiskFailing: 504,
  ShardHalted: 505,
  StoresBehind: 506,
} as const;
export type RejectCode = (typeof RejectCode)[keyof typeof RejectCode];

export interface RejectReason {
  /** Machine-readable name, stable. */
  readonly name: string;
  /** One sentence that says what to do. ASCII, so that it can be cut to cells anywhere. */
  readonly sentence: string;
}

export const rejectReasons: Readonly<Record<number, RejectReason>> = {
  [RejectCode.Malformed]: {
    name: 'malformed',
    sentence: 'The message does not have the shape that the protocol gives; check its length and fields.',
  },
  [RejectCode.WrongVersion]: {
    name: 'wrong-version',
    sentence: 'The record names a version that this exchange does not speak; send version 1.',
  },
  [RejectCode.UnknownKind]: {
    name: 'unknown-kind',
    sentence: 'The command kind is unknown; see docs/protocol.md for the list.',
  },
  [RejectCode.BadSide]: { name: 'bad-side', sentence: 'The side must be buy (1) or sell (2).' },
  [RejectCode.BadOrderType]: {
    name: 'bad-order-type',
    sentence:
      'The order type must be limit (1), market (2), stop (3), stop-limit (4), trailing stop (5) or pegged (6).',
  },
  [RejectCode.BadTimeInForce]: {
    name: 'bad-time-in-force',
    sentence: 'The order type does not have this time in force; docs/orders.md has the table.',
  },
  [RejectCode.BadFlags]: {
    name: 'bad-flags',
    sentence: 'A flag is set that has no meaning for this command; leave unnamed bits zero.',
  },
  [RejectCode.NumberOutOfRange]: {
    name: 'number-out-of-range',
    sentence: 'A number is negative or not under 2^53; send whole numbers from 0 to 9007199254740991.',
  },
  [RejectCode.MissingClientId]: {
    name: 'missing-client-id',
    sentence: 'The command has no client id; give each command one that is new for its account.',
  },
  [RejectCode.BadClientId]: {
    name: 'bad-client-id',
    sentence: 'A client id is a whole number from 1 to 2^52 - 1, or a text of 1 to 36 bytes.',
  },
  [RejectCode.MessageTooLarge]: {
    name: 'message-too-large',
    sentence: 'The message is over 65536 bytes; send fewer records in one.',
  },
  [RejectCode.PriceOffTick]: {
    name: 'price-off-tick',
    sentence: 'The price is not a whole multiple of the tick size of the instrument.',
  },
  [RejectCode.SizeOffLot]: {
    name: 'size-off-lot',
    sentence: 'The size is not a whole multiple of the lot size of the instrument.',
  },
  [RejectCode.BadTerms]: {
    name: 'bad-terms',
    sentence: 'The terms of the order do not go together; docs/orders.md says which do.',
  },
  [RejectCode.UnknownInstrument]: {
    name: 'unknown-instrument',
    sentence: 'No such instrument is listed here; GET /instruments names them.',
  },
  [RejectCode.AccountNotYours]: {
    name: 'account-not-yours',
    sentence: 'This session does not act for that account; name it when you connect.',
  },
  [RejectCode.QuotesOfSeveralShards]: {
    name: 'quotes-of-several-shards',
    sentence: 'The instruments of a mass quote live on several shards; send one mass quote to each.',
  },
  [RejectCode.ScopeMissing]: {
    name: 'scope-missing',
    sentence:
      'The key of this session may not do that; ask the operator for one with the scope that it needs.',
  },
  [RejectCode.MessageRate]: {
    name: 'message-rate',
    sentence: 'The key has sent as many messages as it may; wait a moment, or send several commands in one.',
  },
  [RejectCode.OrderRate]: {
    name: 'order-rate',
    sentence: 'The key has sent as many orders as it may; wait a moment, then send this one again.',
  },
  [RejectCode.BadSubscription]: {
    name: 'bad-subscription',
    sentence: 'There is no such subscription; docs/protocol.md lists channels, intervals and levels.',
  },
  [RejectCode.NoMarketData]: {
    name: 'no-market-data',
    sentence: 'This exchange was started without followers, which market data comes from.',
  },
  [RejectCode.Stale]: {
    name: 'stale',
    sentence:
      'The order was under way for longer than this exchange lets pass; look at the market, then send it anew.',
  },
  [RejectCode.PriceOutOfRange]: {
    name: 'price-out-of-range',
    sentence: 'The price is outside the bounds of the instrument.',
  },
  [RejectCode.SizeOutOfRange]: {
    name: 'size-out-of-range',
    sentence: 'The size is zero or outside the bounds of the instrument.',
  },
  [RejectCode.InstrumentNotListed]: {
    name: 'instrument-not-listed',
    sentence: 'This shard does not list that instrument.',
  },
  [RejectCode.InstrumentAlreadyListed]: {
    name: 'instrument-already-listed',
    sentence: 'An instrument with this number or symbol is listed already.',
  },
  [RejectCode.BadInstrument]: {
    name: 'bad-instrument',
    sentence:
      'The instrument contradicts itself; its bounds must be whole, ordered and under 2^53 as a product.',
  },
  [RejectCode.NotInThisState]: {
    name: 'not-in-this-state',
    sentence: 'The instrument does not take this in its present state; docs/orders.md has the table.',
  },
  [RejectCode.NotionalOutOfRange]: {
    name: 'notional-out-of-range',
    sentence: 'Price times size is outside the bounds of the instrument.',
  },
  [RejectCode.OutsideCollar]: {
    name: 'outside-collar',
    sentence: 'The price is further from the reference price than the instrument allows.',
  },
  [RejectCode.BadQuote]: {
    name: 'bad-quote',
    sentence: 'A quote names its instrument once, and bids less than it asks.',
  },
  [RejectCode.StateUnchanged]: {
    name: 'state-unchanged',
    sentence: 'The instrument is in that state already.',
  },
  [RejectCode.UnknownOrder]: {
    name: 'unknown-order',
    sentence: 'The account has no such live order; it may have traded or been cancelled.',
  },
  [RejectCode.ClientIdReused]: {
    name: 'client-id-reused',
    sentence: 'The account has used this client id for a command with other content; choose a new one.',
  },
  [RejectCode.TooLate]: {
    name: 'too-late',
    sentence: 'The command was sent before the client-id window began; it cannot be told from a retry.',
  },
  [RejectCode.NothingToAmend]: {
    name: 'nothing-to-amend',
    sentence: 'An amend names a new price, a new total size, or both.',
  },
  [RejectCode.TooManyOpenOrders]: {
    name: 'too-many-open-orders',
    sentence: 'The account has as many open orders as it may; cancel some first.',
  },
  [RejectCode.TooManyOrders]: {
    name: 'too-many-orders',
    sentence: 'The account has sent as many orders as it may in one second; wait a moment.',
  },
  [RejectCode.AccountStopped]: {
    name: 'account-stopped',
    sentence: 'The kill switch of the account is thrown; it can only cancel.',
  },
  [RejectCode.ExpiryPassed]: {
    name: 'expiry-passed',
    sentence: 'The expiry of the order has passed already.',
  },
  [RejectCode.NotLinkable]: {
    name: 'not-linkable',
    sentence: 'The order to link with is of another instrument, is linked already, or has exits of its own.',
  },
  [RejectCode.NoPegReference]: {
    name: 'no-peg-reference',
    sentence: 'The book has no price that the pegged order could follow.',
  },
  [RejectCode.WouldTrade]: {
    name: 'would-trade',
    sentence: 'The order is post-only and would trade at once.',
  },
  [RejectCode.BookFull]: {
    name: 'book-full',
    sentence: 'The shard has no room for this order; cancel some, then send it again with a new client id.',
  },
  [RejectCode.Busy]: {
    name: 'busy',
    sentence: 'The exchange is at its bound of waiting orders; send this one again in a moment.',
  },
  [RejectCode.ShuttingDown]: {
    name: 'shutting-down',
    sentence: 'The exchange is shutting down; reconnect and send this one again.',
  },
  [RejectCode.ShardRecovering]: {
    name: 'shard-recovering',
    sentence: 'The shard of this instrument is recovering; send this one again in a moment.',
  },
  [RejectCode.DiskFull]: {
    name: 'disk-full',
    sentence: 'The disk of the exchange is full; until there is room, only cancels are taken.',
  },
  [RejectCode.DiskFailing]: {
    name: 'disk-failing',
    sentence: 'The exchange cannot write to its disk now; send this one again in a moment.',
  },
  [RejectCode.ShardHalted]: {
    name: 'shard-halted',
    sentence:
      'The shard of this instrument has stopped for its operator to look at it; nothing is taken now.',
  },
  [RejectCode.StoresBehind]: {
    name: 'stores-behind',
    sentence:
      'The stores of this exchange are too far behind to take more; cancels go on. Try again when they have caught up.',
  },
};
