import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryError, lockDataDirectory } from '../../src/journal/data-lock.js';

const built = new URL('../../dist/src/journal/data-lock.js', import.meta.url).href;

/** Takes the lock when told to, says how it went, and then does as it is told. */
const program = `
  import { lockDataDirectory } from ${JSON.stringify(built)};
  import { createInterface } from 'node:readline';
  const say = (line) => process.stdout.write(line + '\\n');
  let lock;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'lock')
      await lockDataDirectory(process.argv[1]).then(
        (taken) => { lock = taken; say('taken'); },
        (error) => say(error.name + ': ' + error.message),
      );
    if (line === 'release') { await lock.release(); say('released'); }
    if (line === 'end') break;
  }
`;

/** Another process that may hold the lock. */
class Holder {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(directory: string) {
    this.child = spawn(process.execPath, ['--input-type=module', '-e', program, directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
    holders.push(this);
  }

  /** Sends a line and returns the answer. */
  async ask(line: string): Promise<string> {
    this.child.stdin!.write(`${line}\n`);
    return (await this.#lines.next()).value as string;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}

let holders: Holder[] = [];
let root: string;
let directory: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tickloom-lock-'));
  directory = join(root, 'data');
});

afterEach(async () => {
  await Promise.all(holders.map((holder) => holder.kill()));
  holders = [];
  rmSync(root, { recursive: true, force: true });
});

const locks = (at = directory) => readdirSync(at).filter((name) => name.endsWith('.sock'));

describe('the lock of a data directory', () => {
  it('makes the directory, holds it, and leaves nothing behind', async () => {
    directory = join(root, 'a', 'b', 'c');
    const lock = await lockDataDirectory(directory);
    expect(locks()).toHaveLength(1);
    await expect(lockDataDirectory(directory)).rejects.toThrow(
      `the data directory ${directory} is held by a running exchange with process number ${process.pid}`,
    );
    await lock.release();
    expect(locks()).toEqual([]);
    await (await lockDataDirectory(directory)).release();
  });

  it('is seen through another path', async () => {
    mkdirSync(directory);
    symlinkSync(directory, join(root, 'link'));
    const lock = await lockDataDirectory(directory);
    await expect(lockDataDirectory(join(root, 'link'))).rejects.toThrow(DataDirectoryError);
    await lock.release();
  });

  it('is held by another process until it lets go', async () => {
    const holder = new Holder(directory);
    expect(await holder.ask('lock')).toBe('taken');
    await expect(lockDataDirectory(directory)).rejects.toThrow(`with process number ${holder.child.pid}`);
    expect(await holder.ask('release')).toBe('released');
    const lock = await lockDataDirectory(directory);
    expect(await holder.ask('lock')).toContain(
      `DataDirectoryError: the data directory ${directory} is held by a running exchange with process number ${process.pid}`,
    );
    await lock.release();
  });

  it('is free at once after its holder was killed', async () => {
    for (let round = 0; round < 3; round++) {
      const holder = new Holder(directory);
      expect(await holder.ask('lock')).toBe('taken');
      await holder.kill();
      expect(locks()).toHaveLength(1);
    }
    const lock = await lockDataDirectory(directory);
    expect(locks()).toHaveLength(1);
    await lock.release();
    expect(locks()).toEqual([]);
  });

  it('is held by a process that is stopped and says nothing', async () => {
    const holder = new Holder(directory);
    expect(await holder.ask('lock')).toBe('taken');
    holder.child.kill('SIGSTOP');
    await expect(lockDataDirectory(directory)).rejects.toThrow(
      `the data directory ${directory} is held by a running exchange that does not answer`,
    );
  });

  it('goes to exactly one of many who start at once', async () => {
    const starters = Array.from({ length: 6 }, () => new Holder(directory));
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(starters.map((starter) => starter.ask('lock')));
      const winner = answers.indexOf('taken');
      expect(
        answers.filter((answer) => answer === 'taken'),
        answers.join('\n'),
      ).toHaveLength(1);
      // The winner may have no turn of a busy machine in time to say who it is.
      for (const [i, answer] of answers.entries())
        if (i !== winner)
          expect(answer).toMatch(
            new RegExp(
              `with process number ${starters[winner]!.child.pid}|is held by a running exchange that does not answer`,
            ),
          );
      // Every other time the winner is killed, and its socket stays behind.
      if (round % 2 === 0) expect(await starters[winner]!.ask('release')).toBe('released');
      else {
        await starters[winner]!.kill();
        starters[winner] = new Holder(directory);
      }
    }
  });

  it('goes to exactly one of many in one process', async () => {
    for (let round = 0; round < 20; round++) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDirectory(directory)));
      const taken = results.filter((result) => result.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      await taken[0]!.value.release();
      expect(locks()).toEqual([]);
    }
  });

  it('works in a directory whose path is too long for a socket', async () => {
    directory = join(root, ...Array.from({ length: 8 }, (_, i) => `${i}`.repeat(40)));
    expect(directory.length).toBeGreaterThan(300);
    const holder = new Holder(directory);
    expect(await holder.ask('lock')).toBe('taken');
    expect(locks()).toHaveLength(1);
    await expect(lockDataDirectory(directory)).rejects.toThrow(`with process number ${holder.child.pid}`);
    await holder.kill();
    const lock = await lockDataDirectory(directory);
    await lock.release();
    expect(locks()).toEqual([]);
  });

  it('does not keep a process alive', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `await (await import(${JSON.stringify(built)})).lockDataDirectory(process.argv[1])`,
        directory,
      ],
      { stdio: 'inherit' },
    );
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    await (await lockDataDirectory(directory)).release();
  });
});

describe('a directory that cannot be used', () => {
  it('is refused where it is a file, or lies under one', async () => {
    writeFileSync(directory, '');
    for (const path of [directory, join(directory, 'data')])
      await expect(lockDataDirectory(path)).rejects.toThrow(`the data directory ${path} is not a directory`);
  });

  it('is refused with the reason where it cannot be written to', async (context) => {
    mkdirSync(directory);
    chmodSync(directory, 0o555);
    // Root may write anywhere.
    if (process.getuid?.() === 0) {
      context.skip();
      return;
    }
    await expect(lockDataDirectory(directory)).rejects.toThrow(
      /^the data directory .* cannot be written to \(EACCES/,
    );
    expect(existsSync(directory)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('is refused with the reason where it cannot be made', async () => {
    await expect(lockDataDirectory('/proc/nowhere')).rejects.toThrow(
      /^the data directory \/proc\/nowhere cannot be made \(ENOENT/,
    );
  });
});
