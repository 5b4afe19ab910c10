/**
 * What a client signs, for HTTP requests and WebSocket upgrades alike, and where the signature travels. Runs in browsers
 * too. Lines are joined by "\n", without one at the end:
 *
 * ```
 * tickloom-v1
 * <method>
 * <path with query, exactly as sent; where credentials stand in the query, without them>
 * <timestamp: ns since the epoch, digits>
 * <nonce: 8 to 64 of [A-Za-z0-9_-]>
 * <hex SHA-256 of the body; of the empty one for GET and upgrades>
 * ```
 *
 * No line after the target can hold a line break, nor can the method: two requests never have one text.
 */

import { LEAST_NONCE_CHARACTERS, MAX_KEY_ID_BYTES, MOST_NONCE_CHARACTERS } from '../model/limits.js';

/** First line of the text: what is signed here means nothing elsewhere. */
export const SIGNED_TEXT_VERSION = 'tickloom-v1';

/** Hex SHA-256 of no bytes. */
export const EMPTY_BODY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Names of the four headers. */
export const credentialHeaders = {
  key: 'tickloom-key',
  timestamp: 'tickloom-timestamp',
  nonce: 'tickloom-nonce',
  signature: 'tickloom-signature',
} as const;

export const KEY_ID_PATTERN = new RegExp(`^[A-Za-z0-9._-]{1,${MAX_KEY_ID_BYTES}}$`);
/** Up to 19 digits: nanoseconds that fit 64 signed bits. Nothing in front, so that a time has one spelling. */
export const TIMESTAMP_PATTERN = /^[1-9][0-9]{0,18}$/;
export const NONCE_PATTERN = new RegExp(
  `^[A-Za-z0-9_-]{${LEAST_NONCE_CHARACTERS},${MOST_NONCE_CHARACTERS}}$`,
);
export const ED25519_SIGNATURE_PATTERN = /^[0-9a-fA-F]{128}$/;
export const HMAC_SIGNATURE_PATTERN = /^[0-9a-fA-F]{64}$/;

/** Who signs, when, once, and the signature in hex; all as they were sent. */
export interface Credentials {
  readonly key: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

export interface SignedParts {
  /** In capitals, as it is sent. */
  readonly method: string;
  /** Path with query, as it is sent. */
  readonly target: string;
  readonly timestamp: string;
  readonly nonce: string;
  /** In hex, lower case. */
  readonly bodySha256: string;
}

/** The text that is signed, ASCII as long as the target is. */
export function signedText({ method, target, timestamp, nonce, bodySha256 }: SignedParts): string {
  return `${SIGNED_TEXT_VERSION}\n${method}\n${target}\n${timestamp}\n${nonce}\n${bodySha256}`;
}

const QUERY_CREDENTIALS = /[?&]key=([^&]*)&timestamp=([^&]*)&nonce=([^&]*)&signature=([^&]*)$/;

/**
 * A target without the credentials that stand last in its query, and these. Where there are none, in this order, last,
 * the target is whole. Nothing is decoded: no character of credentials needs escaping.
 */
export function splitTarget(target: string): {
  readonly target: string;
  readonly credentials: Credentials | undefined;
} {
  const match = QUERY_CREDENTIALS.exec(target);
  if (match === null) return { target, credentials: undefined };
  const [, key, timestamp, nonce, signature] = match as unknown as [string, string, string, string, string];
  return { target: target.slice(0, match.index), credentials: { key, timestamp, nonce, signature } };
}

/** The same the other way: for browsers, which cannot set headers on a WebSocket. */
export function withCredentials(target: string, credentials: Credentials): string {
  const { key, timestamp, nonce, signature } = credentials;
  const mark = target.includes('?') ? '&' : '?';
  return `${target}${mark}key=${key}&timestamp=${timestamp}&nonce=${nonce}&signature=${signature}`;
}
