// npm run --silent fuzz -- --frames 10000000 --seed 1
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
// As deep below the project as its source, so that relative places stay right. A run has a file of its own, as two may go on.
const outfile = path(`../../dist/fuzz/main-${process.pid}.js`);
await build({
  entryPoints: [path('main.ts')],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
});
await import(outfile);
