import { randomBytes } from 'node:crypto';
import {
  bearerToken,
  hmacKey,
  type SignedFields,
  signedHeaders,
  signedTarget,
  writeKeys,
} from '../support/signing.js';
import { BUYER, SELLER } from './healthy-session.js';

/** How a request says who it is from. */
export interface Shown {
  readonly headers: Readonly<Record<string, string>>;
  /** Where it says so wrongly: it may change nothing, and comes from an address of its own, so that the right ones go on. */
  readonly wrongFrom?: string;
}

/** How the clients of a fuzzed exchange are let in. */
export interface Door {
  /** What the exchange is started with besides. */
  readonly options: readonly string[];
  /** Headers of a read of the metrics. */
  readonly watching: Readonly<Record<string, string>>;
  /** The target of the healthy session's WebSocket. */
  healthy(target: string): string;
  /** The target of a WebSocket of those who attack. */
  attacker(target: string): string;
  /** What requests of those who attack show, one after the other: the same request may be sent once for each. */
  requests(method: string, target: string, body: Buffer): readonly Shown[];
}

/** An exchange without keys: everybody may do everything. */
export const openDoor: Door = {
  options: [],
  watching: {},
  healthy: (target) => target,
  attacker: (target) => target,
  requests: () => [{ headers: {} }],
};

/** As much as there may be, so that what is refused is refused for what it is. */
const RATE = '1000000';

/**
 * An exchange with keys, in `data`: the healthy session has one, those who attack have another for their accounts, with
 * which they sign most of their requests. The rest shows nothing, a wrong signature, or one that was used before.
 */
export function keyedDoor(data: string, accounts: readonly number[]): Door {
  const healthy = hmacKey('healthy', { accounts: [SELLER, BUYER] });
  const attacker = hmacKey('attacker', { accounts });
  const watcher = bearerToken('watcher');
  writeKeys(data, [healthy, attacker, watcher]);
  const requests = (method: string, target: string, body: Buffer): readonly Shown[] => {
    const fields: SignedFields = { body: new Uint8Array(body), nonce: randomBytes(8).toString('hex') };
    const headers = signedHeaders(attacker, method, target, fields);
    const wrongFrom = addressOf(body, target);
    switch ((body.length + target.length) % 8) {
      case 0:
        return [{ headers: {}, wrongFrom }];
      case 1:
        return [{ headers: { ...headers, 'tickloom-signature': spoiled(headers) }, wrongFrom }];
      case 2:
        return [{ headers: { ...headers, 'tickloom-key': 'healthy' }, wrongFrom }];
      case 3:
        return [{ headers }, { headers, wrongFrom }];
      default:
        return [{ headers }];
    }
  };
  return {
    options: ['--messages-per-second', RATE, '--orders-per-second', RATE],
    watching: { authorization: `Bearer ${watcher.token}` },
    healthy: (target) => signedTarget(healthy, target),
    attacker: (target) => signedTarget(attacker, target),
    requests,
  };
}

/** The signature, of which one digit is another. */
function spoiled(headers: Readonly<Record<string, string>>): string {
  const signature = headers['tickloom-signature']!;
  return `${signature.startsWith('0') ? '1' : '0'}${signature.slice(1)}`;
}

/** One of many addresses of this machine: who fails too often from one is not listened to for a while. */
function addressOf(body: Buffer, target: string): string {
  const sum = [...body.subarray(-64), ...Buffer.from(target)].reduce(
    (all, byte) => (all * 31 + byte) >>> 0,
    7,
  );
  return `127.1.${(sum >>> 8) % 256}.${1 + (sum % 254)}`;
}
