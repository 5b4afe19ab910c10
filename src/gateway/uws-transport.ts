import type * as uWS from 'uWebSockets.js';
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

  constructor(uws: typeof uWS, handlers: TransportHandlers) {
    this.#uws = uws;
    this.#app = uws.App();
    this.#app.ws<SocketData>('/*', {
      maxPayloadLength: MAX_TRANSPORT_MESSAGE_BYTES,
      // The gateway looks at the backlog itself, so that nothing is dropped in silence.
      maxBackpressure: 0,
      idleTimeout: 120,
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => {
        const decision = handlers.admit({
          path: request.getUrl(),
          query: request.getQuery() ?? '',
          protocols: offeredProtocols(request.getHeader('sec-websocket-protocol')),
          origin: request.getHeader('origin'),
          host: request.getHeader('host'),
        });
        if (isRefusal(decision)) {
          response.writeStatus(statusLine(decision.status)).end(`${decision.sentence}\n`, true);
          return;
        }
        const data: SocketData = { admission: decision };
        const key = request.getHeader('sec-websocket-key');
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
      close: (socket) => {
        const { session } = socket.getUserData();
        if (session !== undefined) handlers.closed(session);
      },
    });
    this.#app.any('/*', (response, request) => {
      answerRequest(response, request, handlers);
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
): void {
  const method = request.getMethod().toUpperCase();
  const path = request.getUrl();
  const query = request.getQuery() ?? '';
  const origin = request.getHeader('origin');
  const host = request.getHeader('host');
  let gone = false;
  let answered = false;
  response.onAborted(() => {
    gone = true;
  });
  const respond: Respond = (status, body, headers = {}) => {
    if (gone || answered) return;
    answered = true;
    response.cork(() => {
      response.writeStatus(statusLine(status));
      for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
      if (method === 'HEAD') response.endWithoutBody(Buffer.byteLength(body));
      else response.end(body);
    });
  };
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.onData((chunk, isLast) => {
    bytes += chunk.byteLength;
    // The chunk is only lent: copy it. Past the bound nothing is kept.
    if (bytes <= MAX_MESSAGE_BYTES) chunks.push(Buffer.from(chunk.slice(0)));
    if (!isLast || gone) return;
    const body = Buffer.concat(chunks);
    const bodyTooLarge = bytes > MAX_MESSAGE_BYTES;
    handlers.request({ method, path, query, origin, host, body, bodyTooLarge }, respond);
  });
}

function statusLine(status: number): string {
  return `${status} ${statusTexts[status] ?? 'Status'}`;
}

const statusTexts: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
