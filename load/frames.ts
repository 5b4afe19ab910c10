import type { Randomness } from '../src/clock/randomness.js';
import { CommandFlag, CommandKind } from '../src/model/command.js';
import { LINE_BYTES } from '../src/model/limits.js';
import { quoteWord } from '../src/wire/command-fields.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_DISPLAY_SIZE,
  ORDER_HEAD,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TERMS,
  orderHead,
  orderTerms,
  QUOTE_ASK_PRICE,
  QUOTE_ASK_SIZE,
  QUOTE_BID_PRICE,
  QUOTE_BID_SIZE,
} from '../src/wire/order-record.js';
import { writeWhole } from '../src/wire/words.js';
import type { OrderFlow } from './flow.js';

/** Lines of a mass quote of one quote: the longest order that a flow makes. */
export const QUOTE_LINES = 3;

/** Opcodes of RFC 6455. */
export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
const LENGTH_16_BITS = 126;
const LARGEST_SHORT_LENGTH = 125;
const LARGEST_MIDDLE_LENGTH = 0xffff;

/** In a frame with one line: two bytes of head, four of mask, then the order record with its send time at byte 48. */
const MASK_AT = 2;
const SEND_TIME_AT = 6 + 48;

/** All frames of one connection, masked and ready to be written; every frame but the last holds the same number of orders. */
export class ClientFrames {
  readonly account: number;
  readonly orders: number;
  readonly frames: number;
  readonly ordersPerFrame: number;
  readonly bytes: Buffer;
  readonly #frameBytes: number;
  /** Where each frame begins, and the end, where they are not all of one size. */
  readonly #starts: Float64Array | undefined;

  /** @param mostLines of an order, where they differ; then there is one order a frame */
  constructor(account: number, orders: number, ordersPerFrame: number, mostLines = 1) {
    this.account = account;
    this.orders = orders;
    this.ordersPerFrame = ordersPerFrame;
    this.frames = Math.ceil(orders / ordersPerFrame);
    this.#frameBytes = frameBytes(ordersPerFrame);
    const rest = orders % ordersPerFrame;
    const whole = (orders - rest) / ordersPerFrame;
    if (mostLines > 1) {
      this.#starts = new Float64Array(this.frames + 1);
      // Memory that is never written is never there.
      this.bytes = Buffer.allocUnsafeSlow(this.frames * frameBytes(mostLines));
      return;
    }
    this.bytes = Buffer.allocUnsafeSlow(whole * this.#frameBytes + (rest === 0 ? 0 : frameBytes(rest)));
  }

  /** Where a frame begins in `bytes`; that of frame number `frames` is the end. */
  start(frame: number): number {
    return this.#starts?.[frame] ?? Math.min(frame * this.#frameBytes, this.bytes.length);
  }

  /** Writes when the one-line order of a frame was sent, as the two halves of its 64 bits. */
  stamp(frame: number, low: number, high: number): void {
    const { bytes } = this;
    const at = this.start(frame);
    const mask = bytes.readInt32LE(at + MASK_AT);
    bytes.writeInt32LE(low ^ mask, at + SEND_TIME_AT);
    bytes.writeInt32LE(high ^ mask, at + SEND_TIME_AT + 4);
  }

  /** Notes where a frame ends that is not as long as all others. */
  endsAt(frame: number, at: number): void {
    if (this.#starts !== undefined) this.#starts[frame + 1] = at;
  }

  /** Number of orders in the frames before this one. */
  ordersBefore(frame: number): number {
    return Math.min(frame * this.ordersPerFrame, this.orders);
  }

  /** Number of frames that hold the first `orders` orders, which must end where a frame ends. */
  framesOf(orders: number): number {
    return Math.ceil(orders / this.ordersPerFrame);
  }
}

/**
 * How orders of the whole run, by their place in it, are dealt to connections: in stripes, each a row of orders for one
 * connection before the next one's turn comes. A stripe is what the connection writes at a time, so that the orders
 * arrive about in the order in which the flow made them: its mid would seem to jump otherwise.
 */
export class Dealing {
  readonly connections: number;
  readonly ordersPerFrame: number;
  /** Orders in a stripe, whole frames. */
  readonly stripe: number;

  constructor(connections: number, ordersPerFrame: number, stripeFrames: number) {
    this.connections = connections;
    this.ordersPerFrame = ordersPerFrame;
    this.stripe = stripeFrames * ordersPerFrame;
  }

  /** The connection of the order at this place of the run. */
  connectionOf(place: number): number {
    return Math.floor(place / this.stripe) % this.connections;
  }

  /** How many of the run's first `orders` orders belong to a connection. */
  share(connection: number, orders: number): number {
    const round = this.stripe * this.connections;
    const rest = (orders % round) - connection * this.stripe;
    return Math.floor(orders / round) * this.stripe + Math.min(Math.max(rest, 0), this.stripe);
  }
}

/**
 * Encodes the run's first `orders` orders, before anything is timed. Connection `n` acts for account `firstAccount + n`; an order's
 * client id is its index among its connection's orders plus one. Takes about 70 bytes of memory an order.
 *
 * @param mostLines of an order of this flow
 */
export function encodeFrames(
  dealing: Dealing,
  flow: OrderFlow,
  orders: number,
  randomness: Randomness,
  mostLines = 1,
  firstAccount = 1,
): ClientFrames[] {
  const writers = Array.from(
    { length: dealing.connections },
    (_, connection) =>
      new FrameWriter(
        new ClientFrames(
          firstAccount + connection,
          dealing.share(connection, orders),
          dealing.ordersPerFrame,
          mostLines,
        ),
        randomness,
      ),
  );
  for (let place = 0; place < orders; ) {
    const connection = dealing.connectionOf(place);
    const writer = writers[connection]!;
    const end = Math.min(place + dealing.stripe, orders);
    for (; place < end; place++) {
      flow.next(connection);
      writer.write(flow);
    }
  }
  return writers.map((writer) => writer.frames);
}

/** A whole masked client frame with a short payload: what answers a ping, and says goodbye. */
export function controlFrame(opcode: number, payload: Uint8Array, mask: number): Buffer {
  const frame = Buffer.alloc(2 + MASK_BYTES + payload.length);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | payload.length;
  frame.writeUInt32LE(mask, 2);
  for (let i = 0; i < payload.length; i++) frame[6 + i] = payload[i]! ^ frame[2 + (i % MASK_BYTES)]!;
  return frame;
}

/** Writes one connection's frames in order. */
class FrameWriter {
  readonly frames: ClientFrames;
  readonly #randomness: Randomness;
  readonly #view: DataView;
  readonly #record = new Int32Array(QUOTE_LINES * LINE_WORDS);
  #at = 0;
  #orders = 0;
  #mask = 0;

  constructor(frames: ClientFrames, randomness: Randomness) {
    this.frames = frames;
    this.#randomness = randomness;
    this.#view = new DataView(frames.bytes.buffer, frames.bytes.byteOffset, frames.bytes.length);
  }

  write(order: OrderFlow): void {
    const lines = order.kind === CommandKind.MassQuote ? QUOTE_LINES : 1;
    if (this.#orders % this.frames.ordersPerFrame === 0) this.#header(lines);
    const record = this.#record;
    fillRecord(record, order, this.frames.account);
    // A record is a whole number of masks long, so its words are masked as words.
    const words = lines * LINE_WORDS;
    for (let word = 0; word < words; word++)
      this.#view.setInt32(this.#at + word * 4, record[word]! ^ this.#mask, true);
    this.#at += lines * LINE_BYTES;
    this.frames.endsAt(this.#orders, this.#at);
    this.#orders++;
  }

  #header(lines: number): void {
    const inFrame = Math.min(this.frames.orders - this.#orders, this.frames.ordersPerFrame);
    const length = inFrame * lines * LINE_BYTES;
    this.#mask = this.#randomness.next32() | 0;
    this.#view.setUint8(this.#at, FINAL | Opcode.Binary);
    if (length <= LARGEST_SHORT_LENGTH) {
      this.#view.setUint8(this.#at + 1, MASKED | length);
      this.#at += 2;
    } else {
      this.#view.setUint8(this.#at + 1, MASKED | LENGTH_16_BITS);
      this.#view.setUint16(this.#at + 2, length);
      this.#at += 4;
    }
    this.#view.setInt32(this.#at, this.#mask, true);
    this.#at += MASK_BYTES;
  }
}

function frameBytes(orders: number): number {
  const length = orders * LINE_BYTES;
  if (length > LARGEST_MIDDLE_LENGTH) throw new RangeError(`a frame of ${orders} orders is over 65535 bytes`);
  return (length <= LARGEST_SHORT_LENGTH ? 2 : 4) + MASK_BYTES + length;
}

function fillRecord(record: Int32Array, order: OrderFlow, account: number): void {
  record.fill(0);
  const lines = order.kind === CommandKind.MassQuote ? QUOTE_LINES : 1;
  record[ORDER_HEAD] = orderHead(order.kind, lines, order.side);
  record[ORDER_INSTRUMENT] = order.instrument;
  record[ORDER_ACCOUNT] = account;
  writeWhole(record, ORDER_CLIENT_ID, order.clientId);
  if (order.kind === CommandKind.MassQuote) {
    fillQuote(record, order);
    return;
  }
  if (order.kind === CommandKind.Cancel) {
    record[ORDER_TERMS] = orderTerms(0, 0, CommandFlag.TargetByClientId);
    writeWhole(record, ORDER_TARGET, order.target);
    return;
  }
  record[ORDER_TERMS] = orderTerms(order.type, order.timeInForce, 0);
  writeWhole(record, ORDER_DISPLAY_SIZE, order.displaySizeLots);
  writeWhole(record, ORDER_PRICE, order.priceTicks);
  writeWhole(record, ORDER_SIZE, order.sizeLots);
}

/** One quote: its own line comes after the two of the command. */
function fillQuote(record: Int32Array, order: OrderFlow): void {
  writeWhole(record, ORDER_SIZE, 1);
  const quote = quoteWord(0, 0);
  record[quote] = order.instrument;
  writeWhole(record, quote + QUOTE_BID_PRICE, order.priceTicks);
  writeWhole(record, quote + QUOTE_BID_SIZE, order.sizeLots);
  writeWhole(record, quote + QUOTE_ASK_PRICE, order.askTicks);
  writeWhole(record, quote + QUOTE_ASK_SIZE, order.sizeLots);
}
