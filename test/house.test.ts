import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * The rules of the house that no compiler knows, checked on the text of the sources. Each check is a function from
 * sources to faults, so that it can be shown to find some.
 */

/** Path, from the root of the project with slashes, to text. */
type Sources = Readonly<Record<string, string>>;

/** Top down: a file imports from its own room and from those before it. */
const ROOMS = [
  'model',
  'clock',
  'access',
  'metrics',
  'ring',
  'wire',
  'book',
  'embedded',
  'journal',
  'shard',
  'follower',
  'store',
  'gateway',
  'client',
  'supervisor',
  'cli',
];

const MAX_LINES = 450;

/** Reads of the clock and throws of the dice that nobody can inject. */
const UNTAMED = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b|\bMath\.random\b/;

/** The lines of a source with their numbers, without those that are all comment: prose may name what code may not. */
function codeLines(text: string): { line: number; code: string }[] {
  return text
    .split('\n')
    .map((code, index) => ({ line: index + 1, code }))
    .filter(({ code }) => !/^\s*(\/\/|\/\*|\*)/.test(code));
}

function timeFaults(sources: Sources): string[] {
  return Object.entries(sources)
    .filter(([path]) => !path.startsWith('src/clock/'))
    .flatMap(([path, text]) =>
      codeLines(text).flatMap(({ line, code }) => {
        const found = UNTAMED.exec(code);
        return found === null
          ? []
          : [`${path}:${line} uses ${found[0]}: take a Clock or a Randomness instead`];
      }),
    );
}

/** What a source imports, in whatever way: statically, as a type, dynamically, or as the file of a new thread. */
function importsOf(text: string): string[] {
  const code = codeLines(text)
    .map((line) => line.code)
    .join('\n');
  const patterns = [
    /\bfrom\s*['"]([^'"]+)['"]/g,
    /\bimport\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
    /\bnew URL\(\s*['"](\.[^'"]+\.js)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]!));
}

/** The source that a relative import names: 'src/model/side.ts'. */
function resolved(importer: string, specifier: string): string {
  return posix.join(posix.dirname(importer), specifier).replace(/\.js$/, '.ts');
}

/** The room of a source; undefined for a file in src/ itself and for one outside of it. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function importFault(importer: string, imported: string): string | undefined {
  if (!imported.startsWith('src/')) return 'which is not in src/';
  if (importer === 'src/exchange.ts' || importer === 'src/index.ts') return undefined;
  const from = roomOf(importer);
  const to = roomOf(imported);
  if (from === undefined) return 'but only exchange.ts and index.ts stand outside of a room';
  if (to === undefined)
    return from === 'cli' && imported === 'src/exchange.ts' ? undefined : 'which only cli/ may do';
  if (from === to) return undefined;
  if (from === 'gateway' && to === 'shard') return 'and these two meet in wire/ and ring/ only';
  return ROOMS.indexOf(to) > ROOMS.indexOf(from) ? `which is a room below ${from}/` : undefined;
}

function roomFaults(sources: Sources): string[] {
  const faults: string[] = [];
  for (const [path, text] of Object.entries(sources)) {
    if (!path.startsWith('src/')) continue;
    const room = roomOf(path);
    if (room !== undefined && !ROOMS.includes(room))
      faults.push(`${path} is in a room that is not in the list`);
    for (const specifier of importsOf(text)) {
      if (!specifier.startsWith('.')) continue;
      const imported = resolved(path, specifier);
      const fault = importFault(path, imported);
      if (fault !== undefined) faults.push(`${path} imports ${imported}, ${fault}`);
    }
  }
  return faults;
}

/** The book runs in a browser and reads no clock, and so does all that it imports. */
function bookFaults(sources: Sources): string[] {
  return browserFaults(sources, 'book', false);
}

/** A room that runs in a browser, with all that it imports. */
function browserFaults(sources: Sources, room: string, mayTakeClock: boolean): string[] {
  const reached = Object.keys(sources).filter((path) => roomOf(path) === room);
  return reachFaults(sources, new Set(reached), room, mayTakeClock);
}

/** The client is one room for two places: what the browser's entry reaches, and one file with all of Node.js. */
function clientFaults(sources: Sources): string[] {
  const entry = 'src/client/browser.ts';
  const reached = new Set([entry]);
  const faults = reachFaults(sources, reached, 'client', true);
  if (reached.has(NODE_PLATFORM)) faults.push(`${entry} reaches ${NODE_PLATFORM}`);
  for (const path of Object.keys(sources))
    if (roomOf(path) === 'client' && path !== NODE_PLATFORM)
      for (const specifier of importsOf(sources[path]!))
        if (specifier.startsWith('node:') || specifier === 'ws')
          faults.push(`${path} imports ${specifier}, which only ${NODE_PLATFORM} may do`);
  return faults;
}

const NODE_PLATFORM = 'src/client/node-platform.ts';

/** What a browser could not run of these files and of all that they import, which is added to them. */
function reachFaults(sources: Sources, reached: Set<string>, room: string, mayTakeClock: boolean): string[] {
  const faults: string[] = [];
  for (const path of reached) {
    for (const specifier of importsOf(sources[path] ?? '')) {
      if (specifier.startsWith('node:') || builtinModules.includes(specifier))
        faults.push(`${path} imports ${specifier}, and the ${room} needs it`);
      if (!specifier.startsWith('.')) continue;
      const imported = resolved(path, specifier);
      if (roomOf(imported) === 'clock' && !mayTakeClock)
        faults.push(`${path} imports ${imported}, and the ${room} needs it`);
      else reached.add(imported);
    }
  }
  return faults;
}

function lengthFaults(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([path, text]) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > MAX_LINES ? [`${path} has ${lines} lines: ${MAX_LINES} are enough`] : [];
  });
}

/** Who only hands shared memory on, as a type, need not say so; who makes or works on it must. */
function sharingFaults(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([path, text]) => {
    if (!path.startsWith('src/')) return [];
    if (!codeLines(text).some(({ code }) => /\b(new SharedArrayBuffer|Atomics\.)/.test(code))) return [];
    // The comment must be what the file starts with, and its first line of text must say it.
    const firstLine = /^(?:\/\/|\/\*+)[\s*]*([^\n]*)/.exec(text)?.[1] ?? '';
    return firstLine.includes('Shared between threads')
      ? []
      : [`${path} shares memory: its first line must say "Shared between threads" and which of them write`];
  });
}

const root = fileURLToPath(new URL('../', import.meta.url));

function readSources(folder: string): Sources {
  const sources: Record<string, string> = {};
  for (const name of readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })) {
    const path = `${folder}/${name.replaceAll('\\', '/')}`;
    if (path.endsWith('.ts')) sources[path] = readFileSync(`${root}${path}`, 'utf8');
  }
  return sources;
}

describe('the house', () => {
  const src = readSources('src');
  const all = { ...src, ...readSources('load'), ...readSources('native-free-bench') };

  it('is read whole', () => {
    expect(Object.keys(src)).toContain('src/clock/shared-clock.ts');
    expect(Object.keys(src)).toContain('src/model/limits.ts');
  });

  it('takes time and randomness from clock/ only', () => {
    expect(timeFaults(all)).toEqual([]);
    // The reads are where they are supposed to be: the pattern finds them.
    expect(codeLines(src['src/clock/origin.ts']!).some(({ code }) => UNTAMED.test(code))).toBe(true);
  });

  it('imports upwards only', () => {
    expect(roomFaults(src)).toEqual([]);
  });

  it('has a book that runs in a browser', () => {
    expect(bookFaults(src)).toEqual([]);
  });

  it('has an embedded engine that runs in a browser', () => {
    expect(browserFaults(src, 'embedded', true)).toEqual([]);
  });

  it('has a client that runs in a browser', () => {
    expect(clientFaults(src)).toEqual([]);
  });

  it('has no file that is too long', () => {
    expect(lengthFaults(all)).toEqual([]);
  });

  it('says of shared memory who writes it', () => {
    expect(sharingFaults(src)).toEqual([]);
  });
});

describe('the checks of the house', () => {
  it.each([
    'const t = Date.now();',
    'const t = new Date();',
    'return performance.now() - start;',
    'const t = process.hrtime.bigint();',
    'const [s, ns] = process.hrtime();',
    "import { hrtime } from 'node:process';",
    'const dice = Math.random();',
    'const roll = Math.random;',
  ])('find untamed time in: %s', (line) => {
    expect(timeFaults({ 'src/wire/bad.ts': `// fine\n${line}\n` })).toHaveLength(1);
    expect(timeFaults({ 'src/wire/bad.ts': `// fine\n${line}\n` })[0]).toContain('src/wire/bad.ts:2 uses');
    expect(timeFaults({ 'load/bad.ts': line })).toHaveLength(1);
    expect(timeFaults({ 'src/clock/good.ts': line })).toEqual([]);
  });

  it('let prose name what code may not, and other names alone', () => {
    const text =
      '/*\n * Not Date.now().\n */\n// Math.random\nconst at = new Date(epochMs);\nclock.nowNs();\n';
    expect(timeFaults({ 'src/wire/good.ts': text })).toEqual([]);
    expect(timeFaults({ 'src/wire/bad.ts': 'send(); // now\nuse(Date.now()); // later\n' })).toHaveLength(1);
  });

  it.each([
    ['src/model/a.ts', "import { x } from '../clock/b.js';", 'a room below model/'],
    ['src/wire/a.ts', "import type { X } from '../book/b.js';", 'a room below wire/'],
    ['src/shard/a.ts', "import { x } from '../gateway/b.js';", 'a room below shard/'],
    ['src/gateway/a.ts', "import { x } from '../shard/b.js';", 'meet in wire/ and ring/ only'],
    ['src/gateway/a.ts', "export * from '../shard/b.js';", 'meet in wire/ and ring/ only'],
    ['src/gateway/a.ts', "new Worker(new URL('../shard/b.js', import.meta.url));", 'meet in wire/'],
    ['src/ring/a.ts', "const b = await import('../wire/b.js');", 'a room below ring/'],
    ['src/ring/a.ts', "import '../wire/b.js';", 'a room below ring/'],
    ['src/ring/a.ts', "import {\n  x,\n  y,\n} from '../wire/deep/b.js';", 'a room below ring/'],
    ['src/gateway/a.ts', "import { x } from '../exchange.js';", 'which only cli/ may do'],
    ['src/cli/a.ts', "import { x } from '../index.js';", 'which only cli/ may do'],
    ['src/cli/a.ts', "import { x } from '../../load/b.js';", 'which is not in src/'],
    ['src/other.ts', "import { x } from './model/b.js';", 'only exchange.ts and index.ts'],
    ['src/utils/a.ts', '', 'is in a room that is not in the list'],
  ])('find the fault of %s with %s', (path, text, fault) => {
    const faults = roomFaults({ [path]: text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  it.each([
    ['src/wire/a.ts', "import { x } from '../model/b.js';"],
    ['src/wire/a.ts', "import { x } from './b.js';"],
    ['src/wire/deep/a.ts', "import { x } from '../../ring/b.js';"],
    ['src/shard/a.ts', "import { x } from '../journal/b.js';\nimport { readFile } from 'node:fs';"],
    ['src/cli/a.ts', "import { x } from '../exchange.js';"],
    ['src/exchange.ts', "import { x } from './shard/b.js';\nimport { y } from './gateway/b.js';"],
    ['src/index.ts', "export { x } from './exchange.js';\nexport { y } from './cli/b.js';"],
    ['src/cli/a.ts', "readFileSync(new URL('../../../package.json', import.meta.url));"],
    ['load/a.ts', "import { x } from '../src/cli/b.js';"],
  ])('find no fault of %s with %s', (path, text) => {
    expect(roomFaults({ [path]: text })).toEqual([]);
  });

  it('find what a browser or the same log twice would not give the book', () => {
    const good = { 'src/book/a.ts': "import { x } from '../model/b.js';", 'src/model/b.ts': '' };
    expect(bookFaults(good)).toEqual([]);
    expect(bookFaults({ 'src/book/a.ts': "import { x } from 'node:fs';" })).toHaveLength(1);
    expect(bookFaults({ 'src/book/a.ts': "import { x } from 'fs';" })).toHaveLength(1);
    expect(bookFaults({ 'src/book/a.ts': "import type { Clock } from '../clock/clock.js';" })).toHaveLength(
      1,
    );
    const through = {
      ...good,
      'src/model/b.ts': "import { x } from './c.js';",
      'src/model/c.ts': "import 'node:os';",
    };
    expect(bookFaults(through)).toEqual(['src/model/c.ts imports node:os, and the book needs it']);
    expect(bookFaults({ 'src/journal/a.ts': "import { x } from 'node:fs';" })).toEqual([]);
    const embedded = { 'src/embedded/a.ts': "import { x } from '../clock/b.js';" };
    expect(browserFaults(embedded, 'embedded', true)).toEqual([]);
    const bad = { ...embedded, 'src/clock/b.ts': "import { x } from 'node:crypto';" };
    expect(browserFaults(bad, 'embedded', true)).toHaveLength(1);
  });

  it('find what a browser would not give the client', () => {
    const good = {
      'src/client/browser.ts': "import { x } from './a.js';",
      'src/client/a.ts': '',
      'src/client/node-platform.ts': "import 'node:crypto';\nimport 'ws';",
    };
    expect(clientFaults(good)).toEqual([]);
    expect(clientFaults({ ...good, 'src/client/a.ts': "import { x } from 'ws';" })).toHaveLength(1);
    expect(clientFaults({ ...good, 'src/client/b.ts': "import { x } from 'node:fs';" })).toHaveLength(1);
    const through = { 'src/client/a.ts': "import '../model/b.js';", 'src/model/b.ts': "import 'node:os';" };
    expect(clientFaults({ ...good, ...through })).toHaveLength(1);
    const wrong = "import { x } from './node-platform.js';";
    expect(clientFaults({ ...good, 'src/client/a.ts': wrong })).toContain(
      'src/client/browser.ts reaches src/client/node-platform.ts',
    );
  });

  it('count lines', () => {
    expect(lengthFaults({ 'src/wire/a.ts': 'x;\n'.repeat(MAX_LINES) })).toEqual([]);
    expect(lengthFaults({ 'src/wire/a.ts': 'x;\n'.repeat(MAX_LINES + 1) })).toEqual([
      `src/wire/a.ts has ${MAX_LINES + 1} lines: ${MAX_LINES} are enough`,
    ]);
  });

  it('find shared memory that nobody signed for', () => {
    const use = 'const words = new Int32Array(new SharedArrayBuffer(8));\n';
    for (const head of [
      '/*\n * Shared between threads: a writes.\n */\n',
      '// Shared between threads.\n',
      '/** Shared between threads. */\n',
    ])
      expect(sharingFaults({ 'src/ring/a.ts': head + use })).toEqual([]);
    for (const head of [
      '',
      '// A ring.\n',
      '/*\n * A ring.\n * Shared between threads.\n */\n',
      'x;\n// Shared between threads.\n',
    ])
      expect(sharingFaults({ 'src/ring/a.ts': head + use })).toHaveLength(1);
    expect(sharingFaults({ 'src/ring/a.ts': 'Atomics.load(words, 0);' })).toHaveLength(1);
    expect(sharingFaults({ 'src/ring/a.ts': '// No SharedArrayBuffer here.\nconst x = 1;\n' })).toEqual([]);
  });
});
