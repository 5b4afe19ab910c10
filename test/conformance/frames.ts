import { encodeOrder, kind } from '../support/binary-client.js';

/*
 * Frames of WebSocket, written and read by hand from RFC 6455: no library, so that every bit of them can be wrong.
 */

export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

export interface FrameFields {
  /** Default: the last frame of its message. */
  readonly isLast?: boolean;
  /** The three reserved bits: 4, 2 and 1. */
  readonly reserved?: number;
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** Default: masked, as a client's frames must be. */
  readonly isMasked?: boolean;
  readonly mask?: readonly [number, number, number, number];
  /** How the length is written: in 7, 16 or 64 bits. Default: the shortest that holds it. */
  readonly lengthBits?: 7 | 16 | 64;
  /** A length that is not the payload's. */
  readonly statedLength?: bigint;
}

export interface Frame {
  readonly isLast: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly isMasked: boolean;
  readonly payload: Buffer;
  /** Bytes of head and payload. */
  readonly bytes: number;
}

/** The bytes of a frame as a client sends it. */
export function frame(fields: FrameFields): Buffer {
  const { isLast = true, reserved = 0, opcode, isMasked = true, mask = [0x37, 0xfa, 0x21, 0x3d] } = fields;
  const payload = Buffer.from(fields.payload ?? '');
  const length = fields.statedLength ?? BigInt(payload.length);
  const bits = fields.lengthBits ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64);
  const head = Buffer.alloc(2 + (bits === 7 ? 0 : bits / 8));
  head[0] = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (isMasked ? 0x80 : 0) | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127);
  if (bits === 16) head.writeUInt16BE(Number(length), 2);
  if (bits === 64) head.writeBigUInt64BE(length, 2);
  if (!isMasked) return Buffer.concat([head, payload]);
  return Buffer.concat([head, Buffer.from(mask), payload.map((byte, i) => byte ^ mask[i % 4]!)]);
}

export const binaryFrame = (payload: Uint8Array) => frame({ opcode: Opcode.Binary, payload });
export const textFrame = (payload: Uint8Array | string) => frame({ opcode: Opcode.Text, payload });
export const pingFrame = (payload: Uint8Array | string = '') => frame({ opcode: Opcode.Ping, payload });

/** A read of the book of instrument 3. Its answer stands behind those to all that was sent before. */
export const readOfBookFrame = binaryFrame(encodeOrder({ kind: kind.book, instrument: 3, size: 1 }));

/** The payload of a close frame. */
export function closePayload(code: number, reason: Uint8Array | string = ''): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

export const closeFrame = (code: number, reason: Uint8Array | string = '') =>
  frame({ opcode: Opcode.Close, payload: closePayload(code, reason) });

/** A message in as many frames as there are parts. */
export function fragments(opcode: number, parts: readonly (Uint8Array | string)[]): Buffer[] {
  return parts.map((payload, i) =>
    frame({ opcode: i === 0 ? opcode : Opcode.Continuation, isLast: i === parts.length - 1, payload }),
  );
}

/** The frame at the start of what has come; undefined where it is not whole yet. */
export function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const isMasked = bytes[1]! >= 0x80;
  const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (isMasked ? 4 : 0);
  if (bytes.length < head) return undefined;
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < head + length) return undefined;
  return {
    isLast: bytes[0]! >= 0x80,
    reserved: (bytes[0]! >> 4) & 7,
    opcode: bytes[0]! & 0xf,
    isMasked,
    payload: bytes.subarray(head, head + length),
    bytes: head + length,
  };
}
