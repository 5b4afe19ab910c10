import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle, runScript } from './bundle.js';

/** The programs of docs/embedding.md. Each stands as a file beside this one, so that it is compiled and linted too. */
const folder = 'test/embedded/recipes';
const read = (path: string) => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');
const page = read('docs/embedding.md');
const programs = [...page.matchAll(/```ts\n(.*?)```\n\nprints\n\n```text\n(.*?)```\n/gs)].map(
  ([, program, output]) => ({ program: program!, output: output! }),
);
const files = readdirSync(resolve(import.meta.dirname, 'recipes'));
const recipes = files.map((name) => {
  const text = read(`${folder}/${name}`);
  return { name, text, output: programs.find(({ program }) => program === text)?.output };
});

const data = process.env['TICKLOOM_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data');
const recording = join(data, 'nasdaq-goog-2012-06-21.flow.csv.gz');
const missing = !existsSync(recording);

async function outputOf(name: string, args: readonly string[] = []): Promise<string> {
  return runScript(await bundle(`${folder}/${name}`, 'node'), [], process.execPath, args);
}

describe('the recipes of docs/embedding.md', () => {
  it('are the programs in the recipes folder, each once', () => {
    expect(page.match(/```ts\n/g)).toHaveLength(files.length);
    expect(programs.map(({ program }) => program).sort()).toEqual(recipes.map(({ text }) => text).sort());
  });

  it.each(recipes.filter(({ name }) => name !== 'backtest.ts'))(
    'print what the page says: $name',
    async ({ name, output }) => {
      expect(await outputOf(name)).toBe(output);
    },
  );

  it.skipIf(missing)(
    `print what the page says: backtest.ts${missing ? ` (skipped: there is no ${recording})` : ''}`,
    async () => {
      const { output } = recipes.find(({ name }) => name === 'backtest.ts')!;
      expect(await outputOf('backtest.ts', [recording])).toBe(output);
    },
  );
});

describe('the README', () => {
  it('begins with the first of them', () => {
    expect(read('README.md')).toContain(`\`\`\`ts\n${read(`${folder}/first-book.ts`)}\`\`\``);
  });
});
