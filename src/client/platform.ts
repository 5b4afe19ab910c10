import type { Clock } from '../clock/clock.js';
import type { Randomness } from '../clock/randomness.js';
import type { ClientKey } from './client-key.js';

/** What a connection tells. After `closed` or `refused` it tells nothing more. */
export interface SocketEvents {
  opened(): void;
  message(message: ArrayBuffer): void;
  /** With the close code and the reason; 1006 where the connection broke. */
  closed(code: number, reason: string): void;
  /** The upgrade was answered with this status and body; only where the platform can see it. */
  refused(status: number, body: string): void;
}

/** One connection. */
export interface ClientSocket {
  send(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Ends it at once where the platform can, as nobody may be there to answer. */
  cut(): void;
}

/** Signs a text; the signature in hex. */
export type Signer = (text: string) => Promise<string>;

/** The part of `fetch` that is used. */
export type Fetch = (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>> },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

/** What differs between Node.js and browsers. */
export interface Platform {
  readonly randomness: Randomness;
  readonly fetch: Fetch;
  /** False where a WebSocket takes no headers: then credentials stand in the query. */
  readonly takesHeaders: boolean;
  /** A new clock, of real time. */
  clock(): Clock;
  open(
    url: string,
    subprotocol: string,
    headers: Readonly<Record<string, string>>,
    told: SocketEvents,
  ): ClientSocket;
  /** @throws TypeError where the key is none */
  signer(key: ClientKey): Signer;
  /** Keeps the process alive, where it would end while no connection is open, until what it returns is called. */
  hold(): () => void;
}
