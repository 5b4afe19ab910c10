import { connect, type Socket } from 'node:net';
import { SUBPROTOCOL } from './connection.js';
import { controlFrame, Opcode } from './frames.js';

const MASK = 0x3c3c3c3c;
/** Any 16 bytes do: who only waits does not check what is made of them. */
const KEY = 'dGlja2xvb20gbG9hZCBydQ==';
const SWITCHING = 'HTTP/1.1 101';

/** Where a WebSocket session is opened. */
export interface SessionAddress {
  readonly host: string;
  readonly port: number;
  readonly account: number;
  /** What is asked for, with credentials; by default without. */
  readonly target?: string | undefined;
}

/**
 * A socket on which a WebSocket session has been opened, with its handshake read and nothing more; it has no listeners
 * but `onEnd`, which is called once with what ended it. Rejects where the server refuses.
 */
export function openSession(
  { host, port, account, target = `/ws?account=${account}` }: SessionAddress,
  onEnd: (why: string) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    let isOpen = false;
    let ended = false;
    const end = (why: string) => {
      if (ended) return;
      ended = true;
      socket.destroy();
      if (isOpen) onEnd(why);
      else reject(new Error(`account ${account} got no session: ${why}`));
    };
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on('close', () => end('closed'));
    socket.once('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      if (!text.startsWith(SWITCHING)) {
        end(text.split('\r\n')[0]!);
        return;
      }
      isOpen = true;
      resolve(socket);
    });
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
    );
  });
}

/** Answers the pings of a session that says nothing else, and lets all else pass. */
export function answerPings(socket: Socket): void {
  socket.on('data', (bytes: Buffer) => {
    if (bytes[0] !== (0x80 | Opcode.Ping)) return;
    socket.write(controlFrame(Opcode.Pong, bytes.subarray(2, 2 + bytes[1]!), MASK));
  });
}
