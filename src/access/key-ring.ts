import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SystemRandomness } from '../clock/randomness.js';
import type { KeyKind } from './key.js';
import type { SlottedKey } from './key-slots.js';
import { randomHex } from './new-key.js';
import { type AccessRefusal, refusals } from './refusal.js';
import { type Scope, scopeLevel, scopes } from './scope.js';
import {
  bodySha256,
  ed25519PublicKey,
  hmacSecret,
  verifyEd25519,
  verifyHmac,
  verifyToken,
} from './signature.js';
import {
  type Credentials,
  credentialHeaders,
  ED25519_SIGNATURE_PATTERN,
  HMAC_SIGNATURE_PATTERN,
  KEY_ID_PATTERN,
  NONCE_PATTERN,
  signedText,
  splitTarget,
  TIMESTAMP_PATTERN,
} from './signed-text.js';
import { NonceOutcome, type UsedNonces } from './used-nonces.js';

/** A request as a gateway got it. */
export interface AccessRequest {
  /** In capitals. */
  readonly method: string;
  /** Path with query, exactly as sent. */
  readonly target: string;
  /** A header by its name in lower case; empty or undefined where it is missing. */
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
  /** Of a WebSocket: only there credentials may stand in the query, and a token is not enough. */
  readonly isUpgrade: boolean;
}

/** A key that a gateway knows. The same object for as long as nothing about the key changes. */
export class RingKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly scopes: readonly Scope[];
  readonly accounts: readonly number[];
  readonly ordersPerSecond: number | undefined;
  readonly messagesPerSecond: number | undefined;
  /** Place of its budgets. */
  readonly slot: number;
  readonly #level: number;

  constructor({ key, slot }: SlottedKey) {
    this.id = key.id;
    this.kind = key.kind;
    this.scopes = key.scopes;
    this.accounts = key.accounts;
    this.ordersPerSecond = key.ordersPerSecond;
    this.messagesPerSecond = key.messagesPerSecond;
    this.slot = slot;
    this.#level = scopeLevel(key.scopes);
  }

  may(scope: Scope): boolean {
    return this.#level > scopes.indexOf(scope);
  }

  /** Whether it may act for an account; a key of scope admin may for all, and for 0, the operator. */
  mayActFor(account: number): boolean {
    return this.may('admin') || this.accounts.includes(account);
  }
}

/** What signatures are checked against. */
type Proof =
  | { readonly kind: 'ed25519'; readonly publicKey: KeyObject }
  | { readonly kind: 'hmac'; readonly secret: KeyObject }
  | { readonly kind: 'token'; readonly sha256: Uint8Array };

interface Entry {
  readonly ringKey: RingKey;
  readonly proof: Proof;
  /** All of the key, to see whether it has changed. */
  readonly text: string;
}

const BEARER = /^Bearer +([A-Za-z0-9._-]{1,36})\.([0-9a-f]{64})$/i;

export function isRefusal(outcome: RingKey | AccessRefusal): outcome is AccessRefusal {
  return 'status' in outcome;
}

/** The keys that a gateway lets in. Each gateway has one, and is told when the keys file has changed. */
export class KeyRing {
  readonly #nonces: UsedNonces;
  readonly #windowNs: bigint;
  #entries: ReadonlyMap<string, Entry> = new Map();
  /** For keys that are not there: to check against them takes as long, and nobody knows what would pass. */
  readonly #decoys = {
    ed25519: { kind: 'ed25519', publicKey: generateKeyPairSync('ed25519').publicKey },
    hmac: { kind: 'hmac', secret: hmacSecret(randomHex(32, new SystemRandomness())) },
    token: { kind: 'token', sha256: Buffer.from(randomHex(32, new SystemRandomness()), 'hex') },
  } as const satisfies Record<KeyKind, Proof>;

  constructor(nonces: UsedNonces) {
    this.#nonces = nonces;
    this.#windowNs = BigInt(nonces.windowNs);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): RingKey | undefined {
    return this.#entries.get(id)?.ringKey;
  }

  keys(): readonly RingKey[] {
    return [...this.#entries.values()].map(({ ringKey }) => ringKey);
  }

  /** Takes the keys of a file that was read. Returns the ids that are gone or have changed: their sessions end. */
  update(keys: readonly SlottedKey[]): readonly string[] {
    const before = this.#entries;
    const entries = new Map<string, Entry>();
    for (const slotted of keys) {
      const text = JSON.stringify(slotted);
      const known = before.get(slotted.key.id);
      entries.set(
        slotted.key.id,
        known?.text === text ? known : { ringKey: new RingKey(slotted), proof: proofOf(slotted), text },
      );
    }
    this.#entries = entries;
    return [...before].filter(([id, entry]) => entries.get(id) !== entry).map(([id]) => id);
  }

  /**
   * Says whose request this is. In this order: credentials are there and have their shape, the timestamp is within the
   * window, the key is known and its signature is right, the nonce is fresh. A nonce is noted only after that, so that
   * nobody uses up those of others.
   *
   * @param nowEpochNs the time, in nanoseconds since 1970
   */
  authenticate(request: AccessRequest, nowEpochNs: bigint): RingKey | AccessRefusal {
    const { header, isUpgrade } = request;
    const fromHeaders = {
      key: header(credentialHeaders.key) ?? '',
      timestamp: header(credentialHeaders.timestamp) ?? '',
      nonce: header(credentialHeaders.nonce) ?? '',
      signature: header(credentialHeaders.signature) ?? '',
    };
    const { key, timestamp, nonce, signature } = fromHeaders;
    if (key !== '' || timestamp !== '' || nonce !== '' || signature !== '')
      return this.#signed(request, request.target, fromHeaders, nowEpochNs);
    const split = isUpgrade ? splitTarget(request.target) : undefined;
    if (split?.credentials !== undefined)
      return this.#signed(request, split.target, split.credentials, nowEpochNs);
    const authorization = header('authorization') ?? '';
    return authorization === '' ? refusals.missing : this.#bearer(request, authorization);
  }

  #signed(
    { method, body }: AccessRequest,
    target: string,
    { key, timestamp, nonce, signature }: Credentials,
    nowEpochNs: bigint,
  ): RingKey | AccessRefusal {
    const kind = HMAC_SIGNATURE_PATTERN.test(signature) ? 'hmac' : 'ed25519';
    if (kind === 'ed25519' && !ED25519_SIGNATURE_PATTERN.test(signature)) return refusals.malformed;
    if (!KEY_ID_PATTERN.test(key) || !TIMESTAMP_PATTERN.test(timestamp) || !NONCE_PATTERN.test(nonce))
      return refusals.malformed;
    const timestampNs = BigInt(timestamp);
    // Said of keys that are not there too: it tells nothing of them.
    if (timestampNs < nowEpochNs - this.#windowNs || timestampNs > nowEpochNs + this.#windowNs)
      return refusals.outsideWindow;
    const text = signedText({ method, target, timestamp, nonce, bodySha256: bodySha256(body) });
    const entry = this.#entries.get(key);
    const isKind = entry !== undefined && entry.proof.kind === kind;
    const isRight = isSignatureRight(text, signature, isKind ? entry.proof : this.#decoys[kind]);
    if (!isRight || !isKind) return refusals.wrong;
    const outcome = this.#nonces.note(key, nonce, timestampNs, nowEpochNs);
    if (outcome === NonceOutcome.Fresh) return entry.ringKey;
    return outcome === NonceOutcome.Used ? refusals.nonceUsed : refusals.tooMany;
  }

  #bearer({ method, isUpgrade }: AccessRequest, authorization: string): RingKey | AccessRefusal {
    const match = BEARER.exec(authorization);
    if (match === null) return refusals.malformed;
    const [, id, digits] = match as unknown as [string, string, string];
    const entry = this.#entries.get(id);
    const proof = entry?.proof.kind === 'token' ? entry.proof : this.#decoys.token;
    const isRight = verifyToken(`${id}.${digits}`, proof.sha256);
    if (!isRight || entry === undefined || proof !== entry.proof) return refusals.wrongToken;
    const reads = (method === 'GET' || method === 'HEAD') && !isUpgrade;
    return reads ? entry.ringKey : refusals.tokenReadsOnly;
  }
}

function proofOf({ key }: SlottedKey): Proof {
  switch (key.kind) {
    case 'ed25519':
      return { kind: 'ed25519', publicKey: ed25519PublicKey(key.publicKey) };
    case 'hmac':
      return { kind: 'hmac', secret: hmacSecret(key.secret) };
    case 'token':
      return { kind: 'token', sha256: Buffer.from(key.tokenSha256, 'hex') };
  }
}

function isSignatureRight(text: string, signature: string, proof: Proof): boolean {
  if (proof.kind === 'ed25519') return verifyEd25519(text, signature, proof.publicKey);
  return proof.kind === 'hmac' && verifyHmac(text, signature, proof.secret);
}
