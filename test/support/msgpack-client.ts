import { decode, Encoder } from '@msgpack/msgpack';
import WebSocket from 'ws';
import { eventObjectSchema } from '../../src/wire/event-schema.js';

export type Message = Record<string, unknown>;

/** A session of `tickloom.msgpack.v1` that checks each event against the published schema. */
export class MsgpackClient {
  readonly events: Message[] = [];
  readonly messages: number[] = [];
  readonly socket: WebSocket;
  #waiting: (() => void) | undefined;

  constructor(url: string, protocol = 'tickloom.msgpack.v1') {
    this.socket = new WebSocket(url, protocol);
    this.socket.on('message', (message: Buffer, isBinary) => {
      const events = this.decode(message, isBinary);
      this.messages.push(events.length);
      for (const event of events) {
        eventObjectSchema.parse(event);
        this.events.push(event);
      }
      this.#waiting?.();
    });
  }

  static async open(url: string): Promise<MsgpackClient> {
    const client = new MsgpackClient(url);
    await new Promise<void>((resolve) => client.socket.once('open', () => resolve()));
    return client;
  }

  async ask(count: number, message: unknown): Promise<Message[]> {
    this.send(message);
    return await this.take(count);
  }

  send(message: unknown): void {
    this.socket.send(this.encode(message));
  }

  protected encode(message: unknown): Uint8Array | string {
    return new Encoder().encode(message);
  }

  protected decode(message: Buffer, isBinary: boolean): Message[] {
    if (!isBinary) throw new Error('the exchange sent a text message');
    return decode(message) as Message[];
  }

  /** The next events, once there are so many. */
  async take(count: number): Promise<Message[]> {
    while (this.events.length < count)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    return this.events.splice(0, count);
  }
}
