import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_BODY_SHA256,
  KEY_ID_PATTERN,
  NONCE_PATTERN,
  signedText,
  splitTarget,
  TIMESTAMP_PATTERN,
  withCredentials,
} from '../../src/access/signed-text.js';

const credentials = {
  key: 'k1',
  timestamp: '1767225600000000000',
  nonce: 'abcdefgh',
  signature: '0f'.repeat(64),
};

describe('the signed text', () => {
  it('has six lines', () => {
    expect(
      signedText({
        method: 'POST',
        target: '/orders?wait=1',
        timestamp: '1767225600000000000',
        nonce: 'abcdefgh',
        bodySha256: EMPTY_BODY_SHA256,
      }),
    ).toBe(
      'tickloom-v1\nPOST\n/orders?wait=1\n1767225600000000000\nabcdefgh\n' +
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it.each([
    ['/ws', '/ws?key='],
    ['/ws?account=7', '/ws?account=7&key='],
    ['/ws?account=7&key=x', '/ws?account=7&key=x&key='],
  ])('leaves out the credentials in the query of %s', (target, front) => {
    const sent = withCredentials(target, credentials);
    expect(sent.startsWith(front)).toBe(true);
    expect(splitTarget(sent)).toEqual({ target, credentials });
  });

  it('takes only the last four parameters, in their order, for credentials', () => {
    for (const target of [
      '/ws',
      '/ws?key=a&timestamp=1&nonce=b',
      '/ws?key=a&nonce=b&timestamp=1&signature=c',
      '/ws?key=a&timestamp=1&nonce=b&signature=c&account=7',
      '/ws?notkey=a&timestamp=1&nonce=b&signature=c',
    ])
      expect(splitTarget(target)).toEqual({ target, credentials: undefined });
  });

  it('gives back every target and all credentials', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._-]{0,40}$/);
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true }),
        fc.record({ key: part, timestamp: part, nonce: part, signature: part }),
        (target, given) => {
          expect(splitTarget(withCredentials(target, given))).toEqual({ target, credentials: given });
        },
      ),
    );
  });

  it('has ids, times and nonces of one spelling', () => {
    expect(['a', 'A-b_c.9', 'x'.repeat(36)].every((id) => KEY_ID_PATTERN.test(id))).toBe(true);
    expect(['', 'x'.repeat(37), 'a b', 'a\n', 'ä', 'a:b'].some((id) => KEY_ID_PATTERN.test(id))).toBe(false);
    expect(TIMESTAMP_PATTERN.test('1767225600000000000')).toBe(true);
    expect(['', '0', '01', '-1', '1e9', '1'.repeat(20), '1\n'].some((t) => TIMESTAMP_PATTERN.test(t))).toBe(
      false,
    );
    expect(['abcdefgh', 'x'.repeat(64)].every((nonce) => NONCE_PATTERN.test(nonce))).toBe(true);
    expect(['abcdefg', 'x'.repeat(65), 'abcdefg\n', 'abcdefg.'].some((n) => NONCE_PATTERN.test(n))).toBe(
      false,
    );
  });

  it('needs nothing that a browser does not have', () => {
    const text = readFileSync(new URL('../../src/access/signed-text.ts', import.meta.url), 'utf8');
    const imports = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1]);
    expect(imports).toEqual(['../model/limits.js']);
  });
});
