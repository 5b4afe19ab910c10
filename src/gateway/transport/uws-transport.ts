import type * as uWS from 'uWebSockets.js';
import type { TimerId } from '../../clock/clock.js';
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
  type Transport,
  type TransportHandlers,
  type TransportSettings,
  WEBSOCKET_VERSION,
} from './transport.js';

const REQUEST_TIMEOUT = 408;

interface SocketData {
  readonly admission: Admission;
  session?: Session;
}

type Socket = uWS.WebSocket<SocketData>;

/** Loads uWebSockets.js, or says why there is no binary for this platform. */
export async function loadUws(): Promise<typeof uWS | string> {
  try {
    return await import('uWebSockets.js');
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n')[0]!;
  }
}

class UwsConnection implements Connection {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(bytes: Uint8Array, isText: boolean): void {
    this.#socket.send(bytes, !isText, false);
  }

  ping(): void {
    this.#socket.ping(PROGRESS_PING);
  }

  waitingBytes(): number {
    return this.#socket.getBufferedAmount();
  }

  close(code: number, reason: string): void {
    this.#socket.end(code, reason);
  }

  cut(): void {
    this.#socket.close();
  }
}

/** WebSocket and HTTP on uWebSockets.js. Two threads may listen on one port: the kernel divides the connections. */
export class UwsTransport implements Transport {
  readonly name = 'uws';
  readonly #uws: typeof uWS;
  readonly #app: uWS.TemplatedApp;
  #listening: uWS.us_listen_socket | undefined;

  constructor(uws: typeof uWS, handlers: TransportHandlers, settings: TransportSettings) {
    const { limits, counts, tls } = settings;
    this.#uws = uws;
    this.#app =
      tls === undefined ? uws.App() : uws.SSLApp({ cert_file_name: tls.certificate, key_file_name: tls.key });
    // Called as a connection opens and, unless it became a WebSocket, as it closes.
    const count = (response: uWS.HttpResponse, change: number): void => {
      if (change < 0) counts.disconnected();
      else if (!counts.connected()) response.close();
    };
    this.#app.filter(count);
    this.#app.ws<SocketData>('/*', {
      maxPayloadLength: MAX_TRANSPORT_MESSAGE_BYTES,
      // The gateway looks at the backlog itself, so that nothing is dropped in silence.
      maxBackpressure: 0,
      idleTimeout: limits.idleSeconds,
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => {
        // The library goes by the key alone: without the other headers it is a request like any other.
        const upgrade = request.getHeader('upgrade').toLowerCase();
        if (upgrade === '' || !/\bupgrade\b/i.test(request.getHeader('connection'))) {
          request.setYield(true);
          return;
        }
        if (upgrade !== 'websocket') {
          response.writeStatus(statusLine(400)).end(`There is no upgrade to ${upgrade} here.\n`, true);
          return;
        }
        const key = request.getHeader('sec-websocket-key');
        const fault = handshakeFault(request.getHeader('sec-websocket-version'), key);
        if (fault !== undefined) {
          response.writeStatus(statusLine(fault.status));
          if (fault.status === 426) response.writeHeader('sec-websocket-version', WEBSOCKET_VERSION);
          response.end(`${fault.sentence}\n`, true);
          return;
        }
        const decision = handlers.admit({
          path: request.getUrl(),
          query: request.getQuery() ?? '',
          protocols: offeredProtocols(request.getHeader('sec-websocket-protocol')),
          ...sourceOf(request, handlers.isKeyed),
          address: addressOf(response),
        });
        if (isRefusal(decision)) {
          response.writeStatus(statusLine(decision.status));
          if (decision.retryAfter !== undefined)
            response.writeHeader('retry-after', String(decision.retryAfter));
          response.end(`${decision.sentence}\n`, true);
          return;
        }
        const data: SocketData = { admission: decision };
        const extensions = request.getHeader('sec-websocket-extensions');
        response.upgrade(data, key, decision.protocol, extensions, context);
      },
      open: (socket) => {
        const data = socket.getUserData();
        data.session = handlers.opened(new UwsConnection(socket), data.admission);
      },
      message: (socket, message, isBinary) => {
        handlers.message(socket.getUserData().session!, message, isBinary);
      },
      pong: (socket, payload) => {
        const { session } = socket.getUserData();
        if (payload.byteLength === PROGRESS_PING.length && session !== undefined) handlers.ponged(session);
      },
      close: (socket) => {
        const { session } = socket.getUserData();
        counts.disconnected();
        if (session !== undefined) handlers.closed(session);
      },
    });
    this.#app.any('/*', (response, request) => {
      answerRequest(response, request, handlers, settings);
    });
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#app.listen(host, port, (socket) => {
        if (!socket) {
          reject(new Error(`cannot listen on ${host}:${port}`));
          return;
        }
        this.#listening = socket;
        resolve(this.#uws.us_socket_local_port(socket));
      });
    });
  }

  stopListening(): void {
    if (this.#listening !== undefined) this.#uws.us_listen_socket_close(this.#listening);
    this.#listening = undefined;
  }

  close(): void {
    this.#listening = undefined;
    this.#app.close();
  }
}

function answerRequest(
  response: uWS.HttpResponse,
  request: uWS.HttpRequest,
  handlers: TransportHandlers,
  { limits, realTime }: TransportSettings,
): void {
  const method = request.getMethod().toUpperCase();
  const path = request.getUrl();
  const query = request.getQuery() ?? '';
  const source = {
    ...sourceOf(request, handlers.isKeyed),
    // Read only where somebody asks who it was: it takes as long as all the rest.
    address: handlers.isKeyed ? addressOf(response) : '',
  };
  let gone = false;
  let answered = false;
  let deadline: TimerId | undefined;
  response.onAborted(() => {
    gone = true;
    if (deadline !== undefined) realTime.cancel(deadline);
  });
  const respond: Respond = (status, body, headers) => {
    if (gone || answered) return;
    answered = true;
    response.cork(() => {
      response.writeStatus(statusLine(status));
      for (const name in headers) response.writeHeader(name, headers[name]!);
      // Behind an answer without its body the library breaks off the connection's next request: it is told to close.
      if (method === 'HEAD') response.endWithoutBody(Buffer.byteLength(body), true);
      else response.end(body, status === REQUEST_TIMEOUT);
    });
  };
  let held: Buffer[] | undefined;
  let bytes = 0;
  response.onData((chunk, isLast) => {
    bytes += chunk.byteLength;
    const bodyTooLarge = bytes > limits.messageBytes;
    if (gone || answered) return;
    if (!isLast) {
      // The chunk is only lent: copy it. Past the bound nothing is kept.
      held ??= [];
      if (!bodyTooLarge) held.push(Buffer.from(chunk.slice(0)));
      deadline ??= realTime.setAlert(realTime.nowNs() + limits.requestMs * 1e6, () =>
        respondTooLate(respond, limits.requestMs),
      );
      return;
    }
    if (deadline !== undefined) realTime.cancel(deadline);
    // Nearly every body comes in one piece, and is read where it lies.
    const last = new Uint8Array(chunk);
    const body = bodyTooLarge ? NOTHING : held === undefined ? last : Buffer.concat([...held, last]);
    handlers.request(
      { method, path, query, ...source, body, bodyOverBytes: bodyTooLarge ? limits.messageBytes : 0 },
      respond,
    );
  });
}

const NOTHING = new Uint8Array(0);

function sourceOf(request: uWS.HttpRequest, isKeyed: boolean): Omit<RequestSource, 'address'> {
  const origin = request.getHeader('origin');
  const host = request.getHeader('host');
  if (!isKeyed) return { origin, host };
  return { origin, host, credentials: sentCredentials((name) => request.getHeader(name)) };
}

function addressOf(response: uWS.HttpResponse): string {
  return Buffer.from(response.getRemoteAddressAsText()).toString('latin1');
}

function statusLine(status: number): string {
  return statusLines[status] ?? `${status} Status`;
}

const statusTexts: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

const statusLines: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(statusTexts).map(([status, text]) => [status, `${status} ${text}`]),
);
