/**
 * Mixes 32 bits, one to one (lowbias32 by Chris Wellons). Tables whose keys clients choose begin with a salt and mix after
 * each word, so that nobody who does not know the salt can choose keys that fall together.
 */
export function mix32(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
