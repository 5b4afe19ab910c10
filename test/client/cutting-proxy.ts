import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Randomness } from '../../src/clock/randomness.js';

/** Stands between a client and an exchange, and cuts each connection after a random number of bytes, either way. */
export class CuttingProxy {
  /** False: connections live. */
  isCutting = true;
  cuts = 0;
  readonly #server: Server;
  readonly #port: number;
  readonly #random: Randomness;
  readonly #mostBytes: number;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number, random: Randomness, mostBytes: number) {
    this.#server = server;
    this.#port = port;
    this.#random = random;
    this.#mostBytes = mostBytes;
  }

  static async to(port: number, random: Randomness, mostBytes: number): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server, port, random, mostBytes);
    server.on('connection', (client) => proxy.#join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends all connections at once. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.cutAll();
  }

  #join(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1');
    let left = 1 + this.#random.below(this.#mostBytes);
    const end = () => {
      client.destroy();
      server.destroy();
    };
    const pass = (from: Socket, to: Socket) => {
      this.#sockets.add(from);
      from.on('error', end);
      from.on('close', () => {
        this.#sockets.delete(from);
        end();
      });
      from.on('data', (bytes) => {
        if (this.isCutting && bytes.length >= left) {
          // The other side gets a part, which may be half of a frame.
          to.end(bytes.subarray(0, left - 1), end);
          this.cuts++;
          left = Number.POSITIVE_INFINITY;
          return;
        }
        left -= bytes.length;
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => from.resume());
    };
    pass(client, server);
    pass(server, client);
  }
}
