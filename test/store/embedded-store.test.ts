import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EmbeddedStore } from '../../src/store/embedded-store.js';
import { temporaryDirectory } from '../support/exchange-process.js';

describe('the embedded store', () => {
  const make = async (directory: string, boot?: string) => {
    const store = new EmbeddedStore(directory, boot);
    const sentence = await store.open();
    return { store, sentence };
  };
  const mark = async (store: EmbeddedStore) => {
    await store.session().run('create table mark (a integer); insert into mark values (1)');
  };
  const isMarked = async (store: EmbeddedStore) => {
    const [row] = await store.session().rows("select to_regclass('mark') is not null as here");
    return row!['here'];
  };

  it('keeps what it has over a close, also where the machine was started since', async () => {
    const directory = join(temporaryDirectory(), 'store');
    const { store } = await make(directory, 'one boot');
    await mark(store);
    await store.close();
    const { store: again, sentence } = await make(directory, 'another boot');
    expect(sentence).toBeUndefined();
    expect(await isMarked(again)).toBe(true);
    await again.close();
  });

  it('is built anew where it was open when the machine went down, and only then', async () => {
    const directory = join(temporaryDirectory(), 'store');
    const { store } = await make(directory, 'one boot');
    await mark(store);
    await store.close();
    // As a process leaves it that was killed.
    writeFileSync(`${directory}.open`, 'one boot');
    const { store: killed, sentence: none } = await make(directory, 'one boot');
    expect(none).toBeUndefined();
    expect(await isMarked(killed)).toBe(true);
    await killed.close();
    writeFileSync(`${directory}.open`, 'one boot');
    const { store: cut, sentence } = await make(directory, 'another boot');
    expect(sentence).toMatch(
      /set aside as .*store\.bad-1 and is built anew.* open when the machine went down/,
    );
    expect(await isMarked(cut)).toBe(false);
    await cut.close();
    expect(existsSync(`${directory}.bad-1`)).toBe(true);
  });

  it('is built anew where it cannot be opened', async () => {
    const directory = join(temporaryDirectory(), 'store');
    const { store } = await make(directory);
    await mark(store);
    await store.close();
    rmSync(join(directory, 'global'), { recursive: true });
    const { store: mended, sentence } = await make(directory);
    expect(sentence).toMatch(/set aside as .*store\.bad-1/);
    expect(await isMarked(mended)).toBe(false);
    await mended.close();
    expect(readdirSync(dirname(directory)).sort()).toEqual(['store', 'store.bad-1']);
  });
});
