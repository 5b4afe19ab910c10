/** Bytes before the first word of an aligned memory. */
export const ALIGNMENT = 48;

/**
 * Memory for so many words from byte ALIGNMENT on. The allocators at hand put what is large 16 bytes behind the start of a
 * page, so these words begin a cache line, and a record of 64 bytes is one line and not two. Elsewhere it does no harm.
 */
export function alignedBuffer(words: number): ArrayBuffer {
  return new ArrayBuffer(ALIGNMENT + words * 4);
}
