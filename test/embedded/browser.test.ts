import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundle, runScript } from './bundle.js';
import { hashOfFlow } from './hash-run.js';

/** Another version of Node.js to compare with, a path to its binary; docs/embedding.md says how to get one. */
const otherNode = process.env['TICKLOOM_OTHER_NODE'];

describe('the same commands', () => {
  const here = hashOfFlow();

  it('give the same events once more', () => {
    expect(hashOfFlow()).toBe(here);
    expect(here).toMatch(/^2\d{4} commands, hash [0-9a-f]{16}, 1000 trades kept$/);
  });

  it('give the same events in a browser bundle, with nothing of Node.js', async () => {
    const script = await bundle('test/embedded/hash-run.ts', 'browser');
    expect(script).not.toMatch(/\brequire\(|['"]node:/);
    // What a browser has besides the language and the bundle needs: text encoding, nothing else.
    const context = createContext({ TextEncoder, TextDecoder });
    const globals = ['process', 'Buffer', 'require', 'setImmediate', 'setTimeout', 'performance'];
    for (const name of globals) expect(runInContext(`typeof ${name}`, context)).toBe('undefined');
    expect(runInContext(`${script}\ntickloomRun.hashOfFlow();`, context)).toBe(here);
  });

  it('give the same events in a process of their own', async () => {
    expect(runScript(await bundle('test/embedded/hash-print.ts', 'node')).trim()).toBe(here);
  });

  it.skipIf(otherNode === undefined)(
    `give the same events in another Node.js${otherNode === undefined ? ' (skipped: TICKLOOM_OTHER_NODE names none)' : ''}`,
    async () => {
      const script = await bundle('test/embedded/hash-print.ts', 'node');
      expect(runScript(script, [], otherNode).trim()).toBe(here);
    },
  );
});

describe('the browser bundle', () => {
  it('fails where something needs Node.js', async () => {
    const contents = "import { readFileSync } from 'node:fs'; readFileSync('x');";
    const bad = build({
      stdin: { contents },
      bundle: true,
      write: false,
      platform: 'browser',
      logLevel: 'silent',
    });
    await expect(bad).rejects.toThrow('node:fs');
  });
});
