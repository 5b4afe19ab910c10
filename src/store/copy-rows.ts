import { readByte } from '../wire/text.js';

/** `PGCOPY\n\xff\r\n\0`, no flags, no extension. */
const HEADER = Uint8Array.of(
  ...[0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0],
);

const FIRST_BYTES = 64 * 1024;

/** A row is never longer: at most 40 columns of 8 bytes, and two short texts. */
const MOST_ROW_BYTES = 1024;

const TWO_32 = 4_294_967_296;

/**
 * Rows of one table in Postgres' binary COPY format: a count of columns per row, then length and big-endian bytes of each.
 * Source: PostgreSQL documentation, COPY, "Binary Format". Fields must be added in the order of the table's columns, which
 * Postgres checks by their number and lengths.
 */
export class CopyRows {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #view = viewOf(this.#bytes);
  #at = 0;
  #rows = 0;

  constructor() {
    this.clear();
  }

  get rows(): number {
    return this.#rows;
  }

  /** What COPY reads: header, rows, trailer. Good until the next row. */
  get content(): Buffer {
    this.#view.setInt16(this.#at, -1);
    return this.#bytes.subarray(0, this.#at + 2);
  }

  clear(): void {
    this.#bytes.set(HEADER);
    this.#at = HEADER.length;
    this.#rows = 0;
  }

  beginRow(columns: number): void {
    if (this.#at + MOST_ROW_BYTES > this.#bytes.length) this.#grow();
    this.#view.setInt16(this.#at, columns);
    this.#at += 2;
    this.#rows++;
  }

  smallint(value: number): void {
    this.#view.setInt32(this.#at, 2);
    this.#view.setInt16(this.#at + 4, value);
    this.#at += 6;
  }

  integer(value: number): void {
    this.#view.setInt32(this.#at, 4);
    this.#view.setInt32(this.#at + 4, value);
    this.#at += 8;
  }

  /** A whole number under 2^53 in size. */
  bigint(value: number): void {
    this.#view.setInt32(this.#at, 8);
    this.#view.setInt32(this.#at + 4, Math.floor(value / TWO_32));
    this.#view.setInt32(this.#at + 8, value | 0);
    this.#at += 12;
  }

  /** 64 bits in two halves. */
  halves(low: number, high: number): void {
    this.#view.setInt32(this.#at, 8);
    this.#view.setInt32(this.#at + 4, high);
    this.#view.setInt32(this.#at + 8, low);
    this.#at += 12;
  }

  null(): void {
    this.#view.setInt32(this.#at, -1);
    this.#at += 4;
  }

  /** Null for 0. */
  integerOrNull(value: number): void {
    if (value === 0) this.null();
    else this.integer(value);
  }

  /** Null for 0. */
  bigintOrNull(value: number): void {
    if (value === 0) this.null();
    else this.bigint(value);
  }

  /** Null for 0. */
  halvesOrNull(low: number, high: number): void {
    if ((low | high) === 0) this.null();
    else this.halves(low, high);
  }

  /** Null for 0. */
  smallintOrNull(value: number): void {
    if (value === 0) this.null();
    else this.smallint(value);
  }

  text(value: string): void {
    const length = this.#bytes.write(value, this.#at + 4);
    this.#view.setInt32(this.#at, length);
    this.#at += 4 + length;
  }

  /** `length` bytes of text from byte `from` of `words` on. */
  textOf(words: Int32Array, from: number, length: number): void {
    this.#view.setInt32(this.#at, length);
    this.#at += 4;
    for (let i = 0; i < length; i++) this.#bytes[this.#at++] = readByte(words, from + i);
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
