import type { Clock } from '../../clock/clock.js';
import type { GatewayLimits } from '../gateway-limits.js';
import type { Admission, Session } from '../session.js';
import type { Connection } from './connection.js';
import type { ConnectionCounts } from './connection-counts.js';

/** What a browser says of the page that asks. Empty where the header is missing, as programs leave it. */
export interface RequestSource {
  readonly origin: string;
  readonly host: string;
  /** Of the client, or of the proxy before it. */
  readonly address: string;
  /** What it shows of itself; undefined where nothing was shown, or nobody looks. */
  readonly credentials?: SentCredentials | undefined;
}

/** Headers by which a request says who it is from, as they came; empty where they are missing. */
export interface SentCredentials {
  readonly key: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  readonly authorization: string;
}

export interface UpgradeRequest extends RequestSource {
  readonly path: string;
  readonly query: string;
  /** Offered subprotocols, in the client's order. */
  readonly protocols: readonly string[];
}

export interface Refusal {
  readonly status: number;
  readonly sentence: string;
  /** Its name, where a request is refused. */
  readonly reason?: string;
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number;
}

export interface HttpRequest extends RequestSource {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Valid until the call that brings it returns. */
  readonly body: Uint8Array;
  /** The bound that the body was over, so that it has been left out; 0 where it was not. */
  readonly bodyOverBytes: number;
}

/** Answers an HTTP request once; later calls, and calls after the client has gone, do nothing. */
export type Respond = (status: number, body: string, headers?: Readonly<Record<string, string>>) => void;

/** What a transport calls. */
export interface TransportHandlers {
  /** Whether requests must say who they are from: then their headers are read. */
  readonly isKeyed: boolean;
  admit(request: UpgradeRequest): Admission | Refusal;
  opened(connection: Connection, admission: Admission): Session;
  /** The message is valid only until this returns. */
  message(session: Session, message: ArrayBuffer, isBinary: boolean): void;
  /** A client has read all that was sent before a ping of ours. */
  ponged(session: Session): void;
  closed(session: Session): void;
  request(request: HttpRequest, respond: Respond): void;
}

/** What a transport is made with. */
export interface TransportSettings {
  readonly limits: GatewayLimits;
  readonly counts: ConnectionCounts;
  readonly realTime: Clock;
  /** Paths of the certificate chain and of its key, both in PEM; undefined: in the clear. */
  readonly tls?: TlsFiles | undefined;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
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

/** The credentials among the headers; undefined where there are none. */
export function sentCredentials(header: (name: string) => string): SentCredentials | undefined {
  const key = header('tickloom-key');
  const authorization = header('authorization');
  if (key === '' && authorization === '') return undefined;
  return {
    key,
    authorization,
    timestamp: header('tickloom-timestamp'),
    nonce: header('tickloom-nonce'),
    signature: header('tickloom-signature'),
  };
}

export function isRefusal(decision: object): decision is Refusal {
  return 'status' in decision;
}

/** The body of a request did not arrive in time. */
export function respondTooLate(respond: Respond, requestMs: number): void {
  const text = `The body did not arrive within ${requestMs} ms; send the request again.`;
  const body = JSON.stringify({ event: 'rejected', reason: 'request-too-slow', text });
  respond(408, body, { 'content-type': 'application/json; charset=utf-8' });
}
