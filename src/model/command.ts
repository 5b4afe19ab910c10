/** What a client or an operator asks for. The numbers are on the wire and in the log: never reuse one. */
export const CommandKind = {
  New: 1,
  Cancel: 2,
  Amend: 3,
  /** List an instrument. From here on the log knows it. */
  List: 16,
  /** What matching depends on besides instruments: the client-id window. */
  Settings: 17,
  /** From here up: reads. They cross the ring in order with the commands but are neither numbered nor journaled. */
  ReadBook: 64,
} as const;
export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind];

/** The first kind that is a read. */
export const FIRST_READ_KIND = 64;

export const Side = { None: 0, Buy: 1, Sell: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** The other types of ORDERS get their numbers when they are built. */
export const OrderType = { Limit: 1 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

export const TimeInForce = { GoodTillCancel: 1, ImmediateOrCancel: 2 } as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];

/** Bits of an order record's flags. A bit without a name must be zero. */
export const CommandFlag = {
  /** The client id is a text, in line 2. */
  TextClientId: 1 << 0,
  /** Cancel, amend: the target is named by its client order id, not by its order id. */
  TargetByClientId: 1 << 1,
  /** With TargetByClientId: that id is a text, in line 3. */
  TargetText: 1 << 2,
  /** Amend: the price field is the new price. */
  AmendPrice: 1 << 3,
  /** Amend: the size field is the new total size. */
  AmendSize: 1 << 4,
} as const;

export const sideNames = ['none', 'buy', 'sell'] as const;
