import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newHmacKey, randomHex } from '../src/access/new-key.js';
import { hmacSecret, signRequest } from '../src/access/signature.js';
import { withCredentials } from '../src/access/signed-text.js';
import type { Clock } from '../src/clock/clock.js';
import { SystemRandomness } from '../src/clock/randomness.js';
import { MAX_KEY_RATE } from '../src/model/limits.js';

/** A key for each connection of a run, with budgets that are counted and never used up. */
export class LoadKeys {
  /** The keys file. */
  readonly path: string;
  readonly #secrets = new Map<number, string>();
  readonly #randomness = new SystemRandomness();

  /** Makes keys for accounts 1 to `accounts`, and writes their file into a directory. */
  constructor(directory: string, accounts: number) {
    this.path = join(directory, 'keys.json');
    const keys = Array.from({ length: accounts }, (_, i) => {
      const { key, forOwner } = newHmacKey(
        {
          id: `account-${i + 1}`,
          scopes: ['trade'],
          accounts: [i + 1],
          createdAt: '2026-01-01T00:00:00Z',
          ordersPerSecond: MAX_KEY_RATE,
          messagesPerSecond: MAX_KEY_RATE,
        },
        this.#randomness,
      );
      this.#secrets.set(i + 1, forOwner);
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
