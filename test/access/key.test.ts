import { describe, expect, it } from 'vitest';
import { isWeakPublicKey, keySchema } from '../../src/access/key.js';
import { ed25519PublicKey, verifyEd25519 } from '../../src/access/signature.js';
import { ed25519Pair, hmacPair, tokenPair } from './key-making.js';

/** y of every point of small order, from the equations of the curve, in the spelling of RFC 8032. */
const p = 2n ** 255n - 19n;
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let square = base % p, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % p)
    if ((rest & 1n) === 1n) result = (result * square) % p;
  return result;
};
const d = (p - 121665n) * power(121666n, p - 2n);

function spelled(y: bigint): string {
  return Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');
}

function yOf(hex: string): bigint {
  return BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`);
}

const ofOrder8 = [
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

describe('a key', () => {
  it('is as it is made', () => {
    for (const { key } of [ed25519Pair(), hmacPair(), tokenPair()]) expect(keySchema.parse(key)).toEqual(key);
  });

  it.each(ofOrder8)('may not be the point %s of order 8', (hex) => {
    // Twice the point has y = 0, of order 4: y^2 = -x^2, so d y^4 + 2 y^2 = 1.
    const y = yOf(hex);
    expect((d * power(y, 4n) + 2n * y * y) % p).toBe(1n);
    expect(isWeakPublicKey(hex)).toBe(true);
  });

  it.each([0n, 1n, p - 1n, p, p + 1n])('may not have y = %s', (y) => {
    const hex = spelled(y);
    const withSign = spelled(y | (1n << 255n));
    expect([isWeakPublicKey(hex), isWeakPublicKey(withSign)]).toEqual([true, true]);
    const { key } = ed25519Pair();
    expect(keySchema.safeParse({ ...key, publicKey: hex }).error?.issues[0]?.message).toBe(
      'its publicKey is one for which anybody can sign; take the public half of a pair',
    );
  });

  it('would let anybody in otherwise', () => {
    // The identity as public key and as R, and S = 0: right for every text.
    const identity = spelled(1n);
    expect(verifyEd25519('anything', identity + '00'.repeat(32), ed25519PublicKey(identity))).toBe(true);
  });

  it('of a pair is never one of these', () => {
    for (let count = 0; count < 100; count++) {
      const { key } = ed25519Pair();
      expect(key.kind === 'ed25519' && isWeakPublicKey(key.publicKey)).toBe(false);
    }
  });
});
