import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isRefusal, KeyRing } from '../../src/access/key-ring.js';
import { KeySlots } from '../../src/access/key-slots.js';
import { readKeysFile } from '../../src/access/keys-file.js';
import { UsedNonces } from '../../src/access/used-nonces.js';
import { bare, headersOf } from '../access/key-making.js';
import { type Ended, runTickloom, temporaryDirectory } from '../support/exchange-process.js';

const windowNs = 5_000_000_000;

describe('tickloom keys', () => {
  let data: string;
  let file: string;
  const keys = (...args: string[]): Promise<Ended> => runTickloom(['keys', ...args, '--data', data]);
  const json = async (...args: string[]) => {
    const ended = await keys(...args, '--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.trim().split('\n')).toHaveLength(1);
    return JSON.parse(ended.stdout);
  };
  const refused = async (line: string, ...args: string[]) => {
    const ended = await keys(...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toBe(`tickloom: ${line}\n`);
  };

  beforeEach(() => {
    data = join(temporaryDirectory(), 'data');
    file = join(data, 'keys.json');
  });

  /** What a gateway says to a request with the headers that `keys sign` has printed. */
  async function authenticated(method: string, target: string, body: string, ...signing: string[]) {
    const withBody = body === '' ? [] : ['--body', body];
    const printed = await keys('sign', method, target, ...signing, ...withBody);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    const headers = Object.fromEntries(
      printed.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(': ') as [string, string]),
    );
    const ring = new KeyRing(new UsedNonces(UsedNonces.allocate({ windowNs }), windowNs));
    ring.update(new KeySlots().assign(readKeysFile(file)));
    const request = bare({ method, target, body: Buffer.from(body), header: headersOf(headers) });
    const outcome = ring.authenticate(request, BigInt(headers['tickloom-timestamp']!));
    return isRefusal(outcome) ? outcome.reason : outcome.id;
  }

  it('makes a pair, keeps its public half, and signs with the private one', async () => {
    const added = await keys('add', '--accounts', '7,8', '--scopes', 'read,trade', '--id', 'k1');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toContain(`Key k1 (ed25519, read, trade) is in ${file}.`);
    expect(added.stdout).toContain('the exchange does not keep it');
    const pem = added.stdout.slice(added.stdout.indexOf('-----BEGIN PRIVATE KEY-----'));
    expect(readFileSync(file, 'utf8')).not.toContain(pem.split('\n')[1]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const keyFile = join(data, 'k1.pem');
    writeFileSync(keyFile, pem);
    const signing = ['--id', 'k1', '--key-file', keyFile];
    expect(await authenticated('POST', '/orders?wait=1', '{"symbol":"BTC-USD"}', ...signing)).toBe('k1');
    expect(await authenticated('GET', '/session', '', ...signing)).toBe('k1');
    expect(await authenticated('GET', '/session', '', '--id', 'k2', '--key-file', keyFile)).toBe(
      'not-authenticated',
    );
  });

  it('makes a shared secret', async () => {
    const added = await json('add', '--kind', 'hmac', '--scopes', 'admin', '--id', 'h');
    expect(added).toMatchObject({ file, key: { id: 'h', kind: 'hmac', scopes: ['admin'], accounts: [] } });
    expect(added.key).not.toHaveProperty('secret');
    const keyFile = join(data, 'secret');
    writeFileSync(keyFile, `${added.secret}\n`);
    expect(await authenticated('DELETE', '/orders', '', '--id', 'h', '--key-file', keyFile)).toBe('h');
    const listed = await keys('list');
    expect(listed.stdout).toMatch(/^id +kind +scopes/);
    expect(listed.stdout).toMatch(/\nh +hmac +admin/);
    expect(listed.stdout + JSON.stringify(await json('list'))).not.toContain(added.secret);
    chmodSync(file, 0o644);
    await refused(
      `${file}: it holds secrets, and others than its owner may read it; run chmod 600 ${file}`,
      'list',
    );
  });

  it('makes a token that reads', async () => {
    const added = await json('add', '--kind', 'token', '--accounts', '7');
    expect(added.key).toMatchObject({ kind: 'token', scopes: ['read'], accounts: [7] });
    expect(added.token).toMatch(new RegExp(`^${added.key.id}\\.[0-9a-f]{64}$`));
    expect(readFileSync(file, 'utf8')).not.toContain(added.token);
    const ring = new KeyRing(new UsedNonces(UsedNonces.allocate({ windowNs }), windowNs));
    ring.update(new KeySlots().assign(readKeysFile(file)));
    const header = headersOf({ authorization: `Bearer ${added.token}` });
    expect(ring.authenticate(bare({ header }), 0n)).toBe(ring.get(added.key.id));
  });

  it('takes a public key as hex or PEM, and no private one', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const directory = temporaryDirectory();
    const [publicFile, privateFile, otherFile] = ['public.pem', 'private.pem', 'other.pem'].map((name) =>
      join(directory, name),
    ) as [string, string, string];
    writeFileSync(publicFile, publicKey.export({ format: 'pem', type: 'spki' }));
    writeFileSync(privateFile, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    writeFileSync(otherFile, generateKeyPairSync('x25519').publicKey.export({ format: 'pem', type: 'spki' }));
    const hex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
    for (const [id, given] of [
      ['k1', hex.toUpperCase()],
      ['k2', publicFile],
    ] as const) {
      const added = await json('add', '--id', id, '--scopes', 'read', '--public-key', given);
      expect(added.key).toMatchObject({ id, publicKey: hex });
      expect(added).not.toHaveProperty('privateKey');
    }
    expect(await authenticated('GET', '/time', '', '--id', 'k2', '--key-file', privateFile)).toBe('k2');
    const withKey = (given: string) => ['add', '--scopes', 'read', '--public-key', given];
    await refused(
      `--public-key: ${privateFile} holds a private key; hand in its public half: openssl pkey -in ${privateFile} -pubout`,
      ...withKey(privateFile),
    );
    await refused(
      `--public-key: ${otherFile} must hold an Ed25519 public key in PEM; or give its 32 bytes as 64 hexadecimal digits`,
      ...withKey(otherFile),
    );
    await refused('--public-key: there is no file abc; name another one', ...withKey('abc'));
  });

  it('revokes', async () => {
    await json('add', '--scopes', 'read', '--id', 'k1');
    await json('add', '--scopes', 'read', '--id', 'k2', '--orders-per-second', '10');
    expect(await json('revoke', 'k1')).toEqual({ file, revoked: 'k1' });
    const listed = await json('list');
    expect(listed.keys).toMatchObject([{ id: 'k2', ordersPerSecond: 10 }]);
    await refused(`${file}: there is no key "k1"; tickloom keys list shows those that are`, 'revoke', 'k1');
    expect((await keys('revoke', 'k2')).stdout).toBe(`Key k2 is revoked: it is no more in ${file}.\n`);
    expect((await keys('list')).stdout).toBe(`${file} holds no keys: nobody may come in.\n`);
  });

  it('loses no key where several are made at once', async () => {
    const ids = Array.from({ length: 6 }, (_, number) => `k${number}`);
    const ended = await Promise.all(ids.map((id) => keys('add', '--scopes', 'read', '--id', id)));
    expect(ended.map(({ code }) => code)).toEqual(ids.map(() => 0));
    expect(
      readKeysFile(file)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids);
  });

  it('finds its file by flag, by environment and in the data directory', async () => {
    const named = join(temporaryDirectory(), 'mine.json');
    const inEnvironment = join(temporaryDirectory(), 'theirs.json');
    const env = { TICKLOOM_KEYS: inEnvironment };
    const add = ['keys', 'add', '--scopes', 'read', '--data', data];
    expect((await runTickloom([...add, '--keys', named], env)).code).toBe(0);
    expect((await runTickloom(add, env)).code).toBe(0);
    expect(readKeysFile(named)).toHaveLength(1);
    expect(readKeysFile(inEnvironment)).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
  });

  it('says what is wrong in a sentence', async () => {
    const missing = `${file}: there is no such file; tickloom keys add makes one`;
    await refused(missing, 'list');
    await refused(missing, 'revoke', 'k1');
    await refused('"make": no such action; there are add, list, revoke and sign', 'make');
    await refused('revoke: missing; name the id of a key', 'revoke');
    await refused('"x": one argument too many; list shows all keys', 'list', 'x');
    await refused('"x": one argument too many; name the key with --id', 'add', 'x', '--scopes', 'read');
    await refused('--body: is for keys sign alone; leave it out', 'add', '--scopes', 'read', '--body', 'x');
    await refused(
      '--scopes: missing; must be a list like read,trade of read, trade and admin, each once',
      'add',
    );
    await refused(
      '--scopes: "write" must be a list like read,trade of read, trade and admin, each once',
      ...['add', '--scopes', 'write'],
    );
    await refused(
      '--accounts: "7,7" must be a list like 7,8 of whole numbers from 1 to 2147483647, each once',
      ...['add', '--scopes', 'read', '--accounts', '7,7'],
    );
    await refused(
      '--accounts: missing; a key that trades must name the accounts that it trades for',
      ...['add', '--scopes', 'trade'],
    );
    await refused(
      '--id: "a b" must be 1 to 36 letters, digits, dots, underscores or hyphens',
      ...['add', '--scopes', 'read', '--id', 'a b'],
    );
    await refused(
      '--scopes: a token can have the scope read alone; take --kind ed25519 or hmac for more',
      ...['add', '--scopes', 'admin', '--kind', 'token'],
    );
    await refused(
      '--public-key: is for keys of the kind ed25519; a key of the kind hmac has none',
      ...['add', '--scopes', 'read', '--kind', 'hmac', '--public-key', '00'.repeat(32)],
    );
    await json('add', '--scopes', 'read', '--id', 'k1');
    await refused(
      `--id: ${file} has a key "k1" already; choose another id, or revoke that one`,
      ...['add', '--scopes', 'read', '--id', 'k1'],
    );
    await refused(
      'sign: name the method and the path of the request: keys sign POST /orders',
      'sign',
      'POST',
    );
    const keyFile = join(data, 'none.pem');
    writeFileSync(keyFile, 'nothing');
    await refused(
      `--key-file: ${keyFile} must hold an Ed25519 private key in PEM, without a passphrase, or a secret of 64 hexadecimal digits`,
      ...['sign', 'GET', '/time', '--id', 'k1', '--key-file', keyFile],
    );
    writeFileSync(file, '{"version":1,"keys":[{"id":"k1"}]}');
    const broken = await keys('list');
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain(`tickloom: ${file}: key "k1": kind is missing`);
  });

  it('explains itself', async () => {
    const { code, stdout } = await runTickloom(['keys', '--help']);
    expect(code).toBe(0);
    for (const word of ['add', 'list', 'revoke', 'sign', '--public-key', 'TICKLOOM_KEYS'])
      expect(stdout).toContain(word);
    expect((await runTickloom(['--help'])).stdout).toMatch(/keys +makes, lists and revokes/);
  });
});
