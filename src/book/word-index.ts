/**
 * What a base index is masked with before constants are added to it: all memories have under 2^30 words. It never changes
 * a base; it tells the compiler that a sum cannot overflow, which spares a check at each use.
 */
export const INDEX_MASK = 2 ** 30 - 1;
