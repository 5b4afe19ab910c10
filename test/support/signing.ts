import {
  createHash,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Keys and signatures, written from docs/protocol.md alone: nothing here is shared with the exchange.
 */

export interface TestKey {
  readonly id: string;
  readonly sign: (text: string) => string;
  /** What stands of it in the keys file. */
  readonly entry: Record<string, unknown>;
}

interface KeyFacts {
  readonly scopes?: readonly string[];
  readonly accounts?: readonly number[];
  readonly [more: string]: unknown;
}

const usual = { scopes: ['trade'], accounts: [7], createdAt: '2026-01-01T00:00:00Z' };

export function ed25519Key(id: string, facts: KeyFacts = {}): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('hex');
  const own = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return {
    id,
    sign: (text) => sign(null, Buffer.from(text), own).toString('hex'),
    entry: { id, kind: 'ed25519', ...usual, ...facts, publicKey: raw },
  };
}

export function hmacKey(id: string, facts: KeyFacts = {}): TestKey {
  const secret = randomBytes(32);
  return {
    id,
    sign: (text) => createHmac('sha256', secret).update(text).digest('hex'),
    entry: { id, kind: 'hmac', ...usual, ...facts, secret: secret.toString('hex') },
  };
}

/** A bearer token, and what stands of it in the keys file. */
export function bearerToken(id: string): { readonly token: string; readonly entry: Record<string, unknown> } {
  const token = `${id}.${randomBytes(32).toString('hex')}`;
  const tokenSha256 = createHash('sha256').update(token).digest('hex');
  return { token, entry: { id, kind: 'token', ...usual, scopes: ['read'], accounts: [], tokenSha256 } };
}

export function writeKeys(
  data: string,
  keys: readonly { readonly entry: Record<string, unknown> }[],
): string {
  const path = join(data, 'keys.json');
  writeFileSync(path, JSON.stringify({ version: 1, keys: keys.map(({ entry }) => entry) }), { mode: 0o600 });
  return path;
}

export interface SignedFields {
  readonly timestamp?: bigint;
  readonly nonce?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

export function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** The four headers of a request. */
export function signedHeaders(
  key: TestKey,
  method: string,
  target: string,
  { timestamp = nowNs(), nonce = randomBytes(8).toString('hex'), body = '' }: SignedFields = {},
): Record<string, string> {
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const text = ['tickloom-v1', method, target, timestamp, nonce, bodySha256].join('\n');
  return {
    'tickloom-key': key.id,
    'tickloom-timestamp': String(timestamp),
    'tickloom-nonce': nonce,
    'tickloom-signature': key.sign(text),
  };
}

/** The same as the end of a query, for a WebSocket of a browser. */
export function signedTarget(key: TestKey, target: string, fields: SignedFields = {}): string {
  const headers = signedHeaders(key, 'GET', target, fields);
  const query = ['key', 'timestamp', 'nonce', 'signature'].map(
    (name) => `${name}=${headers[`tickloom-${name}`]}`,
  );
  return `${target}${target.includes('?') ? '&' : '?'}${query.join('&')}`;
}
