import { beforeEach, describe, expect, it } from 'vitest';
import type { Key } from '../../src/access/key.js';
import { isRefusal, KeyRing } from '../../src/access/key-ring.js';
import { KeySlots } from '../../src/access/key-slots.js';
import { refusals } from '../../src/access/refusal.js';
import { hmacSecret, signRequest } from '../../src/access/signature.js';
import { credentialHeaders, withCredentials } from '../../src/access/signed-text.js';
import { UsedNonces } from '../../src/access/used-nonces.js';
import { bare, ed25519Pair, headersOf, hmacPair, signed, tokenPair } from './key-making.js';

const windowNs = 5_000_000_000;
const nowNs = 1_767_225_600_000_000_000n;
const timestamp = String(nowNs);
const nonce = 'nonce-001';

const pairs = { ed25519: ed25519Pair(), hmac: hmacPair({ id: 'k2' }) };
const reader = tokenPair({ id: 'prometheus.1' });
const idOf = { ed25519: 'k1', hmac: 'k2' } as const;
const kinds = ['ed25519', 'hmac'] as const;

describe('a key ring', () => {
  const slots = new KeySlots();
  const all = slots.assign([pairs.ed25519.key, pairs.hmac.key, reader.key]);
  let ring: KeyRing;
  let memory: SharedArrayBuffer;

  beforeEach(() => {
    memory = UsedNonces.allocate({ windowNs, requestsPerSecond: 1000 });
    ring = new KeyRing(new UsedNonces(memory, windowNs));
    ring.update(all);
  });

  describe.each(kinds)('with a key of kind %s', (kind) => {
    const { signing } = pairs[kind];
    const id = idOf[kind];

    it('lets a signed request in, once', () => {
      const request = signed(bare(), signing, { id, timestamp, nonce });
      const key = ring.authenticate(request, nowNs);
      expect(key).toMatchObject({ id, kind, scopes: ['trade'], accounts: [7, 8] });
      expect(key).toBe(ring.get(id));
      expect(ring.authenticate(request, nowNs)).toBe(refusals.nonceUsed);
      // Also another request with the same nonce, and in another gateway.
      const other = signed(bare({ target: '/time' }), signing, { id, timestamp, nonce });
      const second = new KeyRing(new UsedNonces(memory, windowNs));
      second.update(all);
      expect(second.authenticate(other, nowNs)).toBe(refusals.nonceUsed);
      const fresh = signed(bare(), signing, { id, timestamp, nonce: 'nonce-002' });
      expect(second.authenticate(fresh, nowNs)).toBe(second.get(id));
    });

    it('takes a body, and no other one', () => {
      const body = Buffer.from('{"symbol":"BTC-USD"}');
      const request = signed(bare({ method: 'POST', target: '/orders', body }), signing, {
        id,
        timestamp,
        nonce,
      });
      const changed = { ...request, body: Buffer.from('{"symbol":"ETH-USD"}') };
      expect(ring.authenticate(changed, nowNs)).toBe(refusals.wrong);
      expect(ring.authenticate({ ...request, method: 'PUT' }, nowNs)).toBe(refusals.wrong);
      expect(ring.authenticate({ ...request, target: '/orders?' }, nowNs)).toBe(refusals.wrong);
      // None of these has used up the nonce.
      expect(ring.authenticate(request, nowNs)).toBe(ring.get(id));
    });

    it('refuses timestamps outside of the window, and none inside', () => {
      const at = (offsetNs: bigint, number: number) =>
        ring.authenticate(
          signed(bare(), signing, { id, timestamp: String(nowNs + offsetNs), nonce: `nonce-${number}xx` }),
          nowNs,
        );
      const edge = BigInt(windowNs);
      expect(at(edge, 1)).toBe(ring.get(id));
      expect(at(-edge, 2)).toBe(ring.get(id));
      expect(at(edge + 1n, 3)).toBe(refusals.outsideWindow);
      expect(at(-edge - 1n, 4)).toBe(refusals.outsideWindow);
    });

    it('tells no key that is not there from a wrong signature', () => {
      const request = bare();
      const strange = kind === 'hmac' ? hmacPair({}, 99).signing : ed25519Pair().signing;
      const wrong = signed(request, strange, { id, timestamp, nonce });
      const unknown = signed(request, signing, { id: 'nobody', timestamp, nonce });
      expect(ring.authenticate(wrong, nowNs)).toBe(refusals.wrong);
      expect(ring.authenticate(unknown, nowNs)).toBe(refusals.wrong);
      // Nor by the timestamp.
      expect(ring.authenticate(unknown, nowNs + 2n * BigInt(windowNs))).toBe(refusals.outsideWindow);
    });

    it('takes credentials in the query of an upgrade alone', () => {
      const target = '/ws?account=7';
      const parts = { timestamp, nonce };
      const signature = signRequest({ method: 'GET', target, ...parts }, signing);
      const sent = withCredentials(target, { key: id, ...parts, signature });
      expect(ring.authenticate(bare({ target: sent }), nowNs)).toBe(refusals.missing);
      expect(ring.authenticate(bare({ target: `${sent}&x=1`, isUpgrade: true }), nowNs)).toBe(
        refusals.missing,
      );
      const other = sent.replace('account=7', 'account=9');
      expect(ring.authenticate(bare({ target: other, isUpgrade: true }), nowNs)).toBe(refusals.wrong);
      expect(ring.authenticate(bare({ target: sent, isUpgrade: true }), nowNs)).toBe(ring.get(id));
    });

    it('ends with its revocation', () => {
      const rest = all.filter(({ key }) => key.id !== id);
      expect(ring.update(rest)).toEqual([id]);
      expect(ring.authenticate(signed(bare(), signing, { id, timestamp, nonce }), nowNs)).toBe(
        refusals.wrong,
      );
      // It comes back as it was, and what it has used is still used.
      expect(ring.update(all)).toEqual([]);
      expect(ring.authenticate(signed(bare(), signing, { id, timestamp, nonce }), nowNs)).toBe(ring.get(id));
    });
  });

  it('takes no signature of another kind than the key has', () => {
    const byHmac = signed(bare(), pairs.hmac.signing, { id: 'k1', timestamp, nonce });
    const byEd25519 = signed(bare(), pairs.ed25519.signing, { id: 'k2', timestamp, nonce });
    const ofToken = signed(bare(), pairs.hmac.signing, { id: reader.key.id, timestamp, nonce });
    for (const request of [byHmac, byEd25519, ofToken])
      expect(ring.authenticate(request, nowNs)).toBe(refusals.wrong);
  });

  it('does not take the public key, which is no secret, for an HMAC secret', () => {
    const { publicKey } = pairs.ed25519.key as Extract<Key, { kind: 'ed25519' }>;
    const forged = signed(bare(), hmacSecret(publicKey), { id: 'k1', timestamp, nonce });
    expect(ring.authenticate(forged, nowNs)).toBe(refusals.wrong);
  });

  it('wants all four headers in their shape', () => {
    const right = signed(bare(), pairs.hmac.signing, { id: 'k2', timestamp, nonce });
    const headers = Object.fromEntries(
      Object.values(credentialHeaders).map((name) => [name, right.header(name)!]),
    );
    expect(ring.authenticate(bare(), nowNs)).toBe(refusals.missing);
    for (const [name, value] of [
      ...Object.values(credentialHeaders).map((name) => [name, ''] as const),
      ['tickloom-key', 'k 2'],
      ['tickloom-key', 'x'.repeat(37)],
      ['tickloom-timestamp', `0${timestamp}`],
      ['tickloom-timestamp', `${timestamp}.0`],
      ['tickloom-timestamp', 'now'],
      ['tickloom-nonce', 'short'],
      ['tickloom-nonce', 'x'.repeat(65)],
      ['tickloom-signature', 'xx'.repeat(32)],
      ['tickloom-signature', 'ab'.repeat(33)],
    ] as const)
      expect(ring.authenticate(bare({ header: headersOf({ ...headers, [name]: value }) }), nowNs)).toBe(
        refusals.malformed,
      );
    expect(ring.authenticate(bare({ header: headersOf(headers) }), nowNs)).toBe(ring.get('k2'));
  });

  it('lets a token read, as often as it likes', () => {
    const withToken = (token: string, more = {}) =>
      ring.authenticate(bare({ header: headersOf({ authorization: `Bearer ${token}` }), ...more }), nowNs);
    const key = ring.get('prometheus.1');
    expect(key).toMatchObject({ kind: 'token', scopes: ['read'] });
    expect(withToken(reader.token)).toBe(key);
    expect(withToken(reader.token)).toBe(key);
    expect(withToken(reader.token, { method: 'HEAD' })).toBe(key);
    expect(withToken(reader.token, { method: 'POST' })).toBe(refusals.tokenReadsOnly);
    expect(withToken(reader.token, { isUpgrade: true })).toBe(refusals.tokenReadsOnly);
    const last = reader.token.at(-1) === '0' ? '1' : '0';
    expect(withToken(reader.token.slice(0, -1) + last)).toBe(refusals.wrongToken);
    expect(withToken(reader.token.replace('prometheus.1', 'nobody'))).toBe(refusals.wrongToken);
    expect(withToken(reader.token.replace('prometheus.1', 'k2'))).toBe(refusals.wrongToken);
    expect(withToken(reader.token.slice(0, -1))).toBe(refusals.malformed);
    expect(withToken('')).toBe(refusals.malformed);
    // A wrong token with a POST is told the same as with a GET.
    expect(withToken(`nobody.${'0'.repeat(64)}`, { method: 'POST' })).toBe(refusals.wrongToken);
  });

  it('says busy where no nonce can be noted any more', () => {
    const small = new KeyRing(
      new UsedNonces(UsedNonces.allocate({ windowNs, requestsPerSecond: 1 }), windowNs),
    );
    small.update(all);
    const outcomes = Array.from({ length: 300 }, (_, number) =>
      small.authenticate(
        signed(bare(), pairs.hmac.signing, { id: 'k2', timestamp, nonce: `nonce-${number}-x` }),
        nowNs,
      ),
    );
    const refused = outcomes.filter(isRefusal);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set([refusals.tooMany]));
    // Two windows later there is room again.
    const laterNs = nowNs + 2n * BigInt(windowNs);
    const later = signed(bare(), pairs.hmac.signing, { id: 'k2', timestamp: String(laterNs), nonce });
    expect(small.authenticate(later, laterNs)).toBe(small.get('k2'));
  });

  it('tells which keys are gone or changed, and keeps the others', () => {
    const before = ring.get('k1');
    expect(ring.size).toBe(3);
    const wider = slots.assign([{ ...pairs.hmac.key, accounts: [7] }, pairs.ed25519.key]);
    expect(new Set(ring.update(wider))).toEqual(new Set(['k2', 'prometheus.1']));
    expect(ring.get('k1')).toBe(before);
    expect(ring.get('k2')?.accounts).toEqual([7]);
    expect(ring.get('prometheus.1')).toBeUndefined();
    expect(ring.keys().map(({ id }) => id)).toEqual(['k2', 'k1']);
  });

  it('knows what a key may do, and for whom', () => {
    ring.update(
      slots.assign([
        ed25519Pair({ id: 'r', scopes: ['read'], accounts: [7] }).key,
        ed25519Pair({ id: 't', scopes: ['trade'], accounts: [7] }).key,
        ed25519Pair({ id: 'a', scopes: ['admin', 'read'], accounts: [] }).key,
      ]),
    );
    const may = (id: string) =>
      (['read', 'trade', 'admin'] as const).map((scope) => ring.get(id)!.may(scope));
    expect([may('r'), may('t'), may('a')]).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
    const accounts = (id: string) => [0, 7, 8].map((account) => ring.get(id)!.mayActFor(account));
    expect([accounts('t'), accounts('a')]).toEqual([
      [false, true, false],
      [true, true, true],
    ]);
  });
});

describe('refusals', () => {
  it('are sentences of ASCII with a stable reason', () => {
    for (const { status, reason, sentence } of Object.values(refusals)) {
      expect([401, 403, 503]).toContain(status);
      expect(reason).toMatch(/^[a-z-]+$/);
      expect(sentence).toMatch(/^[A-Z][ -~]+\.$/);
    }
  });
});

describe('slots of keys', () => {
  const keyOf = (id: string) => ed25519Pair({ id }).key;

  it('stay with their ids, and are used again last', () => {
    const slots = new KeySlots();
    const [a, b, c] = [keyOf('a'), keyOf('b'), keyOf('c')];
    const slotsOf = (keys: readonly (typeof a)[]) => slots.assign(keys).map(({ slot }) => slot);
    expect(slotsOf([a, b])).toEqual([0, 1]);
    expect(slotsOf([b])).toEqual([1]);
    expect(slotsOf([c, b, a])).toEqual([2, 1, 3]);
  });

  it('are all used before one comes again, and refuse more keys than there are', () => {
    const slots = new KeySlots();
    const template = keyOf('a');
    const keysOf = (front: string, count: number) =>
      Array.from({ length: count }, (_, number) => ({ ...template, id: `${front}${number}` }));
    const first = slots.assign(keysOf('a', 4096));
    expect(new Set(first.map(({ slot }) => slot)).size).toBe(4096);
    const second = slots.assign(keysOf('b', 4096));
    expect(new Set(second.map(({ slot }) => slot)).size).toBe(4096);
    expect(() => slots.assign(keysOf('c', 4097))).toThrow('4097 keys are more than 4096');
  });
});
