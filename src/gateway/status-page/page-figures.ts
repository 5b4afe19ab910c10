/** What the page makes of the answers that it gets: rates, percentiles, and numbers as people read them. */

/** A bucket of a histogram: its value in ns, and how many commands. */
export type Bucket = readonly [valueNs: number, count: number];

/** The counts that came between two answers; undefined where the exchange has begun anew in between. */
export function countsBetween(earlier: readonly Bucket[], later: readonly Bucket[]): Bucket[] | undefined {
  const before = new Map(earlier);
  const between: Bucket[] = [];
  for (const [valueNs, count] of later) {
    const more = count - (before.get(valueNs) ?? 0);
    before.delete(valueNs);
    if (more < 0) return undefined;
    if (more > 0) between.push([valueNs, more]);
  }
  return before.size === 0 ? between : undefined;
}

export function countOf(counts: readonly Bucket[]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** The latency in ns under which this share of the commands stayed; undefined where there were none. */
export function percentileOf(counts: readonly Bucket[], share: number): number | undefined {
  const ordered = [...counts].sort(([a], [b]) => a - b);
  const wanted = Math.max(1, Math.ceil(countOf(ordered) * share));
  let seen = 0;
  for (const [valueNs, count] of ordered) {
    seen += count;
    if (seen >= wanted) return valueNs;
  }
  return undefined;
}

/** What of a health answer a rate is made of. */
export interface RateSource {
  readonly timeNs: string;
  readonly shards: readonly { readonly commands: number }[];
}

/** Commands a second between two answers; undefined where time stood still or the exchange has begun anew. */
export function rateBetween(earlier: RateSource, later: RateSource): number | undefined {
  const seconds = Number(BigInt(later.timeNs) - BigInt(earlier.timeNs)) / 1e9;
  const commands = commandsOf(later) - commandsOf(earlier);
  return seconds > 0 && commands >= 0 ? commands / seconds : undefined;
}

function commandsOf({ shards }: RateSource): number {
  return shards.reduce((sum, { commands }) => sum + commands, 0);
}

/** `1,234,567`. */
export function wholeText(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `1.2k`, `35M`: for axes. */
export function shortText(value: number): string {
  if (value >= 1e6) return `${trimmed(value / 1e6)}M`;
  return value >= 1e3 ? `${trimmed(value / 1e3)}k` : trimmed(value);
}

/** `850 ns`, `12.3 µs`, `4.56 ms`, `1.2 s`. */
export function latencyText(ns: number): string {
  if (ns >= 1e9) return `${trimmed(ns / 1e9)} s`;
  if (ns >= 1e6) return `${trimmed(ns / 1e6)} ms`;
  return ns >= 1e3 ? `${trimmed(ns / 1e3)} µs` : `${trimmed(ns)} ns`;
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** `14:03:05.123` of the day in UTC, out of nanoseconds since the epoch. */
export function clockText(timeNs: string): string {
  return new Date(Number(BigInt(timeNs) / 1_000_000n)).toISOString().slice(11, 23);
}

/** `1 command`, `2 commands`. */
export function countText(count: number, one: string): string {
  return `${wholeText(count)} ${one}${count === 1 ? '' : 's'}`;
}
