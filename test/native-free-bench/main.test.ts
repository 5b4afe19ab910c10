import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGenerator } from '../../native-free-bench/flow-file.js';

const script = fileURLToPath(new URL('../../dist/native-free-bench/main.js', import.meta.url));
const missing = !existsSync(findGenerator());

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

describe('the benchmark, built and in processes of its own', () => {
  /** Stands in for the system's temporary directory, so that what is left behind can be seen. */
  let temporary: string;

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
  });
  afterEach(() => rmSync(temporary, { recursive: true }));

  /** Runs the command; where its error output matches `stopAt`, it gets SIGINT. */
  function bench(line: string, env: Record<string, string> = {}, stopAt?: RegExp): Promise<Ended> {
    const child = spawn(process.execPath, [script, ...line.split(' ')], {
      env: { ...process.env, TMPDIR: temporary, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    let stopped = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
      if (!stopped && stopAt?.test(errors)) stopped = child.kill('SIGINT');
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, output, errors })));
  }

  it.skipIf(missing)('prints what it has measured, as JSON in its last line', async () => {
    const engines = 'tickloom,limit-order-book';
    const ended = await bench(
      `--only flows --flows steady --engines ${engines} --operations 5000 --runs 1 --json`,
    );
    expect(ended).toMatchObject({ code: 0 });
    const json = JSON.parse(ended.output.trimEnd().split('\n').at(-1)!) as object;
    const result = {
      opsPerSecond: expect.any(Number),
      operations: 5_000,
      trades: expect.any(Number),
      checkedBy: 'tickloom on the same operations',
    };
    expect(json).toMatchObject({
      flows: { steady: { tickloom: result, 'limit-order-book': result } },
      ratios: { steady: { 'limit-order-book': expect.any(Number) } },
      failures: [],
    });
    expect(ended.errors).toContain('steady, tickloom, run 1 of 1');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.skipIf(missing)('ends cleanly when it is interrupted', async () => {
    const ended = await bench('--only flows --engines limit-order-book,tickloom', {}, /run 1 of 5/);
    expect(ended).toMatchObject({ code: 130, output: '' });
    expect(ended.errors).toContain('ended by SIGINT');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('says what is wrong, and shows its help', async () => {
    const wrong = await bench('--runs none');
    expect(wrong).toMatchObject({ code: 2, output: '' });
    expect(wrong.errors.trimEnd().split('\n')).toHaveLength(1);
    const nowhere = await bench('--only flows', { TICKLOOM_DATA: temporary });
    expect(nowhere).toMatchObject({ code: 2, output: '' });
    expect(nowhere.errors).toMatch(
      /^tickloom bench: there is no .*synthetic-flow.mjs: set TICKLOOM_DATA.*\n$/,
    );
    const help = await bench('--help');
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.output).toContain('--whole');
  });
});
