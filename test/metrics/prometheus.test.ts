import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latencyStages } from '../../src/metrics/latency-stages.js';
import { Exposition } from '../../src/metrics/prometheus.js';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';

interface Metric {
  help: string;
  type: string;
  /** By labels as they are written, behind the end of the name in histograms: `_sum{stage="sync"}`. */
  readonly series: Map<string, number>;
}

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;

/** Reads the text format as its page says it is. @throws Error where it is not */
function parse(text: string): Map<string, Metric> {
  expect(text.endsWith('\n')).toBe(true);
  const metrics = new Map<string, Metric>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const head = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (head !== null) {
      const [, what, name = '', rest = ''] = head;
      if (what === 'HELP') {
        if (metrics.has(name)) throw new Error(`${name} comes twice`);
        metrics.set(name, { help: rest, type: '', series: new Map() });
        current = name;
      } else {
        if (name !== current) throw new Error(`the type of ${name} does not follow its help`);
        metrics.get(name)!.type = rest;
      }
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (sample === null) throw new Error(`this is no sample: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const metric = metrics.get(current);
    const names =
      metric?.type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => current + end) : [current];
    if (!names.includes(name) || metric === undefined || metric.type === '')
      throw new Error(`a sample of ${name} stands outside of it`);
    const key = name.slice(current.length) + labels;
    if (metric.series.has(key)) throw new Error(`${name}${labels} comes twice`);
    const number = Number(value.replace('Inf', 'Infinity'));
    if (Number.isNaN(number) && value !== 'NaN') throw new Error(`${value} is not a number`);
    metric.series.set(key, number);
  }
  return metrics;
}

describe('the text format', () => {
  it('escapes what must be, and writes numbers as they are read', () => {
    const out = new Exposition();
    out.metric('a_total', 'counter', 'Lines\nand \\ "quotes".', [
      { labels: { path: 'C:\\x\n"y"', n: 1 }, value: 1.5e21 },
      { value: Number.POSITIVE_INFINITY },
      { labels: { n: 2 }, value: Number.NEGATIVE_INFINITY },
      { labels: { n: 3 }, value: Number.NaN },
    ]);
    expect(out.text).toBe(
      [
        '# HELP a_total Lines\\nand \\\\ "quotes".',
        '# TYPE a_total counter',
        'a_total{path="C:\\\\x\\n\\"y\\"",n="1"} 1.5e+21',
        'a_total +Inf',
        'a_total{n="2"} -Inf',
        'a_total{n="3"} NaN',
        '',
      ].join('\n'),
    );
    expect(parse(out.text).get('a_total')!.series.size).toBe(4);
  });

  it('has histograms with a last bucket for all', () => {
    const out = new Exposition();
    const buckets = [
      { upTo: 0.000001, count: 1 },
      { upTo: 10, count: 2 },
    ];
    out.histogram('a_seconds', 'Times.', [{ labels: { n: 1 }, buckets, sum: 0.5, count: 3 }]);
    expect(out.text).toBe(
      [
        '# HELP a_seconds Times.',
        '# TYPE a_seconds histogram',
        'a_seconds_bucket{n="1",le="0.000001"} 1',
        'a_seconds_bucket{n="1",le="10"} 2',
        'a_seconds_bucket{n="1",le="+Inf"} 3',
        'a_seconds_sum{n="1"} 0.5',
        'a_seconds_count{n="1"} 3',
        '',
      ].join('\n'),
    );
    expect(parse(out.text).get('a_seconds')!.series.size).toBe(5);
  });
});

describe('GET /metrics', () => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    exchange = await startExchange(['--shards', '2'], undefined, { TICKLOOM_POSTGRES: 'embedded' });
  });
  afterAll(async () => {
    expect((await exchange.process.stop()).code).toBe(0);
  });

  const scrape = async () => {
    const response = await fetch(`${exchange.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return await response.text();
  };

  it('has every metric once, with names as they should be', async () => {
    const metrics = parse(await scrape());
    for (const [name, { type, help, series }] of metrics) {
      expect(name).toMatch(/^tickloom_[a-z_]+$/);
      expect(['counter', 'gauge', 'histogram']).toContain(type);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z].*[.]$/);
      expect(series.size).toBeGreaterThan(0);
    }
  });

  it('counts what is done, of shards and of stores', async () => {
    const order = { clientOrderId: 1, symbol: 'ACME', side: 'buy', price: '10.00', size: '1' };
    const placed = await fetch(`${exchange.url}/orders`, { method: 'POST', body: JSON.stringify(order) });
    const { shard } = (await placed.json()) as { shard: number };
    const of = `{shard="${shard}"}`;
    const stored = `{store="postgres",shard="${shard}"}`;
    // The store and the follower come behind.
    for (; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const metrics = parse(await scrape());
      const value = (name: string, labels: string) => metrics.get(`tickloom_${name}`)!.series.get(labels);
      if (value('store_rows_total', stored) === 0 || value('live_orders', of) === 0) continue;
      if (value('store_backlog_commands', stored) !== 0 || value('follower_behind_commands', of) !== 0)
        continue;
      expect(value('commands_total', of)).toBe(1);
      expect(value('live_orders', of)).toBe(1);
      expect(value('shard_state', `{shard="${shard}",state="running"}`)).toBe(1);
      expect(value('shard_state', `{shard="${shard}",state="halted"}`)).toBe(0);
      expect(value('disk_state', `{shard="${shard}",state="well"}`)).toBe(1);
      expect(value('store_state', `{store="postgres",shard="${shard}",state="well"}`)).toBe(1);
      expect(value('store_sequence', stored)).toBe(value('shard_sequence', of));
      expect(value('follower_sequence', of)).toBe(value('shard_sequence', of));
      expect(value('store_writes_total', stored)).toBeGreaterThan(0);
      expect(value('store_write_seconds_total', stored)).toBeGreaterThan(0);
      expect(value('store_retries_total', stored)).toBe(0);
      expect(value('sessions', '{gateway="0"}')).toBe(0);
      expect(value('input_ring_lines', `{gateway="0",shard="${shard}"}`)).toBe(0);
      break;
    }
    const health = (await (await fetch(`${exchange.url}/health`)).json()) as { stores: object[] };
    expect(health.stores).toMatchObject([
      { name: 'postgres', shard: 0, state: 'well', behind: 0 },
      { name: 'postgres', shard: 1, state: 'well', behind: 0 },
    ]);
  });

  it('has the latency of each stage in buckets that hold one another', async () => {
    const read = async () => parse(await scrape()).get('tickloom_stage_latency_seconds')!.series;
    const count = (series: Map<string, number>) => series.get('_count{stage="whole"}')!;
    // A gateway records when it has handed the answers on.
    let series = await read();
    for (; count(series) === 0; series = await read()) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const stage of latencyStages) {
      const buckets = [...series].filter(([key]) => key.startsWith(`_bucket{stage="${stage}",`));
      const ends = buckets.map(([key]) => Number(/le="(.*)"/.exec(key)![1]!.replace('Inf', 'Infinity')));
      const counts = buckets.map(([, number]) => number);
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(counts.at(-1)).toBe(series.get(`_count{stage="${stage}"}`));
      expect(counts.at(-1)).toBeGreaterThan(0);
      expect(series.get(`_sum{stage="${stage}"}`)).toBeGreaterThan(0);
    }
  });

  describeWith(promtoolMissing(), "Prometheus' own check of its metrics", () => {
    it('finds nothing', async () => {
      const check = spawnSync('promtool', ['check', 'metrics'], { input: await scrape(), encoding: 'utf8' });
      expect(check.stderr + check.stdout).toBe('');
      expect(check.status).toBe(0);
    });
  });
});

function promtoolMissing(): string | undefined {
  if (spawnSync('promtool', ['--version']).error === undefined) return undefined;
  return 'apt-get install prometheus, which brings promtool, or brew install prometheus';
}
