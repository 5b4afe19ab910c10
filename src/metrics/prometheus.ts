/** What a metric is: one that only grows since the start, or one that goes up and down. */
export type MetricType = 'counter' | 'gauge';

export type Labels = Readonly<Record<string, string | number>>;

/** A series of a histogram. */
export interface HistogramSeries {
  readonly labels: Labels;
  /** By their upper ends, rising: how many observations were up to there, those of the buckets before counted in. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
  readonly sum: number;
  /** Observations in all. */
  readonly count: number;
}

/** The content type of what `Exposition` writes. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes metrics in Prometheus' text format 0.0.4. Numbers are in base units: seconds, bytes. */
export class Exposition {
  #text = '';

  /**
   * Writes one metric, all its series together.
   *
   * @param name of a counter ends in `_total`
   * @param help one sentence
   */
  metric(
    name: string,
    type: MetricType,
    help: string,
    samples: Iterable<{ readonly labels?: Labels; readonly value: number }>,
  ): void {
    this.#head(name, type, help);
    for (const { labels = {}, value } of samples) this.#sample(name, labels, value);
  }

  /** Writes one classic histogram, all its series together. */
  histogram(name: string, help: string, series: Iterable<HistogramSeries>): void {
    this.#head(name, 'histogram', help);
    for (const { labels, buckets, sum, count } of series) {
      for (const { upTo, count: below } of buckets)
        this.#sample(`${name}_bucket`, { ...labels, le: valueText(upTo) }, below);
      this.#sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count);
      this.#sample(`${name}_sum`, labels, sum);
      this.#sample(`${name}_count`, labels, count);
    }
  }

  #head(name: string, type: MetricType | 'histogram', help: string): void {
    const helpText = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    this.#text += `# HELP ${name} ${helpText}\n# TYPE ${name} ${type}\n`;
  }

  #sample(name: string, labels: Labels, value: number): void {
    this.#text += `${name}${labelText(labels)} ${valueText(value)}\n`;
  }

  /** All that was written. */
  get text(): string {
    return this.#text;
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** As Go reads it. */
function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
