import { type Message, MsgpackClient } from './msgpack-client.js';

/** A session of `tickloom.json.v1`: the same objects, in text messages. */
export class JsonClient extends MsgpackClient {
  constructor(url: string) {
    super(url, 'tickloom.json.v1');
  }

  static override async open(url: string): Promise<JsonClient> {
    const client = new JsonClient(url);
    await new Promise<void>((resolve) => client.socket.once('open', () => resolve()));
    return client;
  }

  protected override encode(message: unknown): string {
    return JSON.stringify(message);
  }

  protected override decode(message: Buffer, isBinary: boolean): Message[] {
    if (isBinary) throw new Error('the exchange sent a binary message');
    return JSON.parse(message.toString()) as Message[];
  }
}
