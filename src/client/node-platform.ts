import { createHmac, createPrivateKey, createSecretKey, KeyObject, sign } from 'node:crypto';
import { WebSocket } from 'ws';
import { LiveClock } from '../clock/live-clock.js';
import { SystemRandomness } from '../clock/randomness.js';
import type { ClientKey } from './client-key.js';
import type { ClientSocket, Platform, Signer, SocketEvents } from './platform.js';

/** Longest body of a refused upgrade that is read. */
const MOST_REFUSAL_CHARACTERS = 4096;

/** Longer than anybody waits; setInterval takes no longer one. */
const LONG_MS = 2 ** 31 - 1;

/** Node.js: `ws`, `node:crypto`, and headers on the upgrade. */
export const nodePlatform: Platform = {
  randomness: new SystemRandomness(),
  fetch: (url, options) => fetch(url, options),
  takesHeaders: true,
  clock: () => new LiveClock(),
  open,
  signer,
  hold() {
    const timer = setInterval(() => {}, LONG_MS);
    return () => clearInterval(timer);
  },
};

function open(
  url: string,
  subprotocol: string,
  headers: Readonly<Record<string, string>>,
  told: SocketEvents,
): ClientSocket {
  const socket = new WebSocket(url, subprotocol, { headers, perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  let isRefused = false;
  socket.on('open', () => told.opened());
  socket.on('message', (data: ArrayBuffer) => told.message(data));
  socket.on('unexpected-response', (_, response) => {
    isRefused = true;
    let body = '';
    const end = () => {
      response.removeAllListeners();
      response.on('error', () => {});
      told.refused(response.statusCode ?? 0, body);
      socket.terminate();
    };
    response.setEncoding('utf8').on('data', (text: string) => {
      body += text;
      if (body.length > MOST_REFUSAL_CHARACTERS) end();
    });
    response.on('end', end);
    response.on('error', end);
  });
  // The close that follows says enough.
  socket.on('error', () => {});
  socket.on('close', (code, reason) => {
    if (!isRefused) told.closed(code, reason.toString());
  });
  return {
    send: (bytes) => socket.send(bytes),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
  };
}

function signer({ privateKey, secret }: ClientKey): Signer {
  if (secret !== undefined) {
    if (!/^[0-9a-fA-F]{64}$/.test(secret))
      throw new TypeError('key.secret: an HMAC secret has 64 hex digits; this one has not.');
    const key = createSecretKey(Buffer.from(secret, 'hex'));
    return async (text) => createHmac('sha256', key).update(text, 'utf8').digest('hex');
  }
  const key = readPrivateKey(privateKey);
  return async (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('hex');
}

function readPrivateKey(given: string | object | undefined): KeyObject {
  if (given instanceof KeyObject) return given;
  if (typeof given !== 'string')
    throw new TypeError('key: give privateKey (PKCS #8 in PEM), or secret (64 hex digits).');
  try {
    return createPrivateKey(given);
  } catch (cause) {
    throw new TypeError('key.privateKey: it is no private key in PEM.', { cause });
  }
}
