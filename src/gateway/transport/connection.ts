/** Payload of a ping that asks how far a client has read; those that keep a connection alive have none. */
export const PROGRESS_PING = 'progress';

/** One WebSocket connection, as a gateway sees it. */
export interface Connection {
  /** Sends one message, a text where `isText` says so; the bytes are copied before this returns. */
  send(bytes: Uint8Array, isText: boolean): void;
  /** Bytes accepted by `send` that the client has not taken yet. */
  waitingBytes(): number;
  /** Sends a ping with the payload PROGRESS_PING; its pong is told to the handlers, and says that all before it was read. */
  ping(): void;
  /** Closes with a code of RFC 6455 and a reason of at most 123 bytes. */
  close(code: number, reason: string): void;
  /** Cuts the connection at once: for a client that does not read. */
  cut(): void;
}
