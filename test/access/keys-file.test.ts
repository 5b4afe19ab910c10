import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/access/key.js';
import { changeKeysFile, KeysFileError, parseKeys, readKeysFile } from '../../src/access/keys-file.js';
import { temporaryDirectory } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';
import { ed25519Pair, hmacPair, tokenPair } from './key-making.js';

const open = ed25519Pair().key;
const secret = hmacPair({ id: 'k2' }).key;
const token = tokenPair({ id: 'k3' }).key;

/** Nobody who runs these tests. */
const stranger = 54_321;

function fileWith(keys: readonly unknown[], mode = 0o600): string {
  const path = join(temporaryDirectory(), 'keys.json');
  writeFileSync(path, JSON.stringify({ version: 1, keys }));
  chmodSync(path, mode);
  return path;
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(KeysFileError);
    return (error as KeysFileError).lines;
  }
  throw new Error('nothing was refused');
}

const faultsIn = (key: unknown) =>
  faultsOf(() => parseKeys(JSON.stringify({ version: 1, keys: [key] }), 'f'));

describe('a keys file', () => {
  it('gives back the keys that were put into it', async () => {
    const path = join(temporaryDirectory(), 'keys.json');
    const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
    const common = {
      id: fc.stringMatching(/^[A-Za-z0-9._-]{1,36}$/),
      accounts: fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 64 }),
      createdAt: fc
        .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
        .map((date) => date.toISOString()),
      ordersPerSecond: fc.integer({ min: 1, max: 1_000_000 }),
      messagesPerSecond: fc.integer({ min: 1, max: 1_000_000 }),
    };
    const requiredKeys = ['id', 'kind', 'scopes', 'accounts', 'createdAt'] as const;
    const scopes = fc.uniqueArray(fc.constantFrom('read', 'trade', 'admin'), { minLength: 1 });
    const key = fc.oneof(
      fc.record(
        { kind: fc.constant('ed25519'), scopes, ...common, publicKey: hex },
        {
          requiredKeys: [...requiredKeys, 'publicKey'],
        },
      ),
      fc.record(
        { kind: fc.constant('hmac'), scopes, ...common, secret: hex },
        {
          requiredKeys: [...requiredKeys, 'secret'],
        },
      ),
      fc.record(
        { kind: fc.constant('token'), scopes: fc.constant(['read']), ...common, tokenSha256: hex },
        {
          requiredKeys: [...requiredKeys, 'tokenSha256'],
        },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { selector: ({ id }) => id, maxLength: 10 }), async (keys) => {
        await changeKeysFile(path, () => keys as readonly Key[]);
        expect(readKeysFile(path)).toEqual(keys);
        expect(statSync(path).mode & 0o777).toBe(0o600);
      }),
      { numRuns: 50 },
    );
    expect(readdirSync(join(path, '..'))).toEqual(['keys.json']);
  });

  it.each([
    ['', 'line 1, column 1: is not JSON: the end of the file where a value must be'],
    ['{"version":1,"keys":[{"id":"a","id":"b"}]}', 'is not JSON: the key "id" is there twice'],
    ['[]', 'must be an object of version, which is 1, and keys, a list, and nothing else'],
    ['{"version":2,"keys":[]}', 'which is 1'],
    ['{"version":1}', 'keys, a list'],
    ['{"version":1,"keys":[],"more":1}', 'nothing else'],
  ])('is refused as %s', (text, fault) => {
    const [line, ...others] = faultsOf(() => parseKeys(text, 'some/keys.json'));
    expect(others).toEqual([]);
    expect(line).toMatch(/^some\/keys\.json: /);
    expect(line).toContain(fault);
  });

  it.each([
    [{ id: '' }, 'f: keys[0]: id must be 1 to 36 letters'],
    [{ id: 'x'.repeat(37) }, 'f: keys[0]: id must be 1 to 36 letters'],
    [{ id: 7 }, 'f: keys[0]: id must be 1 to 36 letters'],
    [{ kind: 'rsa' }, 'f: key "k1": kind must be ed25519, hmac or token'],
    [{ kind: undefined }, 'f: key "k1": kind is missing; it must be ed25519, hmac or token'],
    [{ scopes: [] }, 'f: key "k1": scopes must be a list of read, trade and admin'],
    [{ scopes: ['read', 'read'] }, 'f: key "k1": scopes must be a list of read, trade and admin'],
    [{ scopes: ['write'] }, 'f: key "k1": scopes must be a list of read, trade and admin'],
    [{ accounts: [0] }, 'f: key "k1": accounts must be a list of up to 64 accounts'],
    [{ accounts: [2 ** 31] }, 'f: key "k1": accounts must be a list of up to 64 accounts'],
    [{ accounts: [7, 7] }, 'f: key "k1": accounts must be a list of up to 64 accounts'],
    [{ accounts: Array.from({ length: 65 }, (_, i) => i + 1) }, 'f: key "k1": accounts must be a list'],
    [{ accounts: '7' }, 'f: key "k1": accounts must be a list of up to 64 accounts'],
    [{ accounts: [] }, 'f: key "k1": a key that trades must name the accounts that it trades for'],
    [{ createdAt: 'yesterday' }, 'f: key "k1": createdAt must be a time like'],
    [{ ordersPerSecond: 0 }, 'f: key "k1": ordersPerSecond must be a whole number from 1 to 1000000'],
    [{ messagesPerSecond: 1_000_001 }, 'f: key "k1": messagesPerSecond must be a whole number from 1'],
    [{ publicKey: undefined }, 'f: key "k1": publicKey is missing; it must be 64 hexadecimal digits'],
    [{ publicKey: 'AB'.repeat(32) }, 'f: key "k1": publicKey must be 64 hexadecimal digits in lower case'],
    [{ secret: '00'.repeat(32) }, 'f: key "k1": it has fields that its kind does not have: secret;'],
  ])('with a key of %j is refused', (more, fault) => {
    const [line, ...others] = faultsIn({ ...open, ...more });
    expect(others).toEqual([]);
    expect(line).toContain(fault);
  });

  it('lets no token trade', () => {
    expect(faultsIn({ ...token, scopes: ['trade'] })).toEqual([
      'f: key "k3": a token is no signature: its scopes must be read alone; take kind ed25519 or hmac for more',
    ]);
  });

  it.each([[null], [7], ['k'], [[]]])('with %j for a key is refused', (value) => {
    expect(faultsIn(value)).toHaveLength(1);
    expect(faultsIn(value)[0]).toContain('f: keys[0]: ');
  });

  it('is refused with a sentence for each fault', () => {
    const keys = [{ ...open, accounts: [0], scopes: [] }, secret, { ...secret, accounts: [9] }];
    expect(faultsOf(() => parseKeys(JSON.stringify({ version: 1, keys }), 'f'))).toEqual([
      'f: key "k1": scopes must be a list of read, trade and admin, each once, and at least one',
      'f: key "k1": accounts must be a list of up to 64 accounts, whole numbers from 1 to 2147483647, each once',
      'f: keys[2]: its id is that of keys[1]; give it another one',
    ]);
  });

  it('never shows what may be a secret', () => {
    const hidden = 'c0ffee'.repeat(10);
    for (const key of [
      { ...secret, secret: hidden },
      { ...secret, id: hidden },
      { ...secret, [hidden]: 1 },
      { ...open, accounts: hidden },
      { ...open, kind: hidden },
      { ...open, createdAt: hidden },
      hidden,
    ])
      expect(faultsIn(key).join('\n')).not.toContain('c0ffee');
    const [line] = faultsOf(() => parseKeys(`{"version":1,"keys":[{"secret":"${hidden}" "id"`, 'f'));
    expect(line).not.toContain('c0ffee');
  });

  it('of 4097 keys is refused', () => {
    const keys = Array.from({ length: 4097 }, (_, number) => ({ ...open, id: `k${number}` }));
    const textOf = (list: readonly unknown[]) => JSON.stringify({ version: 1, keys: list });
    expect(faultsOf(() => parseKeys(textOf(keys), 'f'))).toEqual(['f: holds 4097 keys; 4096 are the most']);
    expect(parseKeys(textOf(keys.slice(1)), 'f')).toHaveLength(4096);
  });

  it('says that it is not there, or no file', () => {
    const directory = temporaryDirectory();
    const missing = join(directory, 'keys.json');
    try {
      readKeysFile(missing);
      throw new Error('nothing was refused');
    } catch (error) {
      expect(error).toMatchObject({
        isMissing: true,
        lines: [`${missing}: there is no such file; tickloom keys add makes one`],
      });
    }
    expect(faultsOf(() => readKeysFile(directory))).toEqual([`${directory}: is no file`]);
    expect(faultsOf(() => readKeysFile(join(fileWith([]), 'x')))[0]).toContain('cannot be read (ENOTDIR)');
  });
});

describe('permissions of a keys file', () => {
  it.each([0o600, 0o400, 0o700])('with secrets may be %o', (mode) => {
    expect(readKeysFile(fileWith([open, secret], mode))).toHaveLength(2);
  });

  it.each([0o640, 0o604, 0o644, 0o610, 0o601])('with secrets may not be %o', (mode) => {
    const path = fileWith([open, secret], mode);
    expect(faultsOf(() => readKeysFile(path))).toEqual([
      `${path}: it holds secrets, and others than its owner may read it; run chmod 600 ${path}`,
    ]);
  });

  it.each([0o644, 0o444, 0o600])('without secrets may be %o', (mode) => {
    expect(readKeysFile(fileWith([open, token], mode))).toHaveLength(2);
  });

  it.each([0o660, 0o606, 0o620, 0o602, 0o666])('may never be %o', (mode) => {
    for (const keys of [[], [open], [secret]]) {
      const path = fileWith(keys, mode);
      expect(faultsOf(() => readKeysFile(path))).toEqual([
        `${path}: others than its owner may write it; run chmod 600 ${path}`,
      ]);
    }
  });

  it('with secrets are those of who runs, or of root', () => {
    const path = fileWith([secret]);
    const own = statSync(path).uid;
    expect(readKeysFile(path, own)).toHaveLength(1);
    if (own === 0) {
      expect(readKeysFile(path, stranger)).toHaveLength(1);
      chownSync(path, stranger, -1);
      expect(readKeysFile(path, stranger)).toHaveLength(1);
    }
    const { uid } = statSync(path);
    expect(faultsOf(() => readKeysFile(path, uid + 1))).toEqual([
      `${path}: it holds secrets, and belongs to user ${uid} while user ${uid + 1} runs this; run chown ${uid + 1} ${path} and chmod 600 ${path}`,
    ]);
    // Without secrets they may be anybody's, and without users by number nobody looks.
    expect(readKeysFile(fileWith([open]), stranger)).toHaveLength(1);
  });

  it('are looked at where a link leads', async () => {
    const path = fileWith([secret], 0o644);
    const link = join(temporaryDirectory(), 'link.json');
    symlinkSync(path, link);
    expect(faultsOf(() => readKeysFile(link))[0]).toContain(`run chmod 600 ${link}`);
    chmodSync(path, 0o600);
    expect(readKeysFile(link)).toEqual([secret]);
    await changeKeysFile(link, (keys) => [...keys, open]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readKeysFile(path)).toEqual([secret, open]);
  });
});

describe('a change of a keys file', () => {
  it('leaves the file as it was where it fails', async () => {
    const path = fileWith([open]);
    const before = readFileSync(path, 'utf8');
    const failing = changeKeysFile(path, () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(changeKeysFile(path, (keys) => [...keys, ...keys])).rejects.toThrow('its id is that of');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(join(path, '..'))).toEqual(['keys.json']);
  });

  it('does not touch a file that it would not read', async () => {
    const path = fileWith([secret], 0o644);
    await expect(changeKeysFile(path, () => [])).rejects.toThrow('chmod 600');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 1, keys: [secret] });
  });

  it('loses no key where many are under way', async () => {
    const path = join(temporaryDirectory(), 'keys.json');
    const ids = Array.from({ length: 40 }, (_, number) => `k${number}`);
    await Promise.all(ids.map((id) => changeKeysFile(path, (keys) => [...keys, { ...open, id }])));
    expect(
      readKeysFile(path)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids.sort());
  });

  it('says where it cannot be', async () => {
    const directory = temporaryDirectory();
    const nowhere = join(directory, 'nowhere', 'keys.json');
    await expect(changeKeysFile(nowhere, () => [])).rejects.toThrow(
      `${nowhere}: its directory is not there; make it, or name another file`,
    );
    const taken = join(directory, 'taken');
    mkdirSync(taken);
    await expect(changeKeysFile(taken, () => [])).rejects.toThrow(`${taken}: is no file`);
  });
});

const notRoot = process.getuid?.() === 0 ? undefined : 'run as root, who alone can give files away';

describeWith(notRoot, "a keys file of another user's", () => {
  it('stays with its owner when root changes it', async () => {
    const path = fileWith([open]);
    chownSync(path, stranger, -1);
    await changeKeysFile(path, (keys) => [...keys, token]);
    expect(statSync(path)).toMatchObject({ uid: stranger });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('with secrets can be changed by root', async () => {
    const path = fileWith([secret]);
    chownSync(path, stranger, -1);
    await changeKeysFile(path, (keys) => [...keys, open]);
    expect(readKeysFile(path, stranger)).toEqual([secret, open]);
  });
});
