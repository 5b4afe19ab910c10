import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests against a Redis are skipped; undefined where there is one. */
export const noRedis =
  spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'there is no redis-server on PATH';

/** A redis-server of its own on a free port. */
export class LocalRedis {
  readonly port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), 'tickloom-redis-'));
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.#arguments = settings;
  }

  static async start(...settings: string[]): Promise<LocalRedis> {
    const redis = new LocalRedis(await freePort(), settings);
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const basics = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#directory, '--save', ''];
    this.#process = spawn('redis-server', [...basics, ...this.#arguments], { stdio: 'ignore' });
    while (!(await answers(this.port))) await pause(10);
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Stands between a client and a Redis, and can lose an answer with the connection. */
export class CutLine {
  /** The next answer to a request of so many bytes or more is not let through. */
  losesAnswerTo = Number.POSITIVE_INFINITY;
  lost = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<CutLine> {
    const server = createServer();
    const line = new CutLine(server);
    server.on('connection', (client) => line.#join(client, connect(port, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, redis: Socket): void {
    let asked = 0;
    const end = () => {
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (bytes) => {
      asked += bytes.length;
      redis.write(bytes);
    });
    redis.on('data', (bytes) => {
      if (asked >= this.losesAnswerTo) {
        this.losesAnswerTo = Number.POSITIVE_INFINITY;
        this.lost++;
        end();
        return;
      }
      asked = 0;
      client.write(bytes);
    });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  // A node of a cluster takes a second port 10,000 over the first.
  return port < 55_000 ? port : freePort();
}

/** Whether it answers, with whatever: it may ask for a password. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const settle = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.on('data', (bytes) => settle(!bytes.toString('latin1').startsWith('-LOADING')));
    socket.on('error', () => settle(false));
  });
}
