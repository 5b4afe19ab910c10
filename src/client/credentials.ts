import { type Credentials, credentialHeaders, EMPTY_BODY_SHA256, signedText } from '../access/signed-text.js';
import type { Randomness } from '../clock/randomness.js';
import type { Signer } from './platform.js';

const NONCE_CHARACTERS = 22;

/** Credentials for one request without a body. `target` is path and query as they are sent. */
export async function credentialsFor(
  request: { readonly method: string; readonly target: string; readonly timeNs: bigint },
  key: string,
  signer: Signer,
  randomness: Randomness,
): Promise<Credentials> {
  const { method, target, timeNs } = request;
  const timestamp = timeNs.toString();
  const nonce = randomText(randomness, NONCE_CHARACTERS);
  const text = signedText({ method, target, timestamp, nonce, bodySha256: EMPTY_BODY_SHA256 });
  return { key, timestamp, nonce, signature: await signer(text) };
}

export function asHeaders({ key, timestamp, nonce, signature }: Credentials): Record<string, string> {
  return {
    [credentialHeaders.key]: key,
    [credentialHeaders.timestamp]: timestamp,
    [credentialHeaders.nonce]: nonce,
    [credentialHeaders.signature]: signature,
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** So many random letters and digits, six bits each but a little. */
export function randomText(randomness: Randomness, characters: number): string {
  let text = '';
  for (let i = 0; i < characters; i++) text += LETTERS[randomness.below(LETTERS.length)];
  return text;
}
