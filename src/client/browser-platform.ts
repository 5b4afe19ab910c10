import { SystemRandomness } from '../clock/randomness.js';
import { WebClock } from '../clock/web-clock.js';
import type { ClientKey } from './client-key.js';
import type { Platform, Signer } from './platform.js';
import { openWebSocket, type WebSocketConstructor } from './web-socket.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Key = Parameters<typeof crypto.subtle.sign>[1];

/** Browsers: the page's WebSocket, fetch and WebCrypto. */
export const browserPlatform: Platform = {
  randomness: new SystemRandomness(),
  fetch: (url, options) => fetch(url, options),
  takesHeaders: false,
  clock: () => new WebClock(),
  open: (url, subprotocol, _, told) =>
    openWebSocket(
      (globalThis as unknown as { readonly WebSocket: WebSocketConstructor }).WebSocket,
      url,
      subprotocol,
      told,
    ),
  signer,
  hold: () => () => {},
};

function signer({ privateKey, secret }: ClientKey): Signer {
  // Only pages that came by https, or from this machine, have it.
  if (globalThis.crypto?.subtle === undefined)
    throw new TypeError('key: this page cannot sign; open it by https.');
  if (secret !== undefined) {
    if (!/^[0-9a-fA-F]{64}$/.test(secret))
      throw new TypeError('key.secret: an HMAC secret has 64 hex digits; this one has not.');
    const key = crypto.subtle.importKey('raw', bytesOfHex(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ]);
    return signWith('HMAC', key);
  }
  if (typeof privateKey === 'object') return signWith('Ed25519', Promise.resolve(privateKey as Key));
  if (privateKey === undefined)
    throw new TypeError('key: give privateKey (PKCS #8 in PEM), or secret (64 hex digits).');
  return signWith('Ed25519', importPem(privateKey));
}

function signWith(algorithm: 'HMAC' | 'Ed25519', key: Promise<Key>): Signer {
  // Whoever signs hears of a key that is none; until then nobody does.
  key.catch(() => {});
  return async (text) => {
    const bytes = new TextEncoder().encode(text) as Bytes;
    return hexOf(new Uint8Array(await crypto.subtle.sign(algorithm, await key, bytes)));
  };
}

async function importPem(pem: string): Promise<Key> {
  const base64 = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  if (base64 === undefined) throw new TypeError('key.privateKey: it is no private key in PEM.');
  const der = Uint8Array.from(atob(base64.replace(/\s/g, '')), (character) => character.charCodeAt(0));
  return await crypto.subtle.importKey('pkcs8', der, 'Ed25519', false, ['sign']);
}

function bytesOfHex(hex: string): Bytes {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
