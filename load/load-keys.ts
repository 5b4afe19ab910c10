import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newHmacKey, randomHex } from '../src/access/new-key.js';
import { hmacSecret, signRequest } from '../src/access/signature.js';
import { withCredentials } from '../src/access/signed-text.js';
import type { Clock } from '../src/clock/clock.js';
import { SystemRandomness } from '../src/clock/randomness.js';
import { MAX_KEY_RATE } from '../src/model/limits.js';

/** So many accounts from the first one on. */
export function accountsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** A key for each account of a run, with a budget of so many messages and orders a second. */
export class LoadKeys {
  /** The keys file. */
  readonly path: string;
  readonly #secrets = new Map<number, string>();
  readonly #randomness = new SystemRandomness();

  /** Makes the keys, and writes their file into a directory. A budget that is left out is the largest there is. */
  constructor(directory: string, accounts: readonly number[], perSecond: number = MAX_KEY_RATE) {
    this.path = join(directory, 'keys.json');
    const keys = accounts.map((account) => {
      const { key, forOwner } = newHmacKey(
        {
          id: `account-${account}`,
          scopes: ['trade'],
          accounts: [account],
          createdAt: '2026-01-01T00:00:00Z',
          ordersPerSecond: perSecond,
          messagesPerSecond: perSecond,
        },
        this.#randomness,
      );
      this.#secrets.set(account, forOwner);
      return key;
    });
    writeFileSync(this.path, JSON.stringify({ version: 1, keys }), { mode: 0o600 });
  }

  /** Where the connection of an account asks for its WebSocket: signed for now. */
  target(account: number, clock: Clock): string {
    const target = `/ws?account=${account}`;
    const timestamp = clock.epochNs().toString();
    const nonce = randomHex(8, this.#randomness);
    const parts = { method: 'GET', target, timestamp, nonce };
    const signature = signRequest(parts, hmacSecret(this.#secrets.get(account)!));
    return withCredentials(target, { key: `account-${account}`, timestamp, nonce, signature });
  }
}
