import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_MESSAGE_BYTES, MAX_TRANSPORT_MESSAGE_BYTES } from '../model/limits.js';
import type { Connection } from './connection.js';
import type { Session } from './session.js';
import {
  type Admission,
  isRefusal,
  offeredProtocols,
  type Respond,
  type Transport,
  type TransportHandlers,
} from './transport.js';

class NodeConnection implements Connection {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(bytes: Uint8Array): void {
    // `ws` keeps what it is given until it is written, while the session writes its buffer anew: hence the copy.
    if (this.#socket.readyState === this.#socket.OPEN)
      this.#socket.send(Buffer.from(bytes), { binary: true });
  }

  waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  cut(): void {
    this.#socket.terminate();
  }
}

/**
 * The same server on `node:http` and `ws`, for platforms without a uWebSockets.js binary: slower, and one gateway
 * only where the platform cannot share a port (before Node 23.1).
 */
export class NodeTransport implements Transport {
  readonly name = 'node';
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #handlers: TransportHandlers;

  constructor(handlers: TransportHandlers) {
    this.#handlers = handlers;
    this.#server = createServer((request, response) => this.#request(request, response));
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_TRANSPORT_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: (_offered, request) => admissions.get(request)?.protocol ?? false,
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      // Node before 23.1 does not know the option and ignores it.
      const options: { host: string; port: number; reusePort: boolean } = {
        host,
        port,
        reusePort: canShareAPort(),
      };
      this.#server.listen(options, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  stopListening(): void {
    this.#server.close();
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = splitUrl(request);
    const protocols = offeredProtocols(request.headers['sec-websocket-protocol'] ?? '');
    const decision = this.#handlers.admit({ path, query, protocols });
    if (isRefusal(decision)) {
      const body = `${decision.sentence}\n`;
      socket.end(
        `HTTP/1.1 ${decision.status} Refused\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      return;
    }
    admissions.set(request, decision);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#opened(webSocket, decision));
  }

  #opened(socket: WebSocket, admission: Admission): void {
    const session: Session = this.#handlers.opened(new NodeConnection(socket), admission);
    socket.binaryType = 'nodebuffer';
    socket.on('message', (message: Buffer, isBinary: boolean) => {
      // The handlers read whole words: give them a buffer of their own, aligned at its start.
      const bytes = new Uint8Array(message.byteLength);
      bytes.set(message);
      this.#handlers.message(session, bytes.buffer, isBinary);
    });
    socket.on('close', () => this.#handlers.closed(session));
    // A broken frame: `ws` closes the connection with the fitting code, and tells here what it was.
    socket.on('error', () => {});
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { path, query } = splitUrl(request);
    let answered = false;
    const respond: Respond = (status, body, headers = {}) => {
      if (answered || response.destroyed) return;
      answered = true;
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= MAX_MESSAGE_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      const method = request.method ?? 'GET';
      const body = Buffer.concat(chunks);
      this.#handlers.request({ method, path, query, body, bodyTooLarge: bytes > MAX_MESSAGE_BYTES }, respond);
    });
    request.on('error', () => {});
  }
}

/** What was decided for an upgrade, until its handshake is written. */
const admissions = new WeakMap<IncomingMessage, Admission>();

function splitUrl(request: IncomingMessage): { path: string; query: string } {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** True where two `node:http` servers in threads of one process may listen on one port. */
export function canShareAPort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return process.platform === 'linux' && (major > 23 || (major === 23 && minor >= 1));
}
