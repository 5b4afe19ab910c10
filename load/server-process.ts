import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A server under load could not be started, or ended by itself. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}

const START_SECONDS = 60;
const STOP_SECONDS = 60;
/** Characters of standard error that are kept for an error report. */
const KEPT_CHARACTERS = 8 * 1024;

/** A Node.js process that prints a line of JSON with `"event":"listening"` and its port once it listens. */
export class ServerProcess {
  readonly port: number;
  /** Rejects with ServerError as soon as the process ends without being told to. */
  readonly died: Promise<never>;
  readonly #child: ChildProcess;
  readonly #exit: Promise<string>;
  readonly #name: string;
  readonly #errors: { text: string };
  #stopping = false;

  /**
   * Starts the script and waits until it listens.
   *
   * @param name what to call it in messages.
   * @throws ServerError where it ends first or takes over a minute.
   */
  static async start(name: string, script: string, args: readonly string[]): Promise<ServerProcess> {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(),
    });
    const errors = { text: '' };
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      errors.text = (errors.text + text).slice(-KEPT_CHARACTERS);
    });
    const exit = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // "close" comes after the last of its output, so that no error message is missed.
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      const port = await Promise.race([
        listeningPort(child),
        exit.then((how) => {
          throw new ServerError(`${name} did not start: ${how}${quoted(errors.text)}`);
        }),
        new Promise<never>((_, reject) => {
          timer = setTimeout(
            () =>
              reject(
                new ServerError(`${name} does not listen after ${START_SECONDS} s${quoted(errors.text)}`),
              ),
            START_SECONDS * 1_000,
          );
        }),
      ]);
      return new ServerProcess(name, child, port, exit, errors);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(
    name: string,
    child: ChildProcess,
    port: number,
    exit: Promise<string>,
    errors: { text: string },
  ) {
    this.#name = name;
    this.#child = child;
    this.port = port;
    this.#exit = exit;
    this.#errors = errors;
    this.died = exit.then((how) => {
      // Told to stop: whoever waits here waits for something else.
      if (this.#stopping) return new Promise<never>(() => {});
      throw new ServerError(`${name} ended by itself: ${how}${quoted(errors.text)}`);
    });
    this.died.catch(() => {});
  }

  /** Its number in the system. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * Asks it to end, and waits until it has.
   *
   * @throws ServerError where it ends otherwise than with exit code 0, or not within a minute; it is killed then.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_SECONDS * 1_000);
    const how = await this.#exit;
    clearTimeout(timer);
    if (how !== 'exit code 0')
      throw new ServerError(`${this.#name} did not stop cleanly: ${how}${quoted(this.#errors.text)}`);
  }

  /** Ends it at once, and waits until it has; one that has ended already is left in peace. */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
    await this.#exit;
  }
}

/** The environment without the exchange's own settings: a run has those that its report names, and no others. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TICKLOOM_')));
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout! });
    // Lines after the one that is waited for are read too, so that the process never waits for its reader.
    lines.on('line', (line) => {
      const port = portOf(line);
      if (port !== undefined) resolve(port);
    });
  });
}

function portOf(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const message = JSON.parse(line) as { event?: unknown; port?: unknown };
    return message.event === 'listening' && typeof message.port === 'number' ? message.port : undefined;
  } catch {
    return undefined;
  }
}

function quoted(errors: string): string {
  const text = errors.trim();
  return text === '' ? '' : `\n${text.replace(/^/gm, '  | ')}`;
}
