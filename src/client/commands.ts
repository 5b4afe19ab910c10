import type { EventObject, EventOf } from '../wire/event-schema.js';
import type { OrderMessage } from '../wire/order-schema.js';

/**
 * What a client sends, with the fields of docs/protocol.md: prices and sizes are decimals as texts (`'100.50'`), or whole
 * ticks and lots under their other names. `type` is said by the method. Client ids may be left out: the client makes one
 * of 20 random characters, which no other client and no later start of this one makes again.
 */
type MessageOf<Type extends OrderMessage['type']> = Extract<OrderMessage, { type: Type }>;
type Fields<Type extends OrderMessage['type'], Id extends string> = Omit<MessageOf<Type>, 'type' | Id>;

/** A client id: a whole number from 1 to 2^52 - 1, or a text of 1 to 36 printable ASCII characters. */
export type ClientId = number | string;

interface OwnId {
  readonly clientId?: ClientId | undefined;
}

export type NewOrder = Fields<'new', 'clientOrderId'> & { readonly clientOrderId?: ClientId | undefined };
export type Cancel = Fields<'cancel', 'clientId'> & OwnId;
export type Amend = Fields<'amend', 'clientId'> & OwnId;
export type CancelAll = Fields<'cancelAll', 'clientId'> & OwnId;
export type MassQuote = Fields<'massQuote', 'clientId'> & OwnId;
export type StateChange = Fields<'state', 'clientId'> & OwnId;
export type PricesChange = Fields<'prices', 'clientId'> & OwnId;
export type AccountChange = Fields<'account', 'clientId'> & OwnId;

export type Accepted = EventOf<'accepted'>;
export type Cancelled = EventOf<'cancelled'>;
export type Amended = EventOf<'amended'>;
export type Quoted = EventOf<'quoted'>;
export type StateChanged = EventOf<'stateChanged'>;
export type PricesChanged = EventOf<'pricesChanged'>;
export type AccountChanged = EventOf<'accountChanged'>;
export type Book = EventOf<'book'>;

/** What cancel-all comes to. */
export interface AllCancelled {
  /** How many orders go, of all shards. A cancelled of each is told as an event. */
  readonly orders: number;
  /** What each shard says: one where an instrument was named. */
  readonly answers: readonly EventOf<'allCancelled'>[];
}

/** An event that answers a command or a read. */
export type Answer = EventObject;
