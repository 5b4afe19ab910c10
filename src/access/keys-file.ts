/**
 * The keys file: `{ "version": 1, "keys": [ … ] }`. Faults never show a value of it: any of them may be a secret that
 * somebody put into the wrong place.
 */

import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SystemRandomness } from '../clock/randomness.js';
import { KEYS_LOCK_MS, MAX_KEYS, MAX_KEYS_FILE_BYTES } from '../model/limits.js';
import { findJsonFault } from './json-fault.js';
import { type Key, keyRules, keySchema } from './key.js';
import { randomHex } from './new-key.js';
import { replaceFile } from './replaced-file.js';

/** A keys file that cannot be used: a sentence for each fault, which names the file and the key. */
export class KeysFileError extends Error {
  override readonly name = 'KeysFileError';
  readonly lines: readonly string[];
  /** There is no such file. */
  readonly isMissing: boolean;

  constructor(lines: readonly string[], isMissing = false) {
    super(lines.join('\n'));
    this.lines = lines;
    this.isMissing = isMissing;
  }
}

/** The name of the keys file in a data directory. */
export const KEYS_FILE = 'keys.json';

const FILE_VERSION = 1;

/** Bits of a file's mode: what group and others may do, and of it what writes. */
const OTHERS_MAY = 0o077;
const OTHERS_WRITE = 0o022;

/**
 * Reads the keys of a file, or of what a symbolic link leads to.
 *
 * @param userId who runs; undefined on systems without users by number, where permissions are not looked at
 * @throws KeysFileError where it is not there, cannot be read, holds what cannot be, or others may read its secrets
 */
export function readKeysFile(path: string, userId = process.getuid?.()): readonly Key[] {
  const { text, stat } = readText(path);
  const keys = parseKeys(text, path);
  if (userId === undefined) return keys;
  // What others may write, they may put keys of their own into.
  if ((stat.mode & OTHERS_WRITE) !== 0)
    throw new KeysFileError([`${path}: others than its owner may write it; run chmod 600 ${path}`]);
  if (!keys.some(({ kind }) => kind === 'hmac')) return keys;
  if ((stat.mode & OTHERS_MAY) !== 0)
    throw new KeysFileError([
      `${path}: it holds secrets, and others than its owner may read it; run chmod 600 ${path}`,
    ]);
  if (stat.uid !== userId && stat.uid !== 0)
    throw new KeysFileError([
      `${path}: it holds secrets, and belongs to user ${stat.uid} while user ${userId} runs this; run chown ${userId} ${path} and chmod 600 ${path}`,
    ]);
  return keys;
}

/** As whom somebody at a command line reads a file: root does it as its owner, whose exchange it is for. */
export function editorOf(path: string): number | undefined {
  const userId = process.getuid?.();
  return userId === 0 ? (fs.statSync(path, { throwIfNoEntry: false })?.uid ?? 0) : userId;
}

/** The keys in the text of a file; `path` stands at the front of each fault. */
export function parseKeys(text: string, path: string): readonly Key[] {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  const fault = findJsonFault(json);
  if (fault !== undefined)
    throw new KeysFileError([
      `${path}: line ${fault.line}, column ${fault.column}: is not JSON: ${fault.problem}`,
    ]);
  const root: unknown = JSON.parse(json);
  const { version, keys: list, ...others } = (isObject(root) ? root : {}) as Record<string, unknown>;
  if (version !== FILE_VERSION || !Array.isArray(list) || Object.keys(others).length > 0)
    throw new KeysFileError([
      `${path}: must be an object of version, which is ${FILE_VERSION}, and keys, a list, and nothing else`,
    ]);
  if (list.length > MAX_KEYS)
    throw new KeysFileError([`${path}: holds ${list.length} keys; ${MAX_KEYS} are the most`]);
  const faults: string[] = [];
  const keys: Key[] = [];
  const ids = new Map<string, number>();
  for (const [index, value] of list.entries()) {
    const name = keyName(value, index);
    const parsed = keySchema.safeParse(value);
    if (!parsed.success) {
      const sentences = parsed.error.issues.flatMap((issue) => issueSentences(issue, value));
      faults.push(...[...new Set(sentences)].map((sentence) => `${path}: ${name}: ${sentence}`));
      continue;
    }
    const first = ids.get(parsed.data.id);
    if (first !== undefined)
      faults.push(`${path}: keys[${index}]: its id is that of keys[${first}]; give it another one`);
    else ids.set(parsed.data.id, index);
    keys.push(parsed.data);
  }
  if (faults.length > 0) throw new KeysFileError(faults);
  return keys;
}

/**
 * Changes the keys of a file: reads them, where it is there, and puts what `change` makes of them in its place, all at
 * once, so that whoever reads finds the old ones or the new ones. One at a time does so: others wait.
 *
 * @throws KeysFileError where it cannot be read or written, or another process is at it for too long; and what `change`
 *   throws, after which the file is as it was
 */
export async function changeKeysFile<Kept extends readonly Key[]>(
  path: string,
  change: (keys: readonly Key[]) => Kept,
): Promise<Kept> {
  // A link stays, and what it leads to is replaced.
  const target = fs.existsSync(path) ? fs.realpathSync(path) : path;
  const lock = `${target}.lock`;
  await takeLock(path, lock);
  try {
    let before: readonly Key[] = [];
    try {
      before = readKeysFile(target, editorOf(target));
    } catch (error) {
      if (!(error instanceof KeysFileError) || !error.isMissing) throw error;
    }
    const after = change(before);
    writeKeysFile(target, after);
    return after;
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

/** Puts a file with these keys in the place of what was there. Its owner stays, and alone may read it. */
function writeKeysFile(path: string, keys: readonly Key[]): void {
  const text = `${JSON.stringify({ version: FILE_VERSION, keys }, null, 2)}\n`;
  // What no start would read must not be written.
  parseKeys(text, path);
  const making = join(dirname(path), `.${basename(path)}.${randomHex(8, new SystemRandomness())}.making`);
  try {
    const owner = fs.statSync(path, { throwIfNoEntry: false })?.uid;
    replaceFile(path, making, text, (file) => {
      if (owner !== undefined && owner !== fs.fstatSync(file).uid) fs.fchownSync(file, owner, -1);
    });
  } catch (error) {
    const code = codeOf(error);
    const advice = code === 'EPERM' || code === 'EACCES' ? 'run this as its owner' : 'look at its disk';
    throw new KeysFileError([`${path}: cannot be written (${code}); ${advice}`]);
  }
}

/** How often somebody who waits for the lock looks again. */
const LOOK_AGAIN_MS = 10;

/** Makes the lock file, which says who holds it. It is not taken away from a process that was killed: people do that. */
async function takeLock(path: string, lock: string): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    try {
      fs.writeFileSync(lock, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT')
        throw new KeysFileError([`${path}: its directory is not there; make it, or name another file`]);
      if (code !== 'EEXIST')
        throw new KeysFileError([
          `${path}: its directory cannot be written (${code}); run this as its owner`,
        ]);
    }
    if (waitedMs >= KEYS_LOCK_MS)
      throw new KeysFileError([
        `${path}: another process has been changing it for ${KEYS_LOCK_MS / 1000} s; where none does, remove ${lock}`,
      ]);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** The text and what the system says of the very file that was read. */
function readText(path: string): { readonly text: string; readonly stat: fs.Stats } {
  let file: number;
  try {
    // A pipe that nobody writes into must not hold the start.
    file = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT')
      throw new KeysFileError([`${path}: there is no such file; tickloom keys add makes one`], true);
    throw new KeysFileError([`${path}: cannot be read (${code})`]);
  }
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) throw new KeysFileError([`${path}: is no file`]);
    if (stat.size > MAX_KEYS_FILE_BYTES)
      throw new KeysFileError([
        `${path}: is of ${stat.size} bytes, and ${MAX_KEYS_FILE_BYTES} are the most; it is no keys file`,
      ]);
    return { text: fs.readFileSync(file, 'utf8'), stat };
  } finally {
    fs.closeSync(file);
  }
}

/** `key "k1"`, or `keys[3]` where it has no id that can be shown. */
function keyName(value: unknown, index: number): string {
  const id = isObject(value) ? value['id'] : undefined;
  // Nothing as long as a secret.
  return typeof id === 'string' && /^[A-Za-z0-9._-]{1,36}$/.test(id) ? `key "${id}"` : `keys[${index}]`;
}

function issueSentences(
  issue: { code: string; path: PropertyKey[]; message: string },
  key: unknown,
): string[] {
  if (issue.code === 'unrecognized_keys') {
    const { keys } = issue as unknown as { keys: string[] };
    const shown = keys.filter((name) => /^[A-Za-z0-9_-]{1,36}$/.test(name));
    return [
      `it has fields that its kind does not have${shown.length > 0 ? `: ${shown.join(', ')}` : ''}; take them out`,
    ];
  }
  const field = issue.path[0];
  if (field === undefined) return [issue.code === 'custom' ? issue.message : 'must be an object'];
  const isThere = isObject(key) && Object.hasOwn(key, field);
  const rule = keyRules[String(field)] ?? 'something else';
  return [isThere ? `${String(field)} must be ${rule}` : `${String(field)} is missing; it must be ${rule}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
