import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { testCertificate } from './tls.js';

/** A connection on which a test says what it likes, or nothing. */
export class RawConnection {
  readonly socket: Socket;
  /** All that came. */
  text = '';
  isClosed = false;
  readonly closed: Promise<void>;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.text += data.toString('latin1');
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
  }

  /** Connects, and sends what there is to send. */
  static async open(port: number, text = '', isTls = false): Promise<RawConnection> {
    const socket = isTls
      ? connectTls({ port, host: '127.0.0.1', ca: testCertificate })
      : connect(port, '127.0.0.1');
    const connection = new RawConnection(socket);
    await new Promise<void>((resolve) => {
      socket.once(isTls ? 'secureConnect' : 'connect', () => resolve());
      socket.once('close', () => resolve());
    });
    if (text !== '') socket.write(text);
    return connection;
  }

  /** Resolves once so much text has come that `wanted` stands in it. */
  async says(wanted: string): Promise<void> {
    while (!this.text.includes(wanted)) {
      if (this.isClosed) throw new Error(`closed after ${JSON.stringify(this.text)}, without ${wanted}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** The head of an upgrade to a WebSocket. */
export function upgradeHead(path: string, protocol = 'tickloom.msgpack.v1'): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    `Sec-WebSocket-Protocol: ${protocol}`,
    '\r\n',
  ].join('\r\n');
}
