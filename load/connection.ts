import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Clock } from '../src/clock/clock.js';
import type { Answers, OnControl } from './answers.js';
import { closeText } from './answers.js';
import { type ClientFrames, controlFrame, Opcode } from './frames.js';

/** A connection could not be opened, or ended while it was needed. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

export const SUBPROTOCOL = 'tickloom.binary.v1';

const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HEADER_END = '\r\n\r\n';
const MAX_HANDSHAKE_BYTES = 16 * 1024;
const NORMAL_CLOSE = Buffer.from([0x03, 0xe8]);

/** Bytes read at a time: several answers' writes of a server, and still at home in the second-level cache. */
const READ_BYTES = 256 * 1024;

export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly frames: ClientFrames;
  readonly clock: Clock;
  /** Makes what takes this connection's answers. */
  readonly answers: (onControl: OnControl) => Answers;
}

/**
 * One WebSocket connection that writes frames encoded in advance. It speaks RFC 6455 itself, over a plain socket: one
 * write sends any number of frames where they lie in memory, and all connections read into one buffer, so sending and
 * receiving allocate next to nothing.
 */
export class Connection {
  readonly frames: ClientFrames;
  readonly answers: Answers;
  /** Called after each read, when all that it brought has been counted. */
  onRead: (connection: Connection) => void = () => {};
  /** Called once, when the connection ends or breaks its protocol before `close`. */
  onFailure: (error: Error) => void = () => {};
  /** Frames written so far. */
  sentFrames = 0;
  sentOrders = 0;

  /**
   * What reads land in. On POSIX systems a buffer is in use only from a read to its callback, which consumes it whole,
   * so one serves all connections and stays in the cache; on Windows a pending read owns its buffer.
   */
  static readonly #sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #expectedAccept: string;
  readonly #opened: Promise<void>;
  #settleOpened: (error?: Error) => void = () => {};
  #handshake = '';
  #open = false;
  #closing = false;
  #failed = false;

  /** Connects and shakes hands. Rejects with ConnectionError. */
  static async open(settings: ConnectionSettings): Promise<Connection> {
    const connection = new Connection(settings);
    await connection.#opened;
    return connection;
  }

  private constructor(settings: ConnectionSettings) {
    this.frames = settings.frames;
    this.#clock = settings.clock;
    this.answers = settings.answers((opcode, payload) => this.#control(opcode, payload));
    const key = randomBytes(16).toString('base64');
    this.#expectedAccept = createHash('sha1').update(`${key}${HANDSHAKE_GUID}`).digest('base64');
    this.#opened = new Promise((resolve, reject) => {
      this.#settleOpened = (error) => (error === undefined ? resolve() : reject(error));
    });
    const buffer =
      process.platform === 'win32' ? Buffer.allocUnsafeSlow(READ_BYTES) : Connection.#sharedBuffer;
    this.#socket = connect({
      host: settings.host,
      port: settings.port,
      noDelay: true,
      onread: {
        buffer,
        callback: (bytes) => {
          this.#read(buffer, bytes);
          return true;
        },
      },
    });
    this.#socket.on('connect', () => {
      this.#socket.write(
        `GET ${settings.path} HTTP/1.1\r\nHost: ${settings.host}:${settings.port}\r\nUpgrade: websocket\r\n` +
          `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
      );
    });
    this.#socket.on('error', (error) => this.#fail(new ConnectionError(error.message)));
    this.#socket.on('close', () => this.#fail(new ConnectionError('the server ended the connection')));
  }

  /** Bytes that this process holds because the socket takes no more. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  get underWay(): number {
    return this.sentOrders - this.answers.answered;
  }

  /**
   * Writes the next `count` frames with one call. Their orders' latency counts from `timeNs`; where orders have times
   * of their own, tell `answers` afterwards, before the next read.
   */
  send(count: number, timeNs: number): void {
    const { frames } = this;
    const first = this.sentFrames;
    const last = first + count;
    const orders = frames.ordersBefore(last);
    this.answers.expect(this.sentOrders, orders, timeNs);
    this.#socket.write(frames.bytes.subarray(frames.start(first), frames.start(last)));
    this.sentFrames = last;
    this.sentOrders = orders;
  }

  /** Says goodbye and ends; failures are no longer told. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#open) this.#socket.write(controlFrame(Opcode.Close, NORMAL_CLOSE, 0x5a5a5a5a));
    this.#socket.destroySoon();
  }

  #read(buffer: Buffer, bytes: number): void {
    if (this.#failed) return;
    const arrivalNs = this.#clock.nowNs();
    let from = 0;
    if (!this.#open) {
      from = this.#takeHandshake(buffer, bytes);
      if (from < 0) return;
    }
    try {
      if (from < bytes) this.answers.take(buffer, from, bytes, arrivalNs);
      this.onRead(this);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Returns where the first frame begins in the buffer, or -1 while the server has not yet agreed. */
  #takeHandshake(buffer: Buffer, bytes: number): number {
    const before = this.#handshake.length;
    this.#handshake += buffer.toString('latin1', 0, bytes);
    const end = this.#handshake.indexOf(HEADER_END);
    if (end < 0) {
      if (this.#handshake.length > MAX_HANDSHAKE_BYTES)
        this.#fail(new ConnectionError('the server answers the handshake with an endless header'));
      return -1;
    }
    const fault = handshakeFault(this.#handshake.slice(0, end), this.#expectedAccept);
    if (fault !== undefined) {
      this.#fail(new ConnectionError(fault));
      return -1;
    }
    this.#open = true;
    this.#settleOpened();
    return end + HEADER_END.length - before;
  }

  #control(opcode: number, payload: Uint8Array): void {
    if (opcode === Opcode.Ping) this.#socket.write(controlFrame(Opcode.Pong, payload, 0x3c3c3c3c));
    else if (opcode === Opcode.Close)
      this.#fail(new ConnectionError(`the server closed the connection ${closeText(payload)}`));
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#socket.destroy();
    this.#settleOpened(error);
    if (!this.#closing) this.onFailure(error);
  }
}

/** What is wrong with the server's answer to the handshake; undefined where nothing is. */
function handshakeFault(text: string, expectedAccept: string): string | undefined {
  const lines = text.split('\r\n');
  const headers = new Map(
    lines.slice(1).map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  if (!lines[0]!.startsWith('HTTP/1.1 101')) return `the server refused the handshake: ${lines[0]}`;
  if (headers.get('sec-websocket-accept') !== expectedAccept)
    return 'the server answered the handshake with another key';
  if (headers.get('sec-websocket-protocol') !== SUBPROTOCOL)
    return `the server does not speak ${SUBPROTOCOL}, but ${headers.get('sec-websocket-protocol') ?? 'nothing named'}`;
  if (headers.has('sec-websocket-extensions'))
    return 'the server turned an extension on that was not offered';
  return undefined;
}
