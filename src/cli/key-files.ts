/** Files that owners of keys have: public keys that they hand in, and private keys and secrets that they sign with. */

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { randomHex } from '../access/new-key.js';
import { ed25519PublicKeyHex, hmacSecret, signRequest } from '../access/signature.js';
import { credentialHeaders } from '../access/signed-text.js';
import { LiveClock } from '../clock/live-clock.js';
import { SystemRandomness } from '../clock/randomness.js';
import { UsageError } from './option-table.js';

/** The hex of a public key that is named as hex or as a PEM file. @throws UsageError where it is neither. */
export function readPublicKey(named: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(named)) return named.toLowerCase();
  const pem = readText('--public-key', named);
  // A private key has its public half in it; but it should never come here.
  if (pem.includes('PRIVATE KEY'))
    throw new UsageError([
      `--public-key: ${named} holds a private key; hand in its public half: openssl pkey -in ${named} -pubout`,
    ]);
  try {
    return ed25519PublicKeyHex(createPublicKey(pem));
  } catch {
    throw new UsageError([
      `--public-key: ${named} must hold an Ed25519 public key in PEM; or give its 32 bytes as 64 hexadecimal digits`,
    ]);
  }
}

/** The four headers for a request, as of now. @throws UsageError where the file holds no key that signs */
export function signedHeaders(
  keyFile: string,
  id: string,
  request: { readonly method: string; readonly target: string; readonly body: string },
): Readonly<Record<string, string>> {
  const key = readSigningKey(keyFile);
  const timestamp = String(new LiveClock().epochNs());
  const nonce = randomHex(16, new SystemRandomness());
  return {
    [credentialHeaders.key]: id,
    [credentialHeaders.timestamp]: timestamp,
    [credentialHeaders.nonce]: nonce,
    [credentialHeaders.signature]: signRequest({ ...request, timestamp, nonce }, key),
  };
}

function readSigningKey(file: string): KeyObject {
  const text = readText('--key-file', file).trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return hmacSecret(text);
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, together with keys of other sorts.
  }
  throw new UsageError([
    `--key-file: ${file} must hold an Ed25519 private key in PEM, without a passphrase, or a secret of 64 hexadecimal digits`,
  ]);
}

function readText(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError([
      `${option}: ${code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code})`}; name another one`,
    ]);
  }
}
