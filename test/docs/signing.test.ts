import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';
import { hmacKey, writeKeys } from '../support/signing.js';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

const tools: [string, readonly string[]][] = [
  ['openssl', ['version']],
  ['curl', ['--version']],
  ['bash', ['--version']],
];
const missing = tools.find(([tool, args]) => spawnSync(tool, args).status !== 0)?.[0];

describeWith(missing && `install ${missing}`, 'the signed request of docs/protocol.md', () => {
  it('is taken as it stands there', async () => {
    const script = /```sh\n(key=k1\n[\s\S]*?)```/.exec(page)![1]!;
    const data = temporaryDirectory();
    const key = hmacKey('k1');
    writeKeys(data, [key]);
    writeFileSync(join(data, 'k1.secret'), `${key.entry['secret']}\n`, { mode: 0o600 });
    const exchange = await startExchange([], data);
    const here = script.replace('127.0.0.1:9001', `127.0.0.1:${exchange.port}`);
    const { stdout } = await promisify(execFile)('bash', ['-c', here], { cwd: data });
    expect(JSON.parse(stdout)).toMatchObject({ event: 'accepted', account: 7, clientOrderId: 'signed-1' });
    expect((await exchange.process.stop()).code).toBe(0);
  });
});
