import WebSocket from 'ws';

/*
 * A client of `tickloom.binary.v1`, written from docs/protocol.md alone: it shares no code with the exchange.
 */

export interface OrderFields {
  version?: number;
  kind?: number;
  lines?: number;
  side?: number;
  type?: number;
  timeInForce?: number;
  flags?: number;
  instrument?: number;
  account?: number;
  clientId?: number | bigint;
  target?: number | bigint;
  price?: number | bigint;
  size?: number | bigint;
  sendTime?: bigint;
  text?: string;
  targetText?: string;
  /** Iceberg: what is shown at a time; it stands where a cancel has its target. */
  display?: number;
  /** A stop price, a trailing distance or a peg's offset. */
  stopPrice?: number;
  expiry?: bigint;
  minimumSize?: number;
  pegReference?: number;
  trailUnit?: number;
  /** The other half of a linked order, by order id or client id. */
  linked?: number;
  takeProfit?: number;
  stopLoss?: number;
  quotes?: QuoteFields[];
}

export interface QuoteFields {
  instrument: number;
  bid?: number;
  bidSize?: number;
  ask?: number;
  askSize?: number;
}

export const buy = 1;
export const sell = 2;
export const gtc = 1;
export const ioc = 2;
export const fok = 3;
export const gtd = 4;
export const day = 5;
export const atOpen = 6;
export const atClose = 7;

/** Kinds of commands. */
export const kind = {
  new: 1,
  cancel: 2,
  amend: 3,
  cancelAll: 4,
  massQuote: 5,
  state: 18,
  prices: 19,
  account: 20,
  book: 64,
};

/** Order types. */
export const type = { limit: 1, market: 2, stop: 3, stopLimit: 4, trailingStop: 5, pegged: 6 };

/** Instrument states, which a state command has in place of the order type. */
export const state = { preOpen: 1, auction: 2, continuous: 3, halted: 4, closed: 5 };

/** Flag bits of orders. */
export const orderFlag = {
  text: 1,
  byClientId: 2,
  targetText: 4,
  price: 8,
  size: 16,
  cancelTaker: 1 << 5,
  cancelMaker: 2 << 5,
  cancelBoth: 3 << 5,
  decrementBoth: 4 << 5,
  postOnly: 1 << 8,
  postOnlySlide: 1 << 9,
  hidden: 1 << 10,
  allOrNone: 1 << 11,
  linked: 1 << 12,
  bracket: 1 << 13,
  onlySession: 1 << 14,
  cancelOrders: 1 << 15,
  setOrderRate: 1 << 3,
  setOpenOrders: 1 << 4,
  setGroup: 1 << 8,
  setKillSwitch: 1 << 9,
};
/** Flag bits of events. */
export const eventFlag = {
  answer: 1,
  maker: 2,
  done: 4,
  last: 8,
  text: 16,
  repeated: 32,
  refused: 64,
  sentence: 128,
  terms: 256,
};

/** The bytes of one record. */
export function encodeOrder(fields: OrderFields): Buffer {
  let flags = fields.flags ?? 0;
  if (fields.text !== undefined) flags |= orderFlag.text;
  if (fields.targetText !== undefined) flags |= orderFlag.byClientId | orderFlag.targetText;
  if (fields.linked !== undefined) flags |= orderFlag.linked;
  if (fields.takeProfit !== undefined) flags |= orderFlag.bracket;
  const kind = fields.kind ?? 1;
  const quotes = fields.quotes ?? [];
  const lines = fields.lines ?? (quotes.length > 0 ? 2 + quotes.length : linesOf(fields, kind, flags));
  const bytes = Buffer.alloc(Math.max(lines, 1) * 64);
  bytes[0] = fields.version ?? 1;
  bytes[1] = kind;
  bytes[2] = lines;
  bytes[3] = fields.side ?? (kind === 1 ? buy : 0);
  bytes[4] = fields.type ?? (kind === 1 ? 1 : 0);
  bytes[5] = fields.timeInForce ?? (kind === 1 ? gtc : 0);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(fields.instrument ?? quotes[0]?.instrument ?? 1, 8);
  bytes.writeUInt32LE(fields.account ?? 1, 12);
  bytes.writeBigUInt64LE(BigInt(fields.clientId ?? 0), 16);
  bytes.writeBigUInt64LE(BigInt(fields.target ?? fields.display ?? 0), 24);
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(fields.price ?? 0)), 32);
  bytes.writeBigUInt64LE(BigInt(fields.size ?? quotes.length), 40);
  bytes.writeBigUInt64LE(fields.sendTime ?? 0n, 48);
  if (fields.text !== undefined) {
    bytes[91] = Buffer.byteLength(fields.text);
    bytes.write(fields.text, 92);
  }
  if (fields.targetText !== undefined) {
    bytes[131] = Buffer.byteLength(fields.targetText);
    bytes.write(fields.targetText, 132);
  }
  if (quotes.length > 0) for (const [i, quote] of quotes.entries()) writeQuote(bytes, 128 + i * 64, quote);
  else if (kind === 1) writeRareTerms(bytes, fields);
  return bytes;
}

/** Only what is not plain takes more lines than one. */
function linesOf(fields: OrderFields, kind: number, flags: number): number {
  if (fields.targetText !== undefined) return 3;
  if (kind === 1 && flags & (orderFlag.linked | orderFlag.bracket)) return 3;
  const rareType = [type.stop, type.stopLimit, type.trailingStop, type.pegged].includes(fields.type ?? 1);
  const isRare = kind === 1 && (rareType || fields.timeInForce === gtd || fields.minimumSize);
  return isRare || fields.text !== undefined ? 2 : 1;
}

function writeRareTerms(bytes: Buffer, fields: OrderFields): void {
  if (bytes.length < 128) return;
  bytes.writeBigInt64LE(BigInt(fields.stopPrice ?? 0), 64);
  bytes.writeBigUInt64LE(fields.expiry ?? 0n, 72);
  bytes.writeBigUInt64LE(BigInt(fields.minimumSize ?? 0), 80);
  bytes[88] = fields.pegReference ?? 0;
  bytes[89] = fields.trailUnit ?? 0;
  if (bytes.length < 192) return;
  bytes.writeBigUInt64LE(BigInt(fields.linked ?? 0), 168);
  bytes.writeBigInt64LE(BigInt(fields.takeProfit ?? 0), 176);
  bytes.writeBigInt64LE(BigInt(fields.stopLoss ?? 0), 184);
}

function writeQuote(bytes: Buffer, at: number, quote: QuoteFields): void {
  bytes.writeUInt32LE(quote.instrument, at);
  bytes.writeBigInt64LE(BigInt(quote.bid ?? 0), at + 8);
  bytes.writeBigUInt64LE(BigInt(quote.bidSize ?? 0), at + 16);
  bytes.writeBigInt64LE(BigInt(quote.ask ?? 0), at + 24);
  bytes.writeBigUInt64LE(BigInt(quote.askSize ?? 0), at + 32);
}

export interface Event {
  kind: string;
  side: number;
  code: number;
  flags: number;
  place: number;
  index: number;
  instrument: number;
  account: number;
  previousIndex: number;
  previousPlace: number;
  time: bigint;
  orderId: number;
  clientId: number | string;
  price: number;
  size: number;
  remaining: number;
  cumulative: number;
  trade?: number;
  counterOrder?: number;
  sentence?: string;
  bids?: [number, number, number][];
  asks?: [number, number, number][];
  terms?: Terms;
}

/** Rare terms, as an accepted event repeats them. */
export interface Terms {
  orderType: number;
  timeInForce: number;
  orderFlags: number;
  standing: number;
  displaySize: number;
  stopPrice: number;
  expiry: bigint;
}

const kinds: Record<number, string> = {
  1: 'accepted',
  2: 'rejected',
  3: 'fill',
  4: 'cancelled',
  5: 'amended',
  6: 'allCancelled',
  7: 'quoted',
  8: 'triggered',
  9: 'refreshed',
  10: 'repriced',
  11: 'decremented',
  16: 'listed',
  17: 'settingsChanged',
  18: 'stateChanged',
  19: 'auctionPrice',
  20: 'pricesChanged',
  21: 'accountChanged',
  22: 'timePassed',
  64: 'book',
  65: 'resumed',
};

/** All events of one message. */
export function decodeEvents(bytes: Buffer): Event[] {
  const events: Event[] = [];
  const whole = (at: number) => Number(bytes.readBigInt64LE(at));
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== 1) throw new Error(`version ${bytes[at]} at ${at}`);
    const cells = bytes[at + 2]!;
    const end = at + cells * 32;
    if (cells < 3 || end > bytes.length) throw new Error(`${cells} cells at ${at} of ${bytes.length}`);
    const flags = bytes.readUInt16LE(at + 6);
    const event: Event = {
      kind: kinds[bytes[at + 1]!] ?? `kind ${bytes[at + 1]}`,
      side: bytes[at + 3]!,
      code: bytes.readUInt16LE(at + 4),
      flags,
      place: whole(at + 8),
      index: bytes.readUInt32LE(at + 16),
      instrument: bytes.readUInt32LE(at + 20),
      account: bytes.readUInt32LE(at + 24),
      previousIndex: bytes.readUInt32LE(at + 28),
      previousPlace: whole(at + 32),
      time: bytes.readBigUInt64LE(at + 40),
      orderId: whole(at + 48),
      clientId: whole(at + 56),
      price: whole(at + 64),
      size: whole(at + 72),
      remaining: whole(at + 80),
      cumulative: whole(at + 88),
    };
    let extra = at + 96;
    if (event.kind === 'fill') {
      event.trade = whole(extra);
      event.counterOrder = whole(extra + 8);
      extra += 32;
    }
    if (flags & eventFlag.terms) {
      event.terms = {
        orderType: bytes[extra]!,
        timeInForce: bytes[extra + 1]!,
        orderFlags: bytes.readUInt16LE(extra + 2),
        standing: bytes[extra + 6]!,
        displaySize: whole(extra + 8),
        stopPrice: whole(extra + 16),
        expiry: bytes.readBigUInt64LE(extra + 24),
      };
      extra += 32;
    }
    if (event.kind === 'book') {
      const level = (cell: number): [number, number, number] => [
        whole(cell),
        whole(cell + 8),
        bytes.readUInt32LE(cell + 16),
      ];
      event.bids = Array.from({ length: event.price }, (_, i) => level(extra + i * 32));
      extra += event.price * 32;
      event.asks = Array.from({ length: event.size }, (_, i) => level(extra + i * 32));
    }
    if (flags & eventFlag.text) {
      event.clientId = bytes.toString('ascii', extra + 4, extra + 4 + bytes[extra]!);
      extra += 64;
    }
    if (flags & eventFlag.sentence) event.sentence = bytes.toString('ascii', extra, end).replace(/\0+$/, '');
    events.push(event);
    at = end;
  }
  return events;
}

/** A connected session. */
export class BinaryClient {
  readonly events: Event[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  #waiting: (() => void)[] = [];

  constructor(url: string, protocol = 'tickloom.binary.v1') {
    this.#socket = new WebSocket(url, protocol, { perMessageDeflate: false });
    this.#socket.on('message', (message: Buffer, isBinary) => {
      if (!isBinary) throw new Error('the exchange sent a text message');
      this.events.push(...this.decode(message));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#wake();
      });
    });
    this.#socket.on('error', () => {});
  }

  protected decode(message: Buffer): Event[] {
    return decodeEvents(message);
  }

  static async open(url: string): Promise<BinaryClient> {
    const client = new BinaryClient(url);
    await client.opened();
    return client;
  }

  async opened(): Promise<void> {
    if (this.#socket.readyState === WebSocket.OPEN) return;
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('error', reject);
    });
  }

  /** Sends records as one message. */
  send(...orders: OrderFields[]): void {
    this.#socket.send(Buffer.concat(orders.map(encodeOrder)));
  }

  sendRaw(data: Buffer | string): void {
    this.#socket.send(data);
  }

  /** Stops or goes on reading from the network. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** The events received so far and not taken yet, once there are at least `count`; takes exactly those. */
  async take(count: number): Promise<Event[]> {
    while (this.events.length < count) {
      if (this.#socket.readyState >= WebSocket.CLOSING)
        throw new Error(`closed after ${this.events.length} of ${count} events`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.events.splice(0, count);
  }

  /** Sends records, and takes that many events. */
  async ask(count: number, ...orders: OrderFields[]): Promise<Event[]> {
    this.send(...orders);
    return await this.take(count);
  }

  close(): void {
    this.#socket.close();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
