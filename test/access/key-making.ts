import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Key } from '../../src/access/key.js';
import type { AccessRequest } from '../../src/access/key-ring.js';
import { type KeyFacts, newEd25519Key, newHmacKey, newTokenKey } from '../../src/access/new-key.js';
import { hmacSecret, signRequest } from '../../src/access/signature.js';
import { credentialHeaders } from '../../src/access/signed-text.js';
import { SeededRandomness } from '../../src/clock/randomness.js';

export const facts: KeyFacts = {
  id: 'k1',
  scopes: ['trade'],
  accounts: [7, 8],
  createdAt: '2026-01-31T09:30:00Z',
};

export function ed25519Pair(more: Partial<KeyFacts> = {}): { key: Key; signing: KeyObject } {
  const { key, forOwner } = newEd25519Key({ ...facts, ...more });
  return { key, signing: createPrivateKey(forOwner) };
}

export function hmacPair(more: Partial<KeyFacts> = {}, seed = 1): { key: Key; signing: KeyObject } {
  const { key, forOwner } = newHmacKey({ ...facts, ...more }, new SeededRandomness(seed));
  return { key, signing: hmacSecret(forOwner) };
}

export function tokenPair(more: Partial<KeyFacts> = {}, seed = 1): { key: Key; token: string } {
  const { key, forOwner } = newTokenKey({ ...facts, scopes: ['read'], ...more }, new SeededRandomness(seed));
  return { key, token: forOwner };
}

/** A request without credentials. */
export function bare(more: Partial<AccessRequest> = {}): AccessRequest {
  return {
    method: 'GET',
    target: '/orders?account=7',
    header: () => undefined,
    body: new Uint8Array(),
    isUpgrade: false,
    ...more,
  };
}

export function headersOf(headers: Readonly<Record<string, string>>): AccessRequest['header'] {
  return (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined);
}

export interface Signing {
  readonly id?: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** The same request with the four headers. */
export function signed(
  request: AccessRequest,
  signing: KeyObject,
  { id = 'k1', timestamp, nonce }: Signing,
): AccessRequest {
  const { method, target, body } = request;
  return {
    ...request,
    header: headersOf({
      [credentialHeaders.key]: id,
      [credentialHeaders.timestamp]: timestamp,
      [credentialHeaders.nonce]: nonce,
      [credentialHeaders.signature]: signRequest({ method, target, body, timestamp, nonce }, signing),
    }),
  };
}
