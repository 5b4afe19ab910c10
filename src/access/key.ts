import { z } from 'zod';
import { MAX_KEY_ACCOUNTS, MAX_KEY_RATE } from '../model/limits.js';
import { hasScope, scopes } from './scope.js';
import { KEY_ID_PATTERN } from './signed-text.js';

const bytes32Hex = z.string().regex(/^[0-9a-f]{64}$/);
const rate = z.int().min(1).max(MAX_KEY_RATE).optional();

function isWithoutTwins(list: readonly unknown[]): boolean {
  return new Set(list).size === list.length;
}

const commonShape = {
  scopes: z.array(z.enum(scopes)).min(1).refine(isWithoutTwins),
  accounts: z.array(z.int().min(1).max(0x7fffffff)).max(MAX_KEY_ACCOUNTS).refine(isWithoutTwins),
  createdAt: z.iso.datetime(),
  ordersPerSecond: rate,
  messagesPerSecond: rate,
};

const id = z.string().regex(KEY_ID_PATTERN);

const fieldsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ id, kind: z.literal('ed25519'), ...commonShape, publicKey: bytes32Hex }),
  z.strictObject({ id, kind: z.literal('hmac'), ...commonShape, secret: bytes32Hex }),
  z.strictObject({ id, kind: z.literal('token'), ...commonShape, tokenSha256: bytes32Hex }),
]);

/** A key as the keys file has it. Secrets stand in keys of the kind `hmac` alone. */
export const keySchema = fieldsSchema.superRefine((key, context) => {
  const fault = keyFault(key);
  if (fault !== undefined) context.addIssue({ code: 'custom', path: [], message: fault });
});

export type Key = z.output<typeof keySchema>;
export type KeyKind = Key['kind'];
export const keyKinds = ['ed25519', 'hmac', 'token'] as const satisfies readonly KeyKind[];

/** For each field of a key, what its value must be. */
export const keyRules: Readonly<Record<string, string>> = {
  id: '1 to 36 letters, digits, dots, underscores or hyphens',
  kind: 'ed25519, hmac or token',
  scopes: 'a list of read, trade and admin, each once, and at least one',
  accounts: `a list of up to ${MAX_KEY_ACCOUNTS} accounts, whole numbers from 1 to 2147483647, each once`,
  createdAt: 'a time like 2026-01-31T09:30:00Z',
  ordersPerSecond: `a whole number from 1 to ${MAX_KEY_RATE}`,
  messagesPerSecond: `a whole number from 1 to ${MAX_KEY_RATE}`,
  publicKey: '64 hexadecimal digits in lower case: the 32 bytes of an Ed25519 public key',
  secret: '64 hexadecimal digits in lower case: the 32 bytes of the secret',
  tokenSha256: '64 hexadecimal digits in lower case: the SHA-256 of the whole token',
};

/**
 * Points of the curve whose order is 8 or less, without the sign bit: for these anybody finds signatures that verify. One
 * of them is all zeros, which people write where a key is still to come.
 */
const weakPoints: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Whether the hex of a public key is of a point for which anybody can sign. */
export function isWeakPublicKey(hex: string): boolean {
  const lastByte = (Number.parseInt(hex.slice(62), 16) & 0x7f).toString(16).padStart(2, '0');
  return weakPoints.has(hex.slice(0, 62) + lastByte);
}

/** What does not go together in a key whose fields are right one by one; undefined where all does. */
function keyFault(key: z.output<typeof fieldsSchema>): string | undefined {
  const { kind, scopes, accounts } = key;
  if (kind === 'ed25519' && isWeakPublicKey(key.publicKey))
    return 'its publicKey is one for which anybody can sign; take the public half of a pair';
  if (kind === 'token' && hasScope(scopes, 'trade'))
    return 'a token is no signature: its scopes must be read alone; take kind ed25519 or hmac for more';
  if (hasScope(scopes, 'trade') && !hasScope(scopes, 'admin') && accounts.length === 0)
    return 'a key that trades must name the accounts that it trades for';
  return undefined;
}
