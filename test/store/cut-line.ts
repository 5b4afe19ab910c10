import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and can lose an answer with the connection. */
export class CutLine {
  /** Told an answer and how many bytes were asked since the one before: whether it is not let through. */
  loses: (answer: Buffer, asked: number) => boolean = () => false;
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

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Loses the next answer to a request of so many bytes or more, and that one alone. */
  loseAnswerTo(bytes: number): void {
    this.loses = (_, asked) => {
      if (asked < bytes) return false;
      this.loses = () => false;
      return true;
    };
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, server: Socket): void {
    let asked = 0;
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (bytes) => {
      asked += bytes.length;
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (this.loses(bytes, asked)) {
        this.lost++;
        end();
        return;
      }
      asked = 0;
      client.write(bytes);
    });
  }
}
