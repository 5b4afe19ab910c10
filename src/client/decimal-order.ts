/**
 * Compares two decimals as the exchange writes them: both with exactly the decimals of their instrument, so that digits
 * compare as they stand. Returns a number under, at or over 0.
 */
export function compareDecimals(one: string, other: string): number {
  const isNegative = one.startsWith('-');
  if (isNegative !== other.startsWith('-')) return isNegative ? -1 : 1;
  const order = one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
  return isNegative ? 0 - order : order;
}
