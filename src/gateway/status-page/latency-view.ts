import { make, type PageElement, part } from './browser.js';
import type { HistogramsAnswer } from './exchange-answers.js';
import { CHART_SECONDS, type ChartPoint, LineChart } from './line-chart.js';
import { type Bucket, countOf, countsBetween, latencyText, percentileOf, wholeText } from './page-figures.js';

/** Latencies of each stage: percentiles over time as lines, and those of now as a table. */

const SHARES = [0.5, 0.99, 0.999];
const NAMES = ['p50', 'p99', 'p99.9'];

/** What each stage is, for people. */
const meanings: Readonly<Record<string, string>> = {
  whole: 'from the message to the answer',
  decode: 'read and checked by the gateway',
  ringWait: 'waiting for the shard',
  sync: 'written and synced to disk',
  match: 'matched',
  return: 'handed back to the client',
};

const FIRST_STAGE = 'whole';

/** A stage's percentiles between two answers. */
interface Measured {
  readonly timeS: number;
  readonly byStage: ReadonlyMap<string, readonly (number | undefined)[]>;
}

export class LatencyView {
  readonly #chart = new LineChart(part('latency-chart'), {
    unit: 'Latency',
    lines: NAMES,
    isLogarithmic: true,
    leastTop: 1e6,
    text: latencyText,
    axisText: latencyText,
  });
  readonly #measured: Measured[] = [];
  #last: HistogramsAnswer | undefined;
  #stage = FIRST_STAGE;
  #buttons = new Map<string, PageElement>();

  /** What the whole way took at the 99th percentile lately, in ns; undefined where nothing was asked. */
  get newestNs(): number | undefined {
    return this.#measured.at(-1)?.byStage.get(FIRST_STAGE)?.[1];
  }

  take(answer: HistogramsAnswer): void {
    const last = this.#last;
    this.#last = answer;
    const ordered = [...answer.stages].sort((a, b) => rankOf(a.stage) - rankOf(b.stage));
    if (this.#buttons.size === 0) this.#showStages(ordered.map(({ stage }) => stage));
    if (last === undefined) return;
    const byStage = new Map<string, readonly (number | undefined)[]>();
    const rows: PageElement[] = [];
    for (const { stage, counts } of ordered) {
      const earlier = last.stages.find((one) => one.stage === stage)?.counts ?? [];
      const between = countsBetween(earlier, counts) ?? [];
      const values = SHARES.map((share) => percentileOf(between, share));
      byStage.set(stage, values);
      rows.push(rowOf(stage, between, values));
    }
    const timeS = Number(BigInt(answer.timeNs) / 1_000_000n) / 1e3;
    this.#measured.push({ timeS, byStage });
    while (timeS - this.#measured[0]!.timeS > CHART_SECONDS) this.#measured.shift();
    part('stages').replaceChildren(...rows);
    this.#show();
  }

  /** The exchange is away: what comes next has nothing to do with what was. */
  forget(): void {
    this.#last = undefined;
  }

  #show(): void {
    const points: ChartPoint[] = this.#measured.map(({ timeS, byStage }) => ({
      timeS,
      values: byStage.get(this.#stage) ?? [],
    }));
    this.#chart.show(points);
    part('stage-meaning').textContent = meanings[this.#stage] ?? '';
  }

  #showStages(stages: readonly string[]): void {
    for (const stage of stages) {
      const button = make('button', { type: 'button' }, stageText(stage));
      button.addEventListener('click', () => this.#choose(stage));
      this.#buttons.set(stage, button);
    }
    part('stage-buttons').replaceChildren(...this.#buttons.values());
    this.#choose(this.#stage);
  }

  #choose(stage: string): void {
    this.#stage = stage;
    for (const [name, button] of this.#buttons) button.setAttribute('aria-pressed', String(name === stage));
    this.#show();
  }
}

function rankOf(stage: string): number {
  const rank = Object.keys(meanings).indexOf(stage);
  return rank < 0 ? Number.MAX_SAFE_INTEGER : rank;
}

function stageText(stage: string): string {
  return stage === 'ringWait' ? 'ring wait' : stage;
}

function rowOf(
  stage: string,
  counts: readonly Bucket[],
  values: readonly (number | undefined)[],
): PageElement {
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, stageText(stage)),
    ...values.map((value) => make('td', { class: 'number' }, value === undefined ? '–' : latencyText(value))),
    make('td', { class: 'number' }, wholeText(countOf(counts))),
  );
}
