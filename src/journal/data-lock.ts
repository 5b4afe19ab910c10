import * as fs from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { SystemRandomness } from '../clock/randomness.js';
import { makeDirectories } from './make-directories.js';

/*
 * One running exchange per data directory, by Unix domain sockets: a socket is listened on exactly as long as its
 * process lives, however that ends, and no process number has to be trusted.
 *
 * Each starter listens on a socket of its own, `<directory>/lock-<random>.sock`, and only then looks at the others that
 * stand there. One that takes a connection belongs to a living process: an owner, or another starter. Of two starters
 * at least one sees the other, because both listen before they look. Where both do, the lower name waits for what the
 * higher one decides, and the higher one steps back: so exactly one goes on. Names are never used twice, so whoever
 * removes a dead one removes nothing else.
 *
 * To each connection a process says "<its process number> starting", and then "owner", or closes.
 */

/** The data directory cannot be used, or another exchange uses it. The message is one sentence. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/** A running exchange has it. */
class DataDirectoryHeld extends DataDirectoryError {}

/** The data directory belongs to this process until it is released, or the process ends in whatever way. */
export interface DataLock {
  readonly directory: string;
  /** Lets the next one in. */
  release(): Promise<void>;
}

const LOCK_NAME = /^lock-[0-9a-f]{16}\.sock$/;

/** What fits into a socket address on macOS, 104 bytes with the zero at the end; Linux has four more. */
const MAX_SOCKET_PATH_BYTES = 103;

/** How long a living process may take to say who it is. */
const ANSWER_MS = 2_000;

/** How long a starter may take, once it has said that it is one, to become the owner or to step back. */
const DECISION_MS = 10_000;

/** How often a starter lets others go first. */
const ATTEMPTS = 50;

/** How often a directory that is held is looked at again, where somebody waits for it. */
const LOOK_AGAIN_MS = 50;

/**
 * Makes the directory where it is missing, and takes it for this process. Processes on other machines are not seen. One
 * that is held is waited for, for so long.
 *
 * Throws DataDirectoryError where it cannot be used, or a running exchange has it.
 */
export async function lockDataDirectory(directory: string, waitMs = 0): Promise<DataLock> {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    try {
      return await lockNow(directory);
    } catch (error) {
      if (!(error instanceof DataDirectoryHeld) || waitedMs >= waitMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

async function lockNow(directory: string): Promise<DataLock> {
  prepareDirectory(directory);
  const paths = new SocketPaths(directory);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Look first: no need to put up a socket of one's own where an owner is.
      const busy = await anybodyAt(paths, paths.names());
      if (busy) continue;
      const lock = await tryLock(paths);
      if (lock !== undefined) return lock;
    }
  } catch (error) {
    paths.close();
    throw error;
  }
  paths.close();
  throw new DataDirectoryError(
    `the data directory ${directory} is being opened by other starting exchanges over and over`,
  );
}

/** 16 hexadecimal digits that no other starter has. */
function randomName(): string {
  const random = new SystemRandomness();
  const digits = () => random.next32().toString(16).padStart(8, '0');
  return digits() + digits();
}

/** One attempt: puts up a socket, looks, and becomes the owner; undefined where another starter goes first. */
async function tryLock(paths: SocketPaths): Promise<DataLock | undefined> {
  const own = `lock-${randomName()}.sock`;
  const candidate = await Candidate.listen(paths, own);
  try {
    const others = paths.names().filter((name) => name !== own);
    const before = others.filter((name) => name < own);
    const after = others.filter((name) => name > own);
    for (const name of before) {
      const found = await ask(paths, name, false);
      if (found === 'dead') continue;
      if (found.owner) throw held(paths.directory, found.process);
      await candidate.close();
      return undefined;
    }
    await anybodyAt(paths, after);
    // Another owner, gone by now, may have taken this socket for dead in the moment before it listened.
    if (!paths.names().includes(own)) {
      await candidate.close();
      return undefined;
    }
    candidate.own();
    await removeDead(paths, others);
    return {
      directory: paths.directory,
      async release() {
        await candidate.close();
        paths.close();
      },
    };
  } catch (error) {
    await candidate.close();
    throw error;
  }
}

/** Throws where one of these is an owner, or becomes one; says whether one of them was alive. Waits for starters. */
async function anybodyAt(paths: SocketPaths, names: readonly string[]): Promise<boolean> {
  let alive = false;
  for (const name of names) {
    const found = await ask(paths, name, true);
    if (found === 'dead') continue;
    if (found.owner) throw held(paths.directory, found.process);
    alive = true;
  }
  return alive;
}

/** The owner's alone: clears away what processes that were killed have left. */
async function removeDead(paths: SocketPaths, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if ((await ask(paths, name, false)) !== 'dead') continue;
    try {
      fs.rmSync(join(paths.directory, name), { force: true });
    } catch {
      // A dead socket that cannot be removed does no harm.
    }
  }
}

function held(directory: string, process: string | undefined): DataDirectoryError {
  const who = process === undefined ? 'that does not answer' : `with process number ${process}`;
  return new DataDirectoryHeld(`the data directory ${directory} is held by a running exchange ${who}`);
}

/** A socket of this process, first as a starter's and then as the owner's. */
class Candidate {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #owner = false;

  private constructor() {
    this.#server = createServer((socket) => this.#answer(socket));
  }

  static async listen(paths: SocketPaths, name: string): Promise<Candidate> {
    const candidate = new Candidate();
    const server = candidate.#server;
    await new Promise<void>((done, fail) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        fail(
          new DataDirectoryError(
            `the data directory ${paths.directory} takes no socket file (${error.code ?? error.message}), by which an exchange holds it`,
          ),
        ),
      );
      server.listen({ path: paths.address(name), exclusive: true }, done);
    });
    // A connection that breaks says nothing about this process.
    server.on('error', () => {});
    return candidate;
  }

  #answer(socket: Socket): void {
    socket.unref();
    socket.on('error', () => {});
    socket.on('close', () => this.#connections.delete(socket));
    socket.resume();
    socket.write(`${process.pid} starting\n`);
    if (this.#owner) socket.end('owner\n');
    this.#connections.add(socket);
  }

  /** Says to all who wait, and to all who will ask, that this process is the owner. */
  own(): void {
    this.#owner = true;
    this.#server.unref();
    for (const socket of this.#connections) socket.end('owner\n');
  }

  /** Stops listening; the socket's file goes with it. */
  close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    return new Promise((done) => {
      this.#server.ref();
      this.#server.close(() => done());
    });
  }
}

interface Living {
  readonly owner: boolean;
  /** Its process number, where it has said it. */
  readonly process: string | undefined;
}

/**
 * Asks who listens on a socket. With `wait`, a starter is waited for until it has become the owner or has stepped back;
 * without, it counts as no owner at once. Whatever is not surely dead counts as alive, and one that says nothing as an
 * owner.
 */
function ask(paths: SocketPaths, name: string, wait: boolean): Promise<Living | 'dead'> {
  return new Promise((done) => {
    const socket = createConnection({ path: paths.address(name) });
    let text = '';
    let connected = false;
    const finish = (found: Living | 'dead') => {
      socket.destroy();
      done(found);
    };
    const said = () => /^(\d+) starting\n/.exec(text)?.[1];
    socket.setTimeout(ANSWER_MS, () => finish({ owner: true, process: said() }));
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('data', (more: string) => {
      text += more;
      socket.setTimeout(DECISION_MS);
      if (text.endsWith('owner\n')) finish({ owner: true, process: said() });
      else if (!wait && said() !== undefined) finish({ owner: false, process: said() });
    });
    socket.on('close', () => finish({ owner: false, process: said() }));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const gone = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      if (!connected && gone) finish('dead');
      // It was alive, and is no more: the next look finds it dead.
      else if (connected) finish({ owner: false, process: said() });
      else finish({ owner: true, process: undefined });
    });
  });
}

/** Names and addresses of the sockets in a directory, also where its path is too long for a socket's address. */
class SocketPaths {
  readonly directory: string;
  readonly #prefix: string;
  readonly #descriptor: number | undefined;

  constructor(directory: string) {
    this.directory = directory;
    const full = resolve(directory);
    const near = relative(process.cwd(), full) || '.';
    const room = MAX_SOCKET_PATH_BYTES - '/lock-0123456789abcdef.sock'.length;
    if (Buffer.byteLength(full) <= room) this.#prefix = full;
    else if (process.platform === 'linux') {
      // Stays open as long as a socket stands: its file is removed by this name.
      this.#descriptor = fs.openSync(full, 'r');
      this.#prefix = `/proc/self/fd/${this.#descriptor}`;
    } else if (Buffer.byteLength(near) <= room) this.#prefix = near;
    else
      throw new DataDirectoryError(
        `the path of the data directory ${directory} is longer than ${room} bytes, too long for the socket by which an exchange holds it`,
      );
  }

  names(): string[] {
    return fs
      .readdirSync(this.directory)
      .filter((name) => LOCK_NAME.test(name))
      .sort();
  }

  address(name: string): string {
    return join(this.#prefix, name);
  }

  close(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor);
  }
}

/** Makes the directory and checks that it can be used. */
function prepareDirectory(directory: string): void {
  const refuse = (error: unknown, what: string): DataDirectoryError => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR')
      return new DataDirectoryError(`the data directory ${directory} is not a directory`);
    const reason = error instanceof Error ? error.message : String(error);
    return new DataDirectoryError(`the data directory ${directory} cannot be ${what} (${reason})`);
  };
  try {
    const first = makeDirectories(resolve(directory));
    if (first !== undefined) syncParents(resolve(directory), dirname(first));
  } catch (error) {
    throw refuse(error, 'made');
  }
  try {
    fs.accessSync(directory, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    throw refuse(error, 'written to');
  }
}

/** Makes new directories survive a power cut: syncs all from the parent of `directory` up to `last`. */
function syncParents(directory: string, last: string): void {
  for (let path = dirname(directory); ; path = dirname(path)) {
    try {
      const descriptor = fs.openSync(path, 'r');
      fs.fsyncSync(descriptor);
      fs.closeSync(descriptor);
    } catch {
      // A parent that may not be read cannot be synced; the directory is there all the same.
    }
    if (path === last || path === dirname(path)) return;
  }
}
