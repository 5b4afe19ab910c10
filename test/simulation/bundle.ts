import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { runSeed } from './run.js';

const root = resolve(import.meta.dirname, '../..');

/** Our own code with a mistake in it: lines of one source file that are others. */
export interface Mutant {
  readonly name: string;
  /** Path from the root of the project. */
  readonly file: string;
  /** What stands there exactly once, and what stands there instead. */
  readonly replacements: readonly (readonly [string, string])[];
  /** Where to begin with a rare one. Default: 1. */
  readonly firstSeed?: number;
}

export interface SimulationModule {
  readonly runSeed: typeof runSeed;
}

/** The simulation with all that it imports, as one module; with the mistake of a mutant, if any. */
export async function loadSimulation(mutant?: Mutant): Promise<SimulationModule> {
  const folder = mkdtempSync(join(tmpdir(), 'tickloom-simulation-'));
  try {
    const file = join(folder, 'simulation.mjs');
    let isMutated = false;
    const { outputFiles } = await build({
      entryPoints: [join(root, 'test/simulation/run.ts')],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
      plugins: [
        {
          name: 'mutant',
          setup({ onLoad }) {
            if (mutant === undefined) return;
            const path = join(root, mutant.file);
            onLoad({ filter: /\.ts$/ }, (args) => {
              if (args.path !== path) return undefined;
              isMutated = true;
              return { contents: mutate(readFileSync(path, 'utf8'), mutant), loader: 'ts' };
            });
          },
        },
      ],
    });
    if (mutant !== undefined && !isMutated) throw new Error(`the simulation does not use ${mutant.file}`);
    writeFileSync(file, outputFiles[0]!.text);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as SimulationModule;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @throws Error where a line is not there exactly once: then the mutant is out of date */
export function mutate(source: string, { name, file, replacements }: Mutant): string {
  let text = source;
  for (const [from, to] of replacements) {
    const found = text.split(from).length - 1;
    if (found !== 1)
      throw new Error(`mutant "${name}": this stands ${found} times in ${file} and not once: ${from}`);
    text = text.replace(from, () => to);
  }
  return text;
}
