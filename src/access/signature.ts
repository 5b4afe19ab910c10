import {
  createHmac,
  createPublicKey,
  createSecretKey,
  sign as cryptoSign,
  verify as cryptoVerify,
  hash,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import {
  ED25519_SIGNATURE_PATTERN,
  EMPTY_BODY_SHA256,
  HMAC_SIGNATURE_PATTERN,
  signedText,
} from './signed-text.js';

/** Hex SHA-256 of a body, as the signed text has it. */
export function bodySha256(body: Uint8Array | string): string {
  return body.length === 0 ? EMPTY_BODY_SHA256 : hash('sha256', body, 'hex');
}

/** What an Ed25519 public key has before its 32 bytes in DER (RFC 8410). */
const PUBLIC_KEY_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key from the hex of its 32 bytes. Parsing takes as long as a tenth of a verification: once for each key. */
export function ed25519PublicKey(hex: string): KeyObject {
  const der = Buffer.concat([PUBLIC_KEY_HEAD, Buffer.from(hex, 'hex')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/** The hex of the 32 bytes of an Ed25519 public key. @throws Error where it is a key of another sort. */
export function ed25519PublicKeyHex(key: KeyObject): string {
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`the key is ${key.asymmetricKeyType ?? 'symmetric'} and not ed25519`);
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_KEY_HEAD.length).toString('hex');
}

/** A shared secret from the hex of its 32 bytes. */
export function hmacSecret(hex: string): KeyObject {
  return createSecretKey(Buffer.from(hex, 'hex'));
}

export function signEd25519(text: string, privateKey: KeyObject): string {
  return cryptoSign(null, Buffer.from(text, 'utf8'), privateKey).toString('hex');
}

export function signHmac(text: string, secret: KeyObject): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}

/** False also where the signature is not 128 hex digits. */
export function verifyEd25519(text: string, signature: string, publicKey: KeyObject): boolean {
  if (!ED25519_SIGNATURE_PATTERN.test(signature)) return false;
  return cryptoVerify(null, Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'hex'));
}

/** False also where the signature is not 64 hex digits. Takes the same time wherever the two differ. */
export function verifyHmac(text: string, signature: string, secret: KeyObject): boolean {
  if (!HMAC_SIGNATURE_PATTERN.test(signature)) return false;
  return timingSafeEqual(
    createHmac('sha256', secret).update(text, 'utf8').digest(),
    Buffer.from(signature, 'hex'),
  );
}

/** Hex SHA-256 of a whole token, id and dot included. */
export function tokenSha256(token: string): string {
  return hash('sha256', token, 'hex');
}

/** `expectedSha256` is the 32 bytes of the hash. Takes the same time wherever the two differ. */
export function verifyToken(token: string, expectedSha256: Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', token, 'buffer'), expectedSha256);
}

/** A request to be signed: by the command line, the client for Node.js and tests. */
export interface Signable {
  readonly method: string;
  readonly target: string;
  readonly body?: Uint8Array | string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** The signature of a request: by HMAC where the key is a secret, else by Ed25519. */
export function signRequest({ body = '', ...parts }: Signable, key: KeyObject): string {
  const text = signedText({ ...parts, bodySha256: bodySha256(body) });
  return key.type === 'secret' ? signHmac(text, key) : signEd25519(text, key);
}
