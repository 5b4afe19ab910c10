import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalProcess, type ServerCommand } from './local-process.js';

const ATTEMPTS = 10;

/** A real server on a free port of loopback, with its data in a temporary directory; what Postgres and Redis share. */
export abstract class LocalServer {
  readonly directory: string;
  private process: LocalProcess | undefined;
  private freePort = 0;
  private isPaused = false;

  protected constructor(name: string) {
    // In the directory of this run of the tests where there is one, which goes even where a test fails half-way.
    this.directory = mkdtempSync(join(process.env['TICKLOOM_TEST_ROOT'] ?? tmpdir(), `${name}-`));
  }

  get port(): number {
    return this.freePort;
  }

  protected abstract command(): Omit<ServerCommand, 'directory' | 'log'>;
  /** Asked again and again after a start. It must not take another server on the port for this one. */
  protected abstract isReady(pid: number): Promise<boolean>;
  /** The signal that asks for an orderly end. */
  protected abstract readonly stopSignal: NodeJS.Signals;

  /** The first start, on a port that another process may take while we look. */
  protected async startOnFreePort(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.freePort = await findFreePort();
      try {
        await this.launch();
        return;
      } catch (error) {
        if (attempt === ATTEMPTS || !/address already in use/i.test(String(error))) throw error;
      }
    }
  }

  private async launch(): Promise<void> {
    const log = join(this.directory, 'server.log');
    const started = await LocalProcess.spawn({ ...this.command(), directory: this.directory, log });
    this.process = started;
    while (!(await this.isReady(started.pid))) {
      if (started.hasEnded) throw new Error(`the server ended before it was ready:\n${started.printed()}`);
      await delay(10);
    }
  }

  get isRunning(): boolean {
    return this.process !== undefined && !this.process.hasEnded;
  }

  /** What the server has printed since it was last started. */
  printed(): string {
    return this.process?.printed() ?? '';
  }

  /** SIGKILL for the server and all its children, as in a crash of the machine but for what was not synced. */
  async kill(): Promise<void> {
    this.isPaused = false;
    await this.process?.kill();
  }

  /** An orderly end: clients are cut off, the data are written. */
  async stop(): Promise<void> {
    this.resume();
    this.process?.signal(this.stopSignal);
    await this.process?.ended;
  }

  /** Same port, same data; after `kill` and `stop`, or in one go where it runs. */
  async restart(): Promise<void> {
    await this.stop();
    await this.launch();
  }

  /** The server stands still, its connections stay: the network as it looks when the other side hangs. */
  async pause(): Promise<void> {
    if (this.isPaused) return;
    this.isPaused = true;
    await this.process?.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.process?.resume();
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/**
 * Below the ports that Linux and macOS give to outgoing connections: while a server is down, one of those could take its
 * port, and a client that tries again and again could even connect to itself. And not above 55,535, because the bus of a
 * Redis cluster is 10,000 higher.
 */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const listener = createServer();
      listener.once('error', () => resolve(false));
      listener.listen(port, '127.0.0.1', () => listener.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
