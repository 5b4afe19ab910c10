import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const data = process.env['TICKLOOM_DATA'] ?? resolve(root, '../shared/data');

/** A program of a page, and what the page says that it prints. */
interface Program {
  readonly section: string;
  readonly code: string;
  readonly printed: string;
  /** It reads a recorded file. */
  readonly isRecorded: boolean;
}

function programsOf(page: string): Program[] {
  const text = readFileSync(resolve(root, page), 'utf8');
  const blocks = text.matchAll(/```ts( recorded)?\n(.*?)```\n\n```text\n(.*?)```/gs);
  return [...blocks].map((block) => ({
    section: text
      .slice(0, block.index)
      .match(/^#+ (.*)$/gm)!
      .at(-1)!
      .replace(/^#+ /, ''),
    code: block[2]!,
    printed: block[3]!,
    isRecorded: block[1] !== undefined,
  }));
}

/** Runs a program as its reader would, in a process of its own, and returns what it prints. */
async function run(code: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tickloom-page-'));
  try {
    const source = join(folder, 'program.ts');
    const script = join(folder, 'program.mjs');
    writeFileSync(source, code);
    await build({
      entryPoints: [source],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      alias: { tickloom: resolve(root, 'src/embedded/index.ts') },
    });
    const env = { ...process.env, TICKLOOM_DATA: data };
    return execFileSync(process.execPath, [script], { encoding: 'utf8', timeout: 60_000, env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(['docs/embedding.md', 'README.md'])('%s', (page) => {
  const programs = programsOf(page);

  it('has programs', () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  it.each(programs)('prints what it says: $section', async ({ code, printed, isRecorded }) => {
    if (isRecorded && !existsSync(data)) {
      console.warn(`SKIPPED: the backtest of ${page}, as ${data} is not there (see TICKLOOM_DATA)`);
      return;
    }
    expect(await run(code)).toBe(printed);
  });
});
