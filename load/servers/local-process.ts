import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Whoever starts a server may be killed before it can stop it. So each server has a shell beside it that waits for the
 * end of a pipe from us: when we are gone, in whatever way, it kills the server and its children.
 */
const REAPER = `read -r _
kill -STOP "$1"
children=$(cat "/proc/$1/task/$1/children" || ps -A -o ppid=,pid= | awk -v parent="$1" '$1 == parent { print $2 }')
kill -KILL "$1" $children`;

const running = new Set<LocalProcess>();
process.on('exit', () => {
  for (const server of running) server.killAtOnce();
});

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** What the server prints, of all its starts. */
  readonly log: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The user that it runs as, where that is not ours. */
  readonly owner?: Owner | undefined;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One start of a server of another make, with all the processes that it makes. */
export class LocalProcess {
  readonly pid: number;
  readonly ended: Promise<void>;
  hasEnded = false;
  private readonly reaper: ChildProcess;
  private readonly log: string;
  private readonly logBegin: number;
  /** Stopped by `pause`. Empty where it runs. */
  private paused: readonly number[] = [];

  private constructor(child: ChildProcess, command: ServerCommand, logBegin: number) {
    this.pid = child.pid!;
    this.log = command.log;
    this.logBegin = logBegin;
    this.reaper = spawn('sh', ['-c', REAPER, 'reaper', String(this.pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.reaper.unref();
    running.add(this);
    this.ended = new Promise((resolve) => {
      child.once('exit', () => {
        this.hasEnded = true;
        running.delete(this);
        this.reaper.kill('SIGKILL');
        resolve();
      });
    });
  }

  static async spawn(command: ServerCommand): Promise<LocalProcess> {
    const log = openSync(command.log, 'a');
    const logBegin = readFileSync(command.log).length;
    const child = spawn(command.file, command.args, {
      cwd: command.directory,
      env: command.environment,
      // A group of its own: an interrupt from the keyboard is for the tests, which then stop it in their way.
      detached: true,
      stdio: ['ignore', log, log],
      ...command.owner,
    });
    closeSync(log);
    if (child.pid === undefined) {
      throw await new Promise<Error>((resolve) => child.once('error', resolve));
    }
    return new LocalProcess(child, command, logBegin);
  }

  /** What it has printed since this start. */
  printed(): string {
    return readFileSync(this.log).subarray(this.logBegin).toString();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) send(this.pid, signal);
  }

  /** Stops it and its children until `resume`, wherever they are. */
  async pause(): Promise<void> {
    const stopped = new Set<number>();
    // The server first, so that it makes no more children; one that it was just making is found in the next round.
    for (let news = true; news; ) {
      const found = this.hasEnded ? [] : [this.pid, ...childrenOf(this.pid)];
      const fresh = found.filter((pid) => !stopped.has(pid));
      news = fresh.length > 0;
      for (const pid of fresh) {
        send(pid, 'SIGSTOP');
        stopped.add(pid);
      }
      await delay(5);
    }
    this.paused = [...stopped];
  }

  resume(): void {
    for (const pid of [...this.paused].reverse()) send(pid, 'SIGCONT');
    this.paused = [];
  }

  /** SIGKILL for it and all its children. Comes back when none of them is left. */
  async kill(): Promise<void> {
    await this.pause();
    const all = this.paused;
    this.paused = [];
    for (const pid of [...all].reverse()) send(pid, 'SIGKILL');
    await this.ended;
    while (!all.every(isGone)) await delay(5);
  }

  /** The same without waiting, for the end of our own process. */
  killAtOnce(): void {
    send(this.pid, 'SIGSTOP');
    // The server last: were we killed on the way, the shell beside it would find the rest by it.
    for (const pid of [...childrenOf(this.pid), this.pid]) send(pid, 'SIGKILL');
  }
}

/**
 * Not the process group, which is not enough: each backend of Postgres makes a group of its own, and one that is stopped
 * would outlive its postmaster.
 */
function childrenOf(parent: number): number[] {
  try {
    return numbers(readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8'));
  } catch {
    // Not Linux, or gone.
  }
  try {
    const lines = execFileSync('ps', ['-A', '-o', 'ppid=,pid='], { encoding: 'utf8' }).split('\n');
    return lines.map(numbers).flatMap(([ppid, pid]) => (ppid === parent ? [pid!] : []));
  } catch {
    return [];
  }
}

function numbers(text: string): number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Whether a process has ended. One that nobody has waited for counts: in a container it may stay a zombie for ever. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  try {
    return /^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    // Gone since, or there is no /proc here: the next look will tell.
    return false;
  }
}
