import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { KeysWatch } from '../../src/supervisor/keys-watch.js';
import { temporaryDirectory } from '../support/exchange-process.js';
import { ed25519Key, hmacKey, writeKeys } from '../support/signing.js';

const first = hmacKey('first');
const second = ed25519Key('second');
const watches: KeysWatch[] = [];

function watchKeys() {
  const data = temporaryDirectory();
  const path = writeKeys(data, [first]);
  const changes: string[][] = [];
  const warnings: string[] = [];
  const watch = new KeysWatch({
    path,
    changed: (keys) => changes.push(keys.map(({ key }) => key.id)),
    warn: (sentence) => warnings.push(sentence),
  });
  watches.push(watch);
  watch.start();
  return { data, path, watch, changes, warnings };
}

afterEach(() => {
  for (const watch of watches.splice(0)) watch.close();
});

it.each([
  ['garbled', (path: string) => writeFileSync(path, '{ "version": 1, "keys": [')],
  ['removed', (path: string) => rmSync(path)],
  ['readable by others', (path: string) => chmodSync(path, 0o644)],
] as const)('a keys file that is %s leaves the keys as they were, with one warning', async (_what, spoil) => {
  const { data, path, watch, changes, warnings } = watchKeys();
  spoil(path);
  await expect.poll(() => warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^the keys stay as they were: /);
  expect(warnings[0]).toContain(path);
  // Looked at again, by another change in the directory: nothing new to say.
  writeFileSync(`${path}.other`, '');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([warnings.length, changes]).toEqual([1, []]);
  expect(watch.keys.map(({ key }) => key.id)).toEqual(['first']);
  rmSync(path, { force: true });
  writeKeys(data, [first, second]);
  await expect.poll(() => changes).toContainEqual(['first', 'second']);
  // The same fault another time is news.
  spoil(path);
  const count = warnings.length;
  await expect.poll(() => warnings.length).toBeGreaterThan(count);
});

it('a file that says the same is no change', async () => {
  const { data, changes, warnings } = watchKeys();
  writeKeys(data, [first]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  writeKeys(data, [second, first]);
  await expect.poll(() => changes).toEqual([['second', 'first']]);
  expect(warnings).toEqual([]);
});
