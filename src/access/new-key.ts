import { generateKeyPairSync } from 'node:crypto';
import type { Randomness } from '../clock/randomness.js';
import type { Key } from './key.js';
import { ed25519PublicKeyHex, tokenSha256 } from './signature.js';

/** So many random bytes in hex; a multiple of four. For secrets `randomness` must be the operating system's. */
export function randomHex(bytes: number, randomness: Randomness): string {
  let text = '';
  for (let at = 0; at < bytes; at += 4) text += randomness.next32().toString(16).padStart(8, '0');
  return text;
}

/** What all kinds of keys have. */
export type KeyFacts = Omit<Key, 'kind' | 'publicKey' | 'secret' | 'tokenSha256'>;

/** A key for the file, and what its owner needs, which is shown once. */
export interface NewKey<Kind extends Key['kind']> {
  readonly key: Extract<Key, { kind: Kind }>;
  readonly forOwner: string;
}

/** A pair of which the exchange keeps the public half; the owner gets the private one as PKCS #8 in PEM. */
export function newEd25519Key(facts: KeyFacts): NewKey<'ed25519'> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    key: { ...facts, kind: 'ed25519', publicKey: ed25519PublicKeyHex(publicKey) },
    forOwner: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}

/** A secret that the exchange and the owner share, in hex. */
export function newHmacKey(facts: KeyFacts, randomness: Randomness): NewKey<'hmac'> {
  const secret = randomHex(32, randomness);
  return { key: { ...facts, kind: 'hmac', secret }, forOwner: secret };
}

/** A token of which the exchange keeps the hash. */
export function newTokenKey(facts: KeyFacts, randomness: Randomness): NewKey<'token'> {
  const token = `${facts.id}.${randomHex(32, randomness)}`;
  return { key: { ...facts, kind: 'token', tokenSha256: tokenSha256(token) }, forOwner: token };
}
