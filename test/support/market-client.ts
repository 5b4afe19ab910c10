import { decode, Encoder } from '@msgpack/msgpack';
import WebSocket from 'ws';
import { marketEventSchema } from '../../src/wire/market-schema.js';

/*
 * A subscriber of market data in all three subprotocols, written from docs/protocol.md: its binary side shares no code with the
 * exchange. It keeps what it is told as prices and sizes in whole numbers, for instruments whose tick and lot are 1.
 */

export const PROTOCOLS = ['tickloom.binary.v1', 'tickloom.msgpack.v1', 'tickloom.json.v1'] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];

export interface Topic {
  channel: 'trades' | 'top' | 'depth';
  symbol: string;
  /** The number of that instrument. */
  instrument: number;
  intervalMs?: number;
  levels?: number;
}

export interface Trade {
  trade: number;
  price: number;
  size: number;
  side: string;
  timeNs: string;
}

type Level = [number, number, number];

export interface MarketEvent {
  event: string;
  channel?: string;
  intervalMs: number;
  levels?: number;
  number?: number;
  snapshot?: boolean;
  missed?: boolean;
  trades?: Trade[];
  bids?: Level[];
  asks?: Level[];
  sequence?: number;
  top?: (number | null | string)[];
  code?: number;
  text?: string;
}

const channels = { trades: 1, top: 2, depth: 3 };
const names: Record<number, string> = {
  2: 'rejected',
  68: 'subscribed',
  69: 'unsubscribed',
  70: 'trades',
  71: 'top',
  72: 'depth',
};
const states = ['', 'preOpen', 'auction', 'continuous', 'halted', 'closed'];

export class MarketClient {
  readonly socket: WebSocket;
  readonly protocol: ProtocolName;
  /** Answers to subscribes and unsubscribes, and rejects. */
  readonly answers: MarketEvent[] = [];
  /** All trades, in the order told. */
  readonly trades: Trade[] = [];
  top: (number | null | string)[] = [];
  /** By levels: the book as this client has put it together, and how often it was told the whole of it. */
  readonly books = new Map<
    number,
    { bids: Map<number, Level>; asks: Map<number, Level>; snapshots: number }
  >();
  /** What does not follow, in a sentence each. */
  readonly faults: string[] = [];
  missed = 0;
  /** Snapshots whose number did not follow: what was before them was left out. */
  jumps = 0;
  bytes = 0;
  closeCode: number | undefined;
  onBook: (levels: number, sequence: number) => void = () => {};
  readonly #numbers = new Map<string, number>();
  #lastSequence = 0;

  constructor(url: string, protocol: ProtocolName) {
    this.protocol = protocol;
    this.socket = new WebSocket(url, protocol, { perMessageDeflate: false });
    this.socket.on('message', (message: Buffer, isBinary) => {
      if (isBinary === (protocol === 'tickloom.json.v1')) throw new Error('a message of the wrong sort');
      this.bytes += message.length;
      for (const event of this.#decode(message)) this.#take(event);
    });
    this.socket.on('close', (code) => {
      this.closeCode = code;
    });
  }

  static async open(url: string, protocol: ProtocolName): Promise<MarketClient> {
    const client = new MarketClient(url, protocol);
    await new Promise((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('error', reject);
    });
    return client;
  }

  send(type: 'subscribe' | 'unsubscribe', topic: Topic): void {
    const { instrument, ...fields } = topic;
    if (this.protocol === 'tickloom.json.v1') this.socket.send(JSON.stringify({ type, ...fields }));
    else if (this.protocol === 'tickloom.msgpack.v1')
      this.socket.send(new Encoder().encode({ type, ...fields }));
    else {
      const bytes = Buffer.alloc(64);
      bytes[0] = 1;
      bytes[1] = type === 'subscribe' ? 67 : 68;
      bytes[2] = 1;
      bytes[4] = channels[topic.channel];
      bytes.writeUInt32LE(instrument, 8);
      bytes.writeBigUInt64LE(BigInt(topic.intervalMs ?? 0), 32);
      bytes.writeBigUInt64LE(BigInt(topic.levels ?? 0), 40);
      this.socket.send(bytes);
    }
  }

  /** Sends, and waits for the answer. */
  async ask(type: 'subscribe' | 'unsubscribe', topic: Topic): Promise<MarketEvent> {
    const before = this.answers.length;
    this.send(type, topic);
    await this.until(() => this.answers.length > before);
    return this.answers[before]!;
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** The book as `GET /books` shows it, in whole numbers. */
  book(levels: number): { bids: Level[]; asks: Level[] } {
    const book = this.books.get(levels);
    const sorted = (side: Map<number, Level> | undefined, sign: number) =>
      [...(side?.values() ?? [])].sort((a, b) => sign * (a[0] - b[0]));
    return { bids: sorted(book?.bids, -1), asks: sorted(book?.asks, 1) };
  }

  #take(event: MarketEvent): void {
    if (!['trades', 'top', 'depth'].includes(event.event)) {
      this.answers.push(event);
      return;
    }
    this.#checkNumber(event);
    if (event.sequence !== undefined) this.#lastSequence = Math.max(this.#lastSequence, event.sequence);
    if (event.event === 'trades') this.trades.push(...event.trades!);
    else if (event.event === 'top') this.top = event.top!;
    else this.#change(event);
  }

  #checkNumber(event: MarketEvent): void {
    const key = `${event.event} ${event.intervalMs} ${event.levels ?? 0}`;
    const last = this.#numbers.get(key);
    const isNext = last === undefined || event.number === last + 1;
    if (event.missed) this.missed++;
    if (!isNext && event.snapshot) this.jumps++;
    if (!isNext && !event.snapshot && !event.missed)
      this.faults.push(`${key}: number ${event.number} after ${last}`);
    if (last !== undefined && event.number! < last) this.faults.push(`${key}: back to ${event.number}`);
    if (last === undefined && event.event !== 'trades' && !event.snapshot)
      this.faults.push(`${key}: no snapshot at first`);
    this.#numbers.set(key, event.number!);
  }

  #change({ levels = 0, snapshot = false, bids = [], asks = [], sequence = 0 }: MarketEvent): void {
    let book = this.books.get(levels);
    if (book === undefined) {
      book = { bids: new Map(), asks: new Map(), snapshots: 0 };
      this.books.set(levels, book);
    }
    if (snapshot) {
      book.snapshots++;
      book.bids.clear();
      book.asks.clear();
    }
    for (const [side, changes] of [
      [book.bids, bids],
      [book.asks, asks],
    ] as const)
      for (const level of changes)
        if (level[2] > 0) side.set(level[0], level);
        else if (!side.delete(level[0])) this.faults.push(`there was no level ${level[0]} to take away`);
    if (book.bids.size > levels || book.asks.size > levels) this.faults.push(`more than ${levels} levels`);
    this.onBook(levels, sequence);
  }

  #decode(message: Buffer): MarketEvent[] {
    if (this.protocol === 'tickloom.binary.v1') return decodeRecords(message);
    const objects = (
      this.protocol === 'tickloom.json.v1' ? JSON.parse(String(message)) : decode(message)
    ) as Record<string, unknown>[];
    return objects.map(fromObject);
  }
}

function fromObject(object: Record<string, unknown>): MarketEvent {
  if (object['event'] === 'rejected') return object as unknown as MarketEvent;
  const { position, ...rest } = marketEventSchema.parse(object) as Record<string, unknown>;
  const whole = (text: unknown) => (text === null ? null : Number(text));
  const event = rest as unknown as MarketEvent;
  if (position !== undefined) event.sequence = (position as { sequence: number }).sequence;
  const levels = (side: unknown) =>
    (side as unknown[][]).map(([p, s, o]) => [Number(p), Number(s), o] as Level);
  if (event.event === 'depth') return { ...event, bids: levels(rest['bids']), asks: levels(rest['asks']) };
  if (event.event === 'top') {
    const sides = ['bid', 'bidSize', 'ask', 'askSize', 'lastPrice'].map((name) => whole(rest[name]));
    return { ...event, top: [...sides, rest['state'] as string] };
  }
  if (event.event === 'trades')
    event.trades = event.trades!.map((trade) => ({
      ...trade,
      price: Number(trade.price),
      size: Number(trade.size),
    }));
  return event;
}

function decodeRecords(bytes: Buffer): MarketEvent[] {
  const events: MarketEvent[] = [];
  const whole = (at: number) => Number(bytes.readBigInt64LE(at));
  for (let at = 0; at < bytes.length; at += bytes[at + 2]! * 32) {
    const cells = bytes[at + 2]!;
    if (bytes[at] !== 1 || cells < 3 || at + cells * 32 > bytes.length) throw new Error('not a record');
    const kind = bytes[at + 1]!;
    const code = bytes.readUInt16LE(at + 4);
    const flags = bytes.readUInt16LE(at + 6);
    const event: MarketEvent = {
      event: names[kind] ?? `kind ${kind}`,
      intervalMs: bytes.readUInt32LE(at + 24),
      levels: bytes.readUInt32LE(at + 28),
      number: whole(at + 32),
      code,
    };
    if (kind >= 70) event.snapshot = (flags & 1) !== 0;
    if (kind === 68 || kind === 69) event.channel = ['', 'trades', 'top', 'depth'][code]!;
    if (kind === 70) {
      event.missed = (flags & 2) !== 0;
      event.trades = Array.from({ length: whole(at + 64) }, (_, i) => {
        const cell = at + 96 + i * 32;
        return {
          trade: whole(at + 48) + i,
          price: whole(cell),
          size: whole(cell + 8),
          side: bytes[cell + 24] === 1 ? 'buy' : 'sell',
          timeNs: bytes.readBigUInt64LE(cell + 16).toString(),
        };
      });
    }
    if (kind > 70) event.sequence = whole(at + 8) % 2 ** 48;
    if (kind === 71) {
      const [bidSize, askSize] = [whole(at + 72), whole(at + 88)];
      event.top = [
        bidSize === 0 ? null : whole(at + 64),
        bidSize || null,
        askSize === 0 ? null : whole(at + 80),
        askSize || null,
        whole(at + 48) || null,
        states[bytes[at + 56]!]!,
      ];
    }
    if (kind === 72) {
      const level = (cell: number): Level => [whole(cell), whole(cell + 8), bytes.readUInt32LE(cell + 16)];
      const bids = whole(at + 64);
      event.bids = Array.from({ length: bids }, (_, i) => level(at + 96 + i * 32));
      event.asks = Array.from({ length: whole(at + 72) }, (_, i) => level(at + 96 + (bids + i) * 32));
      if (cells !== 3 + event.bids.length + event.asks.length) throw new Error(`${cells} cells`);
    }
    events.push(event);
  }
  return events;
}
