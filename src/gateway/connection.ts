/** One WebSocket connection, as a gateway sees it. */
export interface Connection {
  /** Sends one binary message; the bytes are copied before this returns. */
  send(bytes: Uint8Array): void;
  /** Bytes accepted by `send` that the client has not taken yet. */
  waitingBytes(): number;
  /** Of these what the system has not taken yet of the piece that it was handed, where that is counted apart; else 0. */
  underWayBytes(): number;
  /** Closes with a code of RFC 6455 and a reason of at most 123 bytes. */
  close(code: number, reason: string): void;
  /** Cuts the connection at once: for a client that does not read. */
  cut(): void;
}
