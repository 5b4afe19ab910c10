import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PgliteSession } from './pglite-session.js';
import type { SqlSession } from './sql-session.js';

/** Names the boot of the machine: what a process wrote and did not sync survives its death, not the machine's. */
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

/**
 * The embedded Postgres in a directory of its own. It does not sync its files, so a power cut may damage it: what cannot be
 * opened, contradicts the log, or was open when the machine went down, is set aside and built anew.
 */
export class EmbeddedStore {
  readonly #directory: string;
  readonly #bootId: string;
  #database: PGlite | undefined;

  constructor(directory: string, bootId = thisBoot()) {
    this.#directory = directory;
    this.#bootId = bootId;
  }

  /** Opens it, or makes one. Returns the sentence to tell where the old one was set aside. */
  async open(): Promise<string | undefined> {
    mkdirSync(dirname(this.#directory), { recursive: true });
    const sentence = this.#wasCut() ? this.setAside('it was open when the machine went down') : undefined;
    // Held until it is closed: in it stands in which boot of the machine it was open.
    writeFileSync(this.#openFile, this.#bootId);
    try {
      this.#database = await PGlite.create({ dataDir: this.#directory });
      return sentence;
    } catch (error) {
      if (!existsSync(this.#directory)) throw error;
      const why = this.setAside(error instanceof Error ? error.message : String(error));
      this.#database = await PGlite.create({ dataDir: this.#directory });
      return why;
    }
  }

  /** A session on it. Closing that leaves the database open. */
  session(): SqlSession {
    if (this.#database === undefined) throw new Error('the embedded store is not open');
    return new PgliteSession(this.#database);
  }

  /** Moves the files away, so that the next `open` begins anew. Returns the sentence to tell. */
  setAside(why: string): string {
    let number = 1;
    while (existsSync(`${this.#directory}.bad-${number}`)) number++;
    const away = `${this.#directory}.bad-${number}`;
    renameSync(this.#directory, away);
    return `the embedded store was set aside as ${away} and is built anew from the log: ${why}`;
  }

  async close(): Promise<void> {
    if (this.#database === undefined) return;
    await this.#database.close();
    this.#database = undefined;
    rmSync(this.#openFile, { force: true });
  }

  get #openFile(): string {
    return `${this.#directory}.open`;
  }

  /** Whether it was not closed, and the machine has been started since. */
  #wasCut(): boolean {
    if (!existsSync(this.#directory) || !existsSync(this.#openFile)) return false;
    const before = readFileSync(this.#openFile, 'utf8');
    return before !== '' && this.#bootId !== '' && before !== this.#bootId;
  }
}

/** Empty where the system does not say: a power cut then shows only in what cannot be read. */
function thisBoot(): string {
  try {
    return readFileSync(BOOT_ID_FILE, 'utf8').trim();
  } catch {
    return '';
  }
}
