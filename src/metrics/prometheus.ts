/** What a metric is: one that only grows since the start, or one that goes up and down. */
export type MetricType = 'counter' | 'gauge';

export type Labels = Readonly<Record<string, string | number>>;

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
    this.#text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const { labels = {}, value } of samples)
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
