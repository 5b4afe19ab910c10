import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PgliteSession } from './pglite-session.js';
import type { SqlSession } from './sql-session.js';

/**
 * The embedded Postgres in a directory of its own. It does not sync its files, so a power cut may damage it: what cannot be
 * opened, or contradicts the log, is set aside and built anew.
 */
export class EmbeddedStore {
  readonly #directory: string;
  #database: PGlite | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Opens it, or makes one. Returns the sentence to tell where the old one was set aside. */
  async open(): Promise<string | undefined> {
    mkdirSync(dirname(this.#directory), { recursive: true });
    try {
      this.#database = await PGlite.create({ dataDir: this.#directory });
      return undefined;
    } catch (error) {
      if (!existsSync(this.#directory)) throw error;
      const sentence = this.setAside(error instanceof Error ? error.message : String(error));
      this.#database = await PGlite.create({ dataDir: this.#directory });
      return sentence;
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
    await this.#database?.close();
    this.#database = undefined;
  }
}
