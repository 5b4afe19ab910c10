import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import type { ServerCommand } from './local-process.js';
import { LocalServer } from './local-server.js';

const SLOTS = 16_384;

export interface RedisOptions {
  /** Answers when its log is synced, from which a restart takes the data up. Without it, every restart begins empty. */
  readonly appendOnly?: boolean;
  /** A cluster of one, which has all slots. */
  readonly cluster?: boolean;
  /** Asked for of every client. */
  readonly password?: string;
  /** More settings of the server: `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

function program(): string {
  return process.env['TICKLOOM_REDIS_SERVER'] ?? 'redis-server';
}

/** What to install where there is no Redis that runs here; undefined where there is one. */
export function redisMissing(): string | undefined {
  try {
    execFileSync(program(), ['--version'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'apt-get install redis-server, or brew install redis, or its place in TICKLOOM_REDIS_SERVER';
  }
}

/** A Redis of its own. */
export class RedisServer extends LocalServer {
  protected readonly stopSignal = 'SIGTERM';
  private readonly options: RedisOptions;

  private constructor(options: RedisOptions) {
    super('redis');
    this.options = options;
  }

  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const missing = redisMissing();
    if (missing !== undefined) throw new Error(`no Redis here: ${missing}`);
    const server = new RedisServer(options);
    try {
      await server.startOnFreePort();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  url(password = this.options.password): string {
    const secret = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
    return `redis://${secret}127.0.0.1:${this.port}`;
  }

  protected command(): Omit<ServerCommand, 'directory' | 'log'> {
    const settings = {
      bind: '127.0.0.1',
      port: String(this.port),
      dir: this.directory,
      save: '',
      appendonly: this.options.appendOnly === false ? 'no' : 'yes',
      // With `everysec`, which Redis comes with, a kill loses answered writes: while a sync is under way they are not even
      // handed to the kernel. Who tests just that sets it.
      appendfsync: 'always',
      // A node that has met no other does not know its own address, and clients ask for it.
      ...(this.options.cluster ? { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } : {}),
      ...(this.options.password === undefined ? {} : { requirepass: this.options.password }),
      ...this.options.settings,
    };
    return {
      file: program(),
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      environment: process.env,
    };
  }

  protected async isReady(pid: number): Promise<boolean> {
    const client = new Redis(this.port, '127.0.0.1', {
      lazyConnect: true,
      enableReadyCheck: false,
      retryStrategy: null,
      ...(this.options.password === undefined ? {} : { password: this.options.password }),
    });
    client.on('error', () => {});
    try {
      await client.connect();
      const info = await client.info();
      if (!info.includes(`process_id:${pid}\r\n`) || !info.includes('loading:0\r\n')) return false;
      return !this.options.cluster || (await clusterIsReady(client));
    } catch {
      // It does not listen yet.
      return false;
    } finally {
      client.disconnect();
    }
  }
}

/** After the first start it gives the node all slots; a node knows them again after a restart, but waits a little. */
async function clusterIsReady(client: Redis): Promise<boolean> {
  const info = String(await client.call('CLUSTER', 'INFO'));
  if (info.includes('cluster_slots_assigned:0\r\n')) {
    // ADDSLOTSRANGE would be shorter, and came with Redis 7: Ubuntu 22.04 has Redis 6.
    await client.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: SLOTS }, (_, slot) => slot));
  }
  return info.includes('cluster_state:ok\r\n');
}
