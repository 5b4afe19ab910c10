import type { Randomness } from '../src/clock/randomness.js';
import { CommandFlag, CommandKind, OrderType } from '../src/model/command.js';
import { LINE_BYTES } from '../src/model/limits.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_HEAD,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TERMS,
  orderHead,
  orderTerms,
} from '../src/wire/order-record.js';
import { writeWhole } from '../src/wire/words.js';
import type { OrderFlow } from './flow.js';

/** Opcodes of RFC 6455. */
export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
const LENGTH_16_BITS = 126;
const LARGEST_SHORT_LENGTH = 125;
const LARGEST_MIDDLE_LENGTH = 0xffff;

/** All frames of one connection, masked and ready to be written; every frame but the last holds the same number of orders. */
export class ClientFrames {
  readonly account: number;
  readonly orders: number;
  readonly frames: number;
  readonly ordersPerFrame: number;
  readonly bytes: Buffer;
  readonly #frameBytes: number;

  constructor(account: number, orders: number, ordersPerFrame: number) {
    this.account = account;
    this.orders = orders;
    this.ordersPerFrame = ordersPerFrame;
    this.frames = Math.ceil(orders / ordersPerFrame);
    this.#frameBytes = frameBytes(ordersPerFrame);
    const rest = orders % ordersPerFrame;
    const whole = (orders - rest) / ordersPerFrame;
    this.bytes = Buffer.allocUnsafeSlow(whole * this.#frameBytes + (rest === 0 ? 0 : frameBytes(rest)));
  }

  /** Where a frame begins in `bytes`; that of frame number `frames` is the end. */
  start(frame: number): number {
    return Math.min(frame * this.#frameBytes, this.bytes.length);
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
 * Encodes the run's first `orders` orders, before anything is timed. Connection `n` acts for account `n + 1`; an order's
 * client id is its index among its connection's orders plus one. Takes about 70 bytes of memory an order.
 */
export function encodeFrames(
  dealing: Dealing,
  flow: OrderFlow,
  orders: number,
  randomness: Randomness,
): ClientFrames[] {
  const writers = Array.from(
    { length: dealing.connections },
    (_, connection) =>
      new FrameWriter(
        new ClientFrames(connection + 1, dealing.share(connection, orders), dealing.ordersPerFrame),
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
  readonly #record = new Int32Array(LINE_WORDS);
  #at = 0;
  #orders = 0;
  #mask = 0;

  constructor(frames: ClientFrames, randomness: Randomness) {
    this.frames = frames;
    this.#randomness = randomness;
    this.#view = new DataView(frames.bytes.buffer, frames.bytes.byteOffset, frames.bytes.length);
  }

  write(order: OrderFlow): void {
    if (this.#orders % this.frames.ordersPerFrame === 0) this.#header();
    const record = this.#record;
    fillRecord(record, order, this.frames.account);
    // A record is a whole number of masks long, so its words are masked as words.
    for (let word = 0; word < LINE_WORDS; word++)
      this.#view.setInt32(this.#at + word * 4, record[word]! ^ this.#mask, true);
    this.#at += LINE_BYTES;
    this.#orders++;
  }

  #header(): void {
    const inFrame = Math.min(this.frames.orders - this.#orders, this.frames.ordersPerFrame);
    const length = inFrame * LINE_BYTES;
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
  record[ORDER_HEAD] = orderHead(order.kind, 1, order.side);
  record[ORDER_INSTRUMENT] = order.instrument;
  record[ORDER_ACCOUNT] = account;
  writeWhole(record, ORDER_CLIENT_ID, order.clientId);
  if (order.kind === CommandKind.Cancel) {
    record[ORDER_TERMS] = orderTerms(0, 0, CommandFlag.TargetByClientId);
    writeWhole(record, ORDER_TARGET, order.target);
    return;
  }
  record[ORDER_TERMS] = orderTerms(OrderType.Limit, order.timeInForce, 0);
  writeWhole(record, ORDER_PRICE, order.priceTicks);
  writeWhole(record, ORDER_SIZE, order.sizeLots);
}
