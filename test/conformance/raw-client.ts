import { connect, type Socket } from 'node:net';
import { type Frame, frame, Opcode, readFrame } from './frames.js';

/** The head of an HTTP response; header names in lower case, of a repeated one the values joined by commas. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export const SAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The lines of a handshake. A header that is undefined is left out, one that is a list is sent many times. */
export function handshake(
  target: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>> = {},
  requestLine = `GET ${target} HTTP/1.1`,
): string {
  const all = {
    host: '127.0.0.1',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': SAMPLE_KEY,
    'sec-websocket-protocol': 'tickloom.binary.v1',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  return [requestLine, ...lines, '', ''].join('\r\n');
}

/** A TCP connection that sends any bytes, and reads first the head of a response and then frames. */
export class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  /** Frames that were taken off as they came; undefined where each is read when it is asked for. */
  #taken: Frame[] | undefined;
  #isOver = false;
  #waiting: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      if (this.#taken !== undefined) this.#take(this.#taken);
      this.#wake();
    });
    // What was cut may end with a reset or without: to a client it is the same.
    socket.on('error', () => {});
    for (const name of ['end', 'close'] as const)
      socket.on(name, () => {
        this.#isOver = true;
        this.#wake();
      });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** An open WebSocket. */
  static async open(port: number, target: string, headers = {}): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.write(handshake(target, headers));
    const head = await client.head();
    if (head?.status !== 101) throw new Error(`the handshake was answered with ${head?.status ?? 'nothing'}`);
    return client;
  }

  /** From here on each ping is answered when it comes, also while nobody asks for a frame. */
  answerPings(): void {
    this.#taken = [];
    this.#take(this.#taken);
  }

  write(bytes: Uint8Array | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** The head of the response; undefined where the connection ended without one. */
  async head(): Promise<ResponseHead | undefined> {
    const end = await this.#until(() => {
      const at = this.#received.indexOf('\r\n\r\n');
      return at < 0 ? undefined : at;
    });
    if (end === undefined) return undefined;
    const [first = '', ...lines] = this.#received.toString('latin1', 0, end).split('\r\n');
    this.#received = this.#received.subarray(end + 4);
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
      const key = name.toLowerCase();
      headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
    }
    return { status: Number(first.split(' ')[1]), headers };
  }

  /** The next frame; undefined where the connection has ended. */
  async frame(): Promise<Frame | undefined> {
    const taken = this.#taken;
    if (taken !== undefined) return await this.#until(() => taken.shift());
    const next = await this.#until(() => readFrame(this.#received));
    if (next !== undefined) this.#received = this.#received.subarray(next.bytes);
    return next;
  }

  /** Resolves when the other side has ended the connection. */
  async over(): Promise<void> {
    while (!this.#isOver) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #until<T>(find: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const found = find();
      if (found !== undefined || this.#isOver) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #take(frames: Frame[]): void {
    for (let next = readFrame(this.#received); next !== undefined; next = readFrame(this.#received)) {
      this.#received = this.#received.subarray(next.bytes);
      if (next.opcode === Opcode.Ping) this.write(frame({ opcode: Opcode.Pong, payload: next.payload }));
      else frames.push(next);
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
