import type { Randomness } from '../../src/clock/randomness.js';

/** Bytes at which readers change their mind: ends of ranges, lengths, marks of msgpack, JSON and HTTP. */
const TELLING_BYTES = [
  ...[
    0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 15, 16, 31, 32, 34, 36, 37, 44, 47, 58, 63, 64, 91, 92, 93, 100, 123,
  ],
  ...[
    125, 126, 127, 128, 129, 130, 136, 137, 138, 143, 144, 159, 160, 191, 192, 193, 194, 195, 196, 199, 200,
  ],
  ...[201, 202, 203, 204, 207, 211, 212, 217, 219, 220, 221, 222, 223, 224, 237, 239, 240, 244, 254, 255],
];

const TELLING_WHOLES = [
  ...[0n, 1n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 52n - 1n, 2n ** 52n],
  ...[2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 53n), 2n ** 64n - 1n],
];

const TELLING_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1, -1, 0.1, 1e-7, 1e21, 2 ** 31, 2 ** 52, 2 ** 53, -(2 ** 53), 1.5],
  ...[
    '',
    '0',
    '1',
    '-1',
    '1e3',
    '00.1',
    '.5',
    '5.',
    '1'.repeat(400),
    '\u0000',
    'ü',
    '😀',
    '\ud800',
    'ETH-USD',
  ],
  ...[
    'ACME',
    'limit',
    'new',
    'cancel',
    'book',
    'toString',
    '__proto__',
    '18446744073709551616',
    '~'.repeat(37),
  ],
  ...[[], {}, [[]], [{}], { length: 3 }, JSON.parse('{"__proto__":{"type":"new"},"constructor":1}')],
];

const MAX_MUTANT_BYTES = 70_000;

/** Makes wrong inputs out of right ones: the same ones for the same seed. */
export class Mutator {
  readonly randomness: Randomness;

  constructor(randomness: Randomness) {
    this.randomness = randomness;
  }

  below(n: number): number {
    return this.randomness.below(n);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** A copy of one seed with one to four changes; `others` are what it may be spliced with. */
  bytes(seed: Uint8Array, others: readonly Uint8Array[]): Buffer {
    let bytes: Buffer = Buffer.from(seed);
    // One change tells most: many make inputs that fail at their first byte.
    for (let changes = 1 + this.below(this.below(3) === 0 ? 4 : 1); changes > 0; changes--)
      bytes = this.#change(bytes, others);
    return bytes.length > MAX_MUTANT_BYTES ? bytes.subarray(0, MAX_MUTANT_BYTES) : bytes;
  }

  #change(bytes: Buffer, others: readonly Uint8Array[]): Buffer {
    const length = bytes.length;
    const at = this.below(length + 1);
    const inside = this.below(Math.max(1, length));
    switch (this.below(length === 0 ? 1 : 11)) {
      case 0:
        return Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from([this.pick(TELLING_BYTES)]),
          bytes.subarray(at),
        ]);
      case 1:
        bytes[inside]! ^= 1 << this.below(8);
        return bytes;
      case 2:
      case 3:
        bytes[inside] = this.pick(TELLING_BYTES);
        return bytes;
      case 4:
        bytes[inside] = this.below(256);
        return bytes;
      case 5:
        return bytes.subarray(0, at);
      case 6: {
        const end = at + this.below(Math.min(64, length) + 1);
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
      }
      case 7: {
        const part = bytes.subarray(at, at + this.below(64));
        return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
      }
      case 8: {
        const other = this.pick(others);
        return Buffer.concat([bytes.subarray(0, at), other.subarray(this.below(other.length + 1))]);
      }
      case 9: {
        // Numbers stand at whole words in records.
        const word = inside - (inside % 8);
        if (word + 8 <= length) bytes.writeBigUInt64LE(BigInt.asUintN(64, this.pick(TELLING_WHOLES)), word);
        return bytes;
      }
      default: {
        const half = inside - (inside % 4);
        if (half + 4 <= length)
          bytes.writeUInt32LE(Number(BigInt.asUintN(32, this.pick(TELLING_WHOLES))), half);
        return bytes;
      }
    }
  }

  /** A copy of a message with some of its fields changed, left out, doubled or new. */
  value(seed: unknown): unknown {
    if (Array.isArray(seed)) {
      if (seed.length === 0 || this.below(4) === 0) return this.pick(TELLING_VALUES);
      const at = this.below(seed.length);
      const items = [...seed];
      if (this.below(4) === 0) items.splice(at, this.below(2), items[at]);
      else items[at] = this.value(items[at]);
      return items;
    }
    if (typeof seed !== 'object' || seed === null) return this.#scalar(seed);
    const fields = Object.entries(seed);
    const at = this.below(fields.length + 1);
    switch (this.below(5)) {
      case 0:
        fields.splice(at, 1);
        break;
      case 1:
        fields.push([this.pick(FIELD_NAMES), this.pick(TELLING_VALUES)]);
        break;
      default:
        if (at < fields.length) fields[at]![1] = this.value(fields[at]![1]);
    }
    return Object.fromEntries(fields);
  }

  #scalar(seed: unknown): unknown {
    if (this.below(3) === 0) return this.pick(TELLING_VALUES);
    if (typeof seed === 'number') return seed + this.pick([1, -1, 0.5, 2 ** 31, -seed, -2 * seed]);
    if (typeof seed !== 'string') return this.pick(TELLING_VALUES);
    const text = Buffer.from(seed);
    return this.#change(text, [Buffer.from('0123456789.-eE+')]).toString();
  }
}

const FIELD_NAMES = [
  ...[
    'type',
    'account',
    'clientId',
    'clientOrderId',
    'symbol',
    'side',
    'price',
    'priceTicks',
    'size',
    'sizeLots',
  ],
  ...[
    'orderId',
    'timeInForce',
    'orderType',
    'postOnly',
    'hidden',
    'quotes',
    'depth',
    'expiresAtNs',
    'x',
    '',
    '__proto__',
  ],
  ...[
    'toString',
    'hasOwnProperty',
    'linkedTo',
    'takeProfit',
    'stopLossTicks',
    'displaySize',
    'sendTimeNs',
    'state',
  ],
];
