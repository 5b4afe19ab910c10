import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/client.md'), 'utf8');
const programs = [...text.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, code, printed]) => ({
  name: /await client\.(orderBook|submit)/.exec(code!)![1]!,
  code: code!,
  printed: printed!,
}));

describe('docs/client.md', () => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange();
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('has programs', () => {
    expect(programs).toHaveLength(3);
    expect(programs.every(({ code }) => code.includes('ws://127.0.0.1:9001'))).toBe(true);
  });

  it.each(programs)('prints what it says: $name', async ({ code, printed }) => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'program.ts'), code.replace('ws://127.0.0.1:9001', exchange.ws));
    await build({
      entryPoints: [join(folder, 'program.ts')],
      outfile: join(folder, 'program.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      nodePaths: [join(root, 'node_modules')],
      alias: { 'tickloom/client': join(root, 'src/client/index.ts') },
      // `ws` is CommonJS and asks for modules of Node.js by require.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    const ran = await promisify(execFile)(process.execPath, [join(folder, 'program.mjs')], {
      timeout: 60_000,
    });
    expect(ran.stdout).toBe(printed);
  });
});
