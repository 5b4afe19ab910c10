import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, JobKind, JobResults } from './job.js';

/** A measurement could not be made. */
export class MeasurementError extends Error {
  override readonly name = 'MeasurementError';
}

/** What every measuring process is started with: memory is counted after a collection that was asked for. */
export const NODE_FLAGS = ['--expose-gc'] as const;

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** Does jobs, each in a fresh process, one at a time. */
export class ChildProcesses {
  readonly #signal: AbortSignal;

  /** @param signal kills the process that runs, and lets no further one start */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * @throws MeasurementError with what the process said where it failed; the signal's reason where that ended it
   */
  async run<Kind extends JobKind>(job: Job<Kind>): Promise<JobResults[Kind]> {
    this.#signal.throwIfAborted();
    const output = await new Promise<string>((resolve, reject) => {
      execFile(
        process.execPath,
        [...NODE_FLAGS, CHILD, JSON.stringify(job)],
        { signal: this.#signal, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024, env: environment() },
        (error, stdout, stderr) => {
          if (this.#signal.aborted) reject(this.#signal.reason);
          else if (error !== null) reject(new MeasurementError(failureText(job, stderr, error)));
          else resolve(stdout);
        },
      );
    });
    return JSON.parse(output) as JobResults[Kind];
  }
}

function failureText(job: object, errors: string, error: Error): string {
  const text = errors.trim();
  return `${JSON.stringify(job)} failed: ${text === '' ? error.message : `\n${text.replace(/^/gm, '  | ')}`}`;
}

/** The environment without what changes how Node.js runs: all measurements have the same flags. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS'));
}
