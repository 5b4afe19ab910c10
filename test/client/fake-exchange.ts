import { Decoder, Encoder } from '@msgpack/msgpack';
import { TickloomClient } from '../../src/client/browser.js';
import type { ConnectOptions } from '../../src/client/index.js';
import type { WebSocketLike } from '../../src/client/web-socket.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { TestClock } from '../../src/clock/test-clock.js';

type Message = Record<string, unknown>;

/** Lets promises and what waits for the next turn go on. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A connection as the fake exchange sees it. */
export class FakeSocket implements WebSocketLike {
  binaryType = '';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly url: URL;
  /** What the client has sent over it, questions for the time left out. */
  readonly sent: Message[] = [];
  timesAsked = 0;
  closedWith: number | undefined;

  constructor(url: string) {
    this.url = new URL(url);
  }

  send(data: never): void {
    const value = new Decoder().decode(data as Uint8Array) as Message | Message[];
    for (const message of Array.isArray(value) ? value : [value])
      if (message['type'] === 'time') this.timesAsked++;
      else this.sent.push(message);
  }

  close(code?: number): void {
    this.closedWith = code ?? 1005;
  }

  open(): void {
    this.onopen?.({} as never);
  }

  tell(...events: Message[]): void {
    const bytes = new Encoder().encode(events);
    this.onmessage?.({
      data: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    } as never);
  }

  /** Ends the connection from the side of the exchange, or of the network. */
  end(code = 1006, reason = ''): void {
    this.onclose?.({ code, reason } as never);
  }

  /** Opens and says that nothing was missed, or what was. */
  async resume(sequence = 0, ...missed: Message[]): Promise<void> {
    this.open();
    const resumed = { event: 'resumed', position: { shard: 0, sequence }, timeNs: '0', complete: true };
    this.tell(...missed, { ...resumed, events: missed.length });
    await turns();
  }
}

/** An exchange of one shard that does nothing by itself, and a client of it on simulated time. */
export class FakeExchange {
  readonly clock = new TestClock();
  readonly sockets: FakeSocket[] = [];
  /** What HTTP answers, by path; where there is none the exchange cannot be reached. */
  readonly pages = new Map<string, { status: number; body: unknown }>([
    ['/health', { status: 200, body: { shards: [{ shard: 0 }] } }],
  ]);
  readonly asked: string[] = [];

  get last(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  /** Begins to connect; the client is there once a socket has been opened. */
  connect(options: Partial<ConnectOptions> = {}): Promise<TickloomClient> {
    const { sockets, pages, asked } = this;
    class Socket extends FakeSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    }
    return TickloomClient.connect({
      url: 'ws://exchange.test',
      clock: this.clock,
      randomness: new SeededRandomness(1),
      WebSocket: Socket,
      fetch: async (url) => {
        const { pathname } = new URL(url);
        asked.push(pathname);
        const page = pages.get(pathname);
        if (page === undefined) throw new TypeError('fetch failed');
        return { status: page.status, text: async () => JSON.stringify(page.body) };
      },
      accounts: [7],
      ...options,
    });
  }

  /** A client whose first session has been told all. */
  async connected(options: Partial<ConnectOptions> = {}): Promise<TickloomClient> {
    const connecting = this.connect(options);
    await turns();
    await this.last.resume();
    return await connecting;
  }

  /** Moves time until the client makes its next attempt. Returns how long that took, in ms. */
  async untilNextAttempt(): Promise<number> {
    const before = this.sockets.length;
    let waitedMs = 0;
    while (this.sockets.length === before && waitedMs < 10_000) {
      this.clock.advance(1_000_000);
      waitedMs++;
      await turns(1);
    }
    return waitedMs;
  }
}

/** An accepted event of account 7 that answers a command. */
export function accepted(sequence: number, clientId: unknown, more: Message = {}): Message {
  const previous = sequence === 1 ? null : { sequence: sequence - 1, index: 0 };
  const order = {
    symbol: 'ACME',
    orderId: sequence,
    side: 'buy',
    price: '1.00',
    size: '1',
    remaining: '1',
    cumulative: '0',
  };
  return {
    event: 'accepted',
    shard: 0,
    sequence,
    index: 0,
    previous,
    timeNs: '0',
    account: 7,
    answer: true,
    ...order,
    clientId,
    clientOrderId: clientId,
    ...more,
  };
}

/** A reject by the gateway, of a command or of something without an id. */
export function refused(clientId: unknown, code: number, more: Message = {}): Message {
  return {
    event: 'rejected',
    shard: 0,
    sequence: 0,
    index: 0,
    previous: null,
    timeNs: '0',
    account: 7,
    answer: true,
    symbol: null,
    clientId,
    orderId: null,
    code,
    reason: `reason-${code}`,
    text: 'No.',
    refused: true,
    ...more,
  };
}
