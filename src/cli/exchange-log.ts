import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import type { Clock } from '../clock/clock.js';
import type { LogNote } from '../gateway/log-note.js';
import { KEPT_LOG_FILES, LOG_FILE_BYTES } from '../model/limits.js';
import { UsageError } from './option-table.js';

export interface ExchangeLogSettings {
  /** A file, `-` for the standard error, `off`; undefined: tickloom.log in the data directory. */
  readonly log: string | undefined;
  readonly level: LogNote['level'];
  readonly data: string;
  readonly realTime: Clock;
  /** Size at which the file is put aside. */
  readonly fileBytes?: number;
}

/** No note has any of these; where one slips in, it does not reach the disk. */
const SECRETS = ['secret', 'signature', 'token', 'authorization', 'privateKey', 'password'];

const STANDARD_ERROR = 2;

/** The log of an exchange: a line of JSON for each note, in a file that is put aside when it is large. */
export class ExchangeLog {
  readonly #realTime: Clock;
  readonly #fileBytes: number;
  readonly #path: string | undefined;
  readonly #level: LogNote['level'];
  #destination: ReturnType<typeof pino.destination> | undefined;
  #logger: pino.Logger | undefined;
  #isOff: boolean;
  #bytes = 0;

  /** @throws UsageError where a file that was named cannot be had */
  constructor({ log, level, data, realTime, fileBytes = LOG_FILE_BYTES }: ExchangeLogSettings) {
    this.#realTime = realTime;
    this.#fileBytes = fileBytes;
    this.#level = level;
    this.#isOff = log === 'off';
    this.#path = log === '-' ? undefined : (log ?? join(data, 'tickloom.log'));
    // The usual one is opened with its first note: its directory is made by the exchange, or is what is wrong.
    if (log === undefined || this.#isOff) return;
    try {
      this.#open();
    } catch (error) {
      throw new UsageError([`--log ${this.#path}: ${(error as Error).message}; name another file, - or off`]);
    }
  }

  /** Writes a note. */
  readonly take = ({ level, ...facts }: LogNote): void => {
    if (this.#isOff) return;
    try {
      if (this.#logger === undefined) this.#open();
    } catch {
      // Nobody has asked for it, and the exchange is more than its log.
      this.#isOff = true;
      return;
    }
    this.#logger![level](facts);
  };

  /** Everything is on its way to the disk after this. */
  close(): void {
    this.#destination?.flushSync();
    if (this.#path !== undefined) this.#destination?.end();
  }

  #open(): void {
    if (this.#path !== undefined) this.#bytes = existsSync(this.#path) ? statSync(this.#path).size : 0;
    // Written at once: what happened last is what somebody will look for.
    this.#destination = pino.destination({ dest: this.#path ?? STANDARD_ERROR, sync: true, mode: 0o640 });
    const options: pino.LoggerOptions = {
      level: this.#level,
      base: null,
      timestamp: () => `,"time":"${this.#timeText()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: SECRETS,
    };
    this.#logger = pino(options, {
      write: (line) => {
        this.#destination!.write(line);
        this.#written(line.length);
      },
    });
  }

  /** A file that has become large gets a number; the oldest goes. */
  #written(bytes: number): void {
    this.#bytes += bytes;
    if (this.#path === undefined || this.#bytes < this.#fileBytes) return;
    this.#bytes = 0;
    try {
      rmSync(`${this.#path}.${KEPT_LOG_FILES}`, { force: true });
      for (let i = KEPT_LOG_FILES - 1; i >= 1; i--)
        if (existsSync(`${this.#path}.${i}`)) renameSync(`${this.#path}.${i}`, `${this.#path}.${i + 1}`);
      renameSync(this.#path, `${this.#path}.1`);
      this.#destination!.reopen();
    } catch {
      // The disk has its own troubles, which the exchange tells of elsewhere: the file goes on growing.
    }
  }

  #timeText(): string {
    return new Date(Number(this.#realTime.epochNs() / 1_000_000n)).toISOString();
  }
}
