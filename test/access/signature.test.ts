import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodySha256,
  ed25519PublicKey,
  ed25519PublicKeyHex,
  hmacSecret,
  signEd25519,
  signHmac,
  signRequest,
  tokenSha256,
  verifyEd25519,
  verifyHmac,
  verifyToken,
} from '../../src/access/signature.js';
import { EMPTY_BODY_SHA256, signedText } from '../../src/access/signed-text.js';

/** RFC 8032, section 7.1: seed, public key, message, signature. */
const rfc8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
] as const;

/** RFC 4231: key, data and HMAC-SHA-256 of test cases 1 and 2. */
const rfc4231 = [
  ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    Buffer.from('Jefe').toString('hex'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
] as const;

function privateKeyOf(seedHex: string) {
  const der = Buffer.from(`302e020100300506032b657004220420${seedHex}`, 'hex');
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

describe('signatures', () => {
  it.each(rfc8032)('are those of RFC 8032 for seed %s', (seed, publicKey, message, signature) => {
    const text = Buffer.from(message, 'hex').toString('latin1');
    const privateKey = privateKeyOf(seed);
    expect(ed25519PublicKeyHex(privateKey)).toBe(publicKey);
    expect(ed25519PublicKeyHex(createPublicKey(privateKey))).toBe(publicKey);
    expect(signEd25519(text, privateKey)).toBe(signature);
    expect(verifyEd25519(text, signature, ed25519PublicKey(publicKey))).toBe(true);
    expect(verifyEd25519(`${text}x`, signature, ed25519PublicKey(publicKey))).toBe(false);
  });

  it.each(rfc4231)('are those of RFC 4231 for key %s', (key, text, mac) => {
    const secret = createSecretKey(Buffer.from(key, 'hex'));
    expect(signHmac(text, secret)).toBe(mac);
    expect(verifyHmac(text, mac, secret)).toBe(true);
    expect(verifyHmac(`${text}x`, mac, secret)).toBe(false);
  });

  it('hash bodies as FIPS 180 says', () => {
    expect(bodySha256('')).toBe(EMPTY_BODY_SHA256);
    expect(bodySha256(new Uint8Array())).toBe(EMPTY_BODY_SHA256);
    expect(bodySha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(bodySha256(Buffer.from('abc'))).toBe(bodySha256('abc'));
  });

  it('hold for every request, and for no other one', () => {
    const pair = generateKeyPairSync('ed25519');
    const secret = hmacSecret('42'.repeat(32));
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'DELETE'),
      target: fc.webPath().map((path) => `/${path}`),
      body: fc.string({ unit: 'binary' }),
      timestamp: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
      nonce: fc.stringMatching(/^[A-Za-z0-9_-]{8,64}$/),
    });
    fc.assert(
      fc.property(request, request, (one, other) => {
        const textOf = (signable: typeof one) =>
          signedText({ ...signable, bodySha256: bodySha256(signable.body) });
        const ed25519 = signRequest(one, pair.privateKey);
        const hmac = signRequest(one, secret);
        expect(verifyEd25519(textOf(one), ed25519, pair.publicKey)).toBe(true);
        expect(verifyHmac(textOf(one), hmac, secret)).toBe(true);
        expect(verifyHmac(textOf(one), hmac.toUpperCase(), secret)).toBe(true);
        if (textOf(one) === textOf(other)) return;
        expect(verifyEd25519(textOf(other), ed25519, pair.publicKey)).toBe(false);
        expect(verifyHmac(textOf(other), hmac, secret)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('are refused where any bit of them is another one', () => {
    const pair = generateKeyPairSync('ed25519');
    const secret = hmacSecret('42'.repeat(32));
    const ed25519 = Buffer.from(signEd25519('text', pair.privateKey), 'hex');
    const hmac = Buffer.from(signHmac('text', secret), 'hex');
    const flipped = (bytes: Buffer, bit: number) => {
      const copy = Buffer.from(bytes);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      return copy.toString('hex');
    };
    for (let bit = 0; bit < ed25519.length * 8; bit++)
      expect(verifyEd25519('text', flipped(ed25519, bit), pair.publicKey)).toBe(false);
    for (let bit = 0; bit < hmac.length * 8; bit++)
      expect(verifyHmac('text', flipped(hmac, bit), secret)).toBe(false);
  });

  it('are refused where they are no hex of their length', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const secret = hmacSecret('42'.repeat(32));
    for (const signature of ['', 'zz'.repeat(64), '00'.repeat(63), '00'.repeat(65), `${'00'.repeat(32)}\n`]) {
      expect(verifyEd25519('text', signature, publicKey)).toBe(false);
      expect(verifyHmac('text', signature, secret)).toBe(false);
    }
  });

  it('know a token by its hash', () => {
    const hash = Buffer.from(tokenSha256('k.abc'), 'hex');
    expect(verifyToken('k.abc', hash)).toBe(true);
    expect(verifyToken('k.abd', hash)).toBe(false);
  });

  it('take no key of another sort for an Ed25519 one', () => {
    const { publicKey } = generateKeyPairSync('x25519');
    expect(() => ed25519PublicKeyHex(publicKey)).toThrow('the key is x25519 and not ed25519');
  });
});
