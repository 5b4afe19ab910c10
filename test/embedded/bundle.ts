import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

/** What a bundle is for; `tickloom` in it is what package.json gives there. */
export type Target = 'browser' | 'node';

/**
 * One script of a file and all that it imports, unminified. For a browser nothing of Node.js may be left in it: esbuild
 * fails where something is not found, and nothing stands in for it.
 */
export async function bundle(entry: string, target: Target): Promise<string> {
  const result = await build({
    entryPoints: [resolve(root, entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    logLevel: 'silent',
    platform: target,
    format: target === 'browser' ? 'iife' : 'esm',
    globalName: 'tickloomRun',
    target: 'es2022',
    // The package by its own name, from its sources.
    alias: { tickloom: resolve(root, 'src/embedded/index.ts') },
  });
  return result.outputFiles[0]!.text;
}

/** Runs a script in a Node.js of its own, and returns what it prints. Throws where it fails. */
export function runScript(script: string, flags: readonly string[] = [], node = process.execPath): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickloom-script-'));
  try {
    const file = join(folder, 'script.mjs');
    writeFileSync(file, script);
    return execFileSync(node, [...flags, file], { encoding: 'utf8', cwd: root, timeout: 120_000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
