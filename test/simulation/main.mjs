// npm run --silent sim -- --seed 1 --json
// The sources are TypeScript: they are bundled into one script, which is run and removed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'tickloom-simulation-'));
let command;
try {
  const outfile = join(folder, 'simulation.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./command-line.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  process.setSourceMapsEnabled(true);
  command = await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = await command.runCommandLine(process.argv.slice(2));
