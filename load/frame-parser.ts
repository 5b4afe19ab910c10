import { Opcode } from './frames.js';

/** The server sent what the protocol does not allow; the message says what. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const LONGEST_HEADER_BYTES = 10;
const MAX_CONTROL_BYTES = 125;
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;
const TWO_32 = 4_294_967_296;

/**
 * Cuts what a server sends into frames (RFC 6455, unmasked), whatever the chunks are that it arrives in. Payloads of
 * binary frames are handed on where they lie in the chunk, in as many pieces as there are chunks; only a header or a
 * control frame that is split between chunks is copied.
 */
export abstract class FrameParser {
  readonly #header = new Uint8Array(LONGEST_HEADER_BYTES);
  #headerBytes = 0;
  /** Bytes of the current frame's payload that are still to come. */
  #left = 0;
  #opcode = 0;
  readonly #control = new Uint8Array(MAX_CONTROL_BYTES);
  #controlBytes = 0;

  /** A piece of a binary frame's payload: bytes `from` up to `to`. */
  protected abstract payload(bytes: Uint8Array, from: number, to: number): void;

  /** The payload of a binary frame is complete. */
  protected abstract frameEnd(): void;

  /** A ping, pong or close; `payload` is valid during the call. */
  protected abstract control(opcode: number, payload: Uint8Array): void;

  /**
   * Takes bytes `from` up to `to`.
   *
   * @throws ProtocolError where they are not unmasked frames of binary data.
   */
  consume(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      let left = this.#left;
      if (left === 0) {
        const first = bytes[at]!;
        // Nearly every frame: final, binary, its header whole and short.
        if (this.#headerBytes === 0 && first === 0x82 && at + 1 < to && bytes[at + 1]! < LENGTH_16_BITS) {
          left = bytes[at + 1]!;
          this.#opcode = Opcode.Binary;
          at += 2;
        } else {
          at = this.#takeHeader(bytes, at, to);
          if (this.#headerBytes > 0) return;
          left = this.#left;
        }
        if (left === 0) {
          this.#end();
          continue;
        }
      }
      const end = to - at < left ? to : at + left;
      if (at < end) {
        if (this.#opcode === Opcode.Binary) this.payload(bytes, at, end);
        else this.#takeControl(bytes, at, end);
      }
      left -= end - at;
      at = end;
      this.#left = left;
      if (left === 0) this.#end();
    }
  }

  /** Collects a header byte by byte; where it is complete, no header bytes are held any more. */
  #takeHeader(bytes: Uint8Array, from: number, to: number): number {
    const header = this.#header;
    let at = from;
    while (at < to) {
      header[this.#headerBytes++] = bytes[at++]!;
      if (this.#headerBytes < 2) continue;
      const length = header[1]! & 0x7f;
      const size = length === LENGTH_64_BITS ? 10 : length === LENGTH_16_BITS ? 4 : 2;
      if (this.#headerBytes < size) continue;
      this.#headerBytes = 0;
      this.#readHeader(header, length);
      break;
    }
    return at;
  }

  #readHeader(header: Uint8Array, length: number): void {
    const first = header[0]!;
    if ((first & 0x70) !== 0)
      throw new ProtocolError('a frame has reserved bits set; no extension was agreed');
    if ((header[1]! & 0x80) !== 0) throw new ProtocolError('a frame of the server is masked');
    const opcode = first & 0x0f;
    this.#left = length;
    if (length === LENGTH_16_BITS) this.#left = header[2]! * 256 + header[3]!;
    if (length === LENGTH_64_BITS) {
      const view = new DataView(header.buffer);
      this.#left = view.getUint32(2) * TWO_32 + view.getUint32(6);
    }
    if (opcode >= Opcode.Close) {
      if (first < 0x80 || length > MAX_CONTROL_BYTES)
        throw new ProtocolError('a control frame is cut in parts or over 125 bytes');
      this.#controlBytes = 0;
    } else if (opcode !== Opcode.Binary || first < 0x80)
      throw new ProtocolError(`a frame begins with ${first}; whole binary frames (130) were expected`);
    this.#opcode = opcode;
  }

  #takeControl(bytes: Uint8Array, from: number, to: number): void {
    this.#control.set(bytes.subarray(from, to), this.#controlBytes);
    this.#controlBytes += to - from;
  }

  #end(): void {
    if (this.#opcode === Opcode.Binary) this.frameEnd();
    else this.control(this.#opcode, this.#control.subarray(0, this.#controlBytes));
  }
}
