import type { Randomness } from '../clock/randomness.js';
import type { Signer } from './platform.js';

/** What is signed of a request without a body: docs/protocol.md, under _Keys_. */
const VERSION = 'tickloom-v1';
const EMPTY_BODY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const NONCE_CHARACTERS = 22;

export interface Credentials {
  readonly key: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/** Credentials for one request without a body. `target` is path and query as they are sent. */
export async function credentialsFor(
  request: { readonly method: string; readonly target: string; readonly timeNs: bigint },
  key: string,
  signer: Signer,
  randomness: Randomness,
): Promise<Credentials> {
  const timestamp = request.timeNs.toString();
  const nonce = randomText(randomness, NONCE_CHARACTERS);
  const { method, target } = request;
  const text = `${VERSION}\n${method}\n${target}\n${timestamp}\n${nonce}\n${EMPTY_BODY_SHA256}`;
  return { key, timestamp, nonce, signature: await signer(text) };
}

export function asHeaders({ key, timestamp, nonce, signature }: Credentials): Record<string, string> {
  return {
    'tickloom-key': key,
    'tickloom-timestamp': timestamp,
    'tickloom-nonce': nonce,
    'tickloom-signature': signature,
  };
}

/** For browsers, whose WebSocket takes no headers. */
export function withCredentials(target: string, { key, timestamp, nonce, signature }: Credentials): string {
  const mark = target.includes('?') ? '&' : '?';
  return `${target}${mark}key=${key}&timestamp=${timestamp}&nonce=${nonce}&signature=${signature}`;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** So many random letters and digits, six bits each but a little. */
export function randomText(randomness: Randomness, characters: number): string {
  let text = '';
  for (let i = 0; i < characters; i++) text += LETTERS[randomness.below(LETTERS.length)];
  return text;
}
