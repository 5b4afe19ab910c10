/** Short texts inside records: a length byte and UTF-8 bytes, in Int32Array words read as little-endian bytes. */

import { MAX_CLIENT_ID_TEXT_BYTES } from '../model/limits.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Byte `index` counted from the start of `words`. */
export function readByte(words: Int32Array, index: number): number {
  return (words[index >> 2]! >>> ((index & 3) << 3)) & 0xff;
}

/** Sets byte `index` counted from the start of `words`. */
export function writeByte(words: Int32Array, index: number, value: number): void {
  const shift = (index & 3) << 3;
  words[index >> 2] = (words[index >> 2]! & ~(0xff << shift)) | ((value & 0xff) << shift);
}

/** Writes the UTF-8 bytes of `text` at byte `index` and returns their number. The caller has checked the length. */
export function writeText(words: Int32Array, index: number, text: string): number {
  const bytes = encoder.encode(text);
  for (let i = 0; i < bytes.length; i++) writeByte(words, index + i, bytes[i]!);
  return bytes.length;
}

/** Reads `length` bytes of UTF-8 at byte `index`. Throws TypeError where they are not UTF-8. */
export function readText(words: Int32Array, index: number, length: number): string {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = readByte(words, index + i);
  return decoder.decode(bytes);
}

/** True where `length` bytes at byte `index` are printable ASCII: what a text client id may hold. */
export function isPrintable(words: Int32Array, index: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const byte = readByte(words, index + i);
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

/**
 * True where a text client id begins at word `text`: the word before it has a length in its last byte alone, and as many
 * printable bytes follow, zero padded.
 */
export function isTextId(words: Int32Array, text: number): boolean {
  return (words[text - 1]! & 0xffffff) === 0 && isTextIdAfter(words, text);
}

/** As `isTextId`, where the other three bytes of the word before hold something else. */
export function isTextIdAfter(words: Int32Array, text: number): boolean {
  const length = words[text - 1]! >>> 24;
  if (length < 1 || length > MAX_CLIENT_ID_TEXT_BYTES) return false;
  if (!isPrintable(words, text * 4, length)) return false;
  for (let byte = length; byte < MAX_CLIENT_ID_TEXT_BYTES; byte++)
    if (readByte(words, text * 4 + byte) !== 0) return false;
  return true;
}
