import type { Connection } from './connection.js';
import type { ResumeKey } from './resuming.js';
import type { Session } from './session.js';

/** What a browser says of the page that asks. Empty where the header is missing, as programs leave it. */
export interface RequestSource {
  readonly origin: string;
  readonly host: string;
}

export interface UpgradeRequest extends RequestSource {
  readonly path: string;
  readonly query: string;
  /** Offered subprotocols, in the client's order. */
  readonly protocols: readonly string[];
}

/** What a session may do, decided before the connection is open. */
export interface Admission {
  readonly protocol: string;
  readonly accounts: readonly number[];
  /** The last events that the client has seen, one of each shard that it names. */
  readonly after: readonly ResumeKey[];
}

export interface Refusal {
  readonly status: number;
  readonly sentence: string;
}

export interface HttpRequest extends RequestSource {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Uint8Array;
  /** True where the body was over the bound and has been left out. */
  readonly bodyTooLarge: boolean;
}

/** Answers an HTTP request once; later calls, and calls after the client has gone, do nothing. */
export type Respond = (status: number, body: string, headers?: Readonly<Record<string, string>>) => void;

/** What a transport calls. */
export interface TransportHandlers {
  admit(request: UpgradeRequest): Admission | Refusal;
  opened(connection: Connection, admission: Admission): Session;
  /** The message is valid only until this returns. */
  message(session: Session, message: ArrayBuffer, isBinary: boolean): void;
  closed(session: Session): void;
  request(request: HttpRequest, respond: Respond): void;
}

/** A server for WebSocket and HTTP on one port. Two of them exist: `uws-transport.ts` and `node-transport.ts`. */
export interface Transport {
  readonly name: 'uws' | 'node';
  /** Listens and returns the port. Throws where the port cannot be had. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new connections from here on. */
  stopListening(): void;
  /** Ends everything. */
  close(): void;
}

/** The version of WebSocket that is spoken here; a refusal with status 426 names it in `Sec-WebSocket-Version`. */
export const WEBSOCKET_VERSION = '13';

/** 16 bytes in base64. */
const KEY_PATTERN = /^[A-Za-z0-9+/]{22}==$/;

/**
 * What is wrong with the version and the key of a handshake (RFC 6455, section 4.2.1), before anything else is looked at:
 * uWebSockets.js does not look at them, and `ws` also takes version 8.
 */
export function handshakeFault(version: string, key: string): Refusal | undefined {
  if (version !== WEBSOCKET_VERSION)
    return { status: 426, sentence: `Send a handshake of WebSocket version ${WEBSOCKET_VERSION}.` };
  if (!KEY_PATTERN.test(key))
    return { status: 400, sentence: 'Sec-WebSocket-Key must be 16 random bytes in base64.' };
  return undefined;
}

/** The names in a `sec-websocket-protocol` header. */
export function offeredProtocols(header: string): string[] {
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function isRefusal(decision: Admission | Refusal): decision is Refusal {
  return 'status' in decision;
}
