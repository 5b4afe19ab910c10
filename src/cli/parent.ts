import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../clock/clock.js';
import { LONGEST_RESTART_WAIT_MS, RESTART_WAIT_MS, THREAD_RESTART_WINDOW_MS } from '../model/limits.js';

/**
 * In the environment of a child: the port that it is to take, 0 for the one of its options. No option: it is set by the
 * parent alone.
 */
const CHILD = 'TICKLOOM_CHILD';

/** An exchange that has failed after it had listened: another process may fare better. */
export const EXIT_TRY_AGAIN = 75;

/** From here on exit codes tell of signals. */
const FIRST_SIGNAL_CODE = 128;

/** What a child tells its parent. */
interface Listens {
  readonly port: number;
}

/** The side of the child. */
export const asChild = {
  /** Whether this process is one. */
  get is(): boolean {
    return process.env[CHILD] !== undefined;
  },
  /** The port that the process before this one had, 0 where there was none. */
  get port(): number {
    return Number(process.env[CHILD] ?? 0);
  },
  /** Tells the parent that the exchange listens: from here on a death is followed by another start. */
  listens(port: number): void {
    const message: Listens = { port };
    process.send?.(message);
  },
  /** Dies with the parent, as an exchange without a parent would have died: nothing acknowledged is lost by that. */
  followParent(): void {
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
    // Signals must find the process ended, not kept up by its wire to the parent.
    process.channel?.unref();
  },
};

export interface ParentSettings {
  /** Most restarts within a minute. */
  readonly restarts: number;
  readonly json: boolean;
}

/**
 * A small process that starts the exchange in another one, and starts it again where that dies: a gateway that dies the
 * hard way takes its whole process with it. Returns the exit code.
 */
export async function runParent(settings: ParentSettings, realTime: Clock): Promise<number> {
  const { restarts, json } = settings;
  const restartedNs: number[] = [];
  let port = 0;
  let hasListened = false;
  let stopped: NodeJS.Signals | undefined;
  let child: ChildProcess | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stopped = signal;
      child?.kill(signal);
    });
  for (let waitMs = 0; ; waitMs = Math.min(Math.max(RESTART_WAIT_MS, 2 * waitMs), LONGEST_RESTART_WAIT_MS)) {
    child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [CHILD]: String(port) },
    });
    child.on('message', (message: Listens) => {
      port = message.port;
      hasListened = true;
    });
    const { code, signal } = await endOf(child);
    const isDeath = signal !== null || code === EXIT_TRY_AGAIN || (code ?? 0) >= FIRST_SIGNAL_CODE;
    if (!isDeath || !hasListened || stopped !== undefined) return code ?? 1;
    const cause = signal ?? `exit code ${code}`;
    const nowNs = realTime.nowNs();
    while (restartedNs.length > 0 && restartedNs[0]! < nowNs - THREAD_RESTART_WINDOW_MS * 1e6)
      restartedNs.shift();
    if (restartedNs.length === 0) waitMs = 0;
    if (restartedNs.length >= restarts) {
      console.error(
        `tickloom: the exchange's process died (${cause}) after ${restarts} restarts within a minute: giving up; see above for the cause`,
      );
      return 1;
    }
    restartedNs.push(nowNs);
    console.error(
      `tickloom: the exchange's process died (${cause}); starting it again (${restartedNs.length} of at most ${restarts} in a minute)`,
    );
    if (json) console.log(JSON.stringify({ event: 'restarting', cause, restarts: restartedNs.length }));
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (stopped !== undefined) return 0;
  }
}

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const end = () => resolve({ code, signal });
      // What it has sent before is read first.
      if (child.connected) child.once('disconnect', end);
      else end();
    });
  });
}
