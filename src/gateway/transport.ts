import type { Connection } from './connection.js';
import type { ResumeKey } from './resuming.js';
import type { Protocol, Session } from './session.js';

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
  readonly protocol: Protocol;
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
