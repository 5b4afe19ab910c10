/**
 * What counts as one address where addresses are counted: an IPv4 address, also one that is mapped into IPv6, and of IPv6
 * the first 64 bits, since whoever has one such network has 2^64 addresses in it. Takes any spelling, with a zone too; a
 * text that is no address is a group of its own.
 */
export function addressGroup(address: string): string {
  const [withoutZone = ''] = address.toLowerCase().split('%');
  if (!withoutZone.includes(':')) return withoutZone;
  const groups = groupsOf(withoutZone);
  if (groups === undefined) return withoutZone;
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) {
    const [high, low] = groups.slice(6) as [number, number];
    return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address; undefined where the text is none. */
function groupsOf(address: string): number[] | undefined {
  const text = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a, b, c, d) =>
      `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`,
  );
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}
