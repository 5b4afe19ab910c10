import type { EventOf } from '../wire/event-schema.js';
import type { ConnectionError } from './errors.js';
import type { LoggedEvent } from './event-log.js';
import type { Disconnected } from './link.js';

/** Events of the logs by name, and what happens to the connection. */
export type ClientEvents = { readonly [Name in LoggedEvent['event']]: EventOf<Name> } & {
  /** Every event of the client's accounts, each once, in the order of its shard's log. */
  readonly event: LoggedEvent;
  /** A session is open, and all that was missed has been told. */
  readonly connected: { readonly isFirst: boolean };
  /** The connection is gone; another attempt is under way. */
  readonly disconnected: Disconnected;
  /** What was missed of a shard while there was no connection has been told, so many events. */
  readonly resumed: { readonly shard: number; readonly events: number };
  /** Events of a shard were not told and will not be: read open orders anew. */
  readonly gap: { readonly shard: number; readonly text: string };
  /** The client has ended: by `close()` (no error), or for good by the exchange. */
  readonly closed: { readonly error: ConnectionError | undefined };
};
