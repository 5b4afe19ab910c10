/** What happened. The numbers are on the wire: never reuse one. */
export const EventKind = {
  Accepted: 1,
  Rejected: 2,
  Fill: 3,
  Cancelled: 4,
  Amended: 5,
  /** An instrument was listed. */
  Listed: 16,
  SettingsChanged: 17,
  /** The answer to a read of a book. Not an event of the log: it has a position, and no place in it. */
  Book: 64,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** Bits of an event's flags. */
export const EventFlag = {
  /** This is the answer to its command: each command has exactly one, its event number 0. */
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
} as const;

/** Why an order, or the rest of one, left the book without a fill. In the event's code field. */
export const CancelReason = {
  Asked: 1,
  ImmediateOrCancelRest: 2,
  /** Amended to a total at or under what had traded. */
  AmendedToNothing: 3,
} as const;
export type CancelReason = (typeof CancelReason)[keyof typeof CancelReason];

export const cancelReasonNames: Readonly<Record<number, string>> = {
  [CancelReason.Asked]: 'asked',
  [CancelReason.ImmediateOrCancelRest]: 'immediate or cancel rest',
  [CancelReason.AmendedToNothing]: 'amended to nothing',
};
