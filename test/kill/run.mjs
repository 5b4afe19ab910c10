// npm run --silent kill -- --rounds 1000 --seed 1 --json
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
// As deep below the project as its source, so that relative places stay right.
const outfile = path('../../dist/kill/main.js');
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
