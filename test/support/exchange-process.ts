import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MIN_SEGMENT_BYTES } from '../../src/model/limits.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/**
 * What exchanges under test have where a test does not say otherwise. Those that are about stores ask for one. Small segments spare
 * each start the writing of 128 MiB. Several tests share the cores: a follower or store that stepped back behind the rest of
 * its exchange would step back behind them too, and those that wait for it would wait for their end.
 */
const TEST_SETTINGS = {
  TICKLOOM_POSTGRES: 'off',
  TICKLOOM_SEGMENT_BYTES: String(MIN_SEGMENT_BYTES),
  TICKLOOM_BACKGROUND_NICENESS: '0',
};

/** What the exchange prints with --json once it listens. */
export interface Listening {
  readonly port: number;
  readonly transport: 'uws' | 'node';
  readonly shards: readonly {
    readonly commands: number;
    /** Sequence of the snapshot from which it began; 0: from the beginning of the log. */
    readonly snapshot: number;
    readonly nextSequence: number;
    readonly cut: unknown;
  }[];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The directory of this run of the tests; `global-setup.ts` makes it and takes it away. */
function testRoot(): string {
  const root = process.env['TICKLOOM_TEST_ROOT'];
  if (root === undefined) throw new Error('the tests run by vitest, with its global set-up');
  return root;
}

/** A fresh directory that goes when the tests are over. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(testRoot(), 'directory-'));
}

/** Runs a command of the built program to its end. */
export async function runTickloom(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const running = new TickloomProcess(args, env);
  return await running.ended;
}

/** The built program as a process of its own, as users run it. */
export class TickloomProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const own = { ...TEST_SETTINGS, ...process.env, ...env };
    this.child = spawn(process.execPath, [main, ...args], { env: own, stdio: 'pipe' });
    // Where a test fails half-way, the process would stay: its number is noted until it ends.
    const note = join(testRoot(), 'processes', String(this.child.pid));
    writeFileSync(note, '');
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        rmSync(note, { force: true });
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** The line that says that it listens. Throws where it ends before. */
  async listening(): Promise<Listening> {
    let over = false;
    void this.ended.then(() => {
      over = true;
    });
    for (;;) {
      const line = this.stdout.split('\n').find((text) => text.startsWith('{"event":"listening"'));
      if (line !== undefined) return JSON.parse(line) as Listening;
      if (over) throw new Error(`the exchange ended before it listened: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<Ended> {
    this.kill('SIGTERM');
    return await this.ended;
  }
}

/** An exchange that listens on a free port. */
export interface RunningExchange extends Listening {
  readonly process: TickloomProcess;
  readonly data: string;
  readonly url: string;
  readonly ws: string;
}

export async function startExchange(
  options: readonly string[] = [],
  data = temporaryDirectory(),
  env: Record<string, string> = {},
): Promise<RunningExchange> {
  const exchange = new TickloomProcess(['start', '--port', '0', '--json', '--data', data, ...options], env);
  const listening = await exchange.listening();
  return {
    ...listening,
    process: exchange,
    data,
    url: `http://127.0.0.1:${listening.port}`,
    ws: `ws://127.0.0.1:${listening.port}/ws`,
  };
}
