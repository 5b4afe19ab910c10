import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../access/replaced-file.js';
import type { Clock, TimerId } from '../clock/clock.js';
import type { DisconnectingSession } from '../gateway/gateway-messages.js';
import { MOST_DISCONNECT_GRACE_MS } from '../model/limits.js';

/** How long to wait where a shard did not take the cancel. */
const RETRY_MS = 100;

/**
 * Sessions of one client whose orders are kept apart: each is a look through all orders when they go. Of a client that
 * reconnects more often without ever being gone for long, the orders of its oldest session go then.
 */
const MOST_NUMBERS = 64;

const FILE = 'sessions.json';

const entrySchema = z.strictObject({
  keyId: z.string(),
  accounts: z.array(z.int().min(0)),
  name: z.string(),
  graceMs: z.int().min(0).max(MOST_DISCONNECT_GRACE_MS),
  numbers: z.array(z.int()).min(1),
});
const fileSchema = z.strictObject({ version: z.literal(1), sessions: z.array(entrySchema) });

/** A client that wants its orders to go when it does: the sessions that it has had, oldest first. */
type Entry = Omit<DisconnectingSession, 'session'> & { readonly numbers: readonly number[] };

export interface DisconnectsParts {
  /** The exchange's time. */
  readonly clock: Clock;
  readonly directory: string;
  /** Has a gateway cancel the orders of a session. It answers by `cancelled`. */
  readonly cancel: (session: number) => void;
  readonly warn: (sentence: string) => void;
}

/**
 * Sessions whose orders are to be cancelled when they have been gone for a while. One that comes back in time, with the
 * same key, accounts and name, takes its orders over; so does one that is there already when another of its name goes: a
 * client often notices before the exchange does that its connection is dead. Whom it concerns stands in a file of the data directory, so that
 * orders go also where the exchange itself was what went: the time then begins with the new start.
 */
export class Disconnects {
  readonly #parts: DisconnectsParts;
  readonly #path: string;
  /** Those that are connected, by the number of the session. */
  readonly #open = new Map<number, Entry>();
  /** Those that are not, until their time is over; it does not pass before `begin`. */
  readonly #gone = new Map<Entry, TimerId | undefined>();
  /** Sessions whose orders are being cancelled. */
  readonly #cancelling = new Set<number>();
  #isSaveDue = false;

  constructor(parts: DisconnectsParts) {
    this.#parts = parts;
    this.#path = join(parts.directory, FILE);
    // Before anybody can connect: what is written then must have them, and the first to come back may be one of them.
    for (const entry of this.#read()) this.#gone.set(entry, undefined);
  }

  /** The exchange serves: time passes for those of the start before. */
  begin(): void {
    for (const [entry, timer] of this.#gone) if (timer === undefined) this.#leave(entry);
  }

  opened({ session, ...client }: DisconnectingSession): void {
    const before = this.#takeBack(client);
    this.#open.set(session, this.#bounded({ ...client, numbers: [...(before?.numbers ?? []), session] }));
    this.#save();
  }

  closed(session: number): void {
    const entry = this.#open.get(session);
    if (entry === undefined) return;
    this.#open.delete(session);
    if (!this.#handOver(entry)) this.#leave(entry);
    this.#save();
  }

  /** What came of `cancel`. */
  cancelled(session: number, isSent: boolean): void {
    if (!this.#cancelling.has(session)) return;
    if (!isSent) {
      const { clock, cancel } = this.#parts;
      clock.setAlert(clock.nowNs() + RETRY_MS * 1e6, () => {
        if (this.#cancelling.has(session)) cancel(session);
      });
      return;
    }
    this.#cancelling.delete(session);
    this.#save();
  }

  #leave(entry: Entry): void {
    const { clock } = this.#parts;
    const timer = clock.setAlert(clock.nowNs() + entry.graceMs * 1e6, () => {
      this.#gone.delete(entry);
      this.#cancelAll(entry.numbers);
    });
    this.#gone.set(entry, timer);
  }

  #cancelAll(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#cancelling.add(number);
      this.#parts.cancel(number);
    }
  }

  #bounded(entry: Entry): Entry {
    const { numbers } = entry;
    if (numbers.length <= MOST_NUMBERS) return entry;
    this.#cancelAll(numbers.slice(0, -MOST_NUMBERS));
    return { ...entry, numbers: numbers.slice(-MOST_NUMBERS) };
  }

  /** Gives the orders of a session that has gone to one of the same client that is still connected; false where there is none. */
  #handOver(entry: Entry): boolean {
    if (entry.name === '') return false;
    for (const [session, other] of this.#open) {
      if (!isSame(entry, other)) continue;
      this.#open.set(session, this.#bounded({ ...other, numbers: [...entry.numbers, ...other.numbers] }));
      return true;
    }
    return false;
  }

  /** The one that has come back, if it is one: its orders stay. */
  #takeBack(client: Omit<DisconnectingSession, 'session'>): Entry | undefined {
    if (client.name === '') return undefined;
    for (const [entry, timer] of this.#gone) {
      if (!isSame(entry, client)) continue;
      if (timer !== undefined) this.#parts.clock.cancel(timer);
      this.#gone.delete(entry);
      return entry;
    }
    return undefined;
  }

  /** Writes the file once for all that a turn brings. */
  #save(): void {
    if (this.#isSaveDue) return;
    this.#isSaveDue = true;
    setImmediate(() => {
      this.#isSaveDue = false;
      this.#write();
    });
  }

  #write(): void {
    const sessions = [...this.#open.values(), ...this.#gone.keys()];
    // A cancel that no shard has yet is asked for again by the next start.
    for (const number of this.#cancelling)
      sessions.push({ keyId: '', accounts: [], name: '', graceMs: 0, numbers: [number] });
    try {
      replaceFile(this.#path, `${this.#path}.new`, JSON.stringify({ version: 1, sessions }));
    } catch (error) {
      this.#parts.warn(
        `who has asked for cancel-on-disconnect cannot be kept in ${this.#path}: ${(error as Error).message}`,
      );
    }
  }

  #read(): readonly Entry[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return [];
    }
    try {
      return fileSchema.parse(JSON.parse(text)).sessions;
    } catch {
      this.#parts.warn(
        `${this.#path} cannot be read: orders of sessions that have asked for cancel-on-disconnect may stay; look at the open orders`,
      );
      return [];
    }
  }
}

function isSame(a: Omit<DisconnectingSession, 'session'>, b: Omit<DisconnectingSession, 'session'>): boolean {
  return (
    a.name === b.name &&
    a.keyId === b.keyId &&
    a.accounts.length === b.accounts.length &&
    a.accounts.every((account) => b.accounts.includes(account))
  );
}
