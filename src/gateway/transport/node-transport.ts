import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, type ServerOptions as WebSocketOptions, WebSocketServer } from 'ws';
import { MAX_TRANSPORT_MESSAGE_BYTES } from '../../model/limits.js';
import type { Admission, Session } from '../session.js';
import { type Connection, PROGRESS_PING } from './connection.js';
import {
  handshakeFault,
  isRefusal,
  offeredProtocols,
  type RequestSource,
  type Respond,
  respondTooLate,
  sentCredentials,
  type TlsFiles,
  type Transport,
  type TransportHandlers,
  type TransportSettings,
  WEBSOCKET_VERSION,
} from './transport.js';

/** Pings that a connection may leave without an answer: they are as far apart that so many take the idle time. */
const MAX_UNANSWERED_PINGS = 2;

const REQUEST_TIMEOUT = 408;

/** How often the server looks for connections that have not said in time what they want. */
const HANDSHAKE_CHECK_MS = 500;

/** How long a client may take to answer a close: one that has gone silent never does, and its orders may have to go. */
const CLOSE_WAIT_MS = 1_000;

class NodeConnection implements Connection {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(bytes: Uint8Array, isText: boolean): void {
    // `ws` keeps what it is given until it is written, while the session writes its buffer anew: hence the copy.
    if (this.#socket.readyState === this.#socket.OPEN)
      this.#socket.send(Buffer.from(bytes), { binary: !isText });
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(PROGRESS_PING);
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
  readonly #settings: TransportSettings;
  /** Pings since a connection was heard last. */
  readonly #unanswered = new WeakMap<WebSocket, number>();
  readonly #pinging: NodeJS.Timeout;

  constructor(handlers: TransportHandlers, settings: TransportSettings) {
    this.#handlers = handlers;
    this.#settings = settings;
    const { limits, counts, tls } = settings;
    const options: ServerOptions = {
      headersTimeout: limits.handshakeMs,
      // The body has its own time behind the head's, and an answer that says so.
      requestTimeout: 0,
      connectionsCheckingInterval: HANDSHAKE_CHECK_MS,
    };
    const listener = (request: IncomingMessage, response: ServerResponse) => this.#request(request, response);
    this.#server =
      tls === undefined
        ? createServer(options, listener)
        : createTlsServer({ ...options, ...tlsOptions(tls, limits.handshakeMs) }, listener);
    this.#server.on('connection', (socket: Socket) => {
      socket.once('close', () => counts.disconnected());
      if (!counts.connected()) socket.destroy();
    });
    // `closeTimeout` is there since ws 8.19; the types do not know it yet.
    const socketOptions: WebSocketOptions & { readonly closeTimeout: number } = {
      noServer: true,
      maxPayload: MAX_TRANSPORT_MESSAGE_BYTES,
      perMessageDeflate: false,
      closeTimeout: CLOSE_WAIT_MS,
      handleProtocols: (_offered, request) => admissions.get(request)?.protocol ?? false,
    };
    this.#sockets = new WebSocketServer(socketOptions);
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#pinging = setInterval(
      () => this.#pingAll(),
      (limits.idleSeconds * 1000) / MAX_UNANSWERED_PINGS,
    ).unref();
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
        // A connection that could not be accepted is its client's loss; the server goes on.
        this.#server.on('error', () => {});
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  stopListening(): void {
    this.#server.close();
  }

  close(): void {
    clearInterval(this.#pinging);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // `node:http` has taken its own listener away: without one, a client that resets ends the thread.
    socket.on('error', () => socket.destroy());
    const upgrade = request.headers.upgrade ?? '';
    if (upgrade.toLowerCase() !== 'websocket') {
      // The body can be read no more, so the request cannot be served as if the header were not there.
      refuse(socket, 400, `There is no upgrade to ${upgrade} here; send the request without Upgrade.`);
      return;
    }
    if (request.method === 'GET') {
      const { 'sec-websocket-version': version = '', 'sec-websocket-key': key = '' } = request.headers;
      const fault = handshakeFault(version, key);
      if (fault !== undefined) {
        refuse(socket, fault.status, fault.sentence);
        return;
      }
    }
    const { path, query } = splitUrl(request);
    const protocols = offeredProtocols(request.headers['sec-websocket-protocol'] ?? '');
    const source = sourceOf(request, this.#handlers.isKeyed);
    const decision = this.#handlers.admit({ path, query, protocols, ...source });
    if (isRefusal(decision)) {
      refuse(socket, decision.status, decision.sentence, decision.retryAfter);
      return;
    }
    admissions.set(request, decision);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#opened(webSocket, decision));
  }

  #opened(socket: WebSocket, admission: Admission): void {
    const session: Session = this.#handlers.opened(new NodeConnection(socket), admission);
    socket.binaryType = 'nodebuffer';
    const heard = () => this.#unanswered.delete(socket);
    socket.on('pong', (payload) => {
      heard();
      if (payload.byteLength === PROGRESS_PING.length) this.#handlers.ponged(session);
    });
    socket.on('message', (message: Buffer, isBinary: boolean) => {
      heard();
      // The handlers read whole words: give them a buffer of their own, aligned at its start.
      const bytes = new Uint8Array(message.byteLength);
      bytes.set(message);
      this.#handlers.message(session, bytes.buffer, isBinary);
    });
    socket.on('close', () => this.#handlers.closed(session));
    // A broken frame: `ws` closes the connection with the fitting code, and tells here what it was.
    socket.on('error', () => {});
  }

  #pingAll(): void {
    for (const socket of this.#sockets.clients) {
      const pings = this.#unanswered.get(socket) ?? 0;
      if (pings >= MAX_UNANSWERED_PINGS) {
        socket.terminate();
        continue;
      }
      this.#unanswered.set(socket, pings + 1);
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { path, query } = splitUrl(request);
    let answered = false;
    const respond: Respond = (status, body, headers = {}) => {
      if (answered || response.destroyed) return;
      answered = true;
      // What is left of the body is not waited for.
      if (status === REQUEST_TIMEOUT) response.shouldKeepAlive = false;
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const { limits, realTime } = this.#settings;
    const deadline = realTime.setAlert(realTime.nowNs() + limits.requestMs * 1e6, () =>
      respondTooLate(respond, limits.requestMs),
    );
    request.once('close', () => realTime.cancel(deadline));
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= limits.messageBytes) chunks.push(chunk);
    });
    request.on('end', () => {
      realTime.cancel(deadline);
      if (answered) return;
      const method = request.method ?? 'GET';
      const body = Buffer.concat(chunks);
      const bodyOverBytes = bytes > limits.messageBytes ? limits.messageBytes : 0;
      const source = sourceOf(request, this.#handlers.isKeyed);
      this.#handlers.request({ method, path, query, ...source, body, bodyOverBytes }, respond);
    });
    request.on('error', () => {});
  }
}

/** What was decided for an upgrade, until its handshake is written. */
const admissions = new WeakMap<IncomingMessage, Admission>();

/** Answers an upgrade with a status and a sentence, and lets the socket go, whether or not the client does. */
function refuse(socket: Duplex, status: number, sentence: string, retryAfter?: number): void {
  const body = `${sentence}\n`;
  const version = status === 426 ? `\r\nSec-WebSocket-Version: ${WEBSOCKET_VERSION}` : '';
  const retry = retryAfter === undefined ? '' : `\r\nRetry-After: ${retryAfter}`;
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`;
  socket.once('finish', () => socket.destroy());
  socket.end(
    `${first}\r\nConnection: close${version}${retry}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function sourceOf({ headers, socket }: IncomingMessage, isKeyed: boolean): RequestSource {
  const source = {
    origin: headers.origin ?? '',
    host: headers.host ?? '',
    address: socket.remoteAddress ?? '',
  };
  if (!isKeyed) return source;
  return { ...source, credentials: sentCredentials((name) => oneValue(headers[name])) };
}

function oneValue(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

function tlsOptions(tls: TlsFiles, handshakeMs: number) {
  return { cert: readFileSync(tls.certificate), key: readFileSync(tls.key), handshakeTimeout: handshakeMs };
}

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
